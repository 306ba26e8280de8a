"""TypeScript and TSX: as JavaScript, with overload signatures, decorators beside what they decorate, fields.

A file that the TypeScript grammar finds errors in is tried as TSX: the two differ in what `<T>` means.
"""

import re
from dataclasses import replace

from assets.source_code.languages import javascript
from assets.source_code.languages.rules import Grammar

FIELDS = javascript.FIELDS.replace("field_definition property:", "public_field_definition name:")

OVERLOADS = """
(function_signature name: (_) @overload_of) @attribute
(export_statement declaration: (function_signature name: (_) @overload_of)) @attribute
(class_body (method_signature name: (_) @overload_of) @attribute)
"""

_FUNCTIONS = javascript.FUNCTIONS + FIELDS + OVERLOADS

RULES = replace(
    javascript.RULES,
    name="typescript",
    functions=_FUNCTIONS,
    others=(Grammar("typescript", "language_tsx", _FUNCTIONS, javascript.VALUES),),
    classes=(("abstract class A {", "}"), ("({", "})")),
    documentation_hints=(re.compile(rb"/\*\*"),),
    around_imports=frozenset({"expression_statement", "internal_module", "module", "statement_block"}),
)
