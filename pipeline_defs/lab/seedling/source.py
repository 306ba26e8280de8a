"""The corpus source `grammar`: code of the world that seedling knows, written on the spot and the same everywhere."""

import hashlib
from collections.abc import Iterator
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from pipeline_defs.lab.seedling.corpus import dump_files
from resources.corpus_source.base import BATCH_BYTES, CorpusSource, RawFile, file_batches
from resources.corpus_source.door import SourceKind

VERSION = "1"
"""Raised when the same settings would give other files."""


class Grammar(BaseModel):
    """Documented functions by the lab's careful and careless authors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["grammar"] = Field(
        default="grammar", description="grammar: functions of the lab's small world, written on the spot"
    )
    functions: int = Field(default=800, ge=1, description="functions that are written, four a file")
    seed: int = Field(default=7, ge=0, description="which of the world's functions are drawn")


class GrammarSource(CorpusSource):
    """The files of `write_dump`, without a folder."""

    def __init__(self, settings: Grammar) -> None:
        self.settings = settings

    def read(self, batch_bytes: int = BATCH_BYTES) -> Iterator[pl.DataFrame]:
        """See `CorpusSource`."""
        return file_batches(self._files(), batch_bytes)

    def describe(self) -> dict[str, object]:
        """See `CorpusSource`."""
        return self.settings.model_dump()

    def fingerprint(self) -> str:
        """See `CorpusSource`."""
        return hashlib.sha256(f"{VERSION} {self.settings.model_dump_json()}".encode()).hexdigest()

    def _files(self) -> Iterator[RawFile]:
        for row in dump_files(self.settings.seed, self.settings.functions):
            content = row["content"].encode()
            yield RawFile(
                content=content,
                repo=row["repo"],
                path=row["path"],
                commit=row["commit"],
                license=row["license"],
                license_source="the grammar's own",
                language=row["language"],
                size=len(content),
                fault=None,
                origin=row["path"],
                detail=None,
            )


GRAMMAR = SourceKind(Grammar, lambda settings, _: GrammarSource(settings))
