"""Rust: rustdoc (`///`, `/** */`) on functions, attributes in any place between; trait and impl methods."""

import re

from assets.source_code.languages.comments import clean_comment, forms
from assets.source_code.languages.rules import LanguageRules

FUNCTIONS = """
(function_item name: (_) @name parameters: (_) @parameters body: (_) @body) @function
[(line_comment) (block_comment)] @comment
(attribute_item) @attribute
"""

# the last expression is the value, so only the signature tells
VALUES = """
((function_item return_type: (_) @value) (#not-eq? @value "()") (#not-eq? @value "!"))
(function_item) @scope
"""


def bound_names(statement: str) -> frozenset[str] | None:
    """The last parts and aliases of a use tree; null for a star."""
    if "*" in statement:
        return None
    names = set(re.findall(r"(\w+)\s*(?=[,};]|$)", statement))
    if "self" in names:
        names |= set(re.findall(r"(\w+)\s*::\s*\{[^{}]*\bself\b", statement))
    return frozenset(names - {"self", "_"})


RULES = LanguageRules(
    name="rust",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"///|/\*\*"),),
    documentation_form=forms(doc_lines=r"///(?!/)", doc_block=r"/\*\*(?![*/])"),
    clean=clean_comment,
    import_nodes=frozenset({"use_declaration", "extern_crate_declaration"}),
    bound_names=bound_names,
    opaque=frozenset({"token_tree"}),
    classes=(("impl A {", "}"),),
    functions_around=frozenset({"function_item", "closure_expression"}),
    classes_around=frozenset({"impl_item", "trait_item"}),
    not_arguments=frozenset({"line_comment", "block_comment", "attribute_item"}),
)
