"""The cache's spaces: one folder for each stage, version and settings that was ever used."""

from resources.row_cache.usage import FOLDER
from resources.storage import Storage


def list_spaces(storage: Storage) -> list[str]:
    """Names of all spaces (stage, then a digest), sorted."""
    if not storage.exists(storage.root):
        return []
    paths = storage.fs.glob(f"{storage.root}/**/*.parquet")
    base = storage.root.removeprefix("s3://")
    spaces = {str(path).removeprefix(base).strip("/").rpartition("/")[0] for path in paths}
    return sorted(space for space in spaces if space and not space.startswith(FOLDER))
