"""Repository and path of rejected rows: looked up in the corpus by the file's id, which repository and path make."""

import polars as pl

from assets.rows.outcome import REJECTION_SCHEMA
from resources.parquet_store import MissingTableError, ParquetStore, TableAddress

CORPUS = ("raw_corpus",)


def completed(rejected: pl.DataFrame, store: ParquetStore, address: TableAddress) -> pl.DataFrame:
    """`rejected` (`REJECTION_SCHEMA`) of the artifact at `address`, with repository and path where its file is known.

    An id of a file stands for one repository and path, so looking them up makes the rows depend on nothing else.
    """
    unknown = pl.col("file_id").is_not_null() & (pl.col("repo").is_null() | pl.col("path").is_null())
    wanted = rejected.filter(unknown).select(pl.col("file_id").unique())
    if address.key == CORPUS or wanted.is_empty() or not address.partition:
        return rejected
    try:
        corpus = store.scan(TableAddress(CORPUS, address.partition))
    except MissingTableError:  # a stage on its own, over files that are not in this store
        return rejected
    known = corpus.select("file_id", "repo", "path").join(wanted.lazy(), on="file_id", how="semi")
    found = known.collect(engine="streaming")
    joined = rejected.join(found, on="file_id", how="left", maintain_order="left", suffix="_known")
    return joined.with_columns(
        pl.coalesce("repo", "repo_known").alias("repo"), pl.coalesce("path", "path_known").alias("path")
    ).select(REJECTION_SCHEMA.names())
