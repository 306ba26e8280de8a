"""How many files of a corpus stand under which licence."""

import polars as pl


def licence_mix(files: pl.LazyFrame, most: int = 15) -> pl.DataFrame:
    """Columns licence and files, the most frequent first; the rest summed up as `other`."""
    counts = (
        files.group_by(pl.col("licence").fill_null("unknown"))
        .agg(pl.len().alias("files"))
        .sort("files", "licence", descending=[True, False])
        .collect(engine="streaming")
    )
    rest = counts.slice(most)
    if not rest.height:
        return counts
    other = pl.DataFrame({"licence": ["other"], "files": [rest["files"].sum()]}, schema=counts.schema)
    return pl.concat([counts.head(most), other])
