"""The attempts of an answer: each stretch of it that is code, as written or mended until it parses, in order.

Belongs here: what counts as a stretch, and how it is read. Which of them an answer means is in `answers`.
"""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assets.source_code import patches
from assets.source_code.answer_text import with_plain_fences
from assets.source_code.code_blocks import NO_LANGUAGE, Block, Scan, scan
from assets.source_code.line_marks import holds_session, unmarked
from assets.source_code.python_module import Module, parsed
from assets.source_code.shown_wrong import is_shown_wrong
from assets.source_code.syntax import Piece, piece
from assets.source_code.unfenced import indented_code, unfenced_code
from resources.languages import BY_EXTENSION, language_named

_FENCE_LINE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})")
_TITLE = re.compile(r"[\w./\\-]+$")
_SESSION_WORDS = frozenset(
    {"pycon", "console", "irb", "repl", "doctest", "python-repl", "session", "ipython"}
)
_MOST_CUT_LINES = 60


@dataclass(frozen=True)
class Attempt:
    """One stretch of an answer that is code: as written, or mended until it parses."""

    text: str
    mended: bool
    read: Module | Piece | None
    """What was read of it; null: Python that does not compile."""
    shown_wrong: bool = False
    """Whether the answer says that it is wrong."""

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


def attempts_of(answer: str, language: str) -> list[Attempt]:
    """The blocks of `answer` in `language`, in their order; without any, those that name no language."""
    scanned = scan(with_plain_fences(answer))
    blocks = [block for block in scanned.blocks if block.text.strip()]
    named = [block for block in blocks if block.is_in(language)]
    unnamed = [block for block in blocks if block.info in NO_LANGUAGE or not _is_word(block.info)]
    changing = [block for block in blocks if block.info in patches.WORDS]
    found: list[Attempt] = []
    skipped_to = 0
    for block in sorted([*named, *unnamed, *changing], key=lambda one: one.line):
        if block.line < skipped_to:
            continue
        code, end = _whole(block, scanned.lines, language)
        told = block in changing or not _reads(code, language)
        attempt = _changed(code, found, language) if told else None
        attempt = attempt or (None if block in changing else attempt_at(code, language))
        if attempt is None or (block in unnamed and named and not (attempt.parses and attempt.defined)):
            continue  # output, or a session
        skipped_to = max(skipped_to, end)
        wrong = is_shown_wrong(_prose_before(scanned, block.line), attempt.text)
        found.append(replace(attempt, shown_wrong=wrong))
    return found


def loose_attempts(answer: str, language: str) -> list[Attempt]:
    """Code outside of all fences, fence lines themselves left out."""
    codes = unfenced_code(_without_fences(answer), language, lambda code: _reads(code, language))
    return [attempt_at(code, language) for code in codes]


def indented_attempts(answer: str, language: str) -> list[Attempt]:
    """Code that is indented as a whole amid prose."""
    codes = indented_code(_without_fences(answer), language, lambda code: _reads(code, language))
    return [attempt_at(code, language) for code in codes]


def _without_fences(answer: str) -> str:
    return "\n".join(line for line in answer.replace("\r\n", "\n").split("\n") if not _FENCE_LINE.match(line))


def marked_attempts(answer: str, language: str) -> list[Attempt]:
    """Code whose lines all carry marks: blocks that are sessions, patches without a block, an answer with numbers."""
    found: list[Attempt] = []
    for block in scan(with_plain_fences(answer)).blocks:
        if block.info in _SESSION_WORDS or holds_session(block.text):
            found += _without_marks(block.text, language)
    if not found:
        found += [
            one
            for part in (answer, *re.split(r"\n[ \t]*\n", answer))
            for one in _without_marks(part, language)
        ]
    hunks = patches.hunks_of(answer.strip("\n"))
    if not found and hunks:
        found += [attempt_at(patches.whole_file(hunks), language)]
    return [one for one in found if one.parses and one.defined]


def _without_marks(text: str, language: str) -> list[Attempt]:
    found = (attempt_at(code, language) for code in unmarked(text))
    return [attempt for attempt in found if attempt.parses and attempt.defined][:1]


def _is_word(info: str) -> bool:
    return re.fullmatch(r"[a-z][\w+#-]*", info) is not None


def _changed(code: str, found: Sequence[Attempt], language: str) -> Attempt | None:
    """What a patch makes of the last attempt that has what it takes away, or of nothing; null: no patch that fits."""
    hunks = patches.hunks_of(code)
    if not hunks:
        return None
    for base in reversed(found):
        text = patches.applied(hunks, base.text)
        if text is not None:
            return attempt_at(text, language)
    new = attempt_at(patches.whole_file(hunks), language)
    return new if new.parses and new.defined and not new.mended else None


def _prose_before(scanned: Scan, line: int) -> str:
    """The prose between the block before and the one that begins at `line`."""
    first = line
    while first > 0 and scanned.prose[first - 1]:
        first -= 1
    return "\n".join(scanned.lines[first:line])


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
        return parsed(code) is not None
    return bool(code.strip()) and piece(code, language).whole


def attempt_at(code: str, language: str) -> Attempt:
    """`code` as it is where it parses, else what of it parses once marks or a broken end are taken away."""
    code = _without_title(code.strip("\n"), language)
    if language == "bash":  # which reads everything: marks are seen by what they hide
        clear = [variant for variant in unmarked(code) if _names_in(variant) > _names_in(code)]
        code = clear[0] if clear else code
    for variant in (code, textwrap.dedent(code), code.replace("\u00a0", " ")):
        if _reads(variant, language):
            return Attempt(variant, False, _read(variant, language))
    broken = Attempt(code, True, _read(code, language))
    for variant in unmarked(code):
        clear = Attempt(variant, True, _read(variant, language)) if _reads(variant, language) else None
        if clear is not None and clear.names >= broken.defined and clear.names:
            return clear
    for variant in _mended(code):
        mended = Attempt(variant, True, _read(variant, language)) if _reads(variant, language) else None
        if mended is not None and mended.names >= broken.defined and mended.names:
            return mended
    return broken  # cut where its definitions begin, nothing would be left of it


def _names_in(script: str) -> frozenset[str]:
    return piece(script, "bash").defined


def _without_title(code: str, language: str) -> str:
    """`code` without a first line that is the language's name or a file's and not code."""
    first, _, rest = code.partition("\n")
    title = first.strip(" \t*`:")
    if not rest.strip() or not _TITLE.fullmatch(title):
        return code
    suffix = title.rpartition(".")[2] if "." in title else ""
    named = (
        language_named(title) == language
        or BY_EXTENSION.get(suffix, BY_EXTENSION.get(f".{suffix}")) == language
    )
    return rest.strip("\n") if named else code


def _mended(code: str) -> list[str]:
    """`code` up to a fence in it, and shorter and shorter: what was cut off, or goes on as prose, ends it."""
    lines = textwrap.dedent(code).split("\n")
    fence = next((i for i, line in enumerate(lines) if _FENCE_LINE.match(line)), None)
    shorter = ["\n".join(lines[:fence])] if fence else []
    fewest = max(1, len(lines) - _MOST_CUT_LINES)
    return [*shorter, *("\n".join(lines[:end]) for end in range(len(lines) - 1, fewest - 1, -1))]


def _read(code: str, language: str) -> Module | Piece | None:
    return parsed(code) if language == "python" else piece(code, language)
