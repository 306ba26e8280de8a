"""The first half of the task `explain`: a model describes the right function, and only its words go on.

After OctoPack (Muennighoff et al. 2023): a description is cut to the length of the problem's docstring, and lines of
the solution of more than 20 characters are taken out, so that code cannot be handed on as its own description.
"""

import polars as pl

from assets.asking.asker import Ask
from assets.eval_scores.requests import description_requests, description_sampling
from assets.eval_scores.settings import EvaluationSettings

LONGEST_LINE = 20
"""Characters up to which a line of the solution may stand in a description (`x = 1` says nothing)."""


def described(samples: pl.DataFrame, settings: EvaluationSettings, ask: Ask) -> pl.DataFrame:
    """`samples` (`requests.per_sample`) with each one's own `description`; one that was not answered is empty."""
    answers = ask(
        description_requests(samples, settings), description_sampling(settings), "eval_scores descriptions"
    )
    texts = [
        description(text or "", canonical_solution, len(docstring))
        for text, canonical_solution, docstring in zip(
            answers["text"], samples["canonical_solution"], samples["docstring"], strict=True
        )
    ]
    return samples.with_columns(pl.Series("description", texts, pl.String))


def description(text: str, canonical_solution: str, length: int) -> str:
    """What of `text` may go on: at most `length` characters, without lines of the solution."""
    told = text.strip()[:length].rstrip()
    for line in canonical_solution.split("\n"):
        if len(line.strip()) > LONGEST_LINE:
            told = told.replace(line.strip(), "")
    return told
