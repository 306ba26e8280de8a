"""Rows that are instruction data already: files of a Hugging Face data set, Parquet or JSON, as files of the corpus.

Which files, and how they are read, is in `ready_row_files`, the forms of rows in `ready_row_forms`. A row's
programming language is that of its first code block, as the fence says. What the rows are good for is judged by nobody
here.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from resources.corpus_source.base import BATCH_BYTES, READ_LIMIT, RawFile, SourceError, file_batches
from resources.corpus_source.declared_licenses import quoted
from resources.corpus_source.dump import DumpSource
from resources.corpus_source.dump_file import DumpFile
from resources.corpus_source.ready_row_files import ARROW_SUFFIX, of_splits, records, rows_files
from resources.corpus_source.ready_row_forms import exchange, language_of_answer
from resources.corpus_source.settings import Dump, ReadyRows
from resources.corpus_source.spdx import all_of
from resources.ready_rows import SUFFIX, pack
from resources.storage import S3Options


class ReadyRowsSource(DumpSource):
    """Ready rows. See `ReadyRows` for the settings; `s3` says where the S3 server is."""

    suffixes = (*DumpSource.suffixes, ARROW_SUFFIX)

    def __init__(self, settings: ReadyRows, s3: S3Options | None = None) -> None:
        super().__init__(Dump(path=settings.path), s3)
        self.rows = settings

    def files(self) -> list[DumpFile]:
        """The files of the wanted splits by path; `SourceError` where there are none."""
        found = of_splits(rows_files(self.filesystem, super().files()), self.rows.splits, self.rows.path)
        if not found:
            raise SourceError(f"{self.rows.path}: holds descriptions of a data set, and none of its rows.")
        return found

    def read(self, batch_bytes: int = BATCH_BYTES) -> Iterator[pl.DataFrame]:
        """Yield the rows, file by file in the order of their paths."""
        return file_batches((row for file in self.files() for row in self._raw_files(file)), batch_bytes)

    def describe(self) -> dict[str, object]:
        """Data set, revision, path, number of files and bytes."""
        told = {"kind": self.rows.kind, "data_set": self.rows.data_set, "revision": self.rows.revision}
        return super().describe() | told

    def fingerprint(self) -> str:
        """Changes with the files and with every setting."""
        return f"{super().fingerprint()}/{self.rows.model_dump_json()}"

    def _raw_files(self, file: DumpFile) -> Iterator[RawFile]:
        columns: dict[str, str] = {**self.rows.columns}
        found = held = 0
        license_of_all = None if self.rows.license is None else all_of([self.rows.license])
        for number, record, fault in records(self.filesystem, file):
            row: RawFile = {
                "content": None,
                "repo": self.rows.data_set,
                "path": f"{file.short_name}/{number}{SUFFIX}",
                "commit": self.rows.revision,
                "license": license_of_all,
                "license_source": f"setting license: {quoted(self.rows.license)}"
                if self.rows.license
                else None,
                "language": self.rows.language,
                "size": None,
                "fault": None,
                "origin": f"{file.short_name} row {number}",
                "detail": None,
            }
            held += 1
            found += isinstance(record, dict) and all(name in record for name in columns.values())
            pair = exchange(record, columns) if fault is None else fault
            if isinstance(pair, str):
                yield {**row, "fault": "unreadable", "detail": pair}
                continue
            own = _license(record)
            if own is not None:
                row["license"], row["license_source"] = own
            content = pack(*pair).encode()
            if len(content) > READ_LIMIT:
                yield {**row, "fault": "too_large", "size": len(content)}
                continue
            yield {
                **row,
                "content": content,
                "size": len(content),
                "language": language_of_answer(pair[1]) or self.rows.language,
            }
        if columns and held and not found:
            raise SourceError(
                f"{file.name}: no row has the columns {', '.join(sorted(columns.values()))}. Correct the setting "
                "`columns`, or take the file out of the folder."
            )


def _license(record: dict[str, Any]) -> tuple[str | None, str] | None:
    """The license that a row states, and where; null where it states none."""
    stated = record.get("license")
    named = [
        one for one in (stated if isinstance(stated, list) else [stated]) if isinstance(one, str) and one
    ]
    return (all_of(named), f"column license: {quoted(', '.join(named))}") if named else None
