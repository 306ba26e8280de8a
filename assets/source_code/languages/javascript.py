"""JavaScript with JSX: JSDoc on functions, methods, functions bound to a name, a property or an export."""

import re

from assets.source_code.languages.comments import DOC_BLOCK, clean_comment, forms
from assets.source_code.languages.rules import LanguageRules

_BOUND = """[
  (arrow_function [parameters: (_) @parameters parameter: (_) @parameters] body: (_) @body)
  (function_expression parameters: (_) @parameters body: (_) @body)
  (generator_function parameters: (_) @parameters body: (_) @body)
]"""

FUNCTIONS = f"""
(function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(generator_function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_definition name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(lexical_declaration . (variable_declarator name: (identifier) @name value: {_BOUND}) .) @function
(variable_declaration . (variable_declarator name: (identifier) @name value: {_BOUND}) .) @function
(expression_statement (assignment_expression left: (_) @name right: {_BOUND})) @function
(pair key: (_) @name value: {_BOUND}) @function
(export_statement value: {_BOUND}) @function
(comment) @comment
(decorator) @attribute
"""

FIELDS = f"(field_definition property: (_) @name value: {_BOUND}) @function"

VALUES = """
(return_statement (_)) @value
(arrow_function body: (expression) @value)
[
  (function_declaration) (generator_function_declaration) (method_definition)
  (arrow_function) (function_expression) (generator_function)
] @scope
"""

FUNCTIONS_AROUND = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "method_definition",
        "arrow_function",
        "function_expression",
        "generator_function",
    }
)

IMPORT = re.compile(rb"import\b(?!\s*\()|(?:const|let|var)\s[^=;]*=\s*require\s*\(")

_NAMES = re.compile(
    r"import\s+(?:type\s+)?(.*?)\s*(?:\bfrom\b|=\s*require)|(?:const|let|var)\s+(.*?)\s*=\s*require",
    re.DOTALL,
)


def bound_names(statement: str) -> frozenset[str]:
    """Names bound by an import or by a `require`; none where it is run for its effects."""
    clause = _NAMES.match(statement)
    if clause is None:
        return frozenset()
    parts = re.split(r"[,{}]", clause.group(1) or clause.group(2))
    names = (re.split(r"\bas\b|:", part)[-1].strip().removeprefix("type ").strip() for part in parts)
    return frozenset(name for name in names if name and name != "*")


_AMPERSANDS = re.compile(rb"[>}][^<>{}=()]*&[^<>{}=()]*(?=[<{])")
_NO_ENTITY = re.compile(rb"&(?!#?\w+;)")


def without_bare_ampersands(source: bytes) -> bytes:
    """`source` without each `&` in the text between two tags, which JSX allows and the grammar does not."""
    return _AMPERSANDS.sub(lambda text: _NO_ENTITY.sub(b" ", text.group()), source)


RULES = LanguageRules(
    name="javascript",
    functions=FUNCTIONS + FIELDS,
    values=VALUES,
    documentation_hints=(re.compile(rb"/\*\*"),),
    documentation_form=forms(doc_block=DOC_BLOCK),
    clean=clean_comment,
    wrappers=frozenset({"export_statement"}),
    import_nodes=frozenset({"import_statement", "lexical_declaration", "variable_declaration"}),
    import_pattern=IMPORT,
    bound_names=bound_names,
    views=(without_bare_ampersands,),
    classes=(("class A {", "}"), ("({", "})")),
    functions_around=FUNCTIONS_AROUND,
    classes_around=frozenset({"class_body", "object"}),
)
