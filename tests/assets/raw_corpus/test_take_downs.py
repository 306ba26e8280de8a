"""Take-downs: rules read, bad rules named, files found."""

import polars as pl
import pytest

from assets.raw_corpus.take_down_rules import TakeDownError, TakeDowns, parse_take_downs
from assets.raw_corpus.take_downs import EMPTIED, taken_down

HEAD = "# Copyright (c) 2020 Jane Q. Doe <jane@acme.com>\nx = 1\n"
FILES = pl.LazyFrame(
    [
        (0, "a" * 32, "Owner/Name", "src/a.py", "C0FFEE", "MIT", "1" * 64, HEAD, 9),
        (1, "b" * 32, "owner/other", "src/deep/b.py", "c0ffee1", "MIT OR GPL-3.0-only", "2" * 64, "x", 9),
        (2, "c" * 32, "someone/x", "src/a.py", "1.2", "(GPL-3.0-only)", "3" * 64, "jane doe", 9),
        (3, "d" * 32, "someone/x", "src/deep/a+b.py", None, None, "4" * 64, "x", 9),
        (4, "e" * 32, "requests", "api.py", "1.2", "LGPL-3.0-only", "5" * 64, "x", 9),
        (5, "f" * 32, None, "api.py", None, None, "5" * 64, "x", 9),
        (6, "0" * 32, "gone/gone", "gone.py", None, None, "6" * 64, "", 9),
    ],
    schema={
        "row": pl.UInt32,
        **dict.fromkeys(("file_id", "repo", "path", "commit", "license", "sha256", "content"), pl.String),
        "size": pl.Int64,
    },
    orient="row",
)


def rows(text: str, name: str = "t.txt") -> dict[int, int]:
    rules = parse_take_downs(text, name)
    found = dict(taken_down(FILES, rules).sort("row").collect().iter_rows())
    assert found.pop(6) == EMPTIED  # its text is gone, whatever the rules say
    return found


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
        ("path * **/a*.py", {0: 1, 2: 1, 3: 1, 4: 1, 5: 1}),
        ("commit c0ffee", {0: 1}),
        ("commit 1.2", {2: 1, 4: 1}),
        ("license gpl-3.0-only", {1: 1, 2: 1}),
        ("author *@acme.com", {0: 1}),
        ("author Jane * Doe", {0: 1}),
        ("author someone", {2: 1, 3: 1}),
        ("repo owner/name | 2026-11-30 | the owner's wish | ticket 7", {0: 1}),
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


@pytest.mark.parametrize(
    ("text", "name", "fault"),
    [
        ("repo owner/name | tomorrow", "t.txt", "line 1: 'tomorrow' is no date"),
        ("repo owner/name | 2026-11-30 | a | b | c", "t.txt", "line 1: behind the rule stand at most"),
        ("license GPL 3", "t.txt", "line 1: `license` wants one SPDX identifier"),
        ("author *a", "t.txt", "line 1: `author` wants a name"),
        ("kind;value\nrepo;a/b", "t.csv", "the first line of a CSV of take-downs names its columns"),
        ("kind,value,path\nrepo,a/b,c", "t.csv", "line 2: only a rule `path` has a path"),
        ("[[take_down]]\nrepo = ", "t.toml", "not readable as TOML"),
        ("[[takedown]]\nrepo = 'a/b'", "t.toml", "holds tables [[take_down]] and nothing else"),
        ("[[take_down]]\nrepo = 'a/b'\nwhy = 'x'", "t.toml", "line 1: there is no key why"),
        ("[[take_down]]\nrepo = 'a/b'\nlicense = 'MIT'", "t.toml", "line 1: a rule has one of"),
    ],
)
def test_what_is_no_rule_is_said(text: str, name: str, fault: str) -> None:
    with pytest.raises(TakeDownError) as error:
        parse_take_downs(text, name)
    assert fault in str(error.value)


def test_the_three_forms_say_the_same() -> None:
    said = {"date": "2026-11-30", "reason": "the owner's wish", "reference": "ticket 7"}
    text = "path someone/x src/** | 2026-11-30 | the owner's wish | ticket 7"
    csv = (
        "kind,value,path,date,reason,reference\npath,someone/x,src/**,2026-11-30,the owner's wish,ticket 7\n"
    )
    toml = '[[take_down]]\nrepo = "someone/x"\npath = "src/**"\ndate = 2026-11-30\n'
    toml += 'reason = "the owner\'s wish"\nreference = "ticket 7"\n'
    read = [parse_take_downs(text, "t.txt"), parse_take_downs(csv, "t.csv"), parse_take_downs(toml, "t.toml")]
    for one in read:
        assert one.rules.drop("line").to_dicts() == [
            {
                "kind": "path",
                "value": "someone/x",
                "path_pattern": "(?s)^src/.*$",
                "rule": "path someone/x src/**",
                **said,
            }
        ]


def test_no_take_downs() -> None:
    assert rows("") == {}
    assert taken_down(FILES.head(6), TakeDowns.none()).collect().is_empty()
