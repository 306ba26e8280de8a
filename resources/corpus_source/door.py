"""The door of corpus sources: kinds of places that dumps are read from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from resources.corpus_source.base import CorpusSource
from resources.doors import Door
from resources.storage import S3Options


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: the model of its settings, which has a field `kind`, and how one is opened.

    `open` gets the settings and where the S3 server is.
    """

    settings: type[BaseModel]
    open: Callable[[Any, S3Options | None], CorpusSource]


CORPUS_SOURCES = Door(
    "corpus_sources",
    SourceKind,
    {
        "installed-packages": "resources.corpus_source.backends:INSTALLED_PACKAGES",
        "directory": "resources.corpus_source.backends:DIRECTORY",
        "dump": "resources.corpus_source.backends:DUMP",
        "ready-rows": "resources.corpus_source.backends:READY_ROWS",
        "grammar": "pipeline_defs.lab.seedling.source:GRAMMAR",
    },
)
