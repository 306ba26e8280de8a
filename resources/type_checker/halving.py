"""Batches that fail are cut in halves until the source that is to blame stands alone.

One source that makes a checker hang or crash must not take the verdicts of a thousand others with it. A
source that fails alone gets no verdict, unless a harmless one fails too: then the checker is at fault.
"""

from collections.abc import Callable, Sequence

from resources.type_checker.base import Judgment, TypeCheckerUnavailable
from resources.type_checker.process import CheckerFailed

HARMLESS = ""
"""A source without an error in every language."""


def judge_by_halves(
    sources: Sequence[str], judge: Callable[[Sequence[str]], list[Judgment]]
) -> list[Judgment]:
    """`judge(sources)`, in halves where it raises `CheckerFailed`; one judgment a source, in order.

    Raises `TypeCheckerUnavailable` where `judge` fails on one source and on a harmless one too.
    """
    if not sources:
        return []
    try:
        return judge(sources)
    except CheckerFailed as failure:
        if len(sources) == 1:
            _ensure_works(judge, failure)
            return [Judgment(None, f"no verdict: {failure}")]
    middle = len(sources) // 2
    return judge_by_halves(sources[:middle], judge) + judge_by_halves(sources[middle:], judge)


def _ensure_works(judge: Callable[[Sequence[str]], list[Judgment]], failure: CheckerFailed) -> None:
    try:
        judge([HARMLESS])
    except CheckerFailed as also:
        raise TypeCheckerUnavailable(f"the type checker fails on every source: {also}") from failure
