"""JSON lines and files of one JSON value: numbers, faults, compression, bounds."""

import gzip
import io

import pyarrow as pa
import pytest

from resources.json_lines import decompressed, json_lines, json_records

LINES = b'{"a": 1}\n\n["x"]\n{"a": \n{"a": 2}'


@pytest.mark.parametrize(
    "packed",
    [
        LINES,
        gzip.compress(LINES, mtime=0),
        gzip.compress(LINES[:9], mtime=0) + gzip.compress(LINES[9:], mtime=0),
        bytes(pa.compress(LINES, codec="zstd", asbytes=True)),
    ],
)
@pytest.mark.parametrize("read", [json_lines, json_records])
def test_every_line_has_its_number_and_a_broken_one_its_fault(read, packed: bytes) -> None:
    records = list(read(decompressed(io.BytesIO(packed))))
    assert [(record.number, record.value) for record in records] == [
        (1, {"a": 1}),
        (3, ["x"]),
        (4, None),
        (5, {"a": 2}),
    ]
    assert [record.fault is None for record in records] == [True, True, False, True]
    assert records[2].text == b'{"a": \n'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b' [{"a": 1},\n 2]', [("record", 1, {"a": 1}), ("record", 2, 2)]),
        (b'\n{"p": {"a": 1},\n "q": {"a": 2}}', [("record", 1, {"a": 1}), ("record", 2, {"a": 2})]),
        (b'{"p": {"a": 1}}', [("record", 1, {"a": 1})]),
        (b'\n{"a": 1}\n{"a": 2}', [("line", 2, {"a": 1}), ("line", 3, {"a": 2})]),
        (b'\n[1]\n{"a": 2}', [("line", 2, [1]), ("line", 3, {"a": 2})]),
        (b'{"a":\n{"a": 2}', [("line", 1, None), ("line", 2, {"a": 2})]),
        (b"", []),
    ],
)
def test_a_value_of_records_is_told_from_lines(content: bytes, expected: list) -> None:
    records = json_records(io.BytesIO(content))
    assert [(record.unit, record.number, record.value) for record in records] == expected


def test_a_line_that_is_too_long_is_passed_over() -> None:
    lines = list(json_lines(io.BytesIO(b'{"a": 1}\n"' + b"x" * 50 + b'"\n{"a": 2}\n'), limit=20))
    assert [(line.number, line.too_long, line.value) for line in lines] == [
        (1, False, {"a": 1}),
        (2, True, None),
        (3, False, {"a": 2}),
    ]
