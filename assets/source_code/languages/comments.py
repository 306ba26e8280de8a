"""Documentation in comments: which forms a language has, and how their markers come off.

The forms: `doc_block` (`/** */`, `/*! */`), `doc_lines` (`///`, `//!`), `plain_lines` (`//` in Go, `#` in Ruby
and Bash), `plain_block` (`/* */` in Go), `rdoc_block` (`=begin`, `=end`). Tags (`@param`, `<summary>`, `:arg:`)
are part of the documentation and stay.
"""

import re
import textwrap
from collections.abc import Callable

DOC_BLOCK = r"/\*[*!](?![*</])"  # not a banner of stars, not what follows a member (`/**<`), not `/**/`
DOC_LINES = r"//[/!](?![/<])"

REGION = r"#?region\b|[ \t]*#?[ \t]*endregion\b|[ \t]*#region\b"
"""What an editor folds by, behind the marker of a line comment; `// region` with a space may begin a sentence."""

_LINE_MARKER = re.compile(r"^[ \t]*(?://[/!]|//|#+)", re.MULTILINE)
_STARS = re.compile(r"^[ \t]*\*+(?!/)", re.MULTILINE)
_RULER = re.compile(r"[-=*#~_/+ \t]*")


def forms(**patterns: str) -> Callable[[str], str | None]:
    """A language's `documentation_form`: the first form whose pattern the comment begins with, else null."""
    compiled = {form: re.compile(pattern) for form, pattern in patterns.items()}

    def form_of(comment: str) -> str | None:
        return next((form for form, pattern in compiled.items() if pattern.match(comment)), None)

    return form_of


def clean_comment(text: str) -> str:
    """The text of a documentation comment without its markers, its indentation normal.

    One space after each marker belongs to it. Rulers (`-----`) above and below the text go with the markers.
    """
    if text.startswith("=begin"):
        body = text.removeprefix("=begin").removesuffix("=end")
    elif text.startswith("/*"):
        body = text[2:].removesuffix("*/").lstrip("*!")
        rest = body.partition("\n")[2]
        # every line has its star, or the stars are a list's
        if rest and all(
            line.lstrip().startswith("*") for line in rest.rstrip("* \t").splitlines() if line.strip()
        ):
            body = _STARS.sub("", body)
    else:
        # every line stands behind a marker, the first as the others
        return _without_rulers(textwrap.dedent(_LINE_MARKER.sub("", text)))
    first, newline, rest = body.partition("\n")
    return _without_rulers(first.strip() + newline + textwrap.dedent(rest))


def _without_rulers(text: str) -> str:
    lines = text.split("\n")
    while lines and _RULER.fullmatch(lines[0]):
        lines.pop(0)
    while lines and _RULER.fullmatch(lines[-1]):
        lines.pop()
    return "\n".join(line.rstrip() for line in lines).strip()
