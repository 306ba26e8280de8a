"""Markdown as models write it: which lines stand inside fenced code blocks, and the blocks themselves.

Fences follow CommonMark: a block ends only at a fence of the same character, at least as long, with no word
after it; one that never ends reaches to the end of the text. What a block must contain is not judged here.
"""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})(?P<info>.*)$")

LANGUAGE_WORDS = {
    "python": {"python", "py", "python3"},
    "javascript": {"javascript", "js", "node"},
    "typescript": {"typescript", "ts"},
    "java": {"java"},
    "cpp": {"cpp", "c++", "cc", "cxx"},
    "csharp": {"csharp", "c#", "cs"},
    "go": {"go", "golang"},
    "rust": {"rust", "rs"},
    "php": {"php"},
    "ruby": {"ruby", "rb"},
    "swift": {"swift"},
    "bash": {"bash", "sh", "shell"},
}
"""Words after a fence that mean a language."""


def language_of(info: str) -> str:
    """The language that the word after a fence means; a word that means none is given back as it is."""
    return next((language for language, words in LANGUAGE_WORDS.items() if info in words), info)


@dataclass(frozen=True)
class Block:
    """One fenced block: the word after its fence in lower case, its text, and whether it was closed."""

    info: str
    text: str
    closed: bool

    def is_in(self, language: str) -> bool:
        """Whether the block says that it is in `language` (lower-case name)."""
        return self.info in LANGUAGE_WORDS.get(language, {language})


@dataclass(frozen=True)
class Scan:
    """A text's lines, for each line whether it is prose (no part of a block), and the blocks in order."""

    lines: list[str]
    prose: list[bool]
    blocks: list[Block]


def scan(text: str) -> Scan:
    """Split `text` at its line ends and tell prose from code blocks."""
    lines = text.replace("\r\n", "\n").split("\n")
    prose: list[bool] = []
    blocks: list[Block] = []
    fence, indent, info, body = "", 0, "", list[str]()
    for line in lines:
        match = _FENCE.match(line)
        if not fence:
            opens = match is not None and not (match["fence"][0] == "`" and "`" in match["info"])
            prose.append(not opens)
            if opens and match is not None:
                words = match["info"].strip().split()
                fence, indent = match["fence"], len(match["indent"])
                info, body = (words[0].strip("{}.").lower() if words else ""), []
            continue
        prose.append(False)
        if match is not None and not match["info"].strip() and match["fence"].startswith(fence):
            blocks.append(Block(info, "\n".join(body), closed=True))
            fence = ""
        else:
            body.append(line[indent:] if not line[:indent].strip() else line)
    if fence:
        blocks.append(Block(info, "\n".join(body), closed=False))
    return Scan(lines, prose, blocks)


def fenced(code: str, language: str) -> str:
    """`code` as a Markdown block of `language`, in a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"
