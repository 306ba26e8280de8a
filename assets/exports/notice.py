"""Attribution: which repositories the rows grew from, by license, with the texts of the licenses beside.

`NOTICE` names each repository with its commits and how many of its files are behind how many rows. The texts in
`LICENSES/` are those of the SPDX list, one a license or exception that an expression names.
"""

import polars as pl
from license_expression import ExpressionError, get_spdx_licensing

from resources.corpus_source.license_texts import text_of

FILE = "NOTICE"
UNKNOWN = "unknown"

_HEAD = """\
The rows of this data set grew from source files of the repositories below. Each row names its file (columns repo, path,
commit, start_line, end_line) and the file's license as an SPDX expression (column license). Texts of the licenses are
in LICENSES/. Copyright lines of the files were not collected; they stand in the files themselves.
"""


def notice(rows: pl.DataFrame) -> str:
    """The text of `NOTICE` for rows with `license, repo, path, commit`."""
    by_license = attributions(rows)
    parts = [_HEAD]
    for (license_,), group in by_license.group_by("license", maintain_order=True):
        parts.append(f"\n{license_}: {_counted(*group.select(pl.col('files', 'rows').sum()).row(0))}\n")
        for repo, commits, files, count in group.select("repo", "commits", "files", "rows").iter_rows():
            version = f" ({', '.join(commits)})" if commits else ""
            parts.append(f"  {repo or 'repository unknown'}{version}: {_counted(files, count)}\n")
    return "".join(parts)


def _counted(files: int, rows: int) -> str:
    return f"{files} file{'' if files == 1 else 's'}, {rows} row{'' if rows == 1 else 's'}"


def attributions(rows: pl.DataFrame) -> pl.DataFrame:
    """`license, repo, commits, files, rows`: one line a license and repository, in their order."""
    return (
        rows.with_columns(pl.col("license").fill_null(UNKNOWN))
        .group_by("license", "repo")
        .agg(
            pl.col("commit").drop_nulls().unique().sort().alias("commits"),
            pl.col("path").n_unique().alias("files"),
            pl.len().alias("rows"),
        )
        .sort("license", "repo")
    )


def license_texts(expressions: list[str]) -> dict[str, bytes]:
    """`LICENSES/<identifier>.txt` for every license and exception that the expressions name and the SPDX list has."""
    names = sorted({name for one in expressions for name in identifiers(one)})
    texts = {name: text_of(name) for name in names}
    return {f"LICENSES/{name}.txt": text.encode() for name, text in texts.items() if text}


def identifiers(expression: str) -> list[str]:
    """The licenses and exceptions that an SPDX expression names."""
    try:
        return list(get_spdx_licensing().license_keys(expression))
    except ExpressionError:
        return []
