"""The row cache's promises one by one: what is remembered, what is refused, what two runs at once agree on."""

import itertools
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import resources.row_cache.fragments as fragments
from resources.row_cache import CacheStage, IncompleteComputation, RowCache
from resources.row_cache.fragments import KEY, FragmentFolder
from resources.row_cache.spaces import list_spaces
from resources.row_cache.usage import read_usage
from resources.storage import S3Options, Storage

ROOT = Path(__file__).parents[3]
STAGE = CacheStage("double", "1")
RESULTS = {"twice": pl.Int64}


class Doubler:
    """Doubles `n`; counts the rows it was asked for, and marks odd ones as transient if told to."""

    def __init__(self, *, forget_odd: bool = False) -> None:
        self.asked: list[int] = []
        self.forget_odd = forget_odd

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        self.asked += rows["n"].to_list()
        answer = rows.select(KEY, (pl.col("n") * 2).alias("twice"), (pl.col("n") % 2 == 0).alias("cacheable"))
        return answer if self.forget_odd else answer.drop("cacheable")


def numbers(*values: int) -> pl.DataFrame:
    return pl.DataFrame({"n": values}, schema={"n": pl.Int64})


def double(cache: RowCache, rows: pl.DataFrame, compute, **more) -> pl.DataFrame:
    return cache.map(STAGE, rows, compute, inputs=["n"], results=RESULTS, **more).rows


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "cache")


@pytest.fixture
def cache(storage: Storage) -> RowCache:
    return RowCache(storage, user="demo/python")


def folder_of(storage: Storage, stage: CacheStage = STAGE) -> FragmentFolder:
    return FragmentFolder(storage, storage.path(stage.space))


def test_equal_rows_are_asked_once_and_all_answered_in_their_order(cache: RowCache) -> None:
    doubler = Doubler()
    rows = numbers(3, 1, 3, 2, 1).with_columns(pl.Series("other", list("abcde")))
    found = double(cache, rows, doubler)
    assert found.rows() == [(3, "a", 6), (1, "b", 2), (3, "c", 6), (2, "d", 4), (1, "e", 2)]
    assert doubler.asked == [3, 1, 2]


def test_more_rows_cost_only_the_new_ones(cache: RowCache, storage: Storage) -> None:
    double(cache, numbers(1, 2), Doubler())
    doubler = Doubler()
    mapped = RowCache(storage).map(STAGE, numbers(2, 3, 1), doubler, inputs=["n"], results=RESULTS)
    assert mapped.rows["twice"].to_list() == [4, 6, 2]
    assert (mapped.computed, mapped.reused, doubler.asked) == (1, 2, [3])


@pytest.mark.parametrize(
    "other", [CacheStage("double", "2"), CacheStage("double", "1", {"a": 1}), CacheStage("twice", "1")]
)
def test_another_version_setting_or_stage_is_another_space(cache: RowCache, other: CacheStage) -> None:
    double(cache, numbers(1), Doubler())
    doubler = Doubler()
    cache.map(other, numbers(1), doubler, inputs=["n"], results=RESULTS)
    assert doubler.asked == [1]
    assert other.space != STAGE.space


def test_the_order_of_settings_does_not_matter() -> None:
    assert CacheStage("s", "1", {"a": 1, "b": 2}).space == CacheStage("s", "1", {"b": 2, "a": 1}).space


def test_batches_are_written_before_the_next_is_asked_for(cache: RowCache, storage: Storage) -> None:
    calls = 0

    def failing(rows: pl.DataFrame) -> pl.DataFrame:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise RuntimeError("the power went")
        return Doubler()(rows)

    with pytest.raises(RuntimeError, match="the power went"):
        double(cache, numbers(*range(10)), failing, batch_rows=3)
    doubler = Doubler()
    double(RowCache(storage), numbers(*range(10)), doubler)
    assert doubler.asked == [6, 7, 8, 9]


def test_what_a_stream_gave_before_it_broke_is_kept(cache: RowCache, storage: Storage) -> None:
    def stream(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
        for piece in itertools.islice(rows.iter_slices(1), 4):
            yield Doubler()(piece)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        double(cache, numbers(*range(6)), stream)
    doubler = Doubler()
    double(RowCache(storage), numbers(*range(6)), doubler)
    assert doubler.asked == [4, 5]


def test_what_a_quiet_stream_gave_is_written_in_time(storage: Storage) -> None:
    """Empty frames are a stream's word that it still works: what has gathered is written meanwhile."""
    cache = RowCache(storage, flush_s=0.05)
    written: list[int] = []

    def stream(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
        first, rest = rows[:2], rows[2:]
        yield Doubler()(first)
        for _ in range(3):
            time.sleep(0.06)
            yield Doubler()(rows.clear())
            written.append(folder_of(storage).size()[1])
        yield Doubler()(rest)

    assert double(cache, numbers(*range(5)), stream)["twice"].to_list() == [0, 2, 4, 6, 8]
    assert written == [2, 2, 2]
    assert folder_of(storage).size()[:2] == (2, 5)


def test_transient_answers_are_given_but_not_remembered(cache: RowCache) -> None:
    found = double(cache, numbers(1, 2, 3), Doubler(forget_odd=True))
    assert found.columns == ["n", "twice"]
    assert found["twice"].to_list() == [2, 4, 6]
    again = Doubler()
    double(cache, numbers(1, 2, 3), again)
    assert again.asked == [1, 3]


def test_rows_without_an_answer_stop_the_stage(cache: RowCache) -> None:
    def some(rows: pl.DataFrame) -> pl.DataFrame:
        return Doubler()(rows.filter(pl.col("n") != 2))

    with pytest.raises(IncompleteComputation, match="stage double: 1 distinct rows got no result"):
        double(cache, numbers(1, 2, 2, 3), some)


def test_answers_that_nobody_asked_for_are_refused_and_not_kept(cache: RowCache, storage: Storage) -> None:
    def strange(rows: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame({KEY: ["f" * 32], "twice": [1]})

    with pytest.raises(IncompleteComputation, match="answered 1 keys that were not asked"):
        double(cache, numbers(1), strange)
    assert folder_of(storage).size()[0] == 0


@pytest.mark.parametrize("lacking", [KEY, "twice"])
def test_answers_without_a_promised_column_are_refused(cache: RowCache, lacking: str) -> None:
    with pytest.raises(IncompleteComputation, match=lacking):
        double(cache, numbers(1), lambda rows: Doubler()(rows).drop(lacking))


def test_an_input_that_is_no_column_is_named(cache: RowCache) -> None:
    with pytest.raises(KeyError, match=r"'m' is not among the columns \['n'\]"):
        cache.map(STAGE, numbers(1), Doubler(), inputs=["m"], results=RESULTS)


def test_an_empty_frame_gets_the_result_columns_and_asks_nothing(cache: RowCache) -> None:
    doubler = Doubler()
    found = double(cache, numbers(), doubler)
    assert found.schema == pl.Schema({"n": pl.Int64, "twice": pl.Int64})
    assert doubler.asked == []


def test_nested_binary_and_null_inputs_are_told_apart(cache: RowCache) -> None:
    rows = pl.DataFrame(
        {
            "words": [["a", "b"], ["ab"], None, [], ["a", "b"]],
            "record": [{"x": 1, "y": None}] * 5,
            "packed": [b"\x00", b"\x00", b"\x00", b"\x00", b"\x01"],
        }
    )
    asked: list[int] = []

    def count(missing: pl.DataFrame) -> pl.DataFrame:
        asked.append(missing.height)
        return missing.select(KEY, pl.col("words").list.len().cast(pl.Int64).alias("words_n"))

    arguments = {"inputs": ["words", "record", "packed"], "results": {"words_n": pl.Int64}}
    found = cache.map(STAGE, rows, count, **arguments)
    assert asked == [5]
    assert found.rows["words_n"].to_list() == [2, 1, None, 0, 2]
    assert cache.map(STAGE, rows, count, **arguments).reused == 5


def test_a_column_of_the_rows_with_a_results_name_is_replaced(cache: RowCache) -> None:
    rows = numbers(1, 2).with_columns(twice=pl.lit("old"))
    assert double(cache, rows, Doubler())["twice"].to_list() == [2, 4]


def test_progress_counts_the_rows_to_compute(cache: RowCache) -> None:
    double(cache, numbers(1), Doubler())
    seen: list[tuple[int, int]] = []
    double(cache, numbers(*range(5)), Doubler(), batch_rows=2, progress=lambda *at: seen.append(at))
    assert seen == [(2, 4), (4, 4)]


def test_compaction_keeps_the_winners_and_loses_nothing(
    cache: RowCache, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    double(cache, numbers(*range(12)), Doubler(), batch_rows=2)
    folder = folder_of(storage)
    loser = pl.DataFrame({KEY: pl.read_parquet(folder.names()[0])[KEY], "twice": [-1, -1]})
    folder.write(loser)  # the newest fragment: it must never win
    assert len(folder.names()) == 7
    monkeypatch.setattr(fragments, "COMPACT_ABOVE_FILES", 3)
    double(cache, numbers(99), Doubler())
    assert len(folder.names()) == 1
    doubler = Doubler()
    found = double(RowCache(storage), numbers(*range(12), 99), doubler)
    assert doubler.asked == []
    assert found["twice"].to_list() == [*(number * 2 for number in range(12)), 198]


def test_compaction_makes_files_of_bounded_size(
    cache: RowCache, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    double(cache, numbers(*range(8)), Doubler(), batch_rows=1)
    folder = folder_of(storage)
    one = Path(folder.names()[0]).stat().st_size
    monkeypatch.setattr(fragments, "COMPACT_ABOVE_FILES", 3)
    monkeypatch.setattr(fragments, "COMPACT_TO_BYTES", int(one * 2.5))
    folder.compact()
    assert len(folder.names()) == 4
    doubler = Doubler()
    double(RowCache(storage), numbers(*range(8)), doubler)
    assert doubler.asked == []


def test_a_corrupt_fragment_is_left_out_of_compaction(
    cache: RowCache, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    double(cache, numbers(*range(6)), Doubler(), batch_rows=2)
    folder = folder_of(storage)
    bad = Path(folder.names()[1])
    bad.write_bytes(bad.read_bytes()[:-20])
    monkeypatch.setattr(fragments, "COMPACT_ABOVE_FILES", 1)
    folder.compact()
    doubler = Doubler()
    assert double(RowCache(storage), numbers(*range(6)), doubler)["twice"].to_list() == [0, 2, 4, 6, 8, 10]
    assert doubler.asked == [2, 3]
    assert bad.with_name(f"{bad.name}.corrupt").exists()


@pytest.mark.slow(seconds=7)
def test_a_flipped_byte_anywhere_is_never_read_as_truth(storage: Storage) -> None:
    double(RowCache(storage), numbers(1, 2, 3), Doubler())
    fragment = Path(folder_of(storage).names()[0])
    whole = fragment.read_bytes()
    wanted = pl.read_parquet(fragment)[KEY]
    for place in range(len(whole)):
        for flip in (0xFF, 0x80, 0x01):
            damaged = bytearray(whole)
            damaged[place] ^= flip
            fragment.write_bytes(bytes(damaged))
            assert folder_of(storage).look_up(wanted) == []
            fragment.with_name(f"{fragment.name}.corrupt").unlink(missing_ok=True)
    doubler = Doubler()
    assert double(RowCache(storage), numbers(1, 2, 3), doubler)["twice"].to_list() == [2, 4, 6]
    assert doubler.asked == [1, 2, 3]


def test_a_compaction_under_way_elsewhere_costs_nothing(
    cache: RowCache, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between listing and reading, another run merges the fragments: nothing breaks, nothing is paid twice."""
    double(cache, numbers(*range(6)), Doubler(), batch_rows=1)
    monkeypatch.setattr(fragments, "COMPACT_ABOVE_FILES", 2)
    listed = FragmentFolder.names
    interrupted: list[bool] = []

    def names_then_merge(self: FragmentFolder) -> list[str]:
        found = listed(self)
        if not interrupted:
            interrupted.append(True)
            folder_of(storage).compact()
        return found

    monkeypatch.setattr(FragmentFolder, "names", names_then_merge)
    doubler = Doubler()
    found = double(RowCache(storage), numbers(*range(6)), doubler)
    assert doubler.asked == []
    assert found["twice"].to_list() == [0, 2, 4, 6, 8, 10]
    interrupted.clear()
    double(cache, numbers(*range(20, 26)), Doubler(), batch_rows=1)
    interrupted.clear()
    folder_of(storage).compact()  # finds its files gone when it comes to merge them
    monkeypatch.setattr(FragmentFolder, "names", listed)
    double(RowCache(storage), numbers(*range(6), *range(20, 26)), doubler)
    assert doubler.asked == []


RIVAL = """
import sys, time
from pathlib import Path
import polars as pl
from resources.row_cache import CacheStage, RowCache
from resources.row_cache.fragments import KEY
from resources.storage import Storage
root, name, other, wait_for = sys.argv[1:]
signals = Path(root).parent
def wait(found):
    while not found():
        time.sleep(0.02)
def compute(rows):
    (signals / f"{name}.asked").touch()
    wait((signals / f"{other}.asked").exists)  # both have looked, and found nothing
    if wait_for == "other":
        wait(lambda: any(Path(root).glob("double/*/*.parquet")))  # the other has written
    return rows.select(KEY, pl.lit(name).alias("by"))
rows = pl.DataFrame({"n": list(range(5))})
found = RowCache(Storage(root)).map(
    CacheStage("double", "1"), rows, compute, inputs=["n"], results={"by": pl.String}
)
print(found.rows.write_json())
"""


@pytest.mark.slow(seconds=2)
def test_two_runs_at_once_give_the_same_answers(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    arguments = [("one", "two", "nobody"), ("two", "one", "other")]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RIVAL, str(root), *names],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for names in arguments
    ]
    answers = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        answers.append({row["by"] for row in json.loads(out)})
    assert answers == [{"one"}, {"one"}]  # the older answer, for both
    assert len(list(root.glob("double/*/*.parquet"))) == 2


def test_usage_counts_in_every_space(cache: RowCache, storage: Storage) -> None:
    double(cache, numbers(1, 2), Doubler())
    double(cache, numbers(1, 2, 3), Doubler())
    (record,) = read_usage(storage)
    assert (record["user"], record["stage"], record["space"]) == ("demo/python", "double", STAGE.space)
    assert (record["computed"], record["reused"]) == (3, 2)
    newer = CacheStage("double", "2")
    cache.map(newer, numbers(1), Doubler(), inputs=["n"], results=RESULTS)
    records = {record["space"]: (record["computed"], record["reused"]) for record in read_usage(storage)}
    assert records == {STAGE.space: (3, 2), newer.space: (1, 0)}
    assert list_spaces(storage) == sorted([STAGE.space, newer.space])


def test_usage_that_cannot_be_read_is_passed_over(cache: RowCache, storage: Storage) -> None:
    double(cache, numbers(1), Doubler())
    (path,) = storage.list_files(storage.path("_usage"))
    Path(path).write_text("half a reco")
    assert read_usage(storage) == []
    double(cache, numbers(1), Doubler())
    assert read_usage(storage)[0]["reused"] == 1


def test_no_cache_yet_has_no_spaces(storage: Storage) -> None:
    assert list_spaces(storage) == []
    assert read_usage(storage) == []


def test_no_room_left_is_said_with_the_remedy_and_nothing_half_stays(storage: Storage) -> None:
    """The file-size limit of this process stands in for a full disk: both end in an error of `write`."""
    double(RowCache(storage), numbers(1), Doubler())
    before = folder_of(storage).names()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(
            OSError, match=r"row cache cannot write .*double.*free space or set another cache"
        ):
            double(RowCache(storage), numbers(1, 2), Doubler())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert folder_of(storage).names() == before
    assert [path.name for path in Path(before[0]).parent.iterdir()] == [Path(before[0]).name]


@pytest.mark.slow(seconds=1)
def test_the_cache_works_on_s3_as_on_disk(s3_server, monkeypatch: pytest.MonkeyPatch) -> None:
    root = s3_server.create_bucket("row-cache") + "/below/here"
    storage = Storage(root, S3Options(endpoint_url=s3_server.endpoint_url, region=s3_server.region))
    cache = RowCache(storage, user="demo/python")
    assert list_spaces(storage) == []
    double(cache, numbers(*range(6)), Doubler(), batch_rows=2)
    doubler = Doubler()
    assert double(cache, numbers(5, 6, 0), doubler)["twice"].to_list() == [10, 12, 0]
    assert doubler.asked == [6]
    assert list_spaces(storage) == [STAGE.space]
    assert read_usage(storage)[0]["reused"] == 2
    folder = folder_of(storage)
    assert folder.size()[:2] == (4, 7)
    damaged = folder.names()[0]
    storage.write_bytes(damaged, storage.read_bytes(damaged)[:-10])
    monkeypatch.setattr(fragments, "COMPACT_ABOVE_FILES", 2)
    double(cache, numbers(7), Doubler())
    assert len(folder.names()) == 1
    doubler = Doubler()
    double(cache, numbers(*range(8)), doubler)
    assert doubler.asked == [0, 1]
    storage.remove(storage.path(STAGE.space))
    assert list_spaces(storage) == []
