"""What people decided about finds: a CSV file beside the recipe, a part of the data set's version.

A line decides one row and problem: `drop` it, or `keep` it, since what was found is no contamination. `*` stands for
every problem, or every benchmark, of the row.
"""

import hashlib
import io
from pathlib import Path

import polars as pl

from resources.regular_files import read_regular

COLUMNS = ("response_id", "benchmark", "problem_id", "decision", "by", "why")
DECISIONS = pl.Schema(dict.fromkeys(COLUMNS, pl.String))
CHOICES = ("drop", "keep")


class DecisionError(ValueError):
    """A file of decisions is missing or wrong; the message names it, the line and the remedy."""


def read_decisions(path: Path | None) -> pl.DataFrame:
    """The decisions (`DECISIONS`) in the file `path`; none without one. Raises `DecisionError`."""
    if path is None:
        return pl.DataFrame(schema=DECISIONS)
    try:
        read = pl.read_csv(io.BytesIO(read_regular(path)), infer_schema=False)
    except FileNotFoundError as error:
        raise DecisionError(
            f"decontamination.decisions: there is no file {path}; write one with the columns {', '.join(COLUMNS)}, or "
            "take the setting out"
        ) from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DecisionError(f"{path} cannot be read as CSV: {error}") from error
    if missing := [name for name in COLUMNS if name not in read.columns]:
        raise DecisionError(f"{path} has no column {missing[0]}; it needs {', '.join(COLUMNS)}")
    found = read.select(COLUMNS)
    for number, row in enumerate(found.iter_rows(named=True), start=2):
        if row["decision"] not in CHOICES:
            raise DecisionError(f"{path}, line {number}: decision is {row['decision']!r}; write drop or keep")
        if empty := next((name for name in COLUMNS if not (row[name] or "").strip()), None):
            raise DecisionError(f"{path}, line {number}: {empty} is empty; say it")
    keys = found.select("response_id", "benchmark", "problem_id")
    if keys.is_duplicated().any():
        number = int(keys.is_duplicated().arg_true()[1]) + 2
        raise DecisionError(f"{path}, line {number}: this row and problem are decided twice")
    return found


def decisions_digest(path: Path | None) -> str:
    """Digest of the file's bytes; of no file, or one that is not there, empty."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None and path.is_file() else ""


def decided(hits: pl.DataFrame, decisions: pl.DataFrame, id_column: str) -> pl.DataFrame:
    """`hits` with `decision`, `by` and `why` (null: nobody decided); the most exact line counts."""
    for exact in (("benchmark", "problem_id"), ("benchmark",), ()):
        wild = [name for name in ("benchmark", "problem_id") if name not in exact]
        lines = decisions.filter(
            *(pl.col(name) == "*" for name in wild), *(pl.col(name) != "*" for name in exact)
        ).select(pl.col("response_id").alias(id_column), *exact, "decision", "by", "why")
        joined = hits.join(lines, on=[id_column, *exact], how="left", suffix="_new", maintain_order="left")
        if "decision_new" not in joined.columns:
            hits = joined
            continue
        hits = joined.with_columns(
            pl.coalesce(name, f"{name}_new").alias(name) for name in ("decision", "by", "why")
        ).drop("decision_new", "by_new", "why_new")
    return hits
