"""The harnesses: one file a language, in that language, which proves that the tests ran to their end."""

from functools import cache
from importlib.resources import files

from resources.digests import contents_sha256


@cache
def source(name: str) -> bytes:
    """Content of the harness file `name`."""
    return files(__name__).joinpath(name).read_bytes()


@cache
def digest(*names: str) -> str:
    """Digest of the harness files `names` (none: of all): what was made from them is theirs alone."""
    folder = files(__name__)
    chosen = names or sorted(file.name for file in folder.iterdir() if file.is_file())
    return contents_sha256((name, folder.joinpath(name).read_bytes()) for name in chosen)[:16]
