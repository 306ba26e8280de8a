"""Which source a dump's name stands for: named in the settings, or a folder of a watched place."""

from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import TypeAdapter

from resources.corpus_source.backends import open_source
from resources.corpus_source.base import CorpusSource, SourceError
from resources.corpus_source.settings import SourceSettings
from resources.storage import S3Options


class CorpusSourcesResource(dg.ConfigurableResource):
    """Sources by dump name (`named`: name to the JSON of its settings), then the watched folder and prefix."""

    named: dict[str, Any] = {}
    folder: str | None = None
    s3_prefix: str | None = None
    endpoint_url: str | None = None
    region: str | None = None

    def open(self, dump: str) -> CorpusSource:
        """The source of dump `dump`. Raises `SourceError` when no setting leads to it."""
        return open_source(self.settings_of(dump), self.s3())

    def settings_of(self, dump: str) -> SourceSettings:
        """The source settings that `dump` stands for."""
        adapter: TypeAdapter[SourceSettings] = TypeAdapter(SourceSettings)
        if dump in self.named:
            return adapter.validate_python(self.named[dump])
        if self.folder is not None and _is_one_name(dump) and (Path(self.folder) / dump).is_dir():
            return adapter.validate_python({"kind": "dump", "path": str(Path(self.folder) / dump)})
        if self.s3_prefix is not None:
            return adapter.validate_python({"kind": "dump", "path": f"{self.s3_prefix.rstrip('/')}/{dump}"})
        raise SourceError(
            f"no source for the dump {dump!r}: name it in the settings (dumps.named), or put it below the "
            f"watched folder (dumps.folder is {self.folder!r}) or prefix (dumps.s3_prefix is {self.s3_prefix!r})"
        )

    def s3(self) -> S3Options:
        """Where the S3 server is."""
        return S3Options(endpoint_url=self.endpoint_url, region=self.region)


def _is_one_name(dump: str) -> bool:
    """Whether `dump` is a name in a folder, and leads to no other place."""
    return Path(dump).name == dump != ".."
