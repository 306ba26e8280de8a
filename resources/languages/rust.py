"""Rust: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="rust",
    title="Rust",
    aliases=("rs",),
    extensions=("rs",),
    grammar=Grammar("tree_sitter_rust", within=("trait A {", "\n}")),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="rustdoc, /// and /** */",
    tests="checks the solution with assert macros in a main function or in functions marked with",
    # macros, and the methods that panic on an error or a missing value
    test_words=r"assert\w*!|\b(?:panic|unreachable|todo)!|\.\s*(?:unwrap|expect)\w*\s*\(|process\s*::\s*exit|\?\s*;",
    stops=("\nfn ", "\nimpl ", "\nmod ", "\n#[", "\n```"),
    banned_imports=("clap", "libc", "plotters", "std::env", "std::os", "std::process"),
    begins=r"(?:use\s|pub\b|fn\s|struct\s|enum\s|impl\b|mod\s|const\s|static\s|#\[)",
    chance=r"\bHash(?:Map|Set)\b|\brand\b|\bInstant\b|\bSystemTime\b|\bthread\b|\bRandomState\b",
    reads_itself=r"\binclude_str!",
)
