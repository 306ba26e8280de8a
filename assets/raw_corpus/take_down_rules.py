"""The file of take-downs: what its owners asked to be left out, as lines of text, as CSV or as TOML.

A text file has one rule a line; date, reason and reference may follow behind bars.

    # comment
    repo     owner/name              every file of a repository
    repo     owner/*                 every repository of an owner
    path     owner/name  src/**      the files of a repository whose path matches; * for any repository
    commit   <commit or version>     the files of a commit, as the corpus names it
    license  GPL-3.0-only            every file whose license names it
    author   Jane Doe                every file that names such an author, and every repository of that owner
    sha256   <64 hexadecimal digits> a content, wherever it stands
    file_id  <32 hexadecimal digits> one file
    repo     owner/name | 2026-11-30 | owner's request | ticket 4711

CSV has the columns kind, value, path, date, reason, reference; TOML a table `[[take_down]]` a rule, with the kind as
its key. Which file is read how, its ending says: .csv, .toml, or anything else for text.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from resources.documents import DocumentError, toml_value

SCHEMA = pl.Schema(
    {
        "line": pl.Int64,
        "kind": pl.String,
        "value": pl.String,
        "path_pattern": pl.String,
        "rule": pl.String,
        "date": pl.String,
        "reason": pl.String,
        "reference": pl.String,
    }
)
"""Columns of the rules. `line` is the line in the file (TOML: the number of the table), `rule` what it says."""

HEX_DIGITS = {"sha256": 64, "file_id": 32}
KINDS = ("repo", "path", "commit", "license", "author", "sha256", "file_id")
SAID = ("date", "reason", "reference")


class TakeDownError(ValueError):
    """The file of take-downs cannot be read, or holds what is no rule; the message names each."""


@dataclass(frozen=True)
class TakeDowns:
    """The rules of one file, by `SCHEMA`; `path_pattern` is a regular expression, for rules of kind path and author."""

    rules: pl.DataFrame

    @classmethod
    def none(cls) -> "TakeDowns":
        """No take-downs."""
        return cls(pl.DataFrame(schema=SCHEMA))

    def needs(self, kind: str) -> bool:
        """Whether there is a rule of this kind."""
        return bool((self.rules["kind"] == kind).any())


def parse_take_downs(text: str, origin: str) -> TakeDowns:
    """The rules in `text`; `origin` names the file in the message of a `TakeDownError`, and its ending the form."""
    rules: list[dict[str, object]] = []
    faults: list[str] = []
    text = text.removeprefix("\ufeff")
    for number, entry, shown in _entries(text, origin):
        try:
            if isinstance(entry, str):
                raise ValueError(entry)
            rules.append({"line": number, **_rule(entry)})
        except ValueError as fault:
            faults.append(f"  line {number}: {fault}: {shown[:120]}")
    if faults:
        raise TakeDownError(
            f"{origin}: {len(faults)} line(s) are no take-downs. Correct them; nothing is built meanwhile, "
            "because a rule that is not understood would let files through.\n" + "\n".join(faults)
        )
    return TakeDowns(pl.DataFrame(rules, schema=SCHEMA, orient="row"))


Entry = Mapping[str, str] | str
"""A rule's kind, value, path and what is said of it; or, in its place, what is wrong."""


def _entries(text: str, origin: str) -> Iterator[tuple[int, Entry, str]]:
    """Number, rule and how it reads, for each rule of the file."""
    if origin.lower().endswith(".toml"):
        yield from _of_toml(text, origin)
    elif origin.lower().endswith(".csv"):
        yield from _of_csv(text, origin)
    else:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.lstrip().startswith("#"):
                yield number, _of_line(line), line.strip()


def _of_line(line: str) -> Entry:
    said, *more = [part.strip() for part in re.split(r"\s\|\s", line.strip())]
    if len(more) > len(SAID):
        return "behind the rule stand at most a date, a reason and a reference, each behind a bar"
    kind, _, value = said.partition(" ") if "\t" not in said else said.partition("\t")
    entry = {"kind": kind, "value": value.strip(), **dict(zip(SAID, more, strict=False))}
    if kind == "path":
        repo, _, pattern = " ".join(entry["value"].split(maxsplit=1)).partition(" ")
        entry |= {"value": repo, "path": pattern}
    return entry


def _of_csv(text: str, origin: str) -> Iterator[tuple[int, Entry, str]]:
    reader = csv.DictReader(io.StringIO(text))
    columns = {"kind", "value", "path", *SAID}
    names = set(reader.fieldnames or ())
    if not {"kind", "value"} <= names or names - columns:
        raise TakeDownError(
            f"{origin}: the first line of a CSV of take-downs names its columns, kind and value, and any of path, "
            f"date, reason, reference; it says {', '.join(reader.fieldnames or ()) or 'nothing'}"
        )
    for row in reader:
        shown = ",".join(str(value) for value in row.values() if value)
        if not shown:
            continue
        entry = {str(name): str(value or "").strip() for name, value in row.items() if name is not None}
        yield reader.line_num, ("it has more cells than columns" if None in row else entry), shown


def _of_toml(text: str, origin: str) -> Iterator[tuple[int, Entry, str]]:
    try:
        read = toml_value(text)
    except DocumentError as error:
        raise TakeDownError(f"{origin} is {error}; nothing is built meanwhile") from error
    entries = read.pop("take_down", [])
    if read or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TakeDownError(f"{origin}: a TOML of take-downs holds tables [[take_down]] and nothing else")
    for number, entry in enumerate(entries, start=1):
        yield number, _of_table(entry), ", ".join(f"{name} = {value!r}" for name, value in entry.items())


def _of_table(entry: dict[str, Any]) -> Entry:
    unknown = sorted(set(entry) - {*KINDS, *SAID})
    if unknown:
        return f"there is no key {', '.join(unknown)}; there are {', '.join((*KINDS, *SAID))}"
    kinds = [kind for kind in KINDS if kind in entry]
    said = {name: str(entry[name]) for name in SAID if name in entry}
    if "path" in kinds and set(kinds) <= {"path", "repo"}:
        return {"kind": "path", "value": str(entry.get("repo", "*")), "path": str(entry["path"]), **said}
    if len(kinds) != 1:
        return f"a rule has one of {', '.join(KINDS)} (path may stand beside repo)"
    return {"kind": kinds[0], "value": str(entry[kinds[0]]), **said}


def _rule(entry: Mapping[str, str]) -> dict[str, object]:
    kind, value, path = entry["kind"], entry["value"], entry.get("path", "")
    said = {name: entry.get(name) or None for name in SAID}
    if said["date"] is not None:
        try:
            date.fromisoformat(str(said["date"])[:10])
        except ValueError:
            raise ValueError(f"{said['date']!r} is no date; write it as 2026-11-30") from None
    if path and kind != "path":
        raise ValueError(f"only a rule `path` has a path, not `{kind}`")
    compared, pattern = _compared(kind, value, path)
    return {
        "kind": kind,
        "value": compared,
        "path_pattern": pattern,
        "rule": " ".join(part for part in (kind, value, path) if part),
        **said,
    }


def _compared(kind: str, value: str, path: str) -> tuple[str, str | None]:
    """What a file's column is compared with, and the pattern where there is one."""
    if kind == "repo":
        if not value or re.search(r"\s", value):
            raise ValueError("`repo` wants one repository, as owner/name or owner/*")
        if "*" in value.removesuffix("/*"):
            raise ValueError("`*` may only stand for all repositories of an owner: owner/*")
        return value.lower(), None
    if kind == "path":
        if not path:
            raise ValueError("`path` wants a repository and a path pattern")
        if "*" in value and value != "*":
            raise ValueError("`path` wants one repository, or `*` for any")
        return value.lower(), glob_expression(path.removeprefix("/"), whole=True)
    if kind in HEX_DIGITS:
        if not re.fullmatch(rf"[0-9a-fA-F]{{{HEX_DIGITS[kind]}}}", value):
            raise ValueError(f"`{kind}` wants {HEX_DIGITS[kind]} hexadecimal digits")
        return value.lower(), None
    if kind == "commit" or kind == "license":
        if not value or re.search(r"\s", value):
            raise ValueError(
                f"`{kind}` wants one {'commit or version' if kind == 'commit' else 'SPDX identifier'}"
            )
        return value.lower(), None
    if kind == "author":
        if len(value.replace("*", "").strip()) < 3:
            raise ValueError("`author` wants a name or address, of three letters or more")
        return value, "(?i)" + glob_expression(value.strip("*"), whole=False)
    raise ValueError(f"starts with none of {', '.join(KINDS)}")


def glob_expression(pattern: str, *, whole: bool) -> str:
    """A pattern as a regular expression of the Rust dialect that Polars uses.

    `*` stands for anything but a slash, `**` for anything, `?` for one character.
    """
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meanings = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    inner = "".join(meanings.get(piece, re.escape(piece)) for piece in pieces)
    return f"(?s)^{inner}$" if whole else inner
