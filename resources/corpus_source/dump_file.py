"""One file of a dump, as its folder lists it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DumpFile:
    """Where a file is, what people call it, its bytes, and what changes when its content does."""

    path: str
    """Path in its file system."""
    name: str
    """Whole name for messages: the path, with `s3://` on S3."""
    short_name: str
    """Name within the dump: the same wherever the dump lies, so that it may be part of an id."""
    size: int
    version: str
    fault: str | None = None
    """Why it is not opened: a pipe, a device, a link that leads out of the dump."""
