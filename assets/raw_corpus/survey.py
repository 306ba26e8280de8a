"""What a source would bring, counted while it is read through and nothing is kept.

Judges files exactly as the asset does (`source_files`); licenses are judged by the raw corpus's policy, which
its take-downs and duplicates would narrow further.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from assets.corpus_dump.settings import CorpusDumpSettings
from assets.corpus_dump.source_files import check_files
from assets.raw_corpus.license_policy import Policy, license_verdicts

KEPT_SCHEMA = pl.Schema(
    {
        "language": pl.String,
        "license": pl.String,  # null: not known
        "license_source": pl.String,  # as in `corpus_dump`, without folders; null: nowhere
        "allowed": pl.Boolean,  # by the license policy
        "files": pl.Int64,
        "bytes": pl.Int64,
    }
)
REJECTED_SCHEMA = pl.Schema({"reason": pl.String, "files": pl.Int64})


@dataclass(frozen=True)
class Survey:
    """Files read, those that count as source text (`KEPT_SCHEMA`), and the rest (`REJECTED_SCHEMA`).

    `complete` is false where the survey stopped early.
    """

    read: int
    kept: pl.DataFrame
    rejected: pl.DataFrame
    complete: bool


def survey_files(
    batches: Iterable[pl.DataFrame],
    settings: CorpusDumpSettings,
    allow: Policy,
    most_files: int | None = None,
) -> Survey:
    """Count the files of a source's `batches`; with `most_files`, only the first so many.

    Memory holds one batch and the counts.
    """
    read, complete = 0, True
    groups = ["language", "license", "license_source"]
    kept = pl.DataFrame(schema={name: dtype for name, dtype in KEPT_SCHEMA.items() if name != "allowed"})
    rejected = pl.DataFrame(schema=REJECTED_SCHEMA)
    for batch in batches:
        left = batch.height if most_files is None else most_files - read
        complete = complete and batch.height <= left
        outcome = check_files(batch.head(left), "survey", settings)
        read += min(left, batch.height)
        found = outcome.kept.with_columns(license_source=_without_folders()).select(
            *groups, files=pl.lit(1, pl.Int64), bytes="size"
        )
        kept = pl.concat([kept, found]).group_by(groups).agg(pl.col("files", "bytes").sum())
        lost = outcome.rejected.select("reason", files=pl.lit(1, pl.Int64))
        rejected = pl.concat([rejected, lost]).group_by("reason").agg(pl.col("files").sum())
        if not complete:
            break
    verdicts = license_verdicts(kept["license"].to_list(), allow).rename({"license_allowed": "allowed"})
    judged = kept.join(verdicts, on="license", how="left", nulls_equal=True).select(KEPT_SCHEMA.names())
    return Survey(
        read,
        judged.sort("files", *groups, descending=[True, False, False, False]),
        rejected.sort("files", "reason", descending=[True, False]),
        complete,
    )


def _without_folders() -> pl.Expr:
    """Of the places where licenses are declared, the names of the files: few, however many folders there are."""
    return pl.col("license_source").str.replace_all(r"(^|; )[^:;]*/", "${1}")
