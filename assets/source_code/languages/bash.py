"""Bash: `#` blocks right above functions, in either way of writing them; the shebang and directives are none.

A shell function has no parameters to count and gives values by its output, so both signals stay null.
"""

import re

from tree_sitter import Node

from assets.source_code.languages.comments import REGION, clean_comment, forms
from assets.source_code.languages.rules import LanguageRules

FUNCTIONS = """
(function_definition name: (_) @name body: (_) @body) @function
(comment) @comment
"""


def count_arguments(parameters: Node | None, function: Node) -> None:
    """Not known."""


RULES = LanguageRules(
    name="bash",
    functions=FUNCTIONS,
    values=None,
    documentation_hints=(re.compile(rb"#[^\n]*\n[ \t]*(?:#|function\b|[^\s#(]+[ \t]*\()"),),
    documentation_form=forms(plain_lines=rf"#(?!!|\s*shellcheck\b|\s*(?:-\*-|vim:)|{REGION})"),
    clean=clean_comment,
    count_arguments=count_arguments,
    import_nodes=frozenset({"command"}),
    import_pattern=re.compile(rb"(?:source|\.)[ \t]"),
    around_imports=frozenset({"if_statement", "list", "program", "else_clause"}),
    functions_around=frozenset({"function_definition"}),
)
