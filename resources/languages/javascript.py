"""JavaScript: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="javascript",
    title="JavaScript",
    aliases=("js", "jsx", "mjs", "cjs", "node", "nodejs", "ecmascript", "javascriptreact"),
    extensions=("js", "mjs", "cjs", "jsx"),
    interpreters=("node", "nodejs"),
    grammar=Grammar("tree_sitter_javascript", within=("class A {", "\n}")),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="JSDoc, /** */",
    tests="checks the solution with Node's assert module",
    # Node's assert module, whole or taken apart, other libraries' `expect`, and what ends a script by hand
    test_words=r"assert|expect\s*\(|\bthrow\b|process\s*\.\s*exit|[eE]qual\s*\(|\b(?:ok|throws|rejects)\s*\(",
    stops=("\nfunction ", "\nconst ", "\nclass ", "\n//", "\n/*", "\nconsole.", "\n```"),
    banned_imports=(
        "child_process",
        "cluster",
        "commander",
        "fs",
        "os",
        "process",
        "webpack",
        "worker_threads",
        "yargs",
    ),
    begins=(
        r"(?:function\b|(?:public|private|protected|static|final|export|async|const|let|var|class|struct|enum"
        r"|interface|namespace|using|import|#include|template)\b|module\.exports)"
    ),
    chance=r"\bMath\s*\.\s*random|\bDate\b|\bperformance\b|\brandom(?:UUID|Bytes)|\bset(?:Timeout|Interval)\b",
    reads_itself=r"\b\w+\s*\.\s*toString\(\)\s*\.\s*(?:includes|match)|readFileSync\(\s*__filename|\b__filename\b",
)
