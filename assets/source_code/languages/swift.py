"""Swift: documentation comments (`///`, `/** */`) on functions and initialisers; attributes are part of them."""

import re

from tree_sitter import Node

from assets.source_code.languages.comments import DOC_BLOCK, clean_comment, forms
from assets.source_code.languages.preprocessor import longest_branches
from assets.source_code.languages.rules import LanguageRules

# an operator has a token for its name
FUNCTIONS = """
(function_declaration name: _ @name body: (function_body) @body) @function
(init_declaration "init" @name body: (function_body) @body) @function
(deinit_declaration "deinit" @name body: (function_body) @body) @function
[(comment) (multiline_comment)] @comment
"""

# what is declared behind the arrow is returned, with or without the word
VALUES = """
(
  (function_declaration "->" . (_) @value)
  (#not-eq? @value "Void") (#not-eq? @value "()") (#not-eq? @value "Never")
)
[(function_declaration) (init_declaration)] @scope
"""


def count_arguments(parameters: Node | None, function: Node) -> int:
    """Parameters as written; they have no list around them."""
    return sum(child.type == "parameter" for child in function.named_children)


# behind what an operand cannot end with; a slash or a star is no first character of it
_REGEX_LITERAL = re.compile(
    rb"(?:[(,=:\[{!&|?;]|\b(?:return|try|in|case|where|await|if|guard|while))[ \t]*"
    rb"(/(?![\s/*])(?:[^/\\\n]|\\.)*(?<!\s)/(?![/*])|#/[^\n]*?/#)"
)


def without_regex_literals(source: bytes) -> bytes:
    """`source` with an empty string for each regex literal: the grammar takes two slashes in one for a comment."""
    return _REGEX_LITERAL.sub(_as_string, source)


def _as_string(match: re.Match[bytes]) -> bytes:
    before = match.start(1) - match.start()
    return match.group()[:before] + b'"' + b" " * (match.end() - match.start(1) - 2) + b'"'


RULES = LanguageRules(
    name="swift",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"///|/\*\*"),),
    documentation_form=forms(doc_lines=r"///(?!/)", doc_block=DOC_BLOCK),
    clean=clean_comment,
    count_arguments=count_arguments,
    import_nodes=frozenset({"import_declaration"}),
    views=(longest_branches, without_regex_literals),
    classes=(("class A {", "}"),),
    functions_around=frozenset(
        {"function_declaration", "init_declaration", "lambda_literal", "computed_property"}
    ),
    classes_around=frozenset({"class_body", "protocol_body", "enum_class_body"}),
)
