"""The words of a row or a problem: prose, docstrings and comments, each a text of its own, without code or examples."""

import re
from collections.abc import Iterator

from assets.source_code.code_blocks import scan

SHORTEST = 25
"""Characters of a text that is compared."""

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
        plain = without_examples(candidate)
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
    yield words
    paragraphs = re.split(r"\n\s*\n", words)
    if len(paragraphs) > 1:
        yield from paragraphs
