"""Opening the source that settings describe, and the project's own kinds as the door shows them."""

from resources.corpus_source.base import CorpusSource
from resources.corpus_source.directory import DirectorySource
from resources.corpus_source.door import CORPUS_SOURCES, SourceKind
from resources.corpus_source.dump import DumpSource
from resources.corpus_source.installed_packages import InstalledPackagesSource
from resources.corpus_source.ready_rows import ReadyRowsSource
from resources.corpus_source.settings import Directory, Dump, InstalledPackages, ReadyRows, SourceSettings
from resources.storage import S3Options


def open_source(settings: SourceSettings, s3: S3Options | None = None) -> CorpusSource:
    """The source that `settings` describe. `s3` says where the S3 server is, for dumps on S3."""
    return CORPUS_SOURCES.open(settings.kind).open(settings, s3)


INSTALLED_PACKAGES = SourceKind(InstalledPackages, lambda settings, _: InstalledPackagesSource(settings))
DIRECTORY = SourceKind(Directory, lambda settings, _: DirectorySource(settings))
DUMP = SourceKind(Dump, DumpSource)
READY_ROWS = SourceKind(ReadyRows, ReadyRowsSource)
