"""Go: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="go",
    title="Go",
    aliases=("golang", "go_test.go"),
    extensions=("go",),
    grammar=Grammar("tree_sitter_go"),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="comments right above what they document",
    tests="checks the solution in a main function that panics when a check fails",
    # no assertions in the language: panics, and the methods of testing.T and log
    test_words=r"\bpanic\s*\(|os\s*\.\s*Exit|\.\s*(?:Error|Errorf|Fatal\w*|Fail|FailNow|Panic\w*)\s*\(",
    stops=("\nfunc ", "\ntype ", "\nvar ", "\n```"),
    banned_imports=("flag", "os", "os/exec", "os/signal", "plugin", "syscall", "unsafe"),
    begins=r"(?:package\s|import\b|func\b|type\s|var\s|const\s)",
    chance=r"\brand\b|\btime\s*\.|\bgo\s+(?:func\b|\w)|\bselect\b|\bmap\s*\[",
    reads_itself=r"\bruntime\s*\.\s*Caller\b|//go:embed",
)
