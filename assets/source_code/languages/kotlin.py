"""Kotlin: KDoc (`/** */`) on functions with a body, extensions and members included; annotations are part of them."""

import re

from tree_sitter import Node

from assets.source_code.languages.comments import DOC_BLOCK, clean_comment, forms
from assets.source_code.languages.rules import LanguageRules

FUNCTIONS = """
(function_declaration name: (_) @name (function_value_parameters) @parameters (function_body) @body) @function
[(block_comment) (line_comment)] @comment
(annotated_expression (annotation)) @attribute
"""

VALUES = """
(return_expression (_)) @value
(function_body "=" @value)
[(function_declaration) (lambda_literal) (anonymous_function)] @scope
"""


def count_arguments(parameters: Node | None, function: Node) -> int:
    """Parameters as written; default values and modifiers are beside them in the tree."""
    return 0 if parameters is None else sum(child.type == "parameter" for child in parameters.named_children)


def bound_names(statement: str) -> frozenset[str] | None:
    """The alias or the last part of the name that is imported; null for a star."""
    name = re.split(r"\bas\b|\.", statement.removeprefix("import"))[-1].strip("`; \t\n")
    return None if name == "*" else frozenset({name})


RULES = LanguageRules(
    name="kotlin",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"/\*\*"),),
    documentation_form=forms(doc_block=DOC_BLOCK.replace("[*!]", r"\*")),
    clean=clean_comment,
    count_arguments=count_arguments,
    import_nodes=frozenset({"import"}),
    bound_names=bound_names,
    classes=(("class A {", "}"),),
    functions_around=frozenset({"function_declaration", "lambda_literal", "anonymous_function"}),
    classes_around=frozenset({"class_body", "enum_class_body"}),
)
