"""Which files a rule of take-downs names.

Repositories, commits and licenses are compared without case, paths with it. A rule holds for every dump, past and to
come. A file whose text was taken out of its dump before (`emptied`) stays taken down, whatever the rules say now.
"""

import polars as pl

from assets.raw_corpus.take_down_rules import TakeDowns

EMPTIED = 0
"""Number that stands for a rule where the text is gone already, and no rule names the file any more."""

AUTHORS = r"(?im)^.{0,24}?(?:copyright|\(c\)|©|\bauthors?\b|__author__|maintainer)[^\n]{0,200}"
"""Lines that name an author, in the head of a file."""
HEAD_CHARACTERS = 8192

COLUMNS = ("file_id", "repo", "path", "commit", "license", "sha256")
"""Columns of files that rules look at, beside the content's head for authors."""


def emptied() -> pl.Expr:
    """Whether a file's text was taken out of its dump: an empty file is never read as one."""
    return (pl.col("content") == "") & (pl.col("size") > 0)


def looked_at(files: pl.LazyFrame, take_downs: TakeDowns) -> pl.LazyFrame:
    """The columns of `files` (with `row`) that the rules look at; contents only where a rule wants authors.

    Columns that `files` lacks count as unknown: no rule matches them.
    """
    names = files.collect_schema().names()
    content = pl.col("content") if "content" in names else pl.lit(None, pl.String)
    head = content.str.slice(0, HEAD_CHARACTERS) if take_downs.needs("author") else pl.lit("")
    gone = emptied() if {"content", "size"} <= set(names) else pl.lit(False)
    known = [pl.col(name) if name in names else pl.lit(None, pl.String).alias(name) for name in COLUMNS]
    return files.select("row", *known, head=head.fill_null(""), emptied=gone)


def taken_down(files: pl.LazyFrame, take_downs: TakeDowns) -> pl.LazyFrame:
    """Rows of `files` (with `row`) that are taken down: columns row, take_down (number of the first such rule).

    It is `EMPTIED` where the file's text is gone and no rule names it any more.
    """
    looked = looked_at(files, take_downs)
    named = hits(looked, take_downs).group_by("row").agg(pl.col("line").min().alias("take_down"))
    gone = looked.filter("emptied").select("row", take_down=pl.lit(EMPTIED, pl.Int64))
    return pl.concat([named, gone.join(named, on="row", how="anti")])


def without_text(files: pl.DataFrame, take_downs: TakeDowns) -> pl.DataFrame:
    """`files` of a dump, those that are taken down without their content: so it is never stored."""
    if take_downs.rules.is_empty():
        return files
    numbered = files.with_row_index("row")
    down = taken_down(numbered.lazy(), take_downs).collect()["row"]
    gone = numbered["row"].is_in(down.implode())
    return files.with_columns(pl.when(~gone).then("content").otherwise(pl.lit("")).alias("content"))


def hits(files: pl.LazyFrame, take_downs: TakeDowns) -> pl.LazyFrame:
    """Every pair of a file and a rule that names it: columns row, line."""
    rules = take_downs.rules
    row = files.collect_schema()["row"]
    found = [pl.LazyFrame(schema={"row": row, "line": pl.Int64})]
    if rules.is_empty():
        return found[0]
    repo = pl.col("repo").str.to_lowercase()
    owner = repo.str.extract(r"^(.*)/[^/]*$")
    terms = pl.col("license").str.to_lowercase().str.extract_all(r"[a-z0-9.+-]+")
    keys = [
        ("repo", repo),
        ("repo", pl.concat_str(owner, pl.lit("/*"))),
        ("sha256", pl.col("sha256").str.to_lowercase()),
        ("file_id", pl.col("file_id")),
        ("commit", pl.col("commit").str.to_lowercase()),
    ]
    found += [_named(files.select("row", value=key), rules, kind) for kind, key in keys]
    licensed = files.select("row", value=terms).explode("value", empty_as_null=True, keep_nulls=True).unique()
    found.append(_named(licensed, rules, "license"))
    placed = rules.filter(kind="path")
    if placed.height:
        pattern = pl.col("path").str.contains(pl.col("path_pattern"))
        some = files.select("row", "path", value=repo).join(_keyed(placed), on="value").filter(pattern)
        found.append(some.select("row", "line"))
        for line, pattern in placed.filter(value="*").select("line", "path_pattern").iter_rows():
            found.append(_matching(files, pl.col("path").str.contains(pattern), line))
    named = pl.concat_str(
        pl.col("head").str.extract_all(AUTHORS).list.join("\n"), owner.fill_null(""), separator="\n"
    )
    for line, pattern in rules.filter(kind="author").select("line", "path_pattern").iter_rows():
        found.append(_matching(files, named.str.contains(pattern), line))
    return pl.concat(found).unique()


def _keyed(rules: pl.DataFrame) -> pl.LazyFrame:
    return rules.lazy().select("value", "line", "path_pattern")


def _named(keyed: pl.LazyFrame, rules: pl.DataFrame, kind: str) -> pl.LazyFrame:
    of_kind = rules.filter(kind=kind)
    return keyed.join(_keyed(of_kind), on="value", how="inner").select("row", "line")


def _matching(files: pl.LazyFrame, condition: pl.Expr, line: int) -> pl.LazyFrame:
    return files.filter(condition).select("row", line=pl.lit(line, pl.Int64))
