"""C++ and C: Doxygen comments on definitions; templates, friends and operators included, also out of their class."""

import re

from tree_sitter import Node

from assets.source_code.languages.comments import DOC_BLOCK, DOC_LINES, clean_comment, forms
from assets.source_code.languages.preprocessor import blank_matches, longest_branches
from assets.source_code.languages.rules import RETURN, Grammar, LanguageRules

_DECLARATOR = "(function_declarator declarator: (_) @name parameters: (_) @parameters)"
_REFERENCE = "[(pointer_declarator {0}) (reference_declarator {0})]"
_DECLARATORS = [
    _DECLARATOR,
    _REFERENCE.format(_DECLARATOR),
    _REFERENCE.format(f"(pointer_declarator {_DECLARATOR})"),
]

_C_DECLARATORS = [
    _DECLARATOR,
    f"(pointer_declarator {_DECLARATOR})",
    f"(pointer_declarator (pointer_declarator {_DECLARATOR}))",
]

FUNCTIONS = "\n".join(
    f"(function_definition declarator: {declarator} body: (compound_statement) @body) @function"
    for declarator in [*_DECLARATORS, "(operator_cast) @name"]
)

_ALL = FUNCTIONS + "(comment) @comment"
C_FUNCTIONS = (
    "\n".join(
        f"(function_definition declarator: {declarator} body: (compound_statement) @body) @function"
        for declarator in _C_DECLARATORS
    )
    + "(comment) @comment"
)

VALUES = """
(return_statement (_)) @value
(co_return_statement (_)) @value
[(function_definition) (lambda_expression)] @scope
"""


C_VALUES = """
(return_statement (_)) @value
(function_definition) @scope
"""

_CPP_ALONE = re.compile(
    rb"::|\btemplate\s*<|^[ \t]*(?:namespace|class|using|public|private|protected)\b|\boperator\s*[^\w\s]"
    rb"|~\w+\s*\(\s*\)\s*\{",
    re.MULTILINE,
)
_MACRO = rb"(?:[A-Z_][A-Z0-9_]*|\w+_(?:API|api|EXPORT|export|DLL|Export))\b(?:[ \t]*\([^()\n]*\))?"
_CLASS_MACRO = re.compile(
    rb"\b(?:class|struct|union)\s+((?:"
    + _MACRO
    + rb"\s+)+)(?=(?!final\b)\w[\w:]*(?:<[^;{}()]*>)?\s*(?:final\b\s*)?[:{])"
)
_MACRO_LINE = re.compile(
    rb"^[ \t]*([A-Z][A-Z0-9_]{2,}[ \t]*(?:\((?:[^(){};]|\([^(){};]*\))*\))?)[ \t]*(?:(?://|/\*)[^\n]*)?$(?!\s*[{:(])",
    re.MULTILINE,
)
_QT_SECTION = re.compile(
    rb"^[ \t]*(?:public|protected|private)?([ \t]*(?:slots|Q_SLOTS|signals|Q_SIGNALS))[ \t]*:", re.MULTILINE
)


_BEFORE_NAME = re.compile(rb"(?<=[\w*&>])[ \t]+(" + _MACRO + rb")[ \t]+(?=[\w:~]+[ \t]*\()")
_BEFORE_TYPE = re.compile(
    rb"\b(" + _MACRO + rb")[ \t\n]+(?=(?:[\w:]+(?:<[^;{}()]*>)?[ \t]*[*&]*[ \t]+)+[*&]*[\w:~]+[ \t]*\()"
)
_AFTER_PARAMETERS = re.compile(
    rb"\)[ \t\n]*(?:(?:const|noexcept|override|final|volatile)\b[ \t\n]*)*((?:"
    + _MACRO
    + rb"[ \t\n]*)+)(?=[{;:]|->|(?:const|override|noexcept|final)\b)"
)


def without_class_macros(source: bytes) -> bytes:
    """`source` without the macros between `class` and its name, which would make the class a function."""
    return blank_matches(_CLASS_MACRO, source)


def without_macro_lines(source: bytes) -> bytes:
    """`source` without lines that are one macro, and Qt's words behind `public` and its kin."""
    return blank_matches(_QT_SECTION, blank_matches(_MACRO_LINE, source))


def without_function_macros(source: bytes) -> bytes:
    """`source` without macros in the heads of functions: before the type, the name or the body."""
    for pattern in (_BEFORE_NAME, _BEFORE_TYPE, _AFTER_PARAMETERS):
        source = blank_matches(pattern, source)
    return source


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
    functions=_ALL,
    others=(Grammar("c", "", C_FUNCTIONS, C_VALUES, foreign=_CPP_ALONE),),
    without_macros=without_class_macros,
    views=(longest_branches, without_macro_lines, without_function_macros),
    classes=(("class A {", "};"),),
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
