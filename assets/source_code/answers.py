"""The code of a model's answer: of what parses, what the entry point needs; later attempts over earlier; no draft.

One extractor for scores and for training rows. What of an answer is text is in `answer_text`, its attempts in
`attempts`, what a function needs in `python_parts` and `syntax`. Nothing is run here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from assets.source_code import python_parts
from assets.source_code.answer_text import with_plain_fences, without_drafts
from assets.source_code.attempts import (
    Attempt,
    attempts_of,
    indented_attempts,
    loose_attempts,
    marked_attempts,
)
from assets.source_code.code_blocks import scan
from assets.source_code.python_module import Module
from assets.source_code.syntax import Piece, without_printing
from assets.source_code.wrappings import heredocs, unwrapped


def code_of_function(text: str, language: str, entry_point: str) -> str | None:
    """The code of an answer that a test of `entry_point` needs; null where nothing defines it."""
    attempts = _attempts(
        text, language, lambda one: one.defines(entry_point) and not one.is_stub(entry_point)
    )
    holding = [attempt for attempt in attempts if attempt.defines(entry_point)]
    if not holding:
        return None
    chosen = max(
        enumerate(holding),
        key=lambda one: (
            one[1].parses,
            not one[1].is_stub(entry_point),
            not one[1].shown_wrong,
            not one[1].mended,
            one[0],
        ),
    )[1]
    place = next(i for i, attempt in enumerate(attempts) if attempt is chosen)
    others = [one for one in [*reversed(attempts[:place]), *attempts[place + 1 :]] if not one.shown_wrong]
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
    attempts = _attempts(text, language, lambda one: bool(one.defined), added=False)
    if not attempts:
        answer = without_drafts(text)
        blocks = [block for block in scan(with_plain_fences(answer)).blocks if block.text.strip()]
        return "\n\n".join(block.text.strip("\n") for block in blocks) if blocks else answer.strip()
    return "\n\n".join(attempt.text.strip("\n") for attempt in _meant(attempts))


def _attempts(
    text: str, language: str, holds: Callable[[Attempt], bool], *, added: bool = True
) -> list[Attempt]:
    """The attempts of an answer as Markdown and, where none that parses `holds`, what stands outside its blocks.

    A rarer form (JSON, a session, code by indentation) counts where one of its attempts parses and `holds`, and then
    it alone. Without `added`, what stands outside of blocks counts only where there is no block.
    """
    answer = without_drafts(text)
    attempts = attempts_of(answer, language)
    if any(one.parses and holds(one) for one in attempts):
        return attempts
    if language != "bash":
        written = attempts_of(heredocs(answer, language), language)
        if any(one.parses and holds(one) for one in written):
            return written
    if added or not attempts:
        attempts += loose_attempts(answer, language)
        if any(one.parses and holds(one) for one in attempts):
            return attempts
    named = frozenset[str]().union(*(one.defined for one in attempts))
    for rarer in _rarer(answer, language):
        found = frozenset[str]().union(*(one.defined for one in rarer if one.parses))
        if found >= named and any(one.parses and holds(one) for one in rarer):
            return rarer
    return attempts


def _rarer(answer: str, language: str) -> Iterator[list[Attempt]]:
    """The attempts of an answer by one rarer form after the other."""
    yield indented_attempts(answer, language)
    for inner in unwrapped(with_plain_fences(answer), language):
        yield attempts_of(inner, language) or loose_attempts(inner, language)
    yield marked_attempts(answer, language)


def _meant(attempts: list[Attempt]) -> list[Attempt]:
    """`attempts` without what is done again, shown as wrong, or only shows how the others are used."""
    kept: list[Attempt] = []
    defining = any(attempt.defined for attempt in attempts)
    for number, attempt in enumerate(attempts):
        rest = [one for one in attempts[number + 1 :] if one.parses and not one.shown_wrong]
        later = frozenset[str]().union(*(one.defined for one in rest if not _undoes(one, attempt)))
        earlier = frozenset[str]().union(*(one.defined for one in kept))
        repeated = bool(attempt.defined) and attempt.defined <= later
        wrong = attempt.shown_wrong and bool(attempt.defined) and attempt.defined <= earlier | later
        undone = _is_undone(attempt) and attempt.defined <= earlier
        shown = defining and bool(earlier) and isinstance(attempt.read, Module) and not attempt.names
        example = isinstance(attempt.read, Module) and python_parts.is_example(attempt.read, earlier | later)
        if not (repeated or wrong or undone or shown or example):
            kept.append(attempt)
    own = frozenset[str]().union(*(one.defined for one in kept))
    return [_without_own_imports(one, own) for one in kept]


def _undoes(later: Attempt, attempt: Attempt) -> bool:
    """Whether `later` is only the head of what `attempt` defines."""
    return _is_undone(later) and not _is_undone(attempt)


def _is_undone(attempt: Attempt) -> bool:
    return bool(attempt.defined) and all(attempt.is_stub(name) for name in attempt.defined)


def _without_own_imports(attempt: Attempt, own: frozenset[str]) -> Attempt:
    if not isinstance(attempt.read, Module):
        return attempt
    return replace(
        attempt, text=python_parts.without_own_imports(attempt.read, own - attempt.read.functions).source
    )


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
