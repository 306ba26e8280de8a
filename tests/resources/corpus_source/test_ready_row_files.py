"""Files of ready rows as they are published and saved: every container and split, bad rows by name, no silent loss."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from resources.corpus_source.backends import open_source
from resources.corpus_source.base import SourceError
from resources.corpus_source.ready_row_files import split_of
from resources.corpus_source.settings import ReadyRows

GOOD = [{"instruction": f"Do {n}.", "output": f"Done {n}."} for n in range(3)]
LINES = "".join(json.dumps(row) + "\n" for row in GOOD)


def rows_of(path: Path, **settings: Any) -> pl.DataFrame:
    source = open_source(ReadyRows(path=str(path), data_set="owner/set", **settings))
    return pl.concat([pl.DataFrame(schema={"path": pl.String}), *source.read()], how="diagonal")


def as_stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return sink.getvalue().to_pybytes()


def as_file(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


TABLE = pa.Table.from_pylist(GOOD)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES.encode()),
        ("a.jsonl", b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n\r\n").encode()),
        ("a.jsonl.zst", pa.compress(LINES.encode(), codec="zstd", asbytes=True)),
        ("a.json.gz", gzip.compress(json.dumps(GOOD, indent=1).encode(), mtime=0)),
        ("a.json.zst", pa.compress(json.dumps(GOOD).encode(), codec="zstd", asbytes=True)),
        ("a.ndjson.gz", gzip.compress(LINES.encode(), mtime=0)),
        ("a.arrow", as_stream(TABLE)),
        ("a.arrow", as_file(TABLE)),
    ],
)
def test_every_container_gives_the_same_rows(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found = rows_of(tmp_path)
    texts = [content.decode().split("\n\x1e\n") for content in found["content"]]
    assert texts == [[row["instruction"], row["output"]] for row in GOOD]
    assert found["path"].n_unique() == 3 and found["fault"].null_count() == 3


def test_a_data_set_saved_to_disk_has_its_files_named(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    saved = tmp_path / "saved"
    parts = {split: datasets.Dataset.from_list(GOOD) for split in ("train", "test")}
    datasets.DatasetDict(parts).save_to_disk(str(saved), num_shards={"train": 2, "test": 1})
    (saved / "train" / "cache-0123.arrow").write_bytes(b"left over from a filter")
    assert rows_of(saved)["path"].to_list() == [
        "train/data-00000-of-00002.arrow/1.ready_row",
        "train/data-00000-of-00002.arrow/2.ready_row",
        "train/data-00001-of-00002.arrow/1.ready_row",
    ]
    assert rows_of(saved, splits=("train", "test")).height == 6
    assert rows_of(saved / "test").height == 3
    (saved / "train" / "data-00001-of-00002.arrow").unlink()
    with pytest.raises(SourceError, match=r"train/data-00001-of-00002.arrow: is missing, and state.json"):
        rows_of(saved)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("data/train-00000-of-00002.parquet", "train"),
        ("data/test_sft-00000-of-00001.parquet", "test"),
        ("main/validation/0000.parquet", "validation"),
        ("dev.jsonl", "validation"),
        ("data/python-00000-of-00001.parquet", "python"),
        ("data-00000-of-00001.arrow", None),
        ("contest.jsonl", None),
    ],
)
def test_a_split_is_told_by_name_and_folder(name: str, split: str | None) -> None:
    assert split_of(name) == split


def test_of_several_splits_train_is_read_with_what_names_none(tmp_path: Path) -> None:
    for name in ("train.jsonl", "test.jsonl", "more.jsonl"):
        (tmp_path / name).write_text(LINES)
    assert set(rows_of(tmp_path)["path"].str.split("/").list.first()) == {"train.jsonl", "more.jsonl"}
    assert set(rows_of(tmp_path, splits=("test",))["path"].str.split("/").list.first()) == {"test.jsonl"}
    with pytest.raises(SourceError, match=r"has no split valid; there are test, train. Correct .*`splits`"):
        rows_of(tmp_path, splits=("valid",))


ODD = [
    ({"instruction": "a", "output": None}, "no response, or an empty one; its columns: instruction, output"),
    ({"instruction": " ", "output": ""}, "no instruction and response, or an empty one; its columns:"),
    ({"text": "a"}, "no instruction and response, or an empty one; its columns: text"),
    ({"instruction": "\ud83d", "output": "b"}, "text with half of a surrogate pair"),
    (
        {"messages": [{"role": "user", "content": "a"}, {"role": "tool", "content": "b"}]},
        "no turn of a user that an assistant answers with text; its turns: user, tool",
    ),
    (
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": None}]},
        "its turns: user, assistant (empty)",
    ),
    ({"conversations": [None, 3]}, "its turns: none"),
    ([1], "JSON, but no object"),
]


def test_mixed_forms_are_read_and_bad_rows_are_named_with_what_is_wrong(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "Do 9."}, {"type": "image_url", "image_url": "x"}]
    turns = [("system", "s"), ("user", parts), ("assistant", "Done 9."), ("user", "Thanks.")]
    mixed: list[Any] = [
        GOOD[0],
        {"messages": [{"role": role, "content": content} for role, content in turns]},
        {"conversations": [{"from": "human", "value": "Do 8."}, {"from": "gpt", "value": "Done 8."}]},
        {"id": "x", "prompt": "Do 7.", "completion": "Done 7.", "license": ["MIT"]},
        *(record for record, _ in ODD),
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in mixed) + "{half\n")
    found = rows_of(tmp_path)
    good, bad = found.filter(pl.col("fault").is_null()), found.filter(pl.col("fault").is_not_null())
    assert [content.decode()[:5] for content in good["content"]] == ["Do 0.", "Do 9.", "Do 8.", "Do 7."]
    assert good["license"].to_list() == [None, None, None, "MIT"]
    assert bad["origin"].to_list() == [f"a.jsonl row {number}" for number in range(5, 5 + len(ODD) + 1)]
    for detail, wanted in zip(bad["detail"], [*(wanted for _, wanted in ODD), "no JSON: "], strict=True):
        assert wanted in detail and "\n" not in detail


CUT = pa.compress(LINES.encode() * 99, codec="zstd", asbytes=True)[:40]


@pytest.mark.parametrize(
    ("name", "content", "settings", "message"),
    [
        (
            "a.jsonl",
            LINES.encode(),
            {"columns": {"instruction": "ask"}},
            r"a.jsonl: no row has the columns ask",
        ),
        ("a.json", b'{\n "a": 1\n}', {}, r"a.json: holds no rows \(no JSON"),
        ("a.jsonl.zst", CUT, {}, r"a.jsonl.zst: cannot be read"),
        ("a.arrow", as_stream(TABLE)[:-90], {}, r"a.arrow: cannot be read"),
        ("a.arrow", b"no arrow", {}, r"a.arrow: cannot be read"),
        ("a.parquet", b"PAR1", {}, r"a.parquet: cannot be read"),
        ("dataset_info.json", b"{}", {}, r"and none of its rows"),
        ("state.json", b"{}", {}, r"state.json: names no files"),
        ("readme.md", b"x", {}, r"holds 1 file\(s\), none of them a dump"),
    ],
)
def test_what_is_no_data_set_is_one_line(
    tmp_path: Path, name: str, content: bytes, settings: dict[str, Any], message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message) as raised:
        rows_of(tmp_path, **settings)
    assert "\n" not in str(raised.value)


def test_a_language_that_is_none_is_named() -> None:
    assert ReadyRows(path="x", data_set="y", language="C++").language == "cpp"
    with pytest.raises(ValueError, match="unknown language 'cobol'; there are python"):
        ReadyRows(path="x", data_set="y", language="cobol")
