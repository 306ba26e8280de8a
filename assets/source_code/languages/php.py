"""PHP: PHPDoc on functions and methods; attributes are part of them. A file begins with its opening tag."""

import re

from assets.source_code.languages.comments import DOC_BLOCK, clean_comment, forms
from assets.source_code.languages.rules import RETURN, Grammar, LanguageRules

FUNCTIONS = """
(function_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(comment) @comment
"""

VALUES = """
(return_statement (_)) @value
[(function_definition) (method_declaration) (anonymous_function) (arrow_function)] @scope
"""


def bound_names(statement: str) -> frozenset[str]:
    """The last parts and aliases of what a `use` names."""
    return frozenset(re.findall(r"(\w+)\s*(?=[,};]|$)", statement))


RULES = LanguageRules(
    name="php",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"/\*\*"),),
    value_hint=re.compile(RETURN.pattern, re.IGNORECASE),
    documentation_form=forms(doc_block=DOC_BLOCK),
    clean=clean_comment,
    import_nodes=frozenset({"namespace_use_declaration"}),
    around_imports=frozenset({"namespace_definition", "compound_statement", "declaration_list"}),
    bound_names=bound_names,
    others=(Grammar("php", "language_php_only", FUNCTIONS, VALUES),),
    opening=re.compile(rb"<\?"),
    classes=(("abstract class A {", "}"),),
    functions_around=frozenset(
        {"function_definition", "method_declaration", "anonymous_function", "arrow_function"}
    ),
    classes_around=frozenset(
        {
            "class_declaration",
            "trait_declaration",
            "interface_declaration",
            "enum_declaration",
            "anonymous_class",
        }
    ),
)
