"""Opening files that others wrote: regular files alone, never a pipe, a device or a socket, which would hang or act.

What is given is looked at before it is opened and again when it is open, without following it into a wait.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
    (stat.S_ISLNK, "a link"),
)


class NotARegularFileError(OSError):
    """A path leads to something that is no regular file; `strerror` says what it is."""


def special_kind(mode: int) -> str | None:
    """What a file of this mode is, in words; null for a regular file."""
    if stat.S_ISREG(mode):
        return None
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "no regular file")


@contextmanager
def open_regular(path: str | Path) -> Iterator[BufferedReader]:
    """The regular file at `path` (links followed), open for reading.

    Raises `NotARegularFileError`, and `OSError` where it cannot be opened.
    """
    _refuse(Path(path).stat().st_mode, path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        _refuse(os.fstat(descriptor).st_mode, path)
        yield file


def read_regular(path: str | Path, most: int = -1) -> bytes:
    """The bytes of the regular file at `path`, at most `most` of them. Raises as `open_regular` does."""
    with open_regular(path) as file:
        return file.read(most)


def read_regular_text(path: str | Path) -> str:
    """The text of the regular file at `path`: UTF-8, or UTF-16 where its first bytes say so.

    Raises as `open_regular` does, and `UnicodeDecodeError`.
    """
    return as_text(read_regular(path))


def as_text(content: bytes) -> str:
    """`content` as text: UTF-8, or UTF-16 where its first bytes say so. Raises `UnicodeDecodeError`."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if utf_16 else "utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _refuse(mode: int, path: str | Path) -> None:
    kind = special_kind(mode)
    if kind is not None:
        raise NotARegularFileError(errno.EINVAL, f"is {kind}, not a file", str(path))
