"""Which backend serves which settings: the one place that knows all corpus sources."""

from resources.corpus_source.base import CorpusSource
from resources.corpus_source.directory import DirectorySource
from resources.corpus_source.dump import DumpSource
from resources.corpus_source.installed_packages import InstalledPackagesSource
from resources.corpus_source.settings import Directory, Dump, InstalledPackages
from resources.storage import S3Options


def open_source(settings: InstalledPackages | Directory | Dump, s3: S3Options | None = None) -> CorpusSource:
    """The source that `settings` describe. `s3` says where the S3 server is, for dumps on S3."""
    match settings:
        case InstalledPackages():
            return InstalledPackagesSource(settings)
        case Directory():
            return DirectorySource(settings)
        case Dump():
            return DumpSource(settings, s3)
