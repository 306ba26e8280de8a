"""The files of a data set of ready rows: which of them are rows, of which split, and their records one by one.

As such data is published and kept: Parquet, JSON lines and JSON lists, each plain, `.gz` or `.zst`, and the Arrow files
of a Hugging Face data set that was saved to disk or cached. What a record means is in `ready_row_forms`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

from resources.corpus_source.base import SourceError
from resources.corpus_source.dump_file import DumpFile
from resources.corpus_source.parquet_rows import PARQUET_SUFFIX
from resources.json_lines import decompressed, json_records
from resources.unpacking import UnpackingError, refuse_ratio

ARROW_SUFFIX = ".arrow"

STATE, INFO, SPLITS = "state.json", "dataset_info.json", "dataset_dict.json"
"""What Hugging Face's library writes beside the rows: what belongs to them, what they are, and names of splits."""

SPLIT_WORDS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_SHARD = re.compile(r"(.+)-\d{5}-of-\d{5}\b")
_BATCH_ROWS = 1024

Record = tuple[int, Any, str | None]
"""Number in its file (from 1; of JSON lines the line's), the record, and what is wrong where there is none."""


def rows_files(filesystem: AbstractFileSystem, files: list[DumpFile]) -> list[DumpFile]:
    """Those of `files` that hold rows: no description of them, and of a folder saved to disk what its state names."""
    listed: set[str] = set()
    stated: set[str] = set()
    for file in files:
        folder, _, name = file.path.rpartition("/")
        if name == STATE:
            named = _json(filesystem, file).get("_data_files")
            names = [one.get("filename") for one in named or [] if isinstance(one, dict)]
            if not names:
                raise SourceError(f"{file.name}: names no files; save the data set to disk again.")
            stated.add(folder)
            listed |= {f"{folder}/{one}" for one in names}
    there = {file.path for file in files}
    if missing := sorted(listed - there):
        raise SourceError(
            f"{missing[0]}: is missing, and {STATE} beside it names it. Copy the data set again, whole."
        )
    return [
        file
        for file in files
        if file.path.rpartition("/")[2] not in (STATE, INFO, SPLITS)
        and (file.path.rpartition("/")[0] not in stated or file.path in listed)
    ]


def split_of(short_name: str) -> str | None:
    """The split that a file belongs to by its name or folder (`test-00000-of-00001.parquet`, `test/data.jsonl`)."""
    for part in reversed(short_name.split("/")):
        words = re.split(r"[-_. ]+", part.lower())
        for split, names in SPLIT_WORDS.items():
            if set(names) & set(words):
                return split
        shard = _SHARD.match(part)
        if shard and shard[1] != "data":
            return shard[1]
    return None


def of_splits(files: list[DumpFile], wanted: tuple[str, ...] | None, place: str) -> list[DumpFile]:
    """The files of the splits `wanted`; null: where there is a split `train`, it and those that name none, else all."""
    found = {file.path: split_of(file.short_name) for file in files}
    there = sorted({split for split in found.values() if split is not None})
    if wanted is None:
        return [file for file in files if "train" not in there or found[file.path] in ("train", None)]
    if unknown := sorted(set(wanted) - set(there)):
        raise SourceError(
            f"{place}: has no split {', '.join(unknown)}; there are {', '.join(there) or 'none'}. Correct the setting "
            "`splits`."
        )
    return [file for file in files if found[file.path] in wanted]


def records(filesystem: AbstractFileSystem, file: DumpFile) -> Iterator[Record]:
    """The records of a file; `SourceError` where it is damaged or holds no rows in any known form."""
    if file.fault is not None:
        yield 1, None, file.fault
        return
    if file.size == 0:
        return
    number = 0
    try:
        for number, value, fault in _read(filesystem, file):
            yield number, value, fault
    except UnpackingError as error:
        yield number + 1, None, f"this record and those after it are left out; the file {error}"


def _read(filesystem: AbstractFileSystem, file: DumpFile) -> Iterator[Record]:
    try:
        if file.path.lower().endswith(PARQUET_SUFFIX):
            with filesystem.open(file.path, "rb") as handle:
                yield from _numbered(_parquet_batches(pq.ParquetFile(handle)))
        elif file.path.lower().endswith(ARROW_SUFFIX):
            with filesystem.open(file.path, "rb") as handle:
                yield from _numbered(_arrow_batches(handle))
        else:
            yield from _json_records(filesystem, file)
    except UnpackingError:
        raise
    except (pa.ArrowException, OSError, EOFError) as error:
        raise SourceError(
            f"{file.name}: cannot be read: {str(error).splitlines()[0]}. Nothing of the data set is kept; copy the "
            "file again, or take it out of the folder."
        ) from error


def _numbered(batches: Any) -> Iterator[Record]:
    number = 0
    for batch in batches:
        for start in range(0, batch.num_rows, _BATCH_ROWS):
            for record in batch.slice(start, _BATCH_ROWS).to_pylist():
                number += 1
                yield number, record, None


def _parquet_batches(parquet: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    for group in range(parquet.num_row_groups):
        about = parquet.metadata.row_group(group)
        chunks = [about.column(number) for number in range(about.num_columns)]
        refuse_ratio(
            sum(chunk.total_compressed_size for chunk in chunks),
            sum(chunk.total_uncompressed_size for chunk in chunks),
        )
        yield from parquet.iter_batches(_BATCH_ROWS, row_groups=[group], use_threads=False)


def _arrow_batches(handle: Any) -> Iterator[pa.RecordBatch]:
    """Of the stream that Hugging Face's library writes, or of an Arrow file (Feather)."""
    if handle.read(6) == b"ARROW1":
        reader = pa.ipc.open_file(handle)
        for place in range(reader.num_record_batches):
            yield reader.get_batch(place)
        return
    handle.seek(0)
    yield from pa.ipc.open_stream(handle)


def _json_records(filesystem: AbstractFileSystem, file: DumpFile) -> Iterator[Record]:
    with filesystem.open(file.path, "rb") as handle:
        first: tuple[int, str] | None = None
        has_objects = False
        for record in json_records(decompressed(cast(BinaryIO, handle))):
            is_object = isinstance(record.value, dict)
            fault = (
                None
                if is_object
                else f"no JSON: {record.fault[:200]}"
                if record.fault
                else "JSON, but no object"
            )
            has_objects |= is_object
            first = first or (record.number, fault or "")
            yield record.number, record.value, fault
    if first is not None and not has_objects:
        raise SourceError(
            f"{file.name}: holds no rows ({first[1]}). Write an object a line, or a list of objects, or take the file "
            "out of the folder."
        )


def _json(filesystem: AbstractFileSystem, file: DumpFile) -> dict[str, Any]:
    if file.fault is not None:
        raise SourceError(f"{file.name}: {file.fault}.")
    try:
        with filesystem.open(file.path, "rb") as handle:
            found = json.loads(handle.read())
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{file.name}: cannot be read: {str(error)[:200]}") from error
    return found if isinstance(found, dict) else {}
