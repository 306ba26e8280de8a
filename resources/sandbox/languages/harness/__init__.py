"""The harnesses: one file a language, in that language, which proves that the tests ran to their end."""

import hashlib
from functools import cache
from importlib.resources import files


@cache
def source(name: str) -> bytes:
    """Content of the harness file `name`."""
    return files(__name__).joinpath(name).read_bytes()


@cache
def digest(*names: str) -> str:
    """Digest of the harness files `names` (none: of all): what was made from them is theirs alone."""
    folder = files(__name__)
    chosen = names or sorted(file.name for file in folder.iterdir() if file.is_file())
    content = b"".join(name.encode() + b"\0" + folder.joinpath(name).read_bytes() for name in chosen)
    return hashlib.sha256(content).hexdigest()[:16]
