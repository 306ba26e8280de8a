"""Java: Javadoc (`/** */`, and `///` of JDK 23) on methods and constructors; annotations are part of them."""

import re

from assets.source_code.languages.comments import DOC_BLOCK, clean_comment, forms
from assets.source_code.languages.rules import RETURN, LanguageRules

FUNCTIONS = """
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(constructor_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(compact_constructor_declaration name: (_) @name body: (_) @body) @function
[(block_comment) (line_comment)] @comment
"""

VALUES = """
(return_statement (_)) @value
[(method_declaration) (constructor_declaration) (lambda_expression)] @scope
"""


def bound_names(statement: str) -> frozenset[str] | None:
    """The last part of the name that is imported; null for a star."""
    name = statement.rstrip("; \t\n").rpartition(".")[2].strip()
    return None if name == "*" else frozenset({name})


RULES = LanguageRules(
    name="java",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"/\*\*|///"),),
    value_hint=RETURN,
    documentation_form=forms(doc_block=DOC_BLOCK, doc_lines=r"///(?!/)"),
    clean=clean_comment,
    import_nodes=frozenset({"import_declaration"}),
    bound_names=bound_names,
    classes=(("class A {", "}"),),
    functions_around=frozenset({"method_declaration", "constructor_declaration", "lambda_expression"}),
    classes_around=frozenset(
        {"class_body", "enum_body", "interface_body", "annotation_type_body", "record_declaration"}
    ),
    not_arguments=frozenset({"block_comment", "line_comment", "receiver_parameter"}),
)
