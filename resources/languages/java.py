"""Java: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="java",
    title="Java",
    extensions=("java",),
    grammar=Grammar("tree_sitter_java", within=("class A {", "\n}")),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="Javadoc, /** */ and ///",
    tests="checks the solution with assert statements in the main method of a class Main",
    # the statement, JUnit's methods and what ends a program by hand
    test_words=r"\bassert\w*|\bthrow\b|System\s*\.\s*exit",
    stops=("\nclass ", "\npublic class ", "\nimport ", "\n```"),
    banned_imports=(
        "java.awt",
        "java.lang.Process",
        "java.lang.ProcessBuilder",
        "javafx",
        "javax.swing",
        "picocli",
    ),
    begins=(
        r"(?:(?:public|private|protected|static|final|export|async|const|let|var|class|struct|enum|interface"
        r"|namespace|using|import|#include|template)\b|package\s)"
    ),
    chance=(
        r"\bRandom\b|\bMath\s*\.\s*random\b|\bnanoTime\b|\bcurrentTimeMillis\b|\bUUID\b|\bThread\w*\b"
        r"|\bparallel\w*\b|\bidentityHashCode\b|\bSet\s*\.\s*of\b|\bMap\s*\.\s*of\b|\bInstant\b|\bLocal(?:Date"
        r"|Time)\w*\b"
    ),
    reads_itself=r"\bgetDeclaredMethods\b|Files\s*\.\s*read\w*\([^)]*\.java",
)
