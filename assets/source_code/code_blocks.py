"""Markdown as models write it: which lines stand inside fenced code blocks, and the blocks themselves.

CommonMark as markdown-it reads it, in lists and quotes too, however deep a fence is indented; a block that never ends
reaches to the end of what it is in. What a block must contain is not judged here; what of an answer is its code
is in `answers`.
"""

import re
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from resources.languages import language_named

NO_LANGUAGE = frozenset(
    {"", "code", "plain", "plaintext", "text", "txt", "none", "answer", "solution", "markdown", "md"}
)
"""Words after a fence that name no language."""

_INFO = re.compile(r"[\[{.]*\s*(?:language-|lang=)?([\w+#-]*)")


def info_word(info: str) -> str:
    """The word for the language in what follows a fence, in lower case: of `python:main.py`, `{.python}`, `python3.11`,
    `python,linenums`, `python{1,3}` each `python`.
    """
    found = _INFO.match(info.strip().lower())
    word = found[1] if found else ""
    whole = info.strip().lower().split()[0].strip("{}[].") if info.strip() else ""
    return whole if language_named(whole) else word


def language_of(info: str) -> str:
    """The language that the word after a fence means; a word that means none is given back as it is."""
    return language_named(info) or info


@dataclass(frozen=True)
class Block:
    """One fenced block: the word after its fence in lower case, its text, whether it was closed, its first line."""

    info: str
    text: str
    closed: bool
    line: int = 0

    def is_in(self, language: str) -> bool:
        """Whether the block says that it is in `language` (lower-case name)."""
        return language_of(self.info) == language


@dataclass(frozen=True)
class Scan:
    """A text's lines, for each line whether it is prose (no part of a block), and the blocks in order."""

    lines: list[str]
    prose: list[bool]
    blocks: list[Block]


def scan(text: str) -> Scan:
    """Split `text` at its line ends and tell prose from code blocks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    prose = [True] * len(lines)
    blocks: list[Block] = []
    if "```" not in text and "~~~" not in text:
        return Scan(lines, prose, blocks)
    for token in _markdown().parse("\n".join(lines)):
        if token.type != "fence" or token.map is None:
            continue
        first, end = token.map[0], min(token.map[1], len(lines))
        prose[first:end] = [False] * (end - first)
        content = token.content.removesuffix("\n")
        last = lines[end - 1].strip(" \t>")
        closed = end - first > 1 and last.startswith(token.markup) and not last.strip(token.markup[0])
        blocks.append(Block(info_word(token.info), content, closed, first))
    return Scan(lines, prose, blocks)


@cache
def _markdown() -> MarkdownIt:
    # without HTML, whose blocks would swallow fences after <answer>; and without code by indentation, which would
    # swallow fences that are indented more than their list asks
    return MarkdownIt("commonmark", {"html": False}).disable(["code", "inline"])


def fenced(code: str, language: str) -> str:
    """`code` as a Markdown block of `language`, in a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"
