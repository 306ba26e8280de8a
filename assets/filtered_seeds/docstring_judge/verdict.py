"""Yes or no, out of what the judge's model answered: by which of three rules, and with what evidence.

`candidates` weighs what the model might have said in each of the first places, which needs an engine with
log-probabilities; an answer without them is judged by its first word. `counted` is the authors' script to the letter:
it counts both words in the answer's text.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assets.asking.first_word import first_word

AnswerBy = Literal["candidates", "first_word", "counted"]

_MARKS = re.compile(r"[^a-z]")


@dataclass(frozen=True)
class Verdict:
    """`said`: yes, no or null (neither); `by`: the rule that found it; `evidence`: what it weighed, in words."""

    said: str | None
    by: AnswerBy
    evidence: str


def verdict(
    text: str,
    candidates: Sequence[Sequence[dict[str, Any]]] | None,
    answer_by: AnswerBy,
    tokens: int,
) -> Verdict:
    """What an answer says by the rule `answer_by`, or by its first word where it has no candidates.

    `candidates` as engines give them (`CANDIDATES`); those of the first `tokens` places count.
    """
    if answer_by == "candidates" and candidates:
        return _by_candidates(candidates[:tokens])
    if answer_by == "counted":
        return _counted(text)
    word = first_word(text)
    return Verdict(word if word in ("yes", "no") else None, "first_word", "first_word")


def _by_candidates(places: Sequence[Sequence[dict[str, Any]]]) -> Verdict:
    mass = {"yes": 0.0, "no": 0.0}
    for place in places:
        for one in place:
            word = _MARKS.sub("", one["token"].lower())
            if word in mass:
                mass[word] += math.exp(min(one["logprob"], 0.0))
    evidence = f"candidates: yes {mass['yes']:.3f}, no {mass['no']:.3f}"
    if not any(mass.values()):
        return Verdict(None, "candidates", evidence)
    return Verdict("yes" if mass["yes"] > mass["no"] else "no", "candidates", evidence)


def _counted(text: str) -> Verdict:
    yes, no = (text.lower().count(word) for word in ("yes", "no"))
    said = "yes" if yes > no else "no" if no else None
    return Verdict(said, "counted", f"counted: yes {yes}, no {no}")
