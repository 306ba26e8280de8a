"""Dumps in The Stack's form in every container, on local disk and S3, sound and damaged."""

import gzip
import json
import uuid
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from resources.corpus_source import json_lines
from resources.corpus_source.base import RAW_SCHEMA, READ_LIMIT, SourceError
from resources.corpus_source.dump import DumpSource
from resources.corpus_source.settings import Dump
from resources.storage import S3Options

STACK = [
    {
        "hexsha": f"{number:040x}",
        "size": 12,
        "ext": "py",
        "lang": "Python",
        "max_stars_repo_path": f"src/m{number}.py",
        "max_stars_repo_name": "owner/name",
        "max_stars_repo_head_hexsha": "c0ffee",
        "max_stars_repo_licenses": ["MIT", "apache-2.0"] if number % 2 else ["MIT"],
        "max_stars_count": None,
        "content": f"value = {number}\n# \u00e9\U0001f40d\n",
    }
    for number in range(150)
]


def as_lines(rows: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def zst(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


CONTAINERS = {
    "part.jsonl": as_lines,
    "part.jsonl.gz": lambda rows: gzip.compress(as_lines(rows)),
    "part.jsonl.zst": lambda rows: zst(as_lines(rows)),
    # Files written in pieces hold several streams one after the other.
    "part.json.gz": lambda rows: gzip.compress(as_lines(rows[:70])) + gzip.compress(as_lines(rows[70:])),
    "part.ndjson.zst": lambda rows: zst(as_lines(rows[:70])) + zst(as_lines(rows[70:])),
}


def read(path: object, columns: dict[str, str] | None = None, batch_bytes: int = 10_000) -> pl.DataFrame:
    return pl.concat(
        DumpSource(Dump.model_validate({"path": str(path), "columns": columns or {}})).read(batch_bytes)
    )


def expected() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "content": [str(row["content"]).encode() for row in STACK],
            "repo": ["owner/name"] * 150,
            "path": [row["max_stars_repo_path"] for row in STACK],
            "commit": ["c0ffee"] * 150,
            "license": ["Apache-2.0 AND MIT" if number % 2 else "MIT" for number in range(150)],
            "language": ["Python"] * 150,
        }
    )


@pytest.mark.parametrize("name", [*CONTAINERS, "part.parquet"])
def test_every_container_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    if name.endswith(".parquet"):
        pl.DataFrame(STACK).write_parquet(tmp_path / name, row_group_size=40)
    else:
        (tmp_path / name).write_bytes(CONTAINERS[name](STACK))
    for place in (tmp_path, tmp_path / name):
        rows = read(place)
        assert rows.schema == RAW_SCHEMA
        assert rows.select(expected().columns).equals(expected())
        assert rows["size"].to_list() == [len(content) for content in rows["content"]]
        kind = "row" if name.endswith(".parquet") else "line"
        assert rows["origin"][149] == f"{name} {kind} 150"
        assert rows["fault"].null_count() == 150


def test_a_folder_is_read_by_path_and_markers_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "data" / "lang=python").mkdir(parents=True)
    pl.DataFrame(STACK[:50]).write_parquet(tmp_path / "data" / "lang=python" / "b.parquet")
    (tmp_path / "data" / "a.jsonl").write_bytes(as_lines(STACK[50:60]))
    (tmp_path / "data" / "_SUCCESS").touch()
    (tmp_path / "data" / ".part.parquet.crc").write_bytes(b"junk")
    (tmp_path / "README.md").write_text("about this dump")
    source = DumpSource(Dump(path=str(tmp_path)))
    rows = pl.concat(source.read())
    assert rows.height == 60
    assert rows["origin"][0] == "data/a.jsonl line 1"
    assert source.describe()["files"] == 2


def test_names_of_known_dumps_and_own_names(tmp_path: Path) -> None:
    known = {
        "stack_v2": {
            "content": "x",
            "repo_name": "o/n",
            "path": "p.py",
            "revision_id": "c",
            "detected_licenses": ["MIT"],
        },
        "starcoderdata": {
            "content": "x",
            "max_stars_repo_name": "o/n",
            "max_stars_repo_path": "p.py",
            "id": 3,
        },
        "own": {
            "content": "x",
            "repo": "o/n",
            "path": "p.py",
            "commit": "c",
            "license": "MIT",
            "language": "python",
        },
        "code": {"code": "x", "repository_name": "o/n", "file_path": "p.py", "license": "mit"},
    }
    for name, row in known.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
        assert read(tmp_path / f"{name}.jsonl").select("content", "repo", "path").rows() == [
            (b"x", "o/n", "p.py")
        ]
    (tmp_path / "odd.jsonl").write_text(
        json.dumps({"body": "x", "origin": "o/n", "where": "p.py", "terms": "MIT"}) + "\n"
    )
    columns = {"content": "body", "repo": "origin", "path": "where", "license": "terms"}
    assert read(tmp_path / "odd.jsonl", columns).select("repo", "license").rows() == [("o/n", "MIT")]


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_missing_columns_say_what_is_there_and_what_to_set(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame({"blob_id": ["1"], "path": ["a.py"], "repo_name": ["o/n"]})
    frame.write_parquet(tmp_path / "x.parquet") if suffix == "parquet" else frame.write_ndjson(
        tmp_path / "x.jsonl"
    )
    with pytest.raises(SourceError) as error:
        read(tmp_path)
    message = str(error.value)
    assert f"x.{suffix}" in message
    assert "no column for content" in message
    assert "blob_id, path, repo_name" in message
    assert "setting `columns`" in message
    with pytest.raises(SourceError, match=r"repo \(set to nowhere\)"):
        read(tmp_path, {"content": "blob_id", "repo": "nowhere"})


def test_a_content_column_of_numbers_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"content": [1], "repo": ["r"], "path": ["p"]}).write_parquet(tmp_path / "x.parquet")
    with pytest.raises(SourceError, match="column content holds int64"):
        read(tmp_path)


def test_bad_lines_are_rows_that_name_their_line(tmp_path: Path) -> None:
    good = {"content": "x", "repo": "r", "path": "p.py"}
    lines = [
        json.dumps(good),
        '{"content": "cut off',
        "",
        "[1, 2]",
        json.dumps({"repo": "r", "path": "q.py"}),
        '{"content": "\\ud800", "repo": "r", "path": "s.py"}',
        '{"content": 3, "repo": "r", "path": "t.py"}',
        "\x00\x01",
        json.dumps({**good, "repo": ["nested"], "license": {"a": 1}}),
        "[" * 100_000,
    ]
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    rows = read(tmp_path)
    assert rows.select("origin", "fault").rows() == [
        ("x.jsonl line 1", None),
        ("x.jsonl line 2", "unreadable"),
        ("x.jsonl line 4", "unreadable"),
        ("x.jsonl line 5", "missing_content"),
        ("x.jsonl line 6", "unreadable"),
        ("x.jsonl line 7", "unreadable"),
        ("x.jsonl line 8", "unreadable"),
        ("x.jsonl line 9", None),
        ("x.jsonl line 10", "unreadable"),
    ]
    assert rows["repo"][7] is None


def test_endless_lines_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LINE_LIMIT", 1000)
    good = json.dumps({"content": "x", "repo": "r", "path": "p.py"})
    (tmp_path / "x.jsonl").write_text("\n".join([good, "y" * 5500, good, "z" * 1000]))
    assert read(tmp_path).select("origin", "fault").rows() == [
        ("x.jsonl line 1", None),
        ("x.jsonl line 2", "too_large"),
        ("x.jsonl line 3", None),
        ("x.jsonl line 4", "too_large"),
    ]


def test_contents_above_the_read_limit_are_dropped_with_their_size(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"content": ["x" * (READ_LIMIT + 1), "y"], "repo": ["r"] * 2, "path": ["p.py", "q.py"]}
    )
    frame.write_parquet(tmp_path / "x.parquet")
    rows = read(tmp_path)
    assert rows.select("size", "fault").rows() == [(READ_LIMIT + 1, "too_large"), (1, None)]
    assert rows["content"].to_list() == [None, b"y"]


@pytest.mark.parametrize("name", ["part.jsonl.gz", "part.jsonl.zst", "part.parquet"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_that_ends_early_stops_the_source(tmp_path: Path, name: str, share: float) -> None:
    if name.endswith(".parquet"):
        pl.DataFrame(STACK).write_parquet(tmp_path / name)
        whole = (tmp_path / name).read_bytes()
    else:
        whole = CONTAINERS[name](STACK)
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match=name):
        read(tmp_path)


def test_a_damaged_file_stops_the_source(tmp_path: Path) -> None:
    pl.DataFrame(STACK).write_parquet(tmp_path / "x.parquet")
    data = bytearray((tmp_path / "x.parquet").read_bytes())
    footer = int.from_bytes(data[-8:-4], "little") + 8
    data[4:-footer] = bytes(len(data) - footer - 4)
    (tmp_path / "x.parquet").write_bytes(data)
    with pytest.raises(SourceError, match=r"x\.parquet: cannot be read as Parquet"):
        read(tmp_path)
    (tmp_path / "x.parquet").unlink()
    (tmp_path / "x.jsonl.gz").write_bytes(b"this is no gzip file")
    with pytest.raises(SourceError, match=r"x\.jsonl\.gz"):
        read(tmp_path)


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        read(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(SourceError, match="none of them a dump"):
        read(tmp_path)


def test_empty_tables_are_read_as_no_rows(tmp_path: Path) -> None:
    pl.DataFrame(STACK).clear().write_parquet(tmp_path / "x.parquet")
    (tmp_path / "x.jsonl").touch()
    assert sum(batch.height for batch in DumpSource(Dump(path=str(tmp_path))).read()) == 0


@pytest.mark.slow(seconds=2)
def test_dumps_on_s3(s3_server, tmp_path: Path) -> None:
    bucket = f"dumps-{uuid.uuid4().hex[:8]}"
    s3_server.create_bucket(bucket)
    pl.DataFrame(STACK[:100]).write_parquet(tmp_path / "a.parquet")
    client = s3_server.client()
    client.upload_file(str(tmp_path / "a.parquet"), bucket, "stack/v1/a.parquet")
    client.put_object(Bucket=bucket, Key="stack/v1/b.jsonl.zst", Body=zst(as_lines(STACK[100:])))
    client.put_object(Bucket=bucket, Key="stack/v1/_SUCCESS", Body=b"")
    client.put_object(Bucket=bucket, Key="stack/v10/other.jsonl", Body=as_lines(STACK[:3]))
    s3 = S3Options(endpoint_url=s3_server.endpoint_url)
    source = DumpSource(Dump(path=f"s3://{bucket}/stack/v1"), s3)
    rows = pl.concat(source.read())
    assert rows.select(expected().columns).equals(expected())
    assert rows["origin"][100] == "b.jsonl.zst line 1"
    before = source.fingerprint()
    assert DumpSource(Dump(path=f"s3://{bucket}/stack/v1"), s3).fingerprint() == before
    client.put_object(Bucket=bucket, Key="stack/v1/b.jsonl.zst", Body=zst(as_lines(STACK[100:]))[:-5])
    assert source.fingerprint() != before
    with pytest.raises(SourceError, match=rf"s3://{bucket}/stack/v1/b\.jsonl\.zst"):
        list(source.read())
    with pytest.raises(SourceError, match="no such file or folder"):
        list(DumpSource(Dump(path=f"s3://{bucket}/nowhere"), s3).read())
    assert pl.concat(DumpSource(Dump(path=f"s3://{bucket}/stack/v1/a.parquet"), s3).read()).height == 100


def test_the_fingerprint_follows_files_and_settings(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(as_lines(STACK))
    before = DumpSource(Dump(path=str(tmp_path))).fingerprint()
    assert DumpSource(Dump(path=str(tmp_path), columns={"commit": "hexsha"})).fingerprint() != before
    (tmp_path / "y.jsonl").write_bytes(as_lines(STACK))
    assert DumpSource(Dump(path=str(tmp_path))).fingerprint() != before


def test_s3_without_access_says_what_is_needed(s3_server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3_server.create_bucket("closed-dumps")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    source = DumpSource(Dump(path="s3://closed-dumps/stack"), S3Options(endpoint_url=s3_server.endpoint_url))
    with pytest.raises(SourceError, match=r"s3://closed-dumps/stack: cannot be listed.*AWS_ACCESS_KEY_ID"):
        source.files()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    unreachable = DumpSource(
        Dump(path="s3://closed-dumps/stack"), S3Options(endpoint_url="http://127.0.0.1:9")
    )
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(SourceError, match=r"cannot be listed.*s3\.endpoint_url"):
        unreachable.files()
