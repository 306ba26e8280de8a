"""C++ and C: Doxygen comments on definitions; templates, friends and operators included, also out of their class."""

import re

import tree_sitter_cpp
from tree_sitter import Node

from assets.source_code.languages.comments import DOC_BLOCK, DOC_LINES, clean_comment, forms
from assets.source_code.languages.rules import RETURN, LanguageRules

_DECLARATOR = "(function_declarator declarator: (_) @name parameters: (_) @parameters)"
_REFERENCE = "[(pointer_declarator {0}) (reference_declarator {0})]"
_DECLARATORS = [
    _DECLARATOR,
    _REFERENCE.format(_DECLARATOR),
    _REFERENCE.format(f"(pointer_declarator {_DECLARATOR})"),
]

FUNCTIONS = "\n".join(
    f"(function_definition declarator: {declarator} body: (compound_statement) @body) @function"
    for declarator in [*_DECLARATORS, "(operator_cast) @name"]
)

VALUES = """
(return_statement (_)) @value
(co_return_statement (_)) @value
[(function_definition) (lambda_expression)] @scope
"""


def count_arguments(parameters: Node | None, function: Node) -> int:
    """Parameters as written; `(void)` has none."""
    if parameters is None or parameters.text == b"(void)":
        return 0
    return sum(child.type != "comment" for child in parameters.named_children)


def bound_names(statement: str) -> frozenset[str] | None:
    """The name that a using declaration binds; not known for headers and namespaces."""
    declaration = re.match(r"using\s+(?!namespace\b)[\w:]*?(\w+)\s*(?:;|=)", statement)
    return frozenset({declaration.group(1)}) if declaration else None


RULES = LanguageRules(
    name="cpp",
    grammar=tree_sitter_cpp.language,
    functions=FUNCTIONS + "(comment) @comment",
    values=VALUES,
    documentation_hints=(re.compile(rb"/\*[*!]|//[/!]"),),
    value_hint=RETURN,
    documentation_form=forms(doc_block=DOC_BLOCK, doc_lines=DOC_LINES),
    clean=clean_comment,
    count_arguments=count_arguments,
    wrappers=frozenset({"template_declaration", "friend_declaration"}),
    import_nodes=frozenset({"preproc_include", "using_declaration", "alias_declaration"}),
    around_imports=frozenset(
        {
            "preproc_ifdef",
            "preproc_if",
            "preproc_else",
            "preproc_elif",
            "linkage_specification",
            "namespace_definition",
            "declaration_list",
        }
    ),
    bound_names=bound_names,
    functions_around=frozenset({"function_definition", "lambda_expression"}),
    classes_around=frozenset({"class_specifier", "struct_specifier", "union_specifier"}),
)
