"""Swift: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="swift",
    title="Swift",
    extensions=("swift",),
    interpreters=("swift",),
    grammar=Grammar("tree_sitter_swift", within=("class A {", "\n}")),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="/// and /** */",
    absent={"sandbox": "Swift has no Debian package"},
    tests="checks the solution with precondition",
    test_words=r"\bassert\w*|\bprecondition\w*|\bfatalError\b|\bXCT\w+|#expect|#require|\bthrow\b|\bexit\s*\(",
    stops=("\nfunc ", "\nclass ", "\nstruct ", "\nprint(", "\n```"),
    banned_imports=("AppKit", "ArgumentParser", "Cocoa", "SwiftUI", "UIKit"),
    begins=r"(?:import\s|func\s|struct\s|class\s|enum\s|extension\s|let\s|var\s)",
)
