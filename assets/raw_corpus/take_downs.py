"""Take-downs: what its owners asked to be left out, as a text file with one rule a line.

    # comment
    repo     owner/name              every file of a repository
    repo     owner/*                 every repository of an owner
    path     owner/name  src/**      the files of a repository whose path matches
    sha256   <64 hexadecimal digits> a content, wherever it stands
    file_id  <32 hexadecimal digits> one file

Repositories are compared without case, paths with it. In a path, `*` stands for anything but a slash, `**`
for anything, `?` for one character. A rule holds for every dump, past and to come.
"""

import re
from dataclasses import dataclass

import polars as pl

SCHEMA = pl.Schema({"line": pl.Int64, "kind": pl.String, "value": pl.String, "path_pattern": pl.String})
HEX_DIGITS = {"sha256": 64, "file_id": 32}


class TakeDownError(ValueError):
    """The file of take-downs holds lines that are no rules; the message names each."""


@dataclass(frozen=True)
class TakeDowns:
    """The rules of one file, by `SCHEMA`; `path_pattern` is a regular expression, for rules of kind path."""

    rules: pl.DataFrame

    @classmethod
    def none(cls) -> "TakeDowns":
        """No take-downs."""
        return cls(pl.DataFrame(schema=SCHEMA))


def parse_take_downs(text: str, origin: str) -> TakeDowns:
    """The rules in `text`; `origin` names the file in the message of a `TakeDownError`."""
    rules: list[tuple[int, str, str, str | None]] = []
    faults: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            rules.append((number, *_rule(line)))
        except ValueError as fault:
            faults.append(f"  line {number}: {fault}: {line.strip()[:120]}")
    if faults:
        raise TakeDownError(
            f"{origin}: {len(faults)} line(s) are no take-downs. Correct them; nothing is built meanwhile, "
            "because a rule that is not understood would let files through.\n" + "\n".join(faults)
        )
    return TakeDowns(pl.DataFrame(rules, schema=SCHEMA, orient="row"))


def taken_down(files: pl.LazyFrame, take_downs: TakeDowns) -> pl.LazyFrame:
    """Rows of `files` that a rule takes down: columns row, take_down (number of the first such line).

    `files` has the columns row (a unique number), file_id, repo, path, sha256.
    """
    rules = take_downs.rules
    if rules.is_empty():
        return pl.LazyFrame(schema={"row": files.collect_schema()["row"], "take_down": pl.Int64})
    repo = pl.col("repo").str.to_lowercase()
    owner = repo.str.extract(r"^(.*)/[^/]*$")
    by_repo = _hits(files, repo, rules.filter(kind="repo"))
    by_owner = _hits(files, pl.concat_str(owner, pl.lit("/*")), rules.filter(kind="repo"))
    by_sha256 = _hits(files, pl.col("sha256").str.to_lowercase(), rules.filter(kind="sha256"))
    by_file_id = _hits(files, pl.col("file_id"), rules.filter(kind="file_id"))
    by_path = _hits(files, repo, rules.filter(kind="path")).filter(
        pl.col("path").str.contains(pl.col("path_pattern"))
    )
    found = pl.concat(
        [hits.select("row", "line") for hits in (by_repo, by_owner, by_sha256, by_file_id, by_path)]
    )
    return found.group_by("row").agg(pl.col("line").min().alias("take_down"))


def _hits(files: pl.LazyFrame, key: pl.Expr, rules: pl.DataFrame) -> pl.LazyFrame:
    keyed = files.select("row", "path", key.alias("value"))
    return keyed.join(rules.lazy().select("value", "line", "path_pattern"), on="value", how="inner")


def _rule(line: str) -> tuple[str, str, str | None]:
    kind, _, rest = line.strip().partition(" ") if "\t" not in line else line.strip().partition("\t")
    value = rest.strip()
    if kind == "repo":
        if not value or re.search(r"\s", value):
            raise ValueError("`repo` wants one repository, as owner/name or owner/*")
        if "*" in value.removesuffix("/*"):
            raise ValueError("`*` may only stand for all repositories of an owner: owner/*")
        return kind, value.lower(), None
    if kind == "path":
        repo, *pattern = value.split(maxsplit=1)
        if not pattern:
            raise ValueError("`path` wants a repository and a path pattern")
        if "*" in repo:
            raise ValueError("`path` wants one repository, without `*`")
        return kind, repo.lower(), _regular_expression(pattern[0])
    if kind in HEX_DIGITS:
        if not re.fullmatch(rf"[0-9a-fA-F]{{{HEX_DIGITS[kind]}}}", value):
            raise ValueError(f"`{kind}` wants {HEX_DIGITS[kind]} hexadecimal digits")
        return kind, value.lower(), None
    raise ValueError("starts with none of repo, path, sha256, file_id")


def _regular_expression(pattern: str) -> str:
    """The path pattern as a regular expression of the Rust dialect that Polars uses."""
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("/"))
    meanings = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "(?s)^" + "".join(meanings.get(piece, re.escape(piece)) for piece in pieces) + "$"
