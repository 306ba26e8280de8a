"""Pipes, sockets, links, pointers to other repositories, odd columns and bombs: a row says what was left out."""

import gzip
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources.corpus_source.base import SourceError
from resources.corpus_source.directory import DirectorySource
from resources.corpus_source.dump import DumpSource
from resources.corpus_source.ready_rows import ReadyRowsSource
from resources.corpus_source.settings import Directory, Dump, ReadyRows

ROW = b'{"content": "x = 1\\n", "repo": "r", "path": "a.py"}\n'


def read(source: DirectorySource | DumpSource) -> pl.DataFrame:
    return pl.concat(list(source.read()))


def faults(frame: pl.DataFrame) -> dict[str, str]:
    return {
        row["origin"]: row["detail"]
        for row in frame.filter(pl.col("fault").is_not_null()).iter_rows(named=True)
    }


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def repository(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "a.py").write_text(content)
    git(folder, "add", "a.py")
    git(folder, "commit", "-q", "-m", "one")
    return folder


def special(folder: Path) -> None:
    """A pipe, a socket and a device in `folder`, by names that are read."""
    os.mkfifo(folder / "pipe.py")
    os.mkfifo(folder / "LICENSE")
    here = Path.cwd()
    os.chdir(folder)  # a socket's name may have 107 characters
    try:
        socket.socket(socket.AF_UNIX).bind("socket.py")
    finally:
        os.chdir(here)
    if os.geteuid() == 0:
        os.mknod(folder / "zero.py", 0o600 | 0o020000, os.makedev(1, 5))


def test_special_files_of_a_tree_are_rows_with_a_fault(tmp_path: Path) -> None:
    special(tmp_path)
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "passwd.py").symlink_to("/etc/passwd")
    frame = read(DirectorySource(Directory(path=str(tmp_path))))
    found = {place.rsplit("/", 1)[-1]: why for place, why in faults(frame).items()}
    wanted = {"pipe.py": "is a pipe (FIFO), not a file", "LICENSE": "is a pipe (FIFO), not a file"}
    wanted |= {"socket.py": "is a socket, not a file"}
    wanted |= {"zero.py": "is a character device, not a file"} if os.geteuid() == 0 else {}
    assert found == wanted
    assert frame.filter(pl.col("fault").is_null())["path"].to_list() == ["a.py"]


def pointer_file(dump: Path, outside: Path) -> None:
    (dump / "x/.git").write_text(f"gitdir: {outside}/.git\n")


def pointer_link(dump: Path, outside: Path) -> None:
    (dump / "x/.git").symlink_to(outside / ".git")


def pipe(dump: Path, outside: Path) -> None:
    os.mkfifo(dump / "x/.git")


def empty_folder(dump: Path, outside: Path) -> None:
    """Git looks in the folders above it, where there is a repository."""
    (dump / "x/.git").mkdir()
    git(dump.parent, "init", "-q")


def alternates(dump: Path, outside: Path) -> None:
    git(dump / "x", "init", "-q")
    (dump / "x/.git/objects/info/alternates").write_text(f"{outside}/.git/objects\n")
    commit = subprocess.run(
        ["git", "-C", outside, "rev-parse", "HEAD"], check=True, capture_output=True
    ).stdout
    head = (dump / "x/.git/HEAD").read_text().split()[1]
    (dump / "x/.git" / head).write_bytes(commit)


def common_folder(dump: Path, outside: Path) -> None:
    git(dump / "x", "init", "-q")
    (dump / "x/.git/commondir").write_text(f"{outside}/.git\n")


def linked_objects(dump: Path, outside: Path) -> None:
    git(dump / "x", "init", "-q")
    subprocess.run(["rm", "-r", dump / "x/.git/objects"], check=True)
    (dump / "x/.git/objects").symlink_to(outside / ".git/objects")


def pipe_within(dump: Path, outside: Path) -> None:
    git(dump / "x", "init", "-q")
    (dump / "x/.git/config").unlink()
    os.mkfifo(dump / "x/.git/config")


POINTERS = [
    pointer_file,
    pointer_link,
    pipe,
    empty_folder,
    alternates,
    common_folder,
    linked_objects,
    pipe_within,
]


@pytest.mark.parametrize("point", POINTERS, ids=lambda one: one.__name__)
def test_a_repository_that_is_not_all_in_the_dump_brings_nothing_in(point: Any, tmp_path: Path) -> None:
    outside = repository(tmp_path / "outside", "secret = 1\n")
    dump = tmp_path / "dump"
    repository(dump / "honest", "y = 2\n")
    (dump / "x").mkdir()
    (dump / "x/own.py").write_text("z = 3\n")
    point(dump, outside)
    frame = read(DirectorySource(Directory(path=str(dump))))
    assert sorted(frame["content"].drop_nulls().to_list()) == [b"y = 2\n", b"z = 3\n"]
    (place, why), *others = faults(frame).items()
    assert (place, others) == ("dump/x/.git", [])
    assert "its files are read without it" in why and "\n" not in why


def test_a_worktree_within_the_dump_is_read(tmp_path: Path) -> None:
    main = repository(tmp_path / "main", "x = 1\n")
    git(main, "worktree", "add", "-q", str(tmp_path / "other"))
    frame = read(DirectorySource(Directory(path=str(tmp_path))))
    assert frame["repo"].to_list() == ["main", "other"] and frame["fault"].null_count() == 2
    alone = DirectorySource(Directory(path=str(tmp_path / "other")))
    assert "outside of the dump" in str(alone.describe()["refused"])


def test_variables_of_git_do_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = repository(tmp_path / "outside", "secret = 1\n")
    dump = repository(tmp_path / "dump", "x = 1\n")
    monkeypatch.setenv("GIT_DIR", str(outside / ".git"))
    frame = read(DirectorySource(Directory(path=str(dump))))
    assert frame["content"].to_list() == [b"x = 1\n"]


def test_special_files_of_a_dump_are_rows_with_a_fault(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.mkdir()
    (tmp_path / "secret.jsonl").write_bytes(ROW)
    (dump / "a.jsonl").write_bytes(ROW)
    (dump / "within.jsonl").symlink_to("a.jsonl")
    (dump / "out.jsonl").symlink_to("../secret.jsonl")
    (dump / "loop.jsonl").symlink_to("loop.jsonl")
    for name in ("pipe.jsonl", "pipe.parquet", "pipe.jsonl.gz"):
        os.mkfifo(dump / name)
    (dump / "to_pipe.jsonl").symlink_to("pipe.jsonl")
    frame = read(DumpSource(Dump(path=str(dump))))
    found = faults(frame)
    assert frame.filter(pl.col("fault").is_null())["origin"].to_list() == [
        "a.jsonl line 1",
        "within.jsonl line 1",
    ]
    pipes = {"pipe.jsonl", "pipe.parquet", "pipe.jsonl.gz", "to_pipe.jsonl"}
    assert {place for place, why in found.items() if "is a pipe (FIFO), not a file" in why} == pipes
    assert "leads out of the dump" in found["out.jsonl"]
    assert set(found) - pipes <= {"out.jsonl", "loop.jsonl"}
    with pytest.raises(SourceError, match=r"pipe\.jsonl: is a pipe"):
        read(DumpSource(Dump(path=str(dump / "pipe.jsonl"))))


def test_a_revision_in_the_cache_of_the_hub_is_read_through_its_links(tmp_path: Path) -> None:
    revision = tmp_path / "datasets--o--n/snapshots/abc"
    revision.mkdir(parents=True)
    blob = tmp_path / "datasets--o--n/blobs/123"
    blob.parent.mkdir()
    blob.write_bytes(ROW)
    (revision / "a.jsonl").symlink_to("../../blobs/123")
    assert read(DumpSource(Dump(path=str(revision))))["content"].to_list() == [b"x = 1\n"]


def test_ready_rows_pass_over_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_bytes(b'{"instruction": "Add.", "output": "```python\\nx = 1\\n```"}\n')
    frame = read(ReadyRowsSource(ReadyRows(path=str(tmp_path), data_set="o/n", language="python")))
    assert frame["fault"].to_list() == ["unreadable", None]
    assert "is a pipe" in frame["detail"][0]


def columns(**changed: Any) -> pa.Table:
    plain = {
        "content": pa.array(["x\n", "y\n"]),
        "repo": pa.array(["r", "r"]),
        "path": pa.array(["a.py", "b.py"]),
    }
    return pa.table(plain | changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"content": pa.array(["x\n", None]).dictionary_encode()}, {"content": [b"x\n", None]}),
        ({"repo": pa.array(["r", "s"]).dictionary_encode()}, {"repo": ["r", "s"]}),
        ({"license": pa.array(["MIT", None]).dictionary_encode()}, {"license": ["MIT", None]}),
        ({"content": pa.array(["x\n", None], pa.large_string())}, {"content": [b"x\n", None]}),
        ({"content": pa.array(["x\n", None], pa.string_view())}, {"content": [b"x\n", None]}),
        ({"content": pa.nulls(2)}, {"fault": ["missing_content", "missing_content"]}),
        ({"commit": pa.array([{"a": "x"}, None])}, {"commit": [None, None]}),
        (
            {"language": pa.array([[("a", "b")], None], pa.map_(pa.string(), pa.string()))},
            {"language": [None, None]},
        ),
        ({"license": pa.array([["MIT"], None], pa.list_(pa.string(), 1))}, {"license": ["MIT", None]}),
        ({"license": pa.array([[["MIT"]], None])}, {"license": [None, None]}),
        ({"repo": pa.array([b"\xff", b"r"])}, {"repo": ["\ufffd", "r"]}),
    ],
)
def test_columns_of_any_type(changed: dict[str, Any], expected: dict[str, Any], tmp_path: Path) -> None:
    pq.write_table(columns(**changed), tmp_path / "x.parquet")
    frame = read(DumpSource(Dump(path=str(tmp_path))))
    assert {name: frame[name].to_list() for name in expected} == expected


@pytest.mark.parametrize("name", ["content", "repo", "path"])
def test_a_nested_column_costs_its_file_alone(name: str, tmp_path: Path) -> None:
    pq.write_table(columns(**{name: pa.array([["a"], ["b"]])}), tmp_path / "a.parquet")
    pq.write_table(columns(), tmp_path / "b.parquet")
    frame = read(DumpSource(Dump(path=str(tmp_path))))
    assert frame["origin"].to_list() == ["a.parquet", "b.parquet row 1", "b.parquet row 2"]
    assert f"column {name} holds list" in frame["detail"][0] and "`columns`" in frame["detail"][0]


def test_a_value_that_every_row_repeats_is_unpacked_a_batch_at_a_time(tmp_path: Path) -> None:
    value = os.urandom(500_000).hex()
    pq.write_table(columns(content=pa.array([value, value])).take([0] * 200), tmp_path / "x.parquet")
    source = DumpSource(Dump(path=str(tmp_path)))
    batches = [frame["content"].bin.size().to_list() for frame in source.read(10_000_000)]
    assert sum(len(sizes) for sizes in batches) == 200
    assert max(map(sum, batches)) < 25_000_000 and {size for sizes in batches for size in sizes} == {
        1_000_000
    }


def bomb(path: Path, first: bytes) -> None:
    zeros = first + b"0" * (100 * 1024 * 1024)
    path.write_bytes(
        pa.compress(zeros, "zstd", asbytes=True) if path.suffix == ".zst" else gzip.compress(zeros)
    )


@pytest.mark.parametrize("name", ["b.jsonl.gz", "b.jsonl.zst", "b.json"])
def test_a_compression_bomb_ends_its_file_alone(name: str, tmp_path: Path) -> None:
    bomb(tmp_path / name, ROW)
    (tmp_path / "c.jsonl").write_bytes(ROW)
    frame = read(DumpSource(Dump(path=str(tmp_path))))
    last = f"{name} line 2"
    assert frame["origin"].to_list() == [f"{name} line 1", last, "c.jsonl line 1"]
    assert "unpacks to more than 200 times its size" in faults(frame)[last]


def test_a_bomb_alone_is_an_error_that_names_it(tmp_path: Path) -> None:
    bomb(tmp_path / "b.jsonl.gz", b"")
    with pytest.raises(SourceError, match=r"b\.jsonl\.gz: .*unpacks to more than 200 times"):
        read(DumpSource(Dump(path=str(tmp_path))))


def test_a_bomb_of_parquet_costs_its_row_group_alone(tmp_path: Path) -> None:
    table = columns(content=pa.array(["x" * 40_000_000, "y" * 40_000_000]))
    with pq.ParquetWriter(
        tmp_path / "x.parquet", table.schema, compression="zstd", use_dictionary=False
    ) as writer:
        writer.write_table(table)
        writer.write_table(columns())
    frame = read(DumpSource(Dump(path=str(tmp_path))))
    assert frame["origin"].to_list() == ["x.parquet rows 1 to 2", "x.parquet row 3", "x.parquet row 4"]
    assert "row group 1 of x.parquet unpacks to more than" in frame["detail"][0]


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "Cargo.toml", "package.json", "setup.py", "REUSE.toml", "pom.xml"]
)
def test_a_manifest_that_is_nested_without_end_makes_the_license_unknown(name: str, tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    words = {"setup.py": f"license = {deep}", "package.json": f'{{"license": {deep}}}'}
    words |= {"pom.xml": "<license>" * 100_000}
    (tmp_path / name).write_text(words.get(name, f"license = {deep}"))
    (tmp_path / "a.py").write_text("x = 1\n")
    frame = read(DirectorySource(Directory(path=str(tmp_path)))).filter(path="a.py")
    assert frame["license"].to_list() == [None]
    assert "cannot be read" in frame["license_source"][0]
