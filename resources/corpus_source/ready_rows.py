"""Rows that are instruction data already: files of a Hugging Face data set, Parquet or JSON, as files of the corpus.

A row is read in the forms that such data is published in: Alpaca's (instruction, input, output), ShareGPT's
(conversations) and messages; of a conversation the first exchange counts. Its programming language is that of its first
code block, as the fence says. What the rows are good for is judged by nobody here.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, BinaryIO, cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from resources.corpus_source.base import BATCH_BYTES, RawFile, SourceError, in_batches
from resources.corpus_source.dump import DumpSource
from resources.corpus_source.dump_file import DumpFile
from resources.corpus_source.settings import Dump, ReadyRows
from resources.corpus_source.spdx import all_of
from resources.json_lines import decompressed, json_records
from resources.languages import BY_NAME
from resources.ready_rows import SUFFIX, pack
from resources.storage import S3Options

QUESTIONS = ("instruction", "prompt", "question", "problem", "query")
ANSWERS = ("output", "response", "completion", "answer", "solution")
ASKING, ANSWERING = ("user", "human"), ("assistant", "gpt")
_FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+#-]+)", re.MULTILINE)


class ReadyRowsSource(DumpSource):
    """Ready rows. See `ReadyRows` for the settings; `s3` says where the S3 server is."""

    def __init__(self, settings: ReadyRows, s3: S3Options | None = None) -> None:
        super().__init__(Dump(path=settings.path), s3)
        self.rows = settings

    def read(self, batch_bytes: int = BATCH_BYTES) -> Iterator[pl.DataFrame]:
        """Yield the rows, file by file in the order of their paths."""
        return in_batches((row for file in self.files() for row in self._raw_files(file)), batch_bytes)

    def describe(self) -> dict[str, object]:
        """Data set, revision, path, number of files and bytes."""
        told = {"kind": self.rows.kind, "data_set": self.rows.data_set, "revision": self.rows.revision}
        return super().describe() | told

    def fingerprint(self) -> str:
        """Changes with the files and with every setting."""
        return f"{super().fingerprint()}/{self.rows.model_dump_json()}"

    def _raw_files(self, file: DumpFile) -> Iterator[RawFile]:
        for number, record in enumerate(self._records(file), 1):
            origin = f"{file.short_name} row {number}"
            row: RawFile = {
                "content": None,
                "repo": self.rows.data_set,
                "path": f"{file.short_name}/{number}{SUFFIX}",
                "commit": self.rows.revision,
                "license": self.rows.license,
                "license_source": None,
                "language": self.rows.language,
                "size": None,
                "fault": None,
                "origin": origin,
                "detail": None,
            }
            told: Mapping[str, Any] = record if isinstance(record, Mapping) else {}
            pair = exchange(told, {**self.rows.columns})
            if pair is None:
                yield {**row, "fault": "unreadable", "detail": "no instruction with its response"}
                continue
            stated = told.get("license")
            content = pack(*pair).encode()
            yield {
                **row,
                "content": content,
                "size": len(content),
                "license": all_of([stated]) if isinstance(stated, str) else self.rows.license,
                "language": language_of_answer(pair[1]) or self.rows.language,
            }

    def _records(self, file: DumpFile) -> Iterator[object]:
        try:
            with self.filesystem.open(file.path, "rb") as handle:
                if file.path.lower().endswith(".parquet"):
                    for batch in pq.ParquetFile(handle).iter_batches(use_threads=False):
                        yield from batch.to_pylist()
                    return
                for record in json_records(decompressed(cast(BinaryIO, handle))):
                    yield record.value
        except (pa.ArrowException, OSError) as error:
            raise SourceError(
                f"{file.name}: cannot be read: {str(error).splitlines()[0]}. Nothing of the data set is kept; copy the "
                "file again, or take it out of the folder."
            ) from error


def exchange(record: Mapping[str, Any], columns: Mapping[str, str] | None = None) -> tuple[str, str] | None:
    """Instruction and response of a row in any of the known forms; null where it has none, or an empty one.

    `columns` names the columns of `instruction` and `response` where they are called otherwise.
    """
    for name in ("messages", "conversations"):
        turns = record.get(name)
        if isinstance(turns, list):
            return _first_exchange(turns)
    named = columns or {}
    asked = _text(record, (named["instruction"],) if "instruction" in named else QUESTIONS)
    said = _text(record, (named["response"],) if "response" in named else ANSWERS)
    if asked is None or said is None:
        return None
    given = _text(record, ("input",))
    return (f"{asked}\n\n{given}" if given else asked), said


def language_of_answer(response: str) -> str | None:
    """The language that the first fence of a known one names."""
    return next((BY_NAME[name.lower()] for name in _FENCE.findall(response) if name.lower() in BY_NAME), None)


def _first_exchange(turns: list[Any]) -> tuple[str, str] | None:
    said = [
        (str(turn.get("role", turn.get("from"))), str(turn.get("content", turn.get("value")) or "").strip())
        for turn in turns
        if isinstance(turn, Mapping)
    ]
    for (who, asked), (then, answer) in pairwise(said):
        if who in ASKING and then in ANSWERING and asked and answer:
            return asked, answer
    return None


def _text(record: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    found = (record.get(name) for name in names)
    return next((text.strip() for text in found if isinstance(text, str) and text.strip()), None)
