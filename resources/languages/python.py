"""Python: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="python",
    title="Python",
    aliases=("py", "py3", "python2", "python3", "python 3", "ipython", "ipython3", "jupyter", "sage"),
    extensions=("py", "pyi", "pyw"),
    interpreters=("python", "python2", "python3", "pypy", "pypy3"),
    grammar=Grammar("tree_sitter_python"),
    line_comments=("#",),
    braces=False,
    documentation="docstrings, the first string of a body",
    tests="checks the solution with assert statements",
    stops=(
        "\ndef ",
        "\nclass ",
        "\n@",
        "\n#",
        "\nif ",
        "\nprint(",
        "\nassert ",
        "\nimport ",
        "\nfrom ",
        "\n```",
    ),
    banned_imports=(
        "argparse",
        "os",
        "subprocess",
        "sys",
        "setuptools",
        "distutils",
        "matplotlib",
        "seaborn",
    ),
    begins=(
        r"(?:from\s+[\w.]+\s+import|import\s+\w|def\s|async\s+def\s|class\s+\w+.*:|@\w"
        r"|[A-Za-z_]\w*\s*(?::[^=]+)?=[^=])"
    ),
    chance=(
        r"\b(?:random|secrets|uuid|time|datetime|threading|asyncio|concurrent|multiprocessing|urandom"
        r"|shuffle)\b|\b(?:hash|id|set|frozenset)\s*\(|[{]\s*[^{}:]*\bfor\b|=\s*[{][^{}:]+[}]"
    ),
    reads_itself=(
        r"\binspect\s*\.\s*getsource|\bgetsource\w*\(|\bopen\(\s*__file__|\blinecache\b|\b__code__\b"
        r"|\bco_code\b"
    ),
)
