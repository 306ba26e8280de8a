"""Which programming language a file is in: by the source's own statement, its extension or its shebang.

Twelve languages, named in lower case as everywhere in the project. Contents are not guessed at; `.h` counts
as C++ because headers of C and C++ cannot be told apart by name and C is not among the twelve.
"""

import polars as pl

LANGUAGES = (
    "python",
    "javascript",
    "typescript",
    "java",
    "cpp",
    "csharp",
    "go",
    "rust",
    "php",
    "ruby",
    "swift",
    "bash",
)
"""The languages of the pipeline, in the order in which tables and partitions show them."""

EXTENSIONS = {
    "py": "python",
    "pyi": "python",
    "pyw": "python",
    "js": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "typescript",
    "java": "java",
    "cpp": "cpp",
    "cc": "cpp",
    "cxx": "cpp",
    "c++": "cpp",
    "hpp": "cpp",
    "hh": "cpp",
    "hxx": "cpp",
    "h++": "cpp",
    "h": "cpp",
    "ipp": "cpp",
    "tpp": "cpp",
    "cs": "csharp",
    "csx": "csharp",
    "go": "go",
    "rs": "rust",
    "php": "php",
    "phtml": "php",
    "rb": "ruby",
    "rake": "ruby",
    "gemspec": "ruby",
    "swift": "swift",
    "sh": "bash",
    "bash": "bash",
}
"""Language by file extension in lower case, without the dot."""

FILE_NAMES = {
    "rakefile": "ruby",
    "gemfile": "ruby",
    "guardfile": "ruby",
    "vagrantfile": "ruby",
    ".bashrc": "bash",
    ".bash_profile": "bash",
    ".profile": "bash",
}
"""Language by whole file name in lower case, where there is no telling extension."""

INTERPRETERS = {
    "python": "python",
    "python2": "python",
    "python3": "python",
    "pypy": "python",
    "pypy3": "python",
    "node": "javascript",
    "nodejs": "javascript",
    "deno": "typescript",
    "ts-node": "typescript",
    "php": "php",
    "ruby": "ruby",
    "jruby": "ruby",
    "swift": "swift",
    "bash": "bash",
    "sh": "bash",
    "dash": "bash",
}
"""Language by the interpreter that a shebang names, without its version."""

STATED = {language: language for language in LANGUAGES} | {
    "py": "python",
    "python 3": "python",
    "js": "javascript",
    "jsx": "javascript",
    "ecmascript": "javascript",
    "ts": "typescript",
    "tsx": "typescript",
    "c++": "cpp",
    "c-sharp": "csharp",
    "c_sharp": "csharp",
    "c#": "csharp",
    "golang": "go",
    "shell": "bash",
    "sh": "bash",
    "shellscript": "bash",
    "html+php": "php",
}
"""Language by the name that a dump gives it, in lower case (The Stack, StarCoderData, CodeSearchNet)."""


def language(stated: str = "language", path: str = "path", content: str = "content") -> pl.Expr:
    """The language of each row as one of `LANGUAGES`, null where it is none of them.

    `stated` and `path` are string columns, `content` a binary one; each may be null. A statement wins, also
    when it names a language that is not ours; then the extension, the file's name, and the shebang.
    """
    said = pl.col(stated).str.to_lowercase().str.strip_chars()
    name = pl.col(path).str.to_lowercase().str.extract(r"([^/]*)$")
    extension = name.str.extract(r".\.([^.]+)$")
    by_name = pl.coalesce(_among(extension, EXTENSIONS), _among(name, FILE_NAMES))
    # A shebang speaks only where the name does not: an unknown extension is an answer.
    by_shebang = pl.when(extension.is_null()).then(_by_shebang(pl.col(content)))
    return (
        pl.when(said.is_null() | (said == ""))
        .then(pl.coalesce(by_name, by_shebang))
        .otherwise(_among(said, STATED))
    )


def _among(names: pl.Expr, table: dict[str, str]) -> pl.Expr:
    return names.replace_strict(table, default=None, return_dtype=pl.String)


def _by_shebang(content: pl.Expr) -> pl.Expr:
    # A cast fails on bytes that are no UTF-8, so the line is cut out in hexadecimal, and only if plain ASCII.
    encoded = content.bin.head(SHEBANG_BYTES).bin.encode("hex")
    command = encoded.str.extract(_SHEBANG_IN_HEX).str.decode("hex").cast(pl.String)
    program = pl.coalesce(command.str.extract(_THROUGH_ENV), command.str.extract(_DIRECT))
    return _among(program.str.to_lowercase(), INTERPRETERS)


_SHEBANG_IN_HEX = r"^2321((?:[0-7][0-9a-f])*?)(?:0[ad]|$)"
_THROUGH_ENV = r"^\s*(?:\S*/)?env\s+(?:-\S+\s+|\w+=\S*\s+)*(?:\S*/)?([A-Za-z_-]+[23]?)"
_DIRECT = r"^\s*(?:\S*/)?([A-Za-z_-]+[23]?)"

SHEBANG_BYTES = 128
"""Bytes of a first line that Linux reads of a shebang."""
