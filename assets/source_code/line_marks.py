"""Lines as an interpreter, an editor or a mail shows them, without what is before their code.

Prompts of interpreters, cells of a notebook, line numbers, marks of quotation, characters that nobody sees. Text in,
text out; whether what is left is code is for the caller to find out.
"""

import re
import textwrap
from collections.abc import Iterator

_PROMPT = re.compile(
    r"(?:>>>|In \[\d+\]:|irb(?:\([^)\n]*\))?[:\d]*>|\[\d+\] pry\([^)\n]*\)>|php >|jshell>|scala>|[ \t]*\d+>)(?:[ \t]|$)"
)
_FURTHER = re.compile(
    r"(?:\.\.\.>?|[ \t]+\.\.\.[:>]|irb(?:\([^)\n]*\))?[:\d]*\*|\[\d+\] pry\([^)\n]*\)\*|php [{(]|[ \t]*\d+\.)"
    r"(?:[ \t]|$)"
)
_NUMBER = re.compile(r"[ \t]*(\d+)(?:[ \t]?[|:.)\u2502]|(?=[ \t]|$))(.*)")
_CELL = re.compile(r"In \[[\d* ]*\]:[ \t]*$")
_RESULT = re.compile(r"Out\[\d+\]:")
_MAGIC = re.compile(r"[ \t]*(?:%{1,2}[A-Za-z]|![A-Za-z.]|\?\w)")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACES = {ord(space): " " for space in "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"}


def unmarked(code: str) -> Iterator[str]:
    """The texts that `code` may be without its marks, where it has some."""
    lines = code.split("\n")
    for found in (_session(lines), _cells(lines), _numbered(lines), _quoted(lines), _written_out(code)):
        if found is not None:
            yield found
    seen = code.translate(_SPACES | _UNSEEN)
    if seen != code:
        yield seen


def holds_session(code: str) -> bool:
    """Whether a line of `code` has an interpreter's prompt."""
    return any(_PROMPT.match(line) for line in textwrap.dedent(code).split("\n"))


def _session(lines: list[str]) -> str | None:
    """What was typed at an interpreter's prompts; what it answered is left out."""
    lines = textwrap.dedent("\n".join(lines)).split("\n")
    if not any(_PROMPT.match(line) for line in lines):
        return None
    typed: list[str] = []
    for line in lines:
        mark = _PROMPT.match(line) or (_FURTHER.match(line) if typed else None)
        if mark:
            typed.append(line[mark.end() :])
    return "\n".join(typed)


def _cells(lines: list[str]) -> str | None:
    """The code of a notebook's cells, without its own commands and without results."""
    kept: list[str] = []
    shown = False
    for line in lines:
        if _CELL.match(line) or not line.strip():
            shown = shown and not _CELL.match(line)
            kept.append("")
        elif _RESULT.match(line):
            shown = True
        elif not shown and not _MAGIC.match(line):
            kept.append(line)
    return (
        "\n".join(kept).strip("\n")
        if len([*filter(str.strip, kept)]) < len([*filter(str.strip, lines)])
        else None
    )


def _numbered(lines: list[str]) -> str | None:
    """Lines without their numbers, which go up by one."""
    found = [_NUMBER.match(line) for line in lines if line.strip()]
    if len(found) < 2 or not all(found):
        return None
    numbers = [int(match[1]) for match in found if match]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    return textwrap.dedent("\n".join(match[2].rstrip() for match in found if match))


def _quoted(lines: list[str]) -> str | None:
    """Lines without the mark of quotation that all of them have."""
    if not all(line.startswith(">") or not line.strip() for line in lines):
        return None
    return textwrap.dedent("\n".join(re.sub(r"^>", "", line) for line in lines))


def _written_out(code: str) -> str | None:
    r"""Code on one line in which `\n` is written for the ends of lines."""
    code = code.strip()
    if "\n" in code or "\\n" not in code:
        return None
    return re.sub(r"\\([nt\"'\\])", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), code).strip(
        "\"'"
    )
