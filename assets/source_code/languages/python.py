"""Python: functions whose body begins with a docstring (PEP 257); decorators belong to the text."""

import ast
import inspect
import re
import warnings

from assets.source_code.languages.rules import LanguageRules

# a comment before the docstring stands outside the block
FUNCTIONS = """
(function_definition
  name: (identifier) @name
  parameters: (parameters) @parameters
  body: (block . (expression_statement . [
    (string) @docstring
    (concatenated_string) @docstring
    (parenthesized_expression [(string) (concatenated_string)] @docstring)
    (parenthesized_expression (parenthesized_expression [(string) (concatenated_string)] @docstring))
  ] .)) @body
) @function
"""

VALUES = """
(return_statement (_)) @value
(function_definition) @scope
"""

_PREFIX = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
_QUOTES = {
    '"""': "triple_double_quoted",
    "'''": "triple_single_quoted",
    '"': "double_quoted",
    "'": "single_quoted",
}
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_DEFINITION = re.compile(
    rb"^(?:@(?:[^\n]*\n(?!def |class |async def ))*+[^\n]*\n)?(?:def |class |async def )", re.M
)
_COMMENT = re.compile(r"#[^\n]*")


def docstring_form(literal: str) -> str | None:
    """How a docstring is quoted (`raw_` before it for a raw one); null where Python sees no docstring.

    Bytes and f-strings are none. Pieces that stand side by side are `concatenated`, unless one of them is
    bytes or an f-string.
    """
    opening = _PREFIX.match(literal)
    if opening is None:
        return None
    prefix, quotes = opening.group(1).lower(), opening.group(2)
    if "b" in prefix or "f" in prefix or "t" in prefix:
        return None
    plain = _ESCAPE.sub("..", literal) if "\\" in literal else literal
    if plain.find(quotes, opening.end()) != len(literal) - len(quotes):
        return "concatenated" if _is_text(literal) else None
    return ("raw_" if "r" in prefix else "") + _QUOTES[quotes]


def clean(literal: str) -> str:
    """The docstring that Python gives a function with this literal, indentation normal (`inspect.cleandoc`)."""
    opening = _PREFIX.match(literal)
    if opening is None:
        return literal.strip()
    start, quotes = opening.end(), opening.group(2)
    end = len(literal) - len(quotes)
    if "\\" in literal or literal.find(quotes, start) != end:
        try:
            value = ast.literal_eval(f"({literal})")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            value = literal[start:end]  # an escape that is no escape: the text as it stands
        text = value if isinstance(value, str) else literal[start:end]
    else:
        text = literal[start:end]
    return inspect.cleandoc(text).rstrip() if "\n" in text or "\t" in text else text.strip()


def split_import(statement: str) -> list[str]:
    """An import statement as statements that bind one name each."""
    flat = " ".join(_COMMENT.sub("", statement).replace("\\\n", " ").split())
    if flat.startswith("from "):
        module, _, names = flat[5:].partition(" import")
        items = [item.strip() for item in names.strip(" ()").split(",")]
        return [f"from {module.strip()} import {item}" for item in items if item]
    return [f"import {item.strip()}" for item in flat.removeprefix("import ").split(",") if item.strip()]


def bound_names(statement: str) -> frozenset[str] | None:
    """What a statement of `split_import` binds; null for `from __future__`, which changes every text.

    What a star binds is not known, and a seed that needs it cannot be told from one that does not: nothing.
    """
    if statement.startswith("from __future__"):
        return None
    item = statement.rpartition("import ")[2]
    name = item.rpartition(" as ")[2] if " as " in item else item.partition(".")[0]
    return frozenset() if name == "*" else frozenset({name})


def stands_alone(text: str) -> bool:
    """Whether Python takes the text; its grammar here forgives indentation that Python does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
    return True


def _is_text(literal: str) -> bool:
    try:
        return isinstance(ast.literal_eval(f"({literal})"), str)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False


RULES = LanguageRules(
    name="python",
    functions=FUNCTIONS,
    values=VALUES,
    documentation_hints=(
        # a colon, then a string, in parentheses or not: in a line below, only comments between; or in the same
        # line, if not as the value of a dictionary that has a string for its key
        re.compile(
            rb":(?:[ \t\f]*\\?(?:#[^\n]*)?\n(?:\s|\\\n|\(|#[^\n]*\n)*|(?<![\"']:)[ \t\f(]*)[rRuU]?(?=[\"'])."
        ),
        # the same line, after an annotation that is a string
        re.compile(rb"->[^\n]*[\"']:[ \t\f(]*[rRuU]?(?=[\"'])."),
    ),
    documentation_is_inside=True,
    # a line of decorators begins one, unless another stands right above; what stands under decorators begins none
    top_level_definition=_DEFINITION,
    long_quotes=(b'"""', b"'''"),
    wrappers=frozenset({"decorated_definition"}),
    value_hint=re.compile(rb"return\b[ \t\f]*(?:\\\n|[^\s#;])"),
    documentation_form=docstring_form,
    clean=clean,
    import_nodes=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
    around_imports=frozenset(
        {
            "if_statement",
            "elif_clause",
            "else_clause",
            "try_statement",
            "except_clause",
            "finally_clause",
            "with_statement",
            "block",
        }
    ),
    bound_names=bound_names,
    split_import=split_import,
    block_end=b"",
    functions_around=frozenset({"function_definition", "lambda"}),
    classes_around=frozenset({"class_definition"}),
    not_arguments=frozenset({"comment", "keyword_separator", "positional_separator"}),
    stands_alone=stands_alone,
)
