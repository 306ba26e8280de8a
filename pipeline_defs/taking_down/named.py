"""Files of the stored dumps that the take-downs name, and those whose text was taken out before."""

from dataclasses import dataclass

import polars as pl

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from assets.raw_corpus.take_down_rules import TakeDowns
from assets.raw_corpus.take_downs import emptied, hits, looked_at
from resources.parquet_store import ParquetStore

NAMED = pl.Schema(
    {
        "line": pl.Int64,
        "file_id": pl.String,
        "repo": pl.String,
        "path": pl.String,
        "dump": pl.String,
        "language": pl.String,
        "emptied": pl.Boolean,
    }
)
"""One row a rule and file; `emptied`: its text was taken out of the dump before."""


@dataclass(frozen=True)
class Named:
    """The rules, and the files that they name."""

    take_downs: TakeDowns
    files: pl.DataFrame

    @property
    def file_ids(self) -> pl.Series:
        """Ids of the files, each once."""
        return self.files["file_id"].unique().sort()

    @property
    def by_file(self) -> pl.DataFrame:
        """The first rule that names each file: file_id, line, rule."""
        first = self.files.group_by("file_id").agg(pl.col("line").min())
        return first.join(self.take_downs.rules.select("line", "rule"), on="line", how="left")

    def counts(self) -> pl.DataFrame:
        """Every rule with what was said of it, and the number of files that it names (0: none)."""
        found = self.files.group_by("line").agg(pl.col("file_id").n_unique().cast(pl.Int64).alias("files"))
        said = self.take_downs.rules.select("line", "rule", "date", "reason", "reference")
        joined = said.join(found, on="line", how="left", maintain_order="left")
        return joined.with_columns(pl.col("files").fill_null(0))

    def warnings(self) -> list[str]:
        """A line for each rule that names no file of any stored dump."""
        return [
            f"take-down {rule!r} (line {line}) names no file of any dump that is stored: look for a misspelling, "
            "or read the dump that has it"
            for line, rule, files in self.counts().select("line", "rule", "files").iter_rows()
            if files == 0
        ]


def named_files(store: ParquetStore, take_downs: TakeDowns) -> Named:
    """What the rules name in the dumps of `store`; contents are read only where a rule wants authors."""
    found = [pl.DataFrame(schema=NAMED)]
    for address in store.partitions(tuple(CORPUS_DUMP.path)) if take_downs.rules.height else ():
        files = store.scan(address).with_row_index("row")
        looked = looked_at(files, take_downs)
        pairs = hits(looked, take_downs).collect(engine="streaming")
        if pairs.height:
            rows = files.select("row", "file_id", "repo", "path", "dump", "language", emptied=emptied()).join(
                pairs.lazy(), on="row", how="inner"
            )
            found.append(rows.select(NAMED.names()).cast(NAMED).collect(engine="streaming"))
    return Named(take_downs, pl.concat(found).sort("line", "dump", "repo", "path", "file_id"))
