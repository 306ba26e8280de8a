"""The code of a model's answer: of what parses, what the entry point needs; later attempts over earlier; no draft.

One extractor for scores and for training rows. What of an answer is text stands in `answer_text`, Markdown in
`code_blocks`, what a function needs in `python_parts` and `syntax`. Nothing is run here.
"""

import re
import textwrap
from dataclasses import dataclass

from assets.source_code import python_parts
from assets.source_code.answer_text import with_plain_fences, without_drafts
from assets.source_code.code_blocks import NO_LANGUAGE, Block, scan
from assets.source_code.python_parts import Module
from assets.source_code.syntax import Piece, piece, without_printing
from assets.source_code.unfenced import unfenced_code

_FENCE_LINE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})")
_SESSIONS = frozenset({"pycon", "console", "output", "diff", "irb", "repl"})
_MOST_CUT_LINES = 60


@dataclass(frozen=True)
class Attempt:
    """One stretch of an answer that is code: as written, or mended until it parses."""

    text: str
    mended: bool
    read: Module | Piece | None
    """What was read of it; null: Python that does not compile."""

    def defines(self, name: str) -> bool:
        """Whether it defines `name`."""
        if isinstance(self.read, Module):
            return self.read.defines(name)
        if isinstance(self.read, Piece):
            return name in self.read.defined
        return (
            re.search(
                rf"(?m)^\s*(?:async\s+)?def\s+{re.escape(name)}\s*\(|\bclass\s+{re.escape(name)}\b", self.text
            )
            is not None
        )

    def is_stub(self, name: str) -> bool:
        """Whether it defines `name` without doing anything."""
        if isinstance(self.read, Module):
            return self.read.is_stub(name)
        return isinstance(self.read, Piece) and name in self.read.undone

    @property
    def parses(self) -> bool:
        """Whether its language's parser reads it without an error."""
        return isinstance(self.read, Module) or (isinstance(self.read, Piece) and self.read.whole)

    @property
    def defined(self) -> frozenset[str]:
        """All names that it defines."""
        if isinstance(self.read, Module):
            return self.read.functions
        return self.read.defined if isinstance(self.read, Piece) else frozenset()

    @property
    def names(self) -> frozenset[str]:
        """All names that it defines, imports or assigns."""
        return self.read.names if isinstance(self.read, Module) else self.defined


def code_of_function(text: str, language: str, entry_point: str) -> str | None:
    """The code of an answer that a test of `entry_point` needs; null where nothing defines it."""
    answer = without_drafts(text)
    attempts = attempts_of(answer, language)
    holding = [attempt for attempt in attempts if attempt.defines(entry_point)]
    if not any(attempt.parses and not attempt.is_stub(entry_point) for attempt in holding):
        loose = [_attempt(code, language) for code in _loose(answer, language)]
        attempts += loose
        holding += [attempt for attempt in loose if attempt.defines(entry_point)]
    if not holding:
        return None
    chosen = max(
        enumerate(holding),
        key=lambda one: (one[1].parses, not one[1].is_stub(entry_point), not one[1].mended, one[0]),
    )[1]
    place = next(i for i, attempt in enumerate(attempts) if attempt is chosen)
    others = [*reversed(attempts[:place]), *attempts[place + 1 :]]
    if isinstance(chosen.read, Module):
        modules = [other.read for other in others if isinstance(other.read, Module)]
        return python_parts.needed(chosen.read, modules, entry_point)
    if isinstance(chosen.read, Piece):
        return _with_helpers(chosen.read, attempts[:place], attempts[place + 1 :], entry_point)
    return chosen.text


def code_of_answer(text: str, language: str) -> str:
    """All code of an answer to an open task: its attempts less those that later ones do again, or the text itself.

    Blocks in another language count where there is none in `language`.
    """
    answer = without_drafts(text)
    attempts = attempts_of(answer, language) or [
        _attempt(code, language) for code in _loose(answer, language)
    ]
    if not attempts:
        blocks = [block for block in scan(with_plain_fences(answer)).blocks if block.text.strip()]
        return "\n\n".join(block.text.strip("\n") for block in blocks) if blocks else answer.strip()
    kept: list[Attempt] = []
    defining = any(attempt.defined for attempt in attempts)
    for number, attempt in enumerate(attempts):
        later = frozenset[str]().union(*(one.defined for one in attempts[number + 1 :] if one.parses))
        earlier = frozenset[str]().union(*(one.defined for one in kept))
        repeated = bool(attempt.defined) and attempt.defined <= later
        shown = defining and bool(earlier) and isinstance(attempt.read, Module) and not attempt.names
        if not repeated and not shown:
            kept.append(attempt)
    return "\n\n".join(attempt.text.strip("\n") for attempt in kept)


def attempts_of(answer: str, language: str) -> list[Attempt]:
    """The blocks of `answer` in `language`, in their order; without any, those that name no language."""
    scanned = scan(with_plain_fences(answer))
    blocks = [block for block in scanned.blocks if block.text.strip()]
    named = [block for block in blocks if block.is_in(language)]
    unnamed = [block for block in blocks if block.info in NO_LANGUAGE or not _is_word(block.info)]
    found: list[tuple[int, Attempt]] = []
    skipped_to = 0
    for block in sorted([*named, *unnamed], key=lambda one: one.line):
        if block.line < skipped_to:
            continue
        code, end = _whole(block, scanned.lines, language)
        attempt = _attempt(code, language)
        if block in unnamed and named and not (attempt.parses and attempt.defined):
            continue  # output, or a session
        skipped_to = max(skipped_to, end)
        found.append((block.line, attempt))
    return [attempt for _, attempt in found]


def _is_word(info: str) -> bool:
    return re.fullmatch(r"[a-z][\w+#-]*", info) is not None


def _loose(answer: str, language: str) -> list[str]:
    """Code outside of all fences, fence lines themselves left out."""
    lines = [line for line in answer.replace("\r\n", "\n").split("\n") if not _FENCE_LINE.match(line)]
    return unfenced_code("\n".join(lines), language, lambda code: _reads(code, language))


def _whole(block: Block, lines: list[str], language: str) -> tuple[str, int]:
    """The text of a block, and the line after it; a block that a fence inside a string ended goes on to a later one."""
    end = block.line + block.text.count("\n") + 2
    if not block.closed or _reads(block.text, language):
        return block.text, end
    closing = [i for i in range(end, min(len(lines), end + 200)) if _FENCE_LINE.match(lines[i])][:4]
    for place in closing:
        longer = "\n".join(lines[block.line + 1 : place])
        if _reads(longer, language):
            return longer, place + 1
    return block.text, end


def _reads(code: str, language: str) -> bool:
    if language == "python":
        return python_parts.parsed(code) is not None
    return bool(code.strip()) and piece(code, language).whole


def _attempt(code: str, language: str) -> Attempt:
    code = code.strip("\n")
    for variant in (code, textwrap.dedent(code), code.replace("\u00a0", " ")):
        if _reads(variant, language):
            return Attempt(variant, False, _read(variant, language))
    broken = Attempt(code, True, _read(code, language))
    for variant in _mended(code):
        mended = Attempt(variant, True, _read(variant, language)) if _reads(variant, language) else None
        if mended is not None and mended.names >= broken.defined and mended.names:
            return mended
    return broken  # cut where its definitions begin, nothing would be left of it


def _mended(code: str) -> list[str]:
    """`code` up to a fence in it, and shorter and shorter: what was cut off, or goes on as prose, ends it."""
    lines = textwrap.dedent(code).split("\n")
    fence = next((i for i, line in enumerate(lines) if _FENCE_LINE.match(line)), None)
    shorter = ["\n".join(lines[:fence])] if fence else []
    fewest = max(1, len(lines) - _MOST_CUT_LINES)
    return [*shorter, *("\n".join(lines[:end]) for end in range(len(lines) - 1, fewest - 1, -1))]


def _read(code: str, language: str) -> Module | Piece | None:
    return python_parts.parsed(code) if language == "python" else piece(code, language)


def _with_helpers(chosen: Piece, before: list[Attempt], after: list[Attempt], entry_point: str) -> str:
    """`chosen` without what only prints, behind the blocks of imports and of definitions that it uses."""
    helpers: list[str] = []
    have = set(chosen.defined)
    for other in [*reversed(before), *after]:
        read = other.read
        if not isinstance(read, Piece) or not read.whole or entry_point in read.defined:
            continue
        used = any(re.search(rf"\b{re.escape(name)}\b", chosen.source) for name in read.defined - have)
        if read.imports_only or (used and not read.defined & have):
            have |= read.defined
            helpers.append(without_printing(read))
    code = "\n\n".join([*helpers, without_printing(chosen)])
    first, *rest = re.split(r"(?m)^<\?php[ \t]*\n?", code) if code.startswith("<?php") else [code]
    return code if not rest else "<?php\n" + first + "".join(rest)
