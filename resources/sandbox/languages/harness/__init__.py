"""The harnesses: one file a language, in that language, which proves that the tests ran to their end."""

from functools import cache
from importlib.resources import files


@cache
def source(name: str) -> bytes:
    """Content of the harness file `name`."""
    return files(__name__).joinpath(name).read_bytes()
