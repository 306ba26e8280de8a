"""What an export is made of: a recipe's training rows with their tests, their verdict, their model and their file.

Read from the store as it is. A row whose file the corpus no longer has, or that a take-down rule names, is in the frame
with what says so (`present`, `take_down`): `choice` drops and counts it.
"""

from collections.abc import Sequence

import polars as pl

from assets.exports.settings import ExportError
from assets.raw_corpus.take_down_rules import TakeDowns
from assets.raw_corpus.take_downs import taken_down
from assets.sft_dataset.decontamination import EVIDENCE
from resources.model_folder import IN_A_FOLDER
from resources.parquet_store import ParquetStore

MESSAGES = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))

ROW = pl.Schema(
    {
        "sft_id": pl.String,
        "recipe": pl.String,
        "response_id": pl.String,
        "instruction_id": pl.String,
        "file_id": pl.String,
        "messages": MESSAGES,
        "prompt": pl.String,
        "completion": pl.String,
        "language": pl.String,
        "task": pl.String,
        "category": pl.String,
        "engine": pl.String,
        "model": pl.String,
        "revision": pl.String,
        "license": pl.String,
        "repo": pl.String,
        "path": pl.String,
        "commit": pl.String,
        "start_line": pl.Int64,
        "end_line": pl.Int64,
        "contamination": EVIDENCE,
        "code": pl.String,
        "tests": pl.String,
        "verdict": pl.String,
        "proof": pl.String,
        "isolation": pl.String,
        "toolchain": pl.String,
        "samples": pl.Int64,  # responses of the instruction that were judged; null: none was
        "passed": pl.Int64,  # of which passed their own tests
        "present": pl.Boolean,  # whether the corpus still has the file
        "take_down": pl.Int64,  # line of the take-down rule that names the file; null: none
    }
)
"""Columns of a row on its way into an export."""

_VERIFIED = ("response_id", "code", "tests", "verdict", "isolation", "toolchain", "generation")


def export_rows(store: ParquetStore, recipe: str, take_downs: TakeDowns) -> pl.DataFrame:
    """The training rows of `recipe`, all languages (`ROW`, sorted by `sft_id`).

    Raises `ExportError` where the recipe has no training rows.
    """
    trained = scanned(store, (recipe, "sft_dataset"))
    if trained is None:
        raise ExportError(
            f"recipe {recipe} has no training rows yet: seedline materialize --recipe {recipe} makes them"
        )
    verified = _columns(scanned(store, (recipe, "verified_responses")), _VERIFIED)
    rows = (
        trained.join(verified, on="response_id", how="left")
        .join(_samples(store, recipe), on="instruction_id", how="left")
        .join(_files(store, take_downs), on="file_id", how="left")
        .with_columns(
            pl.lit(recipe).alias("recipe"),
            public_model(pl.col("generation").struct.field("model")).alias("model"),
            pl.col("generation").struct.field("revision").alias("revision"),
            pl.col("present").fill_null(False),
        )
    )
    names = rows.collect_schema().names()
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in ROW.items() if name not in names]
    return rows.with_columns(absent).select(ROW.names()).cast(dict(ROW)).sort("sft_id").collect()  # pyright: ignore[reportArgumentType]


def dataset_version(store: ParquetStore, recipe: str) -> dict[str, str]:
    """Language to content digest of the recipe's training rows: what version of the data set this is."""
    found = store.partitions((recipe, "sft_dataset"))
    return {dict(one.partition).get("language", "all"): store.digest(one) for one in found}


def scanned(store: ParquetStore, key: tuple[str, ...]) -> pl.LazyFrame | None:
    """All partitions of a table; None where there is none."""
    found = [store.scan(address) for address in store.partitions(key)]
    return pl.concat(found, how="diagonal_relaxed") if found else None


def public_model(name: pl.Expr) -> pl.Expr:
    """The name of a model without the folder of this machine that it lies in; hub ids stay."""
    return name.str.replace(IN_A_FOLDER, "$1")


def _columns(frame: pl.LazyFrame | None, names: Sequence[str]) -> pl.LazyFrame:
    """`names` of `frame`, null where it lacks them."""
    nothing = pl.Struct({"model": pl.String, "revision": pl.String})
    types = {name: nothing if name == "generation" else pl.String() for name in names}
    if frame is None:
        return pl.LazyFrame(schema=types)
    known = frame.collect_schema().names()
    return frame.select(
        pl.col(name) if name in known else pl.lit(None, types[name]).alias(name) for name in names
    )


def _samples(store: ParquetStore, recipe: str) -> pl.LazyFrame:
    """`instruction_id, samples, passed`: responses judged by running them, and those of them that passed."""
    judged = scanned(store, (recipe, "verified_responses__verdicts"))
    if judged is None or "instruction_id" not in judged.collect_schema().names():
        return pl.LazyFrame(schema={"instruction_id": pl.String, "samples": pl.Int64, "passed": pl.Int64})
    ran = judged.filter(~pl.col("verdict").is_in(["unverified", "judged_good", "judged_bad", "not_judged"]))
    return ran.group_by("instruction_id").agg(
        pl.len().cast(pl.Int64).alias("samples"),
        (pl.col("verdict") == "pass").sum().cast(pl.Int64).alias("passed"),
    )


def _files(store: ParquetStore, take_downs: TakeDowns) -> pl.LazyFrame:
    """`file_id, present, take_down` of every file that the corpus has."""
    files = scanned(store, ("raw_corpus",))
    if files is None:
        return pl.LazyFrame(schema={"file_id": pl.String, "present": pl.Boolean, "take_down": pl.Int64})
    if not take_downs.needs("author"):  # no rule reads the text
        files = files.drop("content", strict=False)
    numbered = files.with_row_index("row")
    down = taken_down(numbered, take_downs)
    return numbered.join(down, on="row", how="left").select(
        "file_id", pl.lit(True).alias("present"), pl.col("take_down").cast(pl.Int64)
    )
