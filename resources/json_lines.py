"""Reading JSON lines, plain or compressed with gzip or Zstandard, and files that are one JSON value of many records.

A line that is no JSON does not end the reading: its number and what is wrong with it are given to the caller, who
knows what such a line means.
"""

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, cast

import pyarrow as pa

from resources.unpacking import Counted, Unpacked

_BLOCK = 1 << 18
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One record of a file; a line, or an entry of the one value that the file is."""

    number: int
    """From 1."""
    value: object
    """None where `fault` is set."""
    fault: str | None = None
    """Why it is not JSON."""
    too_long: bool = False
    """The line has more bytes than the caller accepts and was passed over."""
    text: bytes = b""
    """The line as it was read; empty for a line that is too long and for an entry of a value."""
    unit: str = "line"
    """What the number counts: `line` or `record`."""


def decompressed(stream: BinaryIO) -> BinaryIO:
    """`stream` without the compression that its first bytes tell, whatever the file is called.

    Reading raises `UnpackingError` where it unpacks to more than any text would.
    """
    buffered = stream if hasattr(stream, "peek") else io.BufferedReader(cast(io.RawIOBase, stream))
    begin = cast(io.BufferedReader, buffered).peek(4)
    codec = next((codec for magic, codec in _MAGIC.items() if begin.startswith(magic)), None)
    if codec is None:
        return cast(BinaryIO, buffered)
    packed = Counted(cast(BinaryIO, buffered))
    unpacking = cast(BinaryIO, pa.CompressedInputStream(packed, codec))
    return cast(BinaryIO, io.BufferedReader(Unpacked(unpacking, packed), _BLOCK))


def json_lines(stream: BinaryIO, limit: int = -1) -> Iterator[JsonRecord]:
    """The lines that are not empty; one of `limit` bytes and more is passed over, so that memory stays bounded."""
    return _records(_lines(stream, limit))


def json_records(stream: BinaryIO) -> Iterator[JsonRecord]:
    """The records of JSON lines, of a JSON list, or of one object with an object by each name.

    Lines are read one by one; a value is held whole.
    """
    lines = _lines(stream, -1)
    ahead: list[tuple[int, bytes]] = []
    for line in lines:
        ahead.append(line)
        if line[1].strip():
            break
    first = ahead[-1][1] if ahead else b""
    begins = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    whole = begins == b"["
    if begins == b"{":
        value, fault = _parsed(first)
        whole = fault is not None or _entries(value) is not None
    if not whole:
        return _records(chain(ahead, lines))
    content = first + b"".join(text for _, text in lines)
    entries = _entries(_parsed(content)[0])
    if entries is None:  # lines after all, of which one may be broken: its number is told
        return _records(_lines(io.BytesIO(content), -1, len(ahead)))
    return (JsonRecord(number, value, unit="record") for number, value in enumerate(entries, 1))


def _entries(value: object) -> list[object] | None:
    if isinstance(value, dict):
        value = list(value.values())
        return value if value and all(isinstance(entry, dict) for entry in value) else None
    return value if isinstance(value, list) else None


def _lines(stream: BinaryIO, limit: int, first: int = 1) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line; a longer line is cut at `limit`, its rest read and dropped."""
    number = first
    while line := stream.readline(limit):
        if len(line) == limit and not line.endswith(b"\n"):
            while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
                pass
            line = b""
            yield number, _TOO_LONG
        else:
            yield number, line
        number += 1


_TOO_LONG = b"\0"


def _records(lines: Iterable[tuple[int, bytes]]) -> Iterator[JsonRecord]:
    for number, text in lines:
        if text is _TOO_LONG:
            yield JsonRecord(number, None, "too long", too_long=True)
        elif text.strip():
            yield JsonRecord(number, *_parsed(text), text=text)


def _parsed(text: bytes) -> tuple[object, str | None]:
    try:
        return json.loads(text), None
    except RecursionError:
        return None, "nested too deeply"
    except ValueError as error:
        return None, str(error)
