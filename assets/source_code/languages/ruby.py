"""Ruby: comments (`#` lines, `=begin`) right above methods; magic comments and directives are no documentation."""

import re

from assets.source_code.languages.comments import REGION, clean_comment, forms
from assets.source_code.languages.rules import LanguageRules

_NO_DIRECTIVE = (
    r"(?!!|\s*(?:frozen_string_literal|encoding|coding|warn_indent|typed|rubocop|:nodoc|-\*-|vim:)"
    rf"|{REGION})"
)

# methods may have no parameters and no body; of two matches the one with more captures counts
FUNCTIONS = """
(method name: (_) @name) @function
(method name: (_) @name body: (_) @body) @function
(method name: (_) @name parameters: (_) @parameters) @function
(method name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(singleton_method name: (_) @name) @function
(singleton_method name: (_) @name body: (_) @body) @function
(singleton_method name: (_) @name parameters: (_) @parameters) @function
(singleton_method name: (_) @name parameters: (_) @parameters body: (_) @body) @function
(comment) @comment
((call method: (identifier) @sig !receiver) @attribute (#eq? @sig "sig"))
"""

# a method gives the value of its last expression, whatever that is
VALUES = """
(method body: (_) @value)
(singleton_method body: (_) @value)
[(method) (singleton_method)] @scope
"""

RULES = LanguageRules(
    name="ruby",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(re.compile(rb"(?:#[^\n]*|\n=end[^\n]*)\n\s*(?:[\w ]+ )?(?:def|sig)\b"),),
    documentation_form=forms(rdoc_block="=begin", plain_lines=f"#{_NO_DIRECTIVE}"),
    clean=clean_comment,
    wrappers=frozenset({"argument_list", "call"}),
    import_nodes=frozenset({"call"}),
    import_pattern=re.compile(rb"require(?:_relative)?\b"),
    block_end=b"end",
    functions_around=frozenset({"method", "singleton_method", "lambda"}),
    classes_around=frozenset({"class", "module", "singleton_class"}),
)
