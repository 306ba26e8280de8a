"""Training rows that hold benchmark problems: found as text, with the evidence.

Methods: `verbatim` (a docstring or canonical solution stands in the row: StarCoder2-Instruct, Magicoder), and
`openai_substrings` (GPT-4 technical report, appendix C: three random substrings of 50 characters of the question, both
sides reduced to letters and digits; here to lower case too, which can only find more), and `ngram_overlap` (a file of
its own). Solutions under other names and problems in other words are found by the detectors of
`assets/contamination`; rephrased and translated problems by `paraphrases.py`, with a model.
"""

import random
from collections.abc import Callable, Sequence

import polars as pl

from assets.benchmarks.passages import (
    PATTERN_SCHEMA,
    as_patterns,
    chosen_problems,
    find_contamination,
    verbatim_patterns,
)
from assets.contamination.hits import Detectors
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.sft_dataset.ngram_overlap import METHOD as NGRAM_OVERLAP
from assets.sft_dataset.ngram_overlap import ngram_hits
from assets.sft_dataset.settings import Decontamination

STAGE = "decontamination"

Finder = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""Rows and problems in; hits out: the rows' id column and `PATTERN_SCHEMA`."""

EVIDENCE = pl.List(
    pl.Struct({"method": pl.String, "benchmark": pl.String, "problem_id": pl.String, "matched": pl.String})
)
"""What was found in a row: one entry a method and problem, with the text that matched."""


def patterns(problems: pl.DataFrame, settings: Decontamination, *, seed: int) -> pl.DataFrame:
    """What to look for (`PATTERN_SCHEMA`), `matched` being normalised as the method normalises rows.

    `problems` has `benchmark, problem_id, question, docstring, canonical_solution`; nulls are passed over.
    Substrings are drawn from `seed` and the problem's id alone.
    """
    found = [
        _PATTERNS[method](problems, settings, seed) for method in settings.methods if method in _PATTERNS
    ]
    return pl.concat([pl.DataFrame(schema=PATTERN_SCHEMA), *found]).unique(maintain_order=True)


def decontaminate(
    rows: pl.DataFrame,
    problems: pl.DataFrame,
    settings: Decontamination,
    *,
    text: pl.Expr,
    id_column: str,
    seed: int,
    rephrased: Finder | None = None,
    language: pl.Expr | None = None,
    workers: int | None = None,
    detectors: Detectors | None = None,
) -> tuple[Outcome, pl.DataFrame]:
    """Rows without the contaminated ones (or with all, where the settings say `mark`), and all hits.

    `rephrased` finds paraphrases of the problems among rows that no other method found. `language` is that of code
    without a fence (null: Python); `workers` processes look at code, null: one a core.
    `detectors` are those of these problems, for who comes with many batches; null: they are made here.

    Kept rows get the column `contamination` (`EVIDENCE`). Rejections carry the evidence as JSON.
    """
    chosen = chosen_problems(problems, settings.benchmarks, leave_out=settings.leave_out)
    hits = find_contamination(
        rows,
        patterns(chosen, settings, seed=seed),
        text,
        id_column,
        case_sensitive=settings.verbatim.case_sensitive,
    )
    if NGRAM_OVERLAP in settings.methods:
        shared = ngram_hits(rows, chosen, text, id_column, words=settings.ngram)
        hits = pl.concat([hits, shared])
    detectors = detectors or Detectors(chosen, settings.methods)
    alike = detectors.hits(rows, text, id_column, language=language, workers=workers)
    hits = pl.concat([hits, alike])
    if rephrased is not None:
        # a model is asked about what nothing cheaper has found
        hits = pl.concat([hits, rephrased(rows.join(hits, on=id_column, how="anti"), chosen)])
    hits = hits.sort(id_column, "method", "benchmark", "problem_id")
    evidence = hits.group_by(id_column, maintain_order=True).agg(
        pl.struct(*PATTERN_SCHEMA.names()).alias("contamination")
    )
    judged = rows.join(evidence, on=id_column, how="left", maintain_order="left").with_columns(
        pl.coalesce("contamination", pl.lit([], dtype=EVIDENCE)).cast(EVIDENCE)
    )
    counted = pl.col("contamination").list.filter(
        ~pl.element().struct.field("method").is_in(list(settings.review))
    )
    dirty, first = counted.list.len() > 0, counted.list.first().struct.json_encode()
    rules = [Rule(Reason.CONTAMINATED, dirty, first)] if settings.action == "drop" else []
    return apply_rules(judged, rules, stage=STAGE, id_column=id_column), hits


def _verbatim(problems: pl.DataFrame, settings: Decontamination, seed: int) -> pl.DataFrame:
    return verbatim_patterns(problems, settings.verbatim)


def _openai_substrings(problems: pl.DataFrame, settings: Decontamination, seed: int) -> pl.DataFrame:
    normal = as_patterns(problems, "openai_substrings", pl.col("question"))
    drawn = pl.struct("benchmark", "problem_id", "matched").map_elements(
        lambda row: _substrings(
            row["matched"],
            f"{seed}/{row['benchmark']}/{row['problem_id']}",
            settings.substrings,
            settings.substring_length,
        ),
        return_dtype=pl.List(pl.String),
    )
    return normal.with_columns(drawn.alias("matched")).explode("matched")


def _substrings(text: str, seed: str, count: int, length: int) -> Sequence[str]:
    """`count` substrings of `length` characters at places drawn from `seed`; the whole text if it is shorter."""
    if len(text) <= length:
        return [text]
    places = random.Random(seed)
    return [
        text[start : start + length]
        for start in (places.randrange(len(text) - length + 1) for _ in range(count))
    ]


_PATTERNS = {"verbatim": _verbatim, "openai_substrings": _openai_substrings}
