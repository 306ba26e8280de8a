"""Answers that say what to change: unified diffs and search-and-replace blocks, applied to the code that they change.

A patch counts where what it takes away is in the code as it is said, or where it says a whole file. Nothing is
guessed: a patch that fits nowhere is no code.
"""

import re
from dataclasses import dataclass

WORDS = frozenset({"diff", "patch", "udiff"})
"""Words after a fence that announce a patch."""

_HEAD = re.compile(
    r"(?:diff |index |--- |\+\+\+ |\*\*\* |similarity |rename |new file|deleted file|\\ No newline)"
)
_SEARCH = re.compile(r"(?ms)^<{5,9}[^\n]*\n(.*?)^={5,9}[ \t]*\n(.*?)^>{5,9}[^\n]*$")


@dataclass(frozen=True)
class Hunk:
    """Lines that stood there, and lines that are there now."""

    old: tuple[str, ...]
    new: tuple[str, ...]


def hunks_of(text: str) -> list[Hunk]:
    """The changes that `text` says; none where it is no patch."""
    replaced = [Hunk(_lines(old), _lines(new)) for old, new in _SEARCH.findall(text)]
    if replaced:
        return replaced
    lines = text.split("\n")
    if not any(line[:1] in "+-" and line[:1] for line in lines):
        return []
    found: list[Hunk] = []
    old: list[str] = []
    new: list[str] = []
    for line in [*lines, "@@"]:
        if line.startswith("@@"):
            if old or new:
                found.append(Hunk(tuple(old), tuple(new)))
            old, new = [], []
        elif _HEAD.match(line):
            continue
        elif line.startswith("-"):
            old.append(line[1:])
        elif line.startswith("+"):
            new.append(line[1:])
        elif line.startswith(" ") or not line:
            old.append(line[1:])
            new.append(line[1:])
        else:
            return []  # a line that no patch has
    return found


def applied(hunks: list[Hunk], code: str) -> str | None:
    """`code` after the changes; null where a part that they change is not in it."""
    lines = code.split("\n")
    for hunk in hunks:
        old, new = _trimmed(hunk)
        place = _place(lines, old)
        if place is None:
            return None
        lines[place : place + len(old)] = new
    return "\n".join(lines)


def whole_file(hunks: list[Hunk]) -> str:
    """The text that is there after the changes, of a patch that shows all of it."""
    return "\n".join("\n".join(hunk.new) for hunk in hunks)


def _trimmed(hunk: Hunk) -> tuple[list[str], list[str]]:
    """The lines of a change without empty ones that both sides end with."""
    old, new = list(hunk.old), list(hunk.new)
    while old and new and not old[-1].strip() and not new[-1].strip():
        old.pop()
        new.pop()
    return old, new


def _place(lines: list[str], old: list[str]) -> int | None:
    wanted = [line.rstrip() for line in old]
    if not wanted:
        return None
    for place in range(len(lines) - len(wanted) + 1):
        if [line.rstrip() for line in lines[place : place + len(wanted)]] == wanted:
            return place
    return None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.removesuffix("\n").split("\n"))
