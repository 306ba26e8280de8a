"""Values as HTML: code coloured by Pygments, everything escaped, and nothing that fools the eye.

A table holds what strangers wrote. Text is escaped where it is put into a page; characters that turn the order of
text around, or that are not seen, are shown by their number.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

LONGEST_COLOURED = 100_000
"""Characters of a text that is coloured; a longer one is shown plain."""

CODE = {
    "content", "seed", "code", "tests", "solution", "canonical_solution", "buggy_solution", "declaration",
    "test", "section_implementation", "section_tests", "imports",
}  # fmt: skip
"""Columns that hold code of the row's language."""

PROSE = {"prompt", "completion", "response", "messages", "instruction", "docstring", "detail", "output_tail"}
"""Columns that hold words, or words and code as Markdown has them."""

LEXERS = {"c": "c", "cpp": "cpp", "csharp": "csharp", "php": "php", "bash": "bash", "python": "python"}

LIGHT, DARK = "default", "github-dark"

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


def seen(text: str) -> str:
    """`text` with unseen characters, and those that turn its order around, as their numbers."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text.replace("\r\n", "\n"))


def value_text(value: object) -> str:
    """A value as one text: nothing for null, JSON for what has parts."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return str(value)


def is_code(column: str) -> bool:
    """Whether values of a column are shown with their line breaks, as code or as Markdown."""
    return column in CODE or column in PROSE


def coloured(
    column: str,
    value: object,
    language: str | None,
    *,
    numbered: int | None = None,
    lines: Sequence[int] = (),
) -> Markup:
    """A value of `column` as a block of HTML, coloured where it is code.

    `numbered` is the number of its first line, `lines` are those to be marked.
    """
    text = seen(messages_text(value) if column == "messages" else _lines(value))
    lexer = _lexer(column, value, language)
    if lexer is None or len(text) > LONGEST_COLOURED:
        return Markup('<pre class="plain" tabindex="0">{}</pre>').format(text)
    formatter = HtmlFormatter(
        nowrap=False,
        cssclass="code",
        linenos="table" if numbered is not None else False,
        linenostart=numbered or 1,
        hl_lines=list(lines),
        lineanchors="line" if numbered is not None else "",
    )
    return Markup(highlight(text, lexer, formatter))


def cut(text: str, length: int) -> str:
    """`text`, or its start with a mark that there is more; a block of code that is cut is closed."""
    if len(text) <= length:
        return text
    start = f"{text[:length]}…"
    return f"{start}\n```" if start.count("```") % 2 else start


def messages_text(value: object) -> str:
    """A conversation as one text."""
    if not isinstance(value, list):
        return value_text(value)
    return "\n\n".join(
        f"## {turn.get('role')}\n\n{turn.get('content')}" for turn in value if isinstance(turn, dict)
    )


def marked(text: str, search: str) -> Markup:
    """`text`, escaped, with what was searched for marked."""
    if not search:
        return escape(seen(text))
    pieces = re.split(f"({re.escape(search)})", seen(text), flags=re.IGNORECASE)
    parts = [Markup("<mark>{}</mark>").format(one) if n % 2 else escape(one) for n, one in enumerate(pieces)]
    return Markup("").join(parts)


@lru_cache(maxsize=1)
def style() -> str:
    """The style sheet of coloured code, light and dark."""
    light = HtmlFormatter(style=LIGHT, cssclass="code").get_style_defs(".code")
    dark = HtmlFormatter(style=DARK, cssclass="code").get_style_defs(".code")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _lines(value: object) -> str:
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return value_text(value)


def _lexer(column: str, value: object, language: str | None) -> Lexer | None:
    if value is None:
        return None
    if column in CODE and (isinstance(value, str) or column == "imports"):
        name = LEXERS.get(language or "", language or "")
    elif column in PROSE:
        name = "markdown"
    elif isinstance(value, list | dict):
        name = "json"
    else:
        return None
    return _lexer_named(name)


@lru_cache(maxsize=64)
def _lexer_named(name: str) -> Lexer | None:
    try:
        tagless = {"startinline": True} if name == "php" else {}
        # text as it is; Markdown's last fence needs its line to end
        return get_lexer_by_name(name, stripnl=False, ensurenl=name == "markdown", **tagless)
    except ClassNotFound:
        return None
