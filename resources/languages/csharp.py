"""C#: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="csharp",
    title="C#",
    aliases=("c#", "cs", "c-sharp", "c_sharp", "csx"),
    extensions=("cs", "csx"),
    grammar=Grammar("tree_sitter_c_sharp", within=("class A {", "\n}")),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="XML in /// and /** */",
    tests="checks the solution in the Main method of a class Program, which throws an exception when a check fails,",
    test_words=r"\bAssert\b|\bthrow\b|Environment\s*\.\s*(?:Exit|FailFast)",
    stops=("\nclass ", "\npublic class ", "\nusing ", "\n```"),
    banned_imports=(
        "System.CommandLine",
        "System.Diagnostics",
        "System.Drawing",
        "System.Windows",
        "Microsoft.Win32",
    ),
    begins=(
        r"(?:public|private|protected|static|final|export|async|const|let|var|class|struct|enum|interface"
        r"|namespace|using|import|#include|template)\b"
    ),
    chance=r"\bRandom\b|\bGuid\b|\bDateTime\b|\bStopwatch\b|\bThread\w*\b|\bTask\b|\bParallel\b|\bGetHashCode\b",
    reads_itself=r"\bCallerFilePath\b|File\s*\.\s*ReadAllText\([^)]*\.cs",
)
