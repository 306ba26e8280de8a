"""The words of a row or a problem: prose, docstrings and comments, each a text of its own, without code or examples."""

import re
from collections.abc import Iterator

from assets.source_code.code_blocks import scan

SHORTEST = 25
"""Characters of a text that is compared."""

CODE_SIGNS = 0.03
"""Share of brackets and the like from which a paragraph is code."""
LONGEST = 2_000
"""Characters of a text that are compared."""

_CODE_SIGNS = re.compile(r"[(){}\[\]=;_]")
_EXAMPLES = re.compile(
    r"(?m)^[ \t]*(?:>>>|\$ |(?:for )?examples?\b.{0,20}[:\n]|e\.g\.|assert\b|parameters\s*\n|args:|arguments:|raises:"
    r"|returns:\s*\n|returns\s*\n\s*-{3}|note:|@param|:param|:type|:return)",
    re.IGNORECASE,
)
_DOCSTRINGS = re.compile(r'"""(.*?)"""|' r"'''(.*?)'''|/\*+(.*?)\*/", re.DOTALL)
_LINE_COMMENTS = re.compile(r"(?m)(?:^[ \t]*(?://+|#+|--)[^\n!]*(?:\n|$)){1,}")
_MARKERS = re.compile(r"(?m)^[ \t]*(?://+!?|#+|--|\*+)[ \t]?")
_SIGNATURE = re.compile(r"(?m)^[ \t]*(?:def|class|function|func|fn|public|static|import|from|return)\b.*$")


def without_examples(text: str) -> str:
    """`text` up to its first example, parameter list or the like; whole where it begins with one."""
    found = _EXAMPLES.search(text)
    head = text[: found.start()].strip() if found else text.strip()
    return head or text.strip()


def descriptions(text: str) -> Iterator[str]:
    """The texts of a row or a question (Markdown, code, or both) in which a problem may be told.

    The prose as a whole and each of its longer paragraphs; in code, each docstring and each block of comments.
    """
    scanned = scan(text)
    prose = "\n".join(line for line, is_prose in zip(scanned.lines, scanned.prose, strict=True) if is_prose)
    seen: set[str] = set()
    for candidate in _candidates(prose, [block.text for block in scanned.blocks]):
        plain = without_examples(candidate)[:LONGEST]
        if len(plain) >= SHORTEST and plain not in seen:
            seen.add(plain)
            yield plain


def _candidates(prose: str, blocks: list[str]) -> Iterator[str]:
    for code in (prose, *blocks):
        for match in _DOCSTRINGS.finditer(code):
            yield _MARKERS.sub("", next(group for group in match.groups() if group is not None))
        for match in _LINE_COMMENTS.finditer(code):
            yield _MARKERS.sub("", match[0])
    words = _SIGNATURE.sub("", _DOCSTRINGS.sub("\n", prose))
    paragraphs = [text for text in re.split(r"\n\s*\n", words) if not _is_code(text)]
    yield "\n\n".join(paragraphs)
    if len(paragraphs) > 1:
        yield from paragraphs


def _is_code(text: str) -> bool:
    """Whether a paragraph is code that stands without a fence."""
    return len(_CODE_SIGNS.findall(text)) > CODE_SIGNS * len(text)
