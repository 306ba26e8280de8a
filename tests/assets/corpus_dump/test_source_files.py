"""What counts as source text, and that nothing else vanishes unaccounted for."""

import hashlib

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from assets.corpus_dump.settings import MOST_BYTES, CorpusDumpSettings
from assets.corpus_dump.source_files import FILE_SCHEMA, check_files
from assets.rows.outcome import REJECTION_SCHEMA, Outcome
from resources.corpus_source.base import FAULTS, RAW_SCHEMA, READ_LIMIT

DEFAULTS = CorpusDumpSettings.model_validate({})


def raw(*files: dict[str, object]) -> pl.DataFrame:
    defaults = {
        "repo": "o/n",
        "path": "a.py",
        "commit": "c",
        "license": "MIT",
        "license_source": "LICENSE: text of MIT",
        "origin": "x",
    }
    return pl.DataFrame([defaults | file for file in files], schema=RAW_SCHEMA)


def judge(*files: dict[str, object], **changed: object) -> Outcome:
    return check_files(raw(*files), "d1", CorpusDumpSettings.model_validate(changed))


def reason(**file: object) -> str | None:
    outcome = judge(file)
    return None if outcome.rejected.is_empty() else outcome.rejected["reason"].item()


def test_a_file_is_kept_byte_for_byte() -> None:
    content = "\ufeffdef f():\r\n\treturn '\u00e9\U0001f40d'\r\n"
    outcome = judge({"content": content.encode()})
    assert outcome.kept.schema == FILE_SCHEMA
    row = outcome.kept.row(0, named=True)
    assert row["content"] == content
    assert row["sha256"] == hashlib.sha256(content.encode()).hexdigest()
    assert row["size"] == len(content.encode())
    assert (row["language"], row["repo"], row["commit"], row["license"], row["dump"]) == (
        "python",
        "o/n",
        "c",
        "MIT",
        "d1",
    )
    assert row["license_source"] == "LICENSE: text of MIT"
    assert outcome.rejected.schema == REJECTION_SCHEMA


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"content": "caf\u00e9 = 1\n".encode("latin-1")}, "not_utf8"),
        ({"content": "x = 1\n".encode("utf-16")}, "not_utf8"),
        ({"content": b"x = 1\x00\n"}, "not_utf8"),
        ({"content": b""}, "empty"),
        ({"content": b" \n\t\r\n"}, "empty"),
        ({"content": b"\xef\xbb\xbf\n"}, "empty"),
        ({"content": b"x = 1\n" * 400_000}, "too_large"),
        ({"content": None, "fault": "too_large", "size": 99_000_000}, "too_large"),
        ({"content": None, "fault": "unreadable", "detail": "Permission denied"}, "unreadable"),
        ({"content": None, "fault": "missing_content"}, "missing_content"),
        ({"content": b"x", "repo": None}, "missing_provenance"),
        ({"content": b"x", "path": ""}, "missing_provenance"),
        ({"content": b"\x89PNG\x00", "path": "logo.png"}, "unknown_language"),
        ({"content": b"x", "language": "COBOL"}, "unknown_language"),
        ({"content": b"x", "path": "README"}, "unknown_language"),
        ({"content": b"var a=1;" * 200, "path": "bundle.js"}, "minified"),
        ({"content": b"var a=1;", "path": "jquery.min.js"}, "minified"),
        ({"content": (b"y" * 101 + b"\n") * 50}, "minified"),
        ({"content": b"x" * 1000 + b"\n" + b"y\n" * 20}, None),
        ({"content": b"x" * 1001 + b"\n" + b"y\n" * 20}, "minified"),
        ({"content": b'"""' + b"y" * 140 + b'"""\n'}, None),
        ({"content": b"x = 1"}, None),
    ],
)
def test_reasons(file: dict[str, object], expected: str | None) -> None:
    assert reason(**file) == expected


def test_evidence_tells_what_was_wrong() -> None:
    outcome = judge(
        {"content": b"z" * 40},
        {"content": None, "fault": "unreadable", "origin": "x.jsonl line 7", "detail": "no JSON"},
        {"content": b"x", "path": "a.cob"},
        max_bytes=30,
    )
    details = {"x.jsonl line 7: no JSON", "extension .cob", "40 bytes, more than 30"}
    assert set(outcome.rejected["detail"]) == details


def test_the_id_is_that_of_the_file_not_of_its_dump_or_commit() -> None:
    def ids(dump: str, **file: object) -> str:
        return check_files(raw({"content": b"x = 1\n"} | file), dump, DEFAULTS).kept["file_id"].item()

    same = ids("d1")
    assert ids("d2", commit="later", license=None, origin="elsewhere") == same
    assert ids("d1", path="b.py") != same
    assert ids("d1", repo="o/m") != same
    assert ids("d1", content=b"x = 2\n") != same
    assert same == ids("d1")
    assert len(same) == 32


def test_rows_without_content_have_ids_of_their_own() -> None:
    outcome = judge(
        *(
            {"content": None, "fault": "unreadable", "path": None, "repo": None, "origin": f"line {n}"}
            for n in range(3)
        )
    )
    assert outcome.rejected["id"].n_unique() == 3


def test_languages_can_be_narrowed() -> None:
    outcome = judge({"content": b"x", "path": "a.go"}, {"content": b"x"}, languages=["python"])
    assert outcome.kept["path"].to_list() == ["a.py"]
    assert outcome.rejected["reason"].to_list() == ["unknown_language"]


def test_settings_refuse_what_is_not_there() -> None:
    assert MOST_BYTES == READ_LIMIT
    with pytest.raises(ValidationError):
        CorpusDumpSettings.model_validate({"max_byte": 3})
    with pytest.raises(ValidationError):
        CorpusDumpSettings.model_validate({"max_bytes": READ_LIMIT + 1})
    with pytest.raises(ValidationError):
        CorpusDumpSettings.model_validate({"languages": ["python", "klingon"]})


contents = st.one_of(
    st.none(),
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([b"x = 1\n", b"#!/bin/sh\n", b"a" * 1200, b"\n"]),
)
files = st.fixed_dictionaries(
    {
        "content": contents,
        "repo": st.sampled_from(["o/n", "o/m", "", None]),
        "path": st.sampled_from(["a.py", "b.js", "tool", "a.txt", "x.min.js", None]),
        "language": st.sampled_from([None, "Python", "C++", "Fortran"]),
        "origin": st.text(max_size=5),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(files, max_size=12), st.randoms(use_true_random=False))
def test_nothing_is_lost_and_order_does_not_matter(rows: list[dict[str, object]], random) -> None:
    for row in rows:
        row["fault"] = None if row["content"] is not None else FAULTS[len(str(row["origin"])) % 3]
    frame = raw(*rows)
    outcome = check_files(frame, "d", DEFAULTS)
    assert outcome.kept.height + outcome.rejected.height == frame.height
    assert (
        outcome.kept.null_count()
        .select("file_id", "content", "language", "repo", "path", "sha256")
        .sum_horizontal()
        .item()
        == 0
    )
    for row in outcome.kept.iter_rows(named=True):
        assert hashlib.sha256(row["content"].encode()).hexdigest() == row["sha256"]
    random.shuffle(rows)
    shuffled = check_files(raw(*rows), "d", DEFAULTS)
    assert sorted(shuffled.kept.rows()) == sorted(outcome.kept.rows())
    assert sorted(shuffled.rejected.rows(), key=str) == sorted(outcome.rejected.rows(), key=str)
