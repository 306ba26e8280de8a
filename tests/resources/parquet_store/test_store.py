"""The Parquet store: what was written comes back, half-written tables do not exist, every reader reads it."""

import errno
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from polars.testing import assert_frame_equal

from resources.parquet_store import MissingTableError, ParquetStore, TableAddress
from resources.storage import S3Options, Storage

ROOT = Path(__file__).parents[3]
SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "text": pl.String(),
        "language": pl.String(),
        "lines": pl.List(pl.Int64()),
        "origin": pl.Struct({"repo": pl.String(), "line": pl.Int64()}),
        "packed": pl.Binary(),
        "share": pl.Float64(),
        "took_ms": pl.Float64(),
    }
)
ADDRESS = TableAddress.of(("demo", "seeds"), "python")


def rows(count: int, language: str = "python", took: float = 1.0) -> pl.DataFrame:
    """Rows of every type that the project's tables use, nulls and empty lists among them."""
    return pl.DataFrame(
        {
            "id": [f"{language}-{number}" for number in range(count)],
            "text": [None if number % 5 == 4 else f'line\n"{number}" ñ' for number in range(count)],
            "language": [language] * count,
            "lines": [list(range(number % 3)) for number in range(count)],
            "origin": [{"repo": "r", "line": number} for number in range(count)],
            "packed": [bytes([number % 256, 0]) for number in range(count)],
            "share": [number / 7 for number in range(count)],
            "took_ms": [took] * count,
        },
        schema=SCHEMA,
    )


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    return ParquetStore(Storage(tmp_path / "store"))


def put(store: ParquetStore, frame: pl.DataFrame, address: TableAddress = ADDRESS) -> str:
    staged = store.stage(address, frame, SCHEMA, volatile=["took_ms"])
    store.commit(address, staged)
    return staged.digest


def test_what_was_written_comes_back_in_its_order(store: ParquetStore) -> None:
    frame = rows(20).sample(fraction=1, shuffle=True, seed=1)
    digest = put(store, frame)
    assert_frame_equal(store.scan(ADDRESS).collect(), frame)
    assert store.digest(ADDRESS) == digest
    assert store.uri(ADDRESS).endswith("/demo/seeds/language=python/data.parquet")


def test_an_empty_table_is_a_table(store: ParquetStore) -> None:
    put(store, rows(0))
    assert store.scan(ADDRESS).collect().schema == SCHEMA
    assert store.partitions(("demo", "seeds")) == [ADDRESS]


def test_the_same_rows_give_the_same_bytes(store: ParquetStore) -> None:
    put(store, rows(50))
    first = Path(store.uri(ADDRESS)).read_bytes()
    put(store, rows(50))
    assert Path(store.uri(ADDRESS)).read_bytes() == first


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 60), max_size=5), took=st.floats(0, 1e6), lazy=st.booleans())
@pytest.mark.slow(seconds=3)
def test_the_digest_does_not_depend_on_batches_or_timings(
    tmp_path: Path, cuts: list[int], took: float, lazy: bool
) -> None:
    store = ParquetStore(Storage(tmp_path))
    expected = store.stage(ADDRESS, rows(60), SCHEMA, volatile=["took_ms"])
    frame, bounds = rows(60, took=took), [0, *sorted(cuts), 60]
    pieces = (frame.slice(start, end - start) for start, end in itertools.pairwise(bounds))
    staged = store.stage(ADDRESS, frame.lazy() if lazy else pieces, SCHEMA, volatile=["took_ms"])
    assert staged.digest == expected.digest
    assert staged.rows == 60
    if took == 1.0:
        assert staged.path.read_bytes() == expected.path.read_bytes()


def test_row_groups_and_batches_do_not_show_in_the_file(store: ParquetStore) -> None:
    count = 20_000  # more than two row groups
    frame = pl.DataFrame({"id": [str(number) for number in range(count)]})
    schema = frame.schema
    whole = store.stage(ADDRESS, frame, schema)
    cut = store.stage(ADDRESS, frame.iter_slices(777), schema)
    assert whole.digest == cut.digest
    assert whole.path.read_bytes() == cut.path.read_bytes()
    assert pl.read_parquet(cut.path).equals(frame)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), count=st.integers(2, 12))
def test_the_digest_depends_on_content_and_row_order(tmp_path: Path, data: st.DataObject, count: int) -> None:
    store = ParquetStore(Storage(tmp_path))
    frame = rows(count)
    order = data.draw(st.permutations(range(count)))
    number = data.draw(st.integers(0, count - 1))
    column = data.draw(st.sampled_from(["text", "share", "packed", "lines"]))
    other = {"text": pl.lit("other"), "share": pl.lit(-1.0), "packed": pl.lit(b"other"), "lines": pl.lit([9])}
    at = pl.int_range(pl.len()) == number
    changed = frame.with_columns(pl.when(at).then(other[column]).otherwise(pl.col(column)).alias(column))
    digest = store.stage(ADDRESS, frame, SCHEMA).digest
    assert store.stage(ADDRESS, changed, SCHEMA).digest != digest
    reordered = store.stage(ADDRESS, frame[list(order)], SCHEMA).digest
    assert (reordered == digest) == (list(order) == list(range(count)))


def test_columns_that_are_missing_or_unknown_are_named(store: ParquetStore) -> None:
    with pytest.raises(ValueError, match=r"lacks the columns \['text'\].*unknown columns \['txt'\]"):
        store.stage(ADDRESS, rows(1).rename({"text": "txt"}), SCHEMA)


def test_a_failing_source_leaves_the_old_table_and_nothing_half(store: ParquetStore) -> None:
    put(store, rows(3))

    def failing():
        yield rows(10_000)  # a whole row group reaches the disk first
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        store.stage(ADDRESS, failing(), SCHEMA)
    assert_frame_equal(store.scan(ADDRESS).collect(), rows(3))
    assert list(store.storage.staging_folder().iterdir()) == []


def child(store: ParquetStore, body: str, **more: object) -> "subprocess.Popen[str]":
    """A process with `store`, `ADDRESS`, `frame` (a row group of one string column) and `schema` at hand."""
    code = f"""
import os, sys, time, resource
import polars as pl
from resources.parquet_store import ParquetStore, TableAddress
from resources.storage import Storage
store = ParquetStore(Storage({store.storage.root!r}))
ADDRESS = TableAddress.of(("demo", "seeds"), "python")
frame = pl.DataFrame({{"id": [os.urandom(32).hex() for _ in range(8192)]}})
schema = frame.schema
{body}
"""
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow(seconds=12)
def test_a_killed_writer_leaves_the_old_table(store: ParquetStore) -> None:
    put(store, rows(3))
    body = """
def slowly():
    yield frame
    yield frame
    print("half written", flush=True)
    time.sleep(120)
staged = store.stage(ADDRESS, slowly(), schema)
store.commit(ADDRESS, staged)
"""
    with child(store, body) as process:
        assert process.stdout is not None and process.stdout.readline().strip() == "half written"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    assert_frame_equal(store.scan(ADDRESS).collect(), rows(3))
    assert store.partitions(("demo", "seeds")) == [ADDRESS]
    left = list(store.storage.staging_folder().iterdir())
    assert left, "the killed process left no half-written file, so nothing was tested"
    for path in left:  # what a dead process left goes when it is old, not while it may be another's
        assert path.exists()
        os.utime(path, (time.time() - 90_000,) * 2)
    put(store, rows(4))
    assert list(store.storage.staging_folder().iterdir()) == []
    assert store.scan(ADDRESS).collect().height == 4


@pytest.mark.slow(seconds=8)
def test_no_room_left_is_said_and_leaves_the_old_table(store: ParquetStore) -> None:
    """The file-size limit of a process stands in for a full disk: both end in an error of `write`."""
    put(store, rows(3))
    body = """
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    store.commit(ADDRESS, store.stage(ADDRESS, iter([frame] * 8), schema))
except OSError as error:
    print(error.errno, error)
"""
    with child(store, body) as process:
        out, err = process.communicate(timeout=60)
    number, _, message = out.strip().partition(" ")
    assert int(number) == errno.EFBIG, err
    assert str(store.storage.root) in message
    assert "free space" in message
    assert_frame_equal(store.scan(ADDRESS).collect(), rows(3))
    assert list(store.storage.staging_folder().iterdir()) == []


def test_a_table_that_was_never_written_says_what_to_do(store: ParquetStore) -> None:
    with pytest.raises(MissingTableError, match=r"demo/seeds/language=python.*materialize demo/seeds first"):
        store.scan(ADDRESS)
    with pytest.raises(MissingTableError, match="materialize demo/seeds first"):
        store.digest(ADDRESS)


def test_partitions_are_listed_sorted_with_those_of_their_key_only(store: ParquetStore) -> None:
    assert store.partitions(("demo", "seeds")) == []
    for language in ("rust", "python"):
        put(store, rows(2, language), TableAddress.of(("demo", "seeds"), language))
        put(store, rows(2, language), TableAddress.of(("demo", "seeds"), language).sibling("rejected"))
    whole, dump = TableAddress.of(("demo", "scores")), TableAddress.of(("corpus_dump",), "2026-01")
    put(store, rows(1), whole)
    put(store, rows(1), dump)
    assert [str(one) for one in store.partitions(("demo", "seeds"))] == [
        "demo/seeds/language=python",
        "demo/seeds/language=rust",
    ]
    assert store.partitions(("demo", "scores")) == [whole]
    assert [str(one) for one in store.partitions(("corpus_dump",))] == ["corpus_dump/dump=2026-01"]


@pytest.fixture
def two_languages(store: ParquetStore) -> Path:
    """The folder of a table in two languages of 3 and 2 rows."""
    put(store, rows(3), ADDRESS)
    put(store, rows(2, "rust"), TableAddress.of(("demo", "seeds"), "rust"))
    return Path(store.storage.path("demo", "seeds"))


def test_polars_reads_the_folder_as_it_is(two_languages: Path) -> None:
    frame = pl.read_parquet(two_languages)
    assert frame.height == 5
    assert set(frame["language"].cast(pl.String)) == {"python", "rust"}
    assert pl.scan_parquet(two_languages).filter(pl.col("language") == "rust").collect().height == 2


def test_duckdb_reads_the_folder_as_it_is(two_languages: Path) -> None:
    import duckdb

    with duckdb.connect() as connection:
        counts = connection.sql(
            f"SELECT language, count(*) FROM '{two_languages}/**/*.parquet' GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert counts == [("python", 3), ("rust", 2)]


def test_pandas_reads_the_folder_as_it_is(two_languages: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed (extra: dev)")
    frame = pandas.read_parquet(two_languages)
    assert sorted(frame["language"].astype(str)) == ["python"] * 3 + ["rust"] * 2
    assert sorted(frame["id"])[0] == "python-0"


def test_datasets_reads_the_files_as_they_are(two_languages: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed (extra: dev)")
    files = [str(path) for path in sorted(two_languages.rglob("*.parquet"))]
    loaded = datasets.load_dataset(
        "parquet", data_files=files, split="train", cache_dir=str(tmp_path / "datasets")
    )
    assert loaded.num_rows == 5
    assert sorted(set(map(str, loaded.to_polars()["language"].cast(pl.String)))) == ["python", "rust"]


def test_a_store_on_s3_holds_the_same_bytes(store: ParquetStore, s3_server) -> None:
    root = s3_server.create_bucket("parquet-store") + "/some/prefix"
    options = S3Options(endpoint_url=s3_server.endpoint_url, region=s3_server.region)
    remote = ParquetStore(Storage(root, options))
    with pytest.raises(MissingTableError):
        remote.scan(ADDRESS)
    assert put(remote, rows(9)) == put(store, rows(9))
    assert remote.storage.read_bytes(remote.uri(ADDRESS)) == Path(store.uri(ADDRESS)).read_bytes()
    assert_frame_equal(remote.scan(ADDRESS).collect(), rows(9))
    assert remote.digest(ADDRESS) == store.digest(ADDRESS)
    put(remote, rows(2, "rust"), TableAddress.of(("demo", "seeds"), "rust"))
    assert [str(one) for one in remote.partitions(("demo", "seeds"))] == [
        "demo/seeds/language=python",
        "demo/seeds/language=rust",
    ]
    assert remote.uri(ADDRESS) == f"{root}/demo/seeds/language=python/data.parquet"
    assert list(remote.storage.staging_folder().glob("*.parquet")) == []


def test_an_unknown_kind_of_root_is_refused() -> None:
    with pytest.raises(ValueError, match=r"gs://bucket.*only local paths and s3://"):
        Storage("gs://bucket")


def test_row_groups_end_by_bytes_wherever_the_frames_do(tmp_path: Path) -> None:
    schema = pl.Schema({"text": pl.String})
    frame = pl.DataFrame({"text": [str(number % 10) * 2_000_000 for number in range(40)]}, schema=schema)
    found = []
    for name, pieces in {"a": 1, "b": 7, "c": 40}.items():
        store = ParquetStore(Storage(tmp_path / name))
        staged = store.stage(ADDRESS, iter(frame.iter_slices(pieces)), schema)
        metadata = pq.ParquetFile(staged.path).metadata
        found.append(
            (staged.digest, [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)])
        )
    assert found == [(found[0][0], [17, 17, 6])] * 3
