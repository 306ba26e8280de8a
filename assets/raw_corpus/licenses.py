"""How many files of a corpus are under which license."""

import polars as pl


def license_mix(files: pl.LazyFrame, most: int = 15) -> pl.DataFrame:
    """Columns license and files, the most frequent first; the rest summed up as `other`."""
    counts = (
        files.group_by(pl.col("license").fill_null("unknown"))
        .agg(pl.len().alias("files"))
        .sort("files", "license", descending=[True, False])
        .collect(engine="streaming")
    )
    rest = counts.slice(most)
    if not rest.height:
        return counts
    other = pl.DataFrame({"license": ["other"], "files": [rest["files"].sum()]}, schema=counts.schema)
    return pl.concat([counts.head(most), other])
