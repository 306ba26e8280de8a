"""The chain from verified responses to training rows: selection, form, near-duplicates, decontamination, origin.

Near-duplicates and decontamination see prompt and completion together, in their final form: what a model would
be trained on.
"""

import polars as pl

from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.sft_dataset.categories import with_category
from assets.sft_dataset.code_language import with_code_language
from assets.sft_dataset.decisions import read_decisions
from assets.sft_dataset.decontamination import Decontaminated, Finder, decontaminate
from assets.sft_dataset.final_form import with_final_form, with_messages
from assets.sft_dataset.selection import select_responses
from assets.sft_dataset.settings import SftSettings
from assets.sft_dataset.table import TABLE
from assets.texts.embedding import Embed
from assets.texts.near_duplicates.find import find_near_duplicates
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.signatures import signatures
from resources.ids import content_id
from resources.row_cache import RowCache

FORM_STAGE = "final form"
TEXT = pl.concat_str("prompt", "completion", separator="\n")
"""What a model would see of a row."""
PARTS = {"instruction": pl.col("prompt"), "response": pl.col("completion"), "seed": pl.col("_seed")}
"""What decontamination looks at, each by itself."""


def training_rows(
    verified: pl.DataFrame,
    seeds: pl.LazyFrame,
    files: pl.LazyFrame,
    problems: pl.DataFrame,
    settings: SftSettings,
    embed: Embed | None = None,
    rephrased: Finder | None = None,
    *,
    workers: int | None = None,
    row_cache: RowCache | None = None,
) -> Decontaminated:
    """Training rows (columns of `TABLE`, sorted by `sft_id`) and every contamination hit (by `response_id`).

    `verified` has the columns of `verified_responses`; `seeds` gives `seed_id, seed, start_line, end_line`;
    `files` `file_id, repo, path, commit, license, license_source`; `problems` the columns of `benchmarks`. Rows get a
    category where `embed` is given; `rephrased` finds paraphrases of problems. `workers` processes read code; null: one
    a core.
    """
    chosen = select_responses(verified, settings.selection, seed=settings.seed)
    final = with_final_form(chosen.kept, settings.form, seed=settings.seed, workers=workers)
    formed = _distinct(with_messages(final))
    alone = without_near_duplicates(formed.kept, settings.near_duplicates)
    of_seeds = seeds.select("seed_id", pl.col("seed").alias("_seed")).collect()
    clean, hits, counts, looked_at = decontaminate(
        alone.kept.join(of_seeds, on="seed_id", how="left", maintain_order="left"),
        problems,
        settings.decontamination,
        text=PARTS,
        id_column="response_id",
        seed=settings.seed,
        rephrased=rephrased,
        language=pl.col("language"),
        workers=workers,
        row_cache=row_cache,
        decisions=read_decisions(settings.decontamination.decisions),
    )
    outcome = chosen.then(formed).then(alone).then(clean)
    rows = (
        with_category(with_code_language(outcome.kept, workers=workers), embed)
        .lazy()
        .with_columns(
            pl.col("generation").struct.field("engine").alias("engine"),
        )
        .join(seeds.select("seed_id", "start_line", "end_line"), on="seed_id", how="left")
        .join(
            files.select("file_id", "repo", "path", "commit", "license", "license_source"),
            on="file_id",
            how="left",
        )
        .select(TABLE.schema.names())
        .sort(TABLE.key)
        .collect(engine="streaming")
    )
    return Decontaminated(Outcome(rows, outcome.rejected), hits, counts, looked_at)


def _distinct(formed: pl.DataFrame) -> Outcome:
    """Rows with their `sft_id`; of those that became one text in the final form, the first by `response_id`."""
    winner = pl.col("response_id").min().over("sft_id")
    return apply_rules(
        formed.with_columns(content_id("prompt", "completion").alias("sft_id")),
        [Rule(Reason.DUPLICATE_RESPONSE, pl.col("response_id") != winner, winner)],
        stage=FORM_STAGE,
        id_column="response_id",
    )


def without_near_duplicates(rows: pl.DataFrame, settings: NearDuplicateSettings | None) -> Outcome:
    """`rows` (`response_id, prompt, completion`) with one row of each family, the first by `response_id`."""
    if settings is None:
        return apply_rules(rows, [], stage=FORM_STAGE, id_column="response_id")
    texts = rows.select("response_id", TEXT.alias("text"))
    signed = rows.join(
        signatures(texts, settings, key="response_id"), on="response_id", how="left", maintain_order="left"
    )
    return find_near_duplicates(signed, settings, prefer=[], id_column="response_id")
