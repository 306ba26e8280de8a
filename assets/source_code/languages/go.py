"""Go: doc comments (`//` lines or a block right above) on functions and methods; directives are no documentation."""

import re

from tree_sitter import Node

from assets.source_code.languages.comments import REGION, clean_comment, forms
from assets.source_code.languages.rules import LanguageRules

FUNCTIONS = """
(function_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(method_declaration name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(comment) @comment
"""

# a function with a result returns it: a bare `return` gives back named results
VALUES = """
(function_declaration result: (_) @value)
(method_declaration result: (_) @value)
(func_literal) @scope
"""

_SPEC = re.compile(r'(?:([\w.]+)[ \t]+)?("[^"\n]*"|`[^`\n]*`)')


def count_arguments(parameters: Node | None, function: Node) -> int:
    """Parameters by their names: `a, b int` are two."""
    if parameters is None:
        return 0
    declarations = [child for child in parameters.named_children if child.type != "comment"]
    return sum(max(1, len(declaration.children_by_field_name("name"))) for declaration in declarations)


def split_import(statement: str) -> list[str]:
    """An import declaration as one import a package."""
    bare = re.sub(r"//[^\n]*", "", statement.removeprefix("import"))
    return [f"import {name} {path}" if name else f"import {path}" for name, path in _SPEC.findall(bare)]


def bound_names(statement: str) -> frozenset[str] | None:
    """The alias, or the names that a package at such a path has by custom; null for a dot."""
    match = _SPEC.search(statement.removeprefix("import "))
    if match is None:
        return frozenset()
    alias, path = match.group(1), match.group(2)[1:-1]
    if alias:
        return None if alias == "." else frozenset({alias})
    parts = [part for part in path.split("/") if not re.fullmatch(r"v\d+", part)] or [path]
    last = re.sub(r"\.v\d+$", "", parts[-1])
    return frozenset({last, last.removeprefix("go-"), last.removesuffix("-go"), re.split(r"[-.]", last)[-1]})


RULES = LanguageRules(
    name="go",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"(?://[^\n]*|\*/[ \t]*)\nfunc\b"),),
    documentation_form=forms(
        plain_lines=rf"//(?!\w+:\w|nolint|export |line |extern |{REGION})", plain_block=r"/\*"
    ),
    clean=clean_comment,
    count_arguments=count_arguments,
    import_nodes=frozenset({"import_declaration"}),
    split_import=split_import,
    bound_names=bound_names,
    functions_around=frozenset({"function_declaration", "method_declaration", "func_literal"}),
    methods=frozenset({"method_declaration"}),
)
