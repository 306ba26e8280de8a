"""Take-downs: rules read, bad rules named, files found."""

import polars as pl
import pytest

from assets.raw_corpus.take_downs import TakeDownError, TakeDowns, parse_take_downs, taken_down

FILES = pl.LazyFrame(
    [
        (0, "a" * 32, "Owner/Name", "src/a.py", "1" * 64),
        (1, "b" * 32, "owner/other", "src/deep/b.py", "2" * 64),
        (2, "c" * 32, "someone/x", "src/a.py", "3" * 64),
        (3, "d" * 32, "someone/x", "src/deep/a+b.py", "4" * 64),
        (4, "e" * 32, "requests", "api.py", "5" * 64),
        (5, "f" * 32, None, "api.py", "5" * 64),
    ],
    schema={
        "row": pl.UInt32,
        "file_id": pl.String,
        "repo": pl.String,
        "path": pl.String,
        "sha256": pl.String,
    },
    orient="row",
)


def rows(text: str) -> dict[int, int]:
    return dict(taken_down(FILES, parse_take_downs(text, "t.txt")).sort("row").collect().iter_rows())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("# only a comment\n\n", {}),
        ("repo owner/NAME", {0: 1}),
        ("repo owner/*", {0: 1, 1: 1}),
        ("repo requests", {4: 1}),
        ("path someone/x src/*", {2: 1}),
        ("path someone/x src/**", {2: 1, 3: 1}),
        ("path someone/x **/a*.py", {2: 1, 3: 1}),
        ("path someone/x **/a+b.py", {3: 1}),
        ("path someone/x /src/?.py", {2: 1}),
        ("path someone/x SRC/a.py", {}),
        ("sha256 " + "5" * 64, {4: 1, 5: 1}),
        ("file_id\t" + "C" * 32, {2: 1}),
        ("# x\nsha256 " + "1" * 64 + "\n\nrepo  owner/name  \r\nrepo owner/*\n", {0: 2, 1: 5}),
        ("\ufeffrepo requests", {4: 1}),
    ],
)
def test_rules_find_their_files(text: str, expected: dict[int, int]) -> None:
    assert rows(text) == expected


def test_every_bad_line_is_named() -> None:
    text = "\n".join(
        [
            "repo owner/name",
            "rep owner/name",
            "repo",
            "repo a b",
            "repo */name",
            "path owner/name",
            "path",
            "path owner/* src/**",
            "sha256 123",
            "file_id " + "z" * 32,
        ]
    )
    with pytest.raises(TakeDownError) as error:
        parse_take_downs(text, "downs.txt")
    message = str(error.value)
    assert "downs.txt: 9 line(s)" in message
    for number in range(2, 11):
        assert f"line {number}:" in message
    assert "line 1:" not in message


def test_no_take_downs() -> None:
    assert taken_down(FILES, TakeDowns.none()).collect().is_empty()
