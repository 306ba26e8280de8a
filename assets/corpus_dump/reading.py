"""From a corpus source to one staged table: batch by batch, sorted by language, bounded in memory.

Judging files is `source_files.py`'s matter, where they come from `resources/corpus_source`'s.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.corpus_dump.settings import CorpusDumpSettings
from assets.corpus_dump.source_files import STAGE, check_files
from assets.corpus_dump.table import TABLE
from assets.rows.batches import FILES, row_batches
from assets.rows.ledger import Ledger
from assets.rows.outcome import no_rejections
from resources.corpus_source.base import CorpusSource
from resources.parquet_store import TableWriter

Progress = Callable[[int, int], None]
"""Called with the files read so far, and 0: how many there are is known at the end."""


Spared = Callable[[pl.DataFrame], pl.DataFrame]
"""Gets files (columns of `corpus_dump`) and gives the same rows."""


@dataclass(frozen=True)
class DumpRead:
    """All files of a dump as frames, language by language, and the account of what was left out."""

    batches: Iterator[pl.DataFrame]
    ledger: Ledger
    files_by_language: dict[str, int]
    languages: dict[str, str]
    """Digest of each language's files."""


def read_dump(
    source: CorpusSource,
    dump: str,
    settings: CorpusDumpSettings,
    spool: Path,
    progress: Progress | None = None,
    *,
    spared: Spared = lambda files: files,
) -> DumpRead:
    """Read `source` as dump `dump`; kept files are spooled by language into the folder `spool`.

    `spared` gives files back as they may be stored, those that are taken down without their content.
    Grouping by language lets readers of one language skip the row groups of the others.
    """
    rejected: list[pl.DataFrame] = [no_rejections()]
    counts: dict[str, int] = defaultdict(int)
    read = 0
    with ExitStack() as stack:
        writers: dict[str, TableWriter] = {}
        for raw in source.read():
            outcome = check_files(raw, dump, settings)
            read += raw.height
            rejected.append(outcome.rejected)
            for (language,), rows in spared(outcome.kept).group_by("language", maintain_order=True):
                name = str(language)
                if name not in writers:
                    writers[name] = stack.enter_context(TableWriter(spool, TABLE.schema))
                writers[name].write(rows)
                counts[name] += rows.height
            if progress is not None:
                progress(read, 0)
        spooled = {name: writers[name].close() for name in sorted(writers)}
    ledger = Ledger()
    ledger.record(STAGE, "files", read, pl.concat(rejected), rows_out=sum(counts.values()))
    return DumpRead(
        _unspool([table.path for table in spooled.values()]),
        ledger,
        dict(sorted(counts.items())),
        {name: table.digest for name, table in spooled.items()},
    )


def _unspool(paths: list[Path]) -> Iterator[pl.DataFrame]:
    for path in paths:
        yield from row_batches(pl.scan_parquet(path), FILES)
        path.unlink()
