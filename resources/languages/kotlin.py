"""Kotlin: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="kotlin",
    title="Kotlin",
    aliases=("kt", "kts"),
    extensions=("kt", "kts"),
    interpreters=("kotlin", "kotlinc"),
    grammar=Grammar("tree_sitter_kotlin", within=("abstract class A {", "\n}")),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="KDoc, /** */",
    absent={
        "sandbox": "no toolchain: Debian's compiler is 1.3.31, of 2019, and refuses trailing commas, fun interface, "
        "sumOf and lowercase(): right answers in today's Kotlin would fail",
        "few_shot": "no bank was written yet",
        "docstring_examples": "no examples were labelled yet",
    },
    tests="checks the solution with check in a main function",
    test_words=r"\bassert\w*|\bcheck\w*\s*\(|\brequire\w*\s*\(|\berror\s*\(|\bthrow\b|\bexitProcess\b",
    stops=("\nfun ", "\nclass ", "\nimport ", "\n```"),
    banned_imports=("java.awt", "java.lang.Process", "java.lang.ProcessBuilder", "javafx", "javax.swing"),
    begins=(
        r"(?:package\s|import\s|(?:@\w+\s+)?(?:(?:public|private|internal|protected|open|abstract|sealed|data"
        r"|inline|suspend|const|override|operator)\s+)*(?:fun|class|interface|object|enum|typealias|val"
        r"|var)\b)"
    ),
)
