"""C#: XML documentation (`///`, `/** */`) on methods, constructors, operators, local functions; attributes included."""

import re

from tree_sitter import Node

from assets.source_code.languages.comments import DOC_BLOCK, clean_comment, forms
from assets.source_code.languages.preprocessor import longest_branches
from assets.source_code.languages.rules import LanguageRules

FUNCTIONS = """
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(local_function_statement name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(constructor_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(destructor_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(operator_declaration operator: _ @name parameters: (_) @parameters body: (_) @body) @function
(conversion_operator_declaration type: (_) @name parameters: (_) @parameters body: (_) @body) @function
(comment) @comment
"""

VALUES = """
(return_statement (_)) @value
((method_declaration returns: (_) @type body: (arrow_expression_clause) @value) (#not-eq? @type "void"))
((local_function_statement type: (_) @type body: (arrow_expression_clause) @value) (#not-eq? @type "void"))
(operator_declaration body: (arrow_expression_clause) @value)
(conversion_operator_declaration body: (arrow_expression_clause) @value)
[
  (method_declaration) (local_function_statement) (constructor_declaration) (operator_declaration)
  (conversion_operator_declaration) (lambda_expression) (anonymous_method_expression)
] @scope
"""


def count_arguments(parameters: Node | None, function: Node) -> int:
    """Parameters as written; a `params` array is no node of its own."""
    if parameters is None:
        return 0
    return sum(child.type == "parameter" for child in parameters.named_children) + len(
        parameters.children_by_field_name("name")
    )


def bound_names(statement: str) -> frozenset[str] | None:
    """The alias of `using X = ...`; what a namespace brings is not known."""
    alias = re.match(r"(?:global\s+)?using\s+(\w+)\s*=", statement)
    return frozenset({alias.group(1)}) if alias else None


RULES = LanguageRules(
    name="csharp",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"///|/\*\*"),),
    documentation_form=forms(doc_lines=r"///(?!/)", doc_block=DOC_BLOCK),
    clean=clean_comment,
    count_arguments=count_arguments,
    import_nodes=frozenset({"using_directive"}),
    around_imports=frozenset(
        {
            "namespace_declaration",
            "file_scoped_namespace_declaration",
            "declaration_list",
            "preproc_if",
            "preproc_else",
            "preproc_elif",
        }
    ),
    bound_names=bound_names,
    views=(longest_branches,),
    classes=(("class A {", "}"),),
    functions_around=frozenset(
        {
            "method_declaration",
            "local_function_statement",
            "constructor_declaration",
            "lambda_expression",
            "anonymous_method_expression",
            "accessor_declaration",
        }
    ),
    classes_around=frozenset(
        {
            "class_declaration",
            "struct_declaration",
            "record_declaration",
            "interface_declaration",
            "enum_declaration",
        }
    ),
)
