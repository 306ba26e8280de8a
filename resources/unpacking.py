"""How much a compressed file may unpack to: enough for any text, and far from what a bomb needs."""

import io
from typing import BinaryIO

RATIO = 200
"""Times its size that a file may unpack to. Source code in JSON lines comes to 20, and to 60 with much repetition."""
LEAST = 64 * 1024 * 1024
"""Bytes that any file may unpack to."""


class UnpackingError(OSError):
    """A compressed file unpacks to more than is allowed; the message says how much, and what to do."""

    def __str__(self) -> str:
        """The message."""
        return str(self.args[0])


def refuse_ratio(packed: int, unpacked: int) -> None:
    """Raise `UnpackingError` where `packed` bytes that give `unpacked` are no compressed text but a bomb."""
    if unpacked > max(LEAST, RATIO * packed):
        raise UnpackingError(
            f"unpacks to more than {RATIO} times its size ({unpacked} bytes from {packed}), as a bomb does; "
            "if it is honest, unpack it yourself"
        )


class Counted(io.RawIOBase):
    """A stream that is read through, and how many bytes were."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.bytes = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next `size` bytes at most."""
        data = self._stream.read(size)
        self.bytes += len(data)
        return data


class Unpacked(io.RawIOBase):
    """What `unpacking` gives of `packed`, up to the ratio that is allowed. Reading on raises `UnpackingError`."""

    def __init__(self, unpacking: BinaryIO, packed: Counted) -> None:
        self._unpacking, self._packed = unpacking, packed
        self._bytes = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The next bytes, into `buffer`."""
        data = self._unpacking.read(len(buffer))
        buffer[: len(data)] = data
        self._bytes += len(data)
        refuse_ratio(self._packed.bytes, self._bytes)
        return len(data)
