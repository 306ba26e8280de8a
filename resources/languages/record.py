"""What a programming language is to this project, as data: one record a language, one file a record.

Parts that are code (rules of extraction, the sandbox's harness) and parts that are examples (few-shot banks, labelled
docstrings) are in the rooms that use them, under the language's name; `absent` says which of them it lacks, and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PARTS = ("sandbox", "few_shot", "docstring_examples", "imports")
"""What a language may lack: `sandbox` (its programs are judged), `few_shot` (examples of instructions with responses),
`docstring_examples` (labelled documentation for the docstring judge), `imports` (modules that seeds must not use)."""


@dataclass(frozen=True)
class Grammar:
    """A language's tree-sitter grammar."""

    package: str
    functions: tuple[str, ...] = ("language",)
    """Names of the package's grammars; a source is sound if any of them reads it."""
    fragment: str = ""
    """The grammar of programs without what opens a file (PHP's `<?php`); empty: the first of `functions`."""
    before: str = ""
    """What every source needs in front."""
    within: tuple[str, str] | None = None
    """What makes a class around a source that has no class of its own."""


@dataclass(frozen=True)
class Language:
    """One language; all names and endings are in lower case."""

    name: str
    """As partitions, columns and settings say it."""
    title: str
    """As people write it."""
    extensions: tuple[str, ...]
    """Of file names, without the dot."""
    grammar: Grammar
    line_comments: tuple[str, ...]
    """What begins a comment that ends with its line."""
    documentation: str
    """How functions are documented."""
    tests: str
    """How tests are written: the clause of a prompt that follows "exactly one code block that". It says what the
    sandbox takes for a test, so that no answer fails by its form."""
    stops: tuple[str, ...]
    """What begins something new at the top level: a model's completion of a function ends before it."""
    test_words: str = ""
    """A regular expression for what fails a test: a text without any of it asserts nothing; empty: it is parsed."""
    begins: str = ""
    """A regular expression for the lines by which code begins that stands amid prose without a fence."""
    chance: str = ""
    """One for what may come out otherwise in a second run: a pass with it is run twice; empty: every pass is."""
    reads_itself: str = ""
    """One for tests that read the source which they stand in, and so the answer's."""
    banned_imports: tuple[str, ...] = ()
    """Modules, packages and headers by which code reaches beyond itself: no such code becomes a seed."""
    aliases: tuple[str, ...] = ()
    """Other names: of dumps (The Stack, CodeSearchNet), benchmarks (MultiPL-E) and the words after a code fence."""
    file_names: tuple[str, ...] = ()
    """Whole names of files that have no telling extension."""
    interpreters: tuple[str, ...] = ()
    """Programs that a shebang names, without their version."""
    block_comment: tuple[str, str] | None = None
    braces: bool = True
    """Whether its blocks are in braces."""
    absent: Mapping[str, str] = field(default_factory=dict)
    """Which of `PARTS` the language lacks, and why."""
