"""The task folders of an export: made, proven, and listed in a table that says where each is."""

import polars as pl

from assets.exports.folder import Data
from assets.exports.forms import ORIGIN, origin
from assets.exports.harbor.folder import LANGUAGE, foreign_imports, task_files
from assets.exports.harbor.proof import prove
from assets.exports.settings import ExportError, ExportSettings
from assets.exports.split import TEST, TRAIN
from assets.exports.tasks import with_names_told
from assets.exports.writing import shards
from assets.rows.ledger import Ledger
from assets.rows.outcome import Rule, apply_rules
from assets.rows.reasons import Reason

SCRIPTS = ("tests/test.sh", "solution/solve.sh")

COLUMNS = {
    "folder": "folder of the task in this data set",
    "passed": "of `samples`, how many passed their own tests",
    "samples": "answers of the model that were judged",
}

STAGE = "proof"


def harbor(rows: pl.DataFrame, settings: ExportSettings, ledger: Ledger) -> tuple[Data, pl.DataFrame]:
    """The data files, and the rows whose tasks are proven; `ledger` gets the step.

    Raises `ExportError` where none is, and `SandboxUnavailable` where nothing can isolate.
    """
    told = with_names_told(rows)
    foreign = [
        ", ".join(foreign_imports(f"{code}\n{tests}")) if language == LANGUAGE else language
        for language, code, tests in told.select("language", "code", "tests").iter_rows()
    ]
    able = [not name for name in foreign]
    made = [task_files(row) if fit else {} for fit, row in zip(able, told.iter_rows(named=True), strict=True)]
    proofs = iter(prove([task for task in made if task]))
    proven = [next(proofs) if fit else None for fit in able]
    marked = told.with_columns(
        pl.Series("__foreign", [name or None for name in foreign], pl.String),
        pl.Series("__oracle", [one and one.oracle for one in proven], pl.String),
        pl.Series("__nothing", [one and one.nothing for one in proven], pl.String),
        pl.Series("__said", [one and one.said for one in proven], pl.String),
    )
    rules = [
        Rule(Reason.UNVERIFIABLE, pl.col("__foreign").is_not_null(), pl.col("__foreign")),
        Rule(Reason.ORACLE_FAILS, pl.col("__oracle") != "1", pl.col("__said")),
        Rule(Reason.NO_OP_PASSES, pl.col("__nothing") != "0"),
    ]
    outcome = apply_rules(marked, rules, stage=STAGE, id_column="sft_id")
    ledger.record(STAGE, "rows", rows.height, outcome.rejected, rows_out=outcome.kept.height)
    if outcome.kept.is_empty():
        reasons = outcome.rejected["reason"].value_counts(sort=True).rows()
        first = outcome.rejected["detail"].drop_nulls().first() or ""
        counts = ", ".join(f"{count} {reason}" for reason, count in reasons)
        raise ExportError(f"no task is proven: {counts}; the first says: {str(first)[-200:]}")
    kept = rows.join(outcome.kept.select("sft_id"), on="sft_id", how="semi", maintain_order="left")
    tasks = dict(zip(told["sft_id"], made, strict=True))
    files, scripts = {}, set()
    for name in kept["sft_id"]:
        folder = f"tasks/{name}"
        files |= {f"{folder}/{path}": content for path, content in tasks[name].items()}
        scripts |= {f"{folder}/{path}" for path in SCRIPTS}
    splits: dict[str, list[str]] = {}
    for split in (TRAIN, TEST):
        part = kept.filter(split=split)
        if part.height:
            listed = part.select(pl.format("tasks/{}", "sft_id").alias("folder"), "passed", "samples")
            table = pl.concat([listed, origin(part)], how="horizontal")
            paths = shards(table, split, settings.shard_rows)
            splits[split], files = sorted(paths), files | paths
    return Data(files, COLUMNS | ORIGIN, {"default": splits}, frozenset(scripts)), kept
