"""Which nodes of a syntax tree make a program's shape: kinds by name, one table for the grammars of all languages.

A shape is what is left of code when names, literals, comments, types and formatting are gone. Grammars name their
kinds much alike, so that regular expressions over the names serve every language of the registry.
"""

import builtins
import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import tree_sitter
import xxhash
from numpy.typing import NDArray

from assets.contamination.library_names import library_names

NAME = re.compile(
    r".*identifier|name|word|constant|variable_name|command_name|label_name|special_variable_name|dotted_name"
)
LITERAL = re.compile(r".*string.*|char_literal|character(_literal)?|heredoc_.*|nowdoc.*")
NOTHING = re.compile(
    r".*comment|(.*_)?type|type_(annotation|argument|arguments|argument_list|parameter|parameters|parameter_list)"
    r"|sized_type_specifier|type_specifier"
    r"|placeholder_type_specifier|template_(argument|parameter)_list|type_qualifier|storage_class_specifier|modifiers?"
    r"|.*_modifiers?|(marker_)?annotation|attribute_(list|item|declaration)|decorator|php_tag|lifetime|mutable_specifier"
    r"|import.*|using_directive|use_declaration|preproc_include|package_.*|future_import_statement|namespace_use_declaration"
)
PUNCTUATION = frozenset(["(", ")", "[", "]", "{", "}", ",", ";", ":", "->", "=>", ".", "::", "\n"])
"""What only separates: the tree says as much, and whether a last comma or semicolon stands is formatting."""
UNSEEN = re.compile(
    r"parenthesized_(expression|statements|pattern|list_splat)|(typed_|default_|typed_default_)parameter|as_pattern_target"
)
"""Brackets and the like: what stands in them counts as if it stood alone."""
ERROR = 65535
"""The kind of what a grammar cannot read."""
BODY = re.compile(
    r"block|statement_block|compound_statement|declaration_list|class_body|switch_(body|block)|block_body|body_statement"
    r"|then|do|do_block|do_group|statements|statement_list|function_body|source_file|program|module|compilation_unit"
    r"|translation_unit|match_block|constructor_body|colon_block|field_declaration_list|enum_class_body"
)
"""Nodes whose children are statements: the statements count one by one, so that their order does not."""
FUNCTION = re.compile(
    r"function_definition|function_declaration|function_item|method_declaration|method_definition|method"
    r"|singleton_method|constructor_declaration|local_function_statement|generator_function(_declaration)?"
    r"|function_expression|arrow_function|anonymous_function|func_literal|init_declaration|secondary_constructor"
)
USE = re.compile(
    r".*call(_expression)?|.*invocation(_expression)?|attribute|.*(member|field|selector|navigation|scoped|qualified)"
    r"(_call|_access)?(_expression|_identifier|_name|_suffix)?|command|command_name|method_reference|macro_invocation"
)
"""Nodes in which a name of the library is used as such: a variable may bear the same name by chance."""
MODIFIERS_THAT_ARE_STATEMENTS = frozenset(
    {"if_modifier", "unless_modifier", "while_modifier", "until_modifier", "rescue_modifier"}
)


@dataclass(frozen=True, eq=False)
class Kinds:
    """What the kinds of one grammar mean, by their numbers; `symbols[kind]` is the hash of its name."""

    symbols: NDArray[np.uint64]
    nothing: frozenset[int]
    unseen: frozenset[int]
    names: frozenset[int]
    literals: frozenset[int]
    bodies: frozenset[int]
    functions: frozenset[int]
    uses: frozenset[int]
    named: frozenset[int]
    statement: int  # an expression that stands as a statement; -1: the grammar has none
    library: dict[bytes, int]  # names that nobody can change, to their symbols' places behind the kinds
    everywhere: frozenset[bytes]  # those that count wherever they stand


@cache
def kinds_of(language: str, grammar: tree_sitter.Language) -> Kinds:
    """The meaning of the kinds of `grammar`, one of those of `language`."""
    names = [grammar.node_kind_for_id(number) or "" for number in range(grammar.node_kind_count)]
    named = {number for number in range(len(names)) if grammar.node_kind_is_named(number)}

    def those(pattern: re.Pattern[str]) -> frozenset[int]:
        return frozenset(number for number in named if pattern.fullmatch(names[number]))

    nothing = frozenset(n for n in those(NOTHING) if names[n] not in MODIFIERS_THAT_ARE_STATEMENTS)
    of_names = those(NAME) - nothing
    nothing |= {number for number, name in enumerate(names) if number not in named and name in PUNCTUATION}
    library = sorted(library_names(language))
    symbols = ["name" if number in of_names else name for number, name in enumerate(names)]
    return Kinds(
        symbols=np.array(
            [
                xxhash.xxh64_intdigest(symbol.encode())
                for symbol in (*symbols, *map("the name {}".format, library))
            ],
            np.uint64,
        ),
        nothing=nothing,
        unseen=those(UNSEEN) | {ERROR},
        names=of_names,
        literals=those(LITERAL),
        bodies=those(BODY),
        functions=those(FUNCTION),
        uses=those(USE),
        named=frozenset(named),
        statement=grammar.id_for_node_kind("expression_statement", True) or -1,
        everywhere=frozenset(name.encode() for name in (dir(builtins) if language == "python" else ())),
        library={name.encode(): len(names) + place for place, name in enumerate(library)},
    )
