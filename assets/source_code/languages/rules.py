"""The shape of a language's rules: its queries, its forms of documentation, what its imports bind.

One file a language fills it in. The queries are tree-sitter's own S-expressions, so that its C code walks the
tree; the engine (`functions`) knows only the capture names listed here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node, Parser, Query

from resources.languages.grammars import grammar as grammar_of

RETURN = re.compile(rb"return\b")
"""The `value_hint` of languages in which only this word gives a value."""


@dataclass(frozen=True, eq=False)
class LanguageRules:
    """How documented functions look in one language.

    `functions` captures, a match a function: `@function`, `@body`, `@name`, `@parameters` (none: no arguments),
    and `@docstring` where the documentation stands inside. Matches of their own: `@comment`, and `@attribute`
    (nodes that are between documentation and function as siblings; with `@overload_of` only above the
    function of that name).

    `values` is run on a function alone: `@value` (what gives a value back) and `@scope` (functions within,
    whose values are not the function's own); null where the language cannot tell.

    Walking a tree costs a fifth of making it. So regular expressions say where a query need look, and the
    query says what is there: the expressions may find too much, never too little.
    """

    name: str
    """As its record has it, which names the grammar."""
    functions: str
    values: str | None
    documentation_hints: tuple[re.Pattern[bytes], ...]
    """A file in which these find nothing has no documented function and is not parsed."""
    documentation_is_inside: bool = False
    """Each find of a hint ends with the first byte of a docstring, if of one at all."""
    top_level_definition: re.Pattern[bytes] | None = None
    """Where a definition at the top level begins, what belongs to it above included; null: files are parsed whole."""
    long_quotes: tuple[bytes, ...] = ()
    """Quotes of the strings that may reach over lines."""
    value_hint: re.Pattern[bytes] | None = None
    """Where a value may be returned; null: nothing short of the query tells."""
    documentation_form: Callable[[str], str | None] = lambda comment: None
    """The form of one comment (`doc_block`, `doc_lines`, `plain_lines`, `rdoc_block`), null: no documentation."""
    clean: Callable[[str], str] = str.strip
    """Documentation without its markers, from all of its source text."""
    wrappers: frozenset[str] = frozenset()
    """Node types around a `@function` that are part of it: decorators, templates, `export`."""
    import_nodes: frozenset[str] = frozenset()
    """Node types of import statements."""
    import_pattern: re.Pattern[bytes] | None = None
    """What a node of these types begins with if it is an import."""
    around_imports: frozenset[str] = frozenset()
    """Node types at the top level, and within each other, that may hold imports too."""
    bound_names: Callable[[str], frozenset[str] | None] = lambda statement: None
    """Names that an import statement binds; null: not known without resolving it, every seed gets the line."""
    split_import: Callable[[str], list[str]] = lambda statement: [statement]
    """One import statement as the lines that bind a name each, where the language lets it be taken apart."""
    functions_around: frozenset[str] = frozenset()
    """Node types that make a function within them nested."""
    classes_around: frozenset[str] = frozenset()
    """Node types that make a function within them a method."""
    methods: frozenset[str] = frozenset()
    """Node types that are methods wherever they stand."""
    not_arguments: frozenset[str] = frozenset({"comment"})
    """Named node types in a parameter list that are no parameters."""
    count_arguments: Callable[[Node | None, Node], int | None] | None = None
    """From the parameter list and the function; null: the list's nodes are counted."""
    stands_alone: Callable[[str], bool] | None = None
    """Whether a text that dedents unevenly is still valid; null: indentation means nothing."""
    others: tuple["Grammar", ...] = ()
    """Further grammars, for files in which the first finds errors (TSX beside TypeScript, C beside C++)."""
    opening: re.Pattern[bytes] | None = None
    """Without this in it, a file says nothing to the first grammar, and the second is the first to be asked."""
    without_macros: Callable[[bytes], bytes] = lambda source: source
    """`source` for the grammar: what no grammar can read without headers is blank; every byte keeps its place."""
    views: tuple[Callable[[bytes], bytes], ...] = ()
    """What else a file with errors is read without, as `without_macros`; each goes on from the one before."""
    opaque: frozenset[str] = frozenset()
    """Node types whose content the grammar does not read although functions may stand there (macro calls)."""
    classes: tuple[tuple[str, str], ...] = ()
    """What is put around a function that stands alone only in a class: before it, after it."""
    block_end: bytes = b"}"
    """What ends a block on a line of its own; empty: indentation does."""

    @cached_property
    def dialects(self) -> list["Dialect"]:
        """The compiled grammar and queries, one for each grammar; compiled at first use in a process."""
        first = Grammar(self.name, "", self.functions, self.values)
        return [Dialect(grammar) for grammar in (first, *self.others)]


@dataclass(frozen=True, eq=False)
class Grammar:
    """A grammar with the queries that are written for it; see `LanguageRules`."""

    language: str
    """Whose grammar it is."""
    variant: str
    """The name of a grammar in the package that is not the language's first; empty: the first."""
    functions: str
    values: str | None
    foreign: re.Pattern[bytes] | None = None
    """What no source of this grammar holds: with it, fewer errors would be an accident."""


class Dialect:
    """A parser for one grammar, with its queries compiled."""

    def __init__(self, grammar: Grammar) -> None:
        language = grammar_of(grammar.language, grammar.variant)
        self.parser = Parser(language)
        self.functions = Query(language, grammar.functions)
        self.values = None if grammar.values is None else Query(language, grammar.values)
        self._foreign = grammar.foreign

    def never_reads(self, source: bytes) -> bool:
        """Whether `source` cannot be meant for this grammar, whatever it makes of it."""
        return self._foreign is not None and self._foreign.search(source) is not None
