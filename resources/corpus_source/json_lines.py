"""Reading the rows of one JSON lines file of a dump, plain or compressed with gzip or Zstandard.

One line is one file of source code. A line that is no JSON object is a row with the fault `unreadable` and
its line number; a compressed file that ends too early stops the reading. Memory stays bounded by the batch
and by the longest line that is accepted.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO, cast

import polars as pl
from fsspec import AbstractFileSystem

from resources.corpus_source.base import READ_LIMIT, ROW_BYTES, FileError, SourceError
from resources.corpus_source.dump_columns import map_columns
from resources.corpus_source.dump_file import DumpFile
from resources.json_lines import decompressed, json_lines
from resources.unpacking import UnpackingError

PLAIN_SUFFIXES = (".jsonl", ".ndjson", ".json")
COMPRESSION = (".gz", ".zst", ".zstd")
JSON_LINES_SUFFIXES = (*PLAIN_SUFFIXES, *(plain + end for plain in PLAIN_SUFFIXES for end in COMPRESSION))

LINE_LIMIT = 4 * READ_LIMIT
"""Bytes of the longest line that is parsed: escapes make a line longer than its content."""

LEFT_OUT = "this line and those after it are left out"

LOOK_AHEAD = 100
"""Lines whose keys together count as the columns of the file (fewer where they fill a batch): rows may leave
keys out."""

ROW_SCHEMA = pl.Schema(
    {
        "content": pl.Binary,
        "repo": pl.String,
        "path": pl.String,
        "commit": pl.String,
        "license": pl.List(pl.String),
        "license_source": pl.String,  # the column that states it
        "language": pl.String,
        "fault": pl.String,
        "detail": pl.String,
        "origin": pl.String,
    }
)

Line = tuple[int, dict[str, object] | None, str | None, str | None]
"""Line number, the object, and fault and detail where there is none."""


def read_json_lines(
    filesystem: AbstractFileSystem, file: DumpFile, columns: Mapping[str, str], batch_bytes: int
) -> Iterator[pl.DataFrame]:
    """Frames of `ROW_SCHEMA`, each of about `batch_bytes` of content at most.

    Raises `SourceError` where the compressed stream is damaged, `FileError` where a column is missing.
    """
    path, name, size = file.path, file.name, file.size
    if size == 0 and path.lower().endswith(COMPRESSION):
        raise SourceError(f"{name}: holds 0 bytes, which is no compressed file. Copy it again or remove it.")
    number = 0
    try:
        with filesystem.open(path, "rb") as handle:
            lines = _lines(decompressed(cast(BinaryIO, handle)))
            first = _ahead(lines, batch_bytes)
            keys = {key for _, value, _, _ in first for key in value or ()}
            if not keys and all(value is None for _, value, _, _ in first):
                if not first:
                    return
                if first[-1][3] is not None and first[-1][3].startswith(LEFT_OUT):
                    raise FileError(f"{name}: {first[-1][3]}.")
                raise FileError(
                    f"{name}: line {first[0][0]} to {first[-1][0]}: no JSON objects: {first[0][3]}."
                )
            mapped = map_columns(keys, columns, name)
            batch: list[dict[str, object]] = []
            held = 0
            for number, value, fault, detail in chain(first, lines):
                row = _row(value, fault, detail, mapped)
                batch.append(row | {"origin": f"{file.short_name} line {number}"})
                content = row["content"]
                held += ROW_BYTES + (len(content) if isinstance(content, bytes) else 0)
                if held >= batch_bytes:
                    yield pl.DataFrame(batch, schema=ROW_SCHEMA)
                    batch, held = [], 0
            if batch:
                yield pl.DataFrame(batch, schema=ROW_SCHEMA)
    except OSError as error:
        raise SourceError(
            f"{name}: cannot be read after line {number}: {error}. Nothing of the dump is kept; copy the file again, "
            "or take it out of the folder."
        ) from error


def _ahead(lines: Iterator[Line], batch_bytes: int) -> list[Line]:
    ahead: list[Line] = []
    held = 0
    for line in lines:
        ahead.append(line)
        held += sum(len(value) for value in (line[1] or {}).values() if isinstance(value, str))
        if len(ahead) == LOOK_AHEAD or held >= batch_bytes:
            break
    return ahead


def _lines(stream: BinaryIO) -> Iterator[Line]:
    number = 0
    try:
        for line in _parsed_lines(stream):
            number = line[0]
            yield line
    except UnpackingError as error:
        yield number + 1, None, "unreadable", f"{LEFT_OUT}; the file {error}"


def _parsed_lines(stream: BinaryIO) -> Iterator[Line]:
    for line in json_lines(stream, LINE_LIMIT):
        if line.too_long:
            yield line.number, None, "too_large", f"line of more than {LINE_LIMIT} bytes"
        elif line.fault is not None:
            yield line.number, None, "unreadable", f"no JSON: {line.fault[:200]}"
        elif isinstance(line.value, dict):
            yield line.number, line.value, None, None
        else:
            yield line.number, None, "unreadable", "JSON, but no object"


def _row(
    value: dict[str, object] | None, fault: str | None, detail: str | None, mapped: Mapping[str, str]
) -> dict[str, object]:
    if value is None:
        return {"content": None, "fault": fault, "detail": detail}
    row: dict[str, object] = {
        ours: _text(value.get(theirs)) for ours, theirs in mapped.items() if ours != "license"
    }
    if "license" in mapped:
        row["license"], row["license_source"] = (
            _texts(value.get(mapped["license"])),
            f"column {mapped['license']}",
        )
    content = value.get(mapped["content"])
    row["content"] = None
    if isinstance(content, str):
        try:
            row["content"] = content.encode()
        except UnicodeEncodeError:
            row |= {"fault": "unreadable", "detail": "content holds half of a surrogate pair"}
    elif content is not None:
        row |= {"fault": "unreadable", "detail": f"content is no text but {type(content).__name__}"}
    return row


def _text(value: object) -> str | None:
    """The text of a column; null for what is no text, such as nested values and broken surrogates."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return None if value is None or isinstance(value, (dict, list, bool)) else str(value)


def _texts(value: object) -> list[str] | None:
    if value is None:
        return None
    return [_text(one) or "" for one in (value if isinstance(value, list) else [value])]
