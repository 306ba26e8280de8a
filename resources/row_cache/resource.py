"""The row cache as a Dagster resource: its place, and one cache object for each user (recipe/partition)."""

import dagster as dg

from resources.row_cache.cache import RowCache
from resources.storage import S3Options, Storage


class RowCacheResource(dg.ConfigurableResource):
    """Settings of the row cache; `for_user` gives the cache itself.

    `prefix` is before the names of its users: what uses the cache beside the real tables is told apart.
    """

    root: str
    endpoint_url: str | None = None
    region: str | None = None
    prefix: str = ""

    def for_user(self, user: str, code_version: str = "") -> RowCache:
        """The cache, with `user` (recipe/artifact/partition) and its code version named in the usage record."""
        return RowCache(self.storage(), user=f"{self.prefix}{user}", code_version=code_version)

    def storage(self) -> Storage:
        """Where the cache's files are."""
        return Storage(self.root, S3Options(endpoint_url=self.endpoint_url, region=self.region))
