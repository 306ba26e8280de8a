"""TypeScript: its names, files, grammar and comments. With JSX in it (`.tsx`) it is TypeScript too."""

from resources.languages.javascript import LANGUAGE as JAVASCRIPT
from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="typescript",
    title="TypeScript",
    aliases=("ts", "tsx", "mts", "cts", "typescriptreact"),
    extensions=("ts", "mts", "cts", "tsx"),
    interpreters=("deno", "ts-node"),
    grammar=Grammar(
        "tree_sitter_typescript",
        ("language_typescript", "language_tsx"),
        within=("abstract class A {", "\n}"),
    ),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="TSDoc, /** */",
    tests="checks the solution with Node's assert module",
    test_words=JAVASCRIPT.test_words,
    stops=JAVASCRIPT.stops,
    banned_imports=JAVASCRIPT.banned_imports,
    begins=(
        r"(?:function\b|type\s+\w+\s*=|(?:public|private|protected|static|final|export|async|const|let|var"
        r"|class|struct|enum|interface|namespace|using|import|#include|template)\b)"
    ),
    chance=JAVASCRIPT.chance,
    reads_itself=JAVASCRIPT.reads_itself,
)
