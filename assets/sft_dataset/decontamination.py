"""Training rows that hold benchmark problems: what is looked at in a row, and what becomes of what is found.

Instruction, response and seed are looked at each by itself. The detectors stand in `assets/contamination`; rephrased
and translated problems are found by `paraphrases.py`, with a model.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import polars as pl

from assets.benchmarks.passages import PATTERN_SCHEMA, chosen_problems
from assets.contamination.compared import Compared, compared
from assets.contamination.hits import Detectors
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.sft_dataset.decisions import DECISIONS, decided
from assets.sft_dataset.settings import Decontamination, action_of
from resources.row_cache import RowCache

STAGE = "decontamination"

Finder = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""Rows and problems in; hits out: the rows' id column and `PATTERN_SCHEMA`."""

EVIDENCE = pl.List(
    pl.Struct(
        {
            "method": pl.String,
            "benchmark": pl.String,
            "problem_id": pl.String,
            "part": pl.String,
            "matched": pl.String,
        }
    )
)
"""What was found in a row: one entry a method, problem and part of the row, with the text that matched."""

HITS = pl.Schema(
    {
        "response_id": pl.String,
        "part": pl.String,  # instruction, response, seed
        **PATTERN_SCHEMA,
        "action": pl.String,  # drop, mark, review
        "decision": pl.String,  # drop, keep; null: nobody decided
        "by": pl.String,
        "why": pl.String,
    }
)
"""Columns of the table beside the data set, whose rows are all finds."""


class Decontaminated(NamedTuple):
    """Kept and dropped rows, every find, and what was compared."""

    outcome: Outcome
    hits: pl.DataFrame
    compared: list[Compared]
    texts: pl.DataFrame
    """The parts of every row that was looked at, by their names, beside its id."""


def decontaminate(
    rows: pl.DataFrame,
    problems: pl.DataFrame,
    settings: Decontamination,
    *,
    text: pl.Expr | Mapping[str, pl.Expr],
    id_column: str,
    seed: int,
    rephrased: Finder | None = None,
    language: pl.Expr | None = None,
    workers: int | None = None,
    detectors: Detectors | None = None,
    row_cache: RowCache | None = None,
    decisions: pl.DataFrame | None = None,
) -> Decontaminated:
    """Rows without the contaminated ones (or with all, where the settings say `mark`), and all finds.

    `text` is what is looked at: parts of a row by name, or all of it. `rephrased` finds paraphrases of the problems
    among rows that no other method found. `language` is that of code without a fence (null: Python); `workers`
    processes look at code, null: one a core. `detectors` are those of these problems, for who comes with many
    batches; null: they are made here, or known from `row_cache`. `decisions` (`DECISIONS`) are what people decided.

    Kept rows get the column `contamination` (`EVIDENCE`), without what somebody decided to be none. Rejections carry
    the evidence as JSON.
    """
    chosen = chosen_problems(problems, settings.benchmarks, leave_out=settings.leave_out)
    parts = text if isinstance(text, Mapping) else {"text": text}
    hits, counts = _hits_by_part(
        rows, chosen, settings, parts, id_column, seed, language, workers, detectors, row_cache
    )
    if rephrased is not None:
        # a model is asked about what nothing cheaper has found
        asked = rephrased(rows.join(hits, on=id_column, how="anti"), chosen)
        hits = pl.concat([hits, asked.with_columns(pl.lit("instruction").alias("part")).select(hits.columns)])
    actions = {method: action_of(settings, method) for method in hits["method"].unique()}
    hits = hits.sort(id_column, "method", "benchmark", "problem_id", "part").with_columns(
        pl.col("method").replace_strict(actions, return_dtype=pl.String).alias("action")
    )
    hits = decided(hits, pl.DataFrame(schema=DECISIONS) if decisions is None else decisions, id_column)
    counted = hits.filter(pl.col("decision").fill_null("") != "keep")
    drops = (pl.col("action") == "drop") | (pl.col("decision").fill_null("") == "drop")
    evidence = counted.group_by(id_column, maintain_order=True).agg(
        pl.struct(*EVIDENCE.inner.to_schema()).alias("contamination"),  # type: ignore[union-attr]
        drops.any().alias("_drop"),
        pl.struct(*EVIDENCE.inner.to_schema()).filter(drops).first().alias("_first"),  # type: ignore[union-attr]
    )
    judged = rows.join(evidence, on=id_column, how="left", maintain_order="left").with_columns(
        pl.coalesce("contamination", pl.lit([], dtype=EVIDENCE)).cast(EVIDENCE)
    )
    rule = Rule(Reason.CONTAMINATED, pl.col("_drop").fill_null(False), pl.col("_first").struct.json_encode())
    outcome = apply_rules(judged, [rule], stage=STAGE, id_column=id_column)
    looked_at = rows.select(id_column, *(expression.alias(name) for name, expression in parts.items()))
    return Decontaminated(
        Outcome(outcome.kept.drop("_drop", "_first"), outcome.rejected), hits, counts, looked_at
    )


def _hits_by_part(
    rows: pl.DataFrame,
    problems: pl.DataFrame,
    settings: Decontamination,
    parts: Mapping[str, pl.Expr],
    id_column: str,
    seed: int,
    language: pl.Expr | None,
    workers: int | None,
    detectors: Detectors | None,
    row_cache: RowCache | None,
) -> tuple[pl.DataFrame, list[Compared]]:
    """Finds with the part of the row; a text that stands in many rows, as a seed does, is looked at once."""
    spoken = pl.lit("python") if language is None else language.fill_null("python")
    looked_at = pl.concat(
        [
            rows.select(
                pl.col(id_column), pl.lit(part).alias("part"), text.alias("text"), spoken.alias("language")
            ).drop_nulls("text")
            for part, text in parts.items()
        ]
    ).filter(pl.col("text") != "")
    texts = looked_at.select("text", "language").unique(maintain_order=True)
    found, counts = compared(
        texts, problems, settings, row_cache, seed=seed, workers=workers, detectors=detectors
    )
    numbered = texts.with_row_index("place").join(found, on="place")
    columns = [id_column, "part", *PATTERN_SCHEMA.names()]
    return looked_at.join(numbered, on=["text", "language"]).select(columns), counts
