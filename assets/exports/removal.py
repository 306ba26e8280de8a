"""Rows taken out of a folder that was exported before: data, task folders, attribution and digests, in every form.

What was counted from all rows (card and funnel) stays and says that rows left since; papers, which name sources, go.
"""

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl

from assets.exports import card, notice
from assets.exports.papers import FILES as PAPERS
from assets.exports.writing import SUMS, parquet, write_folder, written_paths

_SAID = "\n## Rows that left since\n\n{} rows were taken down after this card was written; it counts them still.\n"

Condemned = Callable[[pl.DataFrame], pl.Series]
"""Rows of a table to those that must go whatever their id is."""


def remove_rows(folder: Path, ids: pl.Series, condemned: Condemned | None = None) -> tuple[int, int]:
    """Take the rows with these ids out of an exported folder: how many there were, and bytes written anew.

    `condemned` names further rows by their content. Nothing is touched where no row is found.
    """
    files = {
        path: (folder / path).read_bytes() for path in written_paths(folder) if (folder / path).is_file()
    }
    scripts = frozenset(path for path in files if (folder / path).stat().st_mode & 0o111)
    gone: set[str] = set()
    changed: dict[str, bytes] = {}
    for path in [path for path in files if path.endswith(".parquet")]:
        frame = pl.read_parquet(io.BytesIO(files[path]))
        names = _ids(frame)
        lines = path.replace("origin/", "data/", 1).removesuffix(".parquet") + ".jsonl"
        whole = frame if lines not in files else frame.with_columns(_lines(files[lines]))
        hit = names.is_in(ids.implode())
        if condemned is not None:
            hit |= condemned(whole)
        if not hit.any():
            continue
        gone |= set(names.filter(hit))
        changed[path] = parquet(frame.filter(~hit))
        if lines in files:
            kept = [line for line, out in zip(_split(files[lines]), hit, strict=True) if not out]
            changed[lines] = b"".join(kept)
    if not gone:
        return 0, 0
    files |= changed
    left = {
        path: content
        for path, content in files.items()
        if path not in PAPERS and not (path.startswith("tasks/") and path.split("/")[1] in gone)
    }
    left[notice.FILE] = notice.notice(_origins(left)).encode()
    left[card.FILE] = left.get(card.FILE, b"") + _SAID.format(len(gone)).encode()
    write_folder(folder, left, scripts)
    return len(gone), sum(len(content) for content in changed.values())


def is_export(folder: Path) -> bool:
    """Whether a folder is as an export left it."""
    return (folder / SUMS).is_file()


def _ids(frame: pl.DataFrame) -> pl.Series:
    if "extra_info" in frame.columns:  # verl
        return frame["extra_info"].struct.field("id")
    return frame["id"]


def _split(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _lines(content: bytes) -> pl.Series:
    return pl.Series("__line", [line.decode() for line in _split(content)], pl.String)


def _origins(files: dict[str, bytes]) -> pl.DataFrame:
    """License, repository, path and commit of every row, once."""
    columns = ["id", "license", "repo", "path", "commit"]
    empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    tables = [path for path in files if path.endswith(".parquet") and path.startswith(("data/", "origin/"))]
    return pl.concat([empty, *(pl.read_parquet(io.BytesIO(files[path])).select(columns) for path in tables)])
