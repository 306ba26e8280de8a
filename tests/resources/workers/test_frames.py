"""The pool of worker processes: order, bounds, crashes, hangs, exceptions; with real processes that really die."""

import os
import signal
import time
from functools import partial

import polars as pl
import pytest

from resources.workers.frames import IN_FLIGHT_PER_WORKER, FrameWorkers, WorkerLostError, map_frames


def frames(*sizes: int) -> list[pl.DataFrame]:
    numbers = iter(range(sum(sizes)))
    return [
        pl.DataFrame({"n": [next(numbers) for _ in range(size)]}, schema={"n": pl.Int64}) for size in sizes
    ]


def double(frame: pl.DataFrame) -> list[int]:
    time.sleep(0.02 * (frame["n"].first() or 0) % 0.05)  # so that batches end out of order
    return (frame["n"] * 2).to_list()


def die_on(frame: pl.DataFrame, number: int, how: int) -> list[int]:
    if number in frame["n"]:
        os.kill(os.getpid(), how)
    return frame["n"].to_list()


def hang_on(frame: pl.DataFrame, number: int) -> list[int]:
    if number in frame["n"]:
        time.sleep(600)
    return frame["n"].to_list()


def fail(frame: pl.DataFrame) -> list[int]:
    raise ValueError(f"no {frame['n'].first()}")


def threads(frame: pl.DataFrame) -> list[int]:
    return [pl.thread_pool_size(), os.getpid()]


def lost(row: pl.DataFrame, detail: str) -> list[str]:
    return [f"{row['n'].item()}: {detail}"]


def flat(results) -> list:
    return [value for result in results for value in result]


def test_results_come_in_the_order_of_the_rows():
    assert flat(map_frames(double, frames(3, 0, 1, 5, 2), workers=2)) == [2 * n for n in range(11)]


def test_no_frames_no_results():
    assert list(map_frames(double, [], workers=2)) == []


def test_the_input_is_read_no_further_than_the_bound():
    taken = []

    def source():
        for number, frame in enumerate(frames(*[1] * 20)):
            taken.append(number)
            yield frame

    results = map_frames(double, source(), workers=2)
    next(results)
    assert len(taken) <= IN_FLIGHT_PER_WORKER * 2
    results.close()


@pytest.mark.parametrize("how", [signal.SIGSEGV])
def test_the_row_that_kills_a_worker_is_found_and_the_others_are_computed(how):
    function = partial(die_on, number=5, how=how)
    results = flat(map_frames(function, frames(4, 4, 4), workers=2, on_loss=lost))
    assert results == [0, 1, 2, 3, 4, f"5: the worker was ended by signal {int(how)}", 6, 7, 8, 9, 10, 11]


def test_a_row_that_hangs_is_found():
    function = partial(hang_on, number=1)
    results = flat(map_frames(function, frames(2, 1), workers=2, on_loss=lost, timeout_s=6))
    assert results == [0, "1: no answer within 6 s", 2]


def test_without_an_answer_for_a_lost_row_the_error_names_it():
    with pytest.raises(WorkerLostError, match=r"signal 9.*n='0'"):
        list(map_frames(partial(die_on, number=0, how=signal.SIGKILL), frames(1), workers=1))


def test_an_exception_comes_through_and_leaves_no_process_behind():
    before = children()
    with pytest.raises(ValueError, match="no 0"):
        list(map_frames(fail, frames(1, 1), workers=2))
    assert children() == before


def test_stopping_early_leaves_no_process_behind():
    before = children()
    results = map_frames(partial(hang_on, number=1), frames(1, 1), workers=2)
    assert next(results) == [0]
    results.close()
    assert children() == before


def test_each_worker_is_a_process_of_its_own_with_one_thread():
    size, process = flat(map_frames(threads, frames(1), workers=1))
    assert size == 1
    assert process != os.getpid()


def children() -> set[int]:
    import psutil

    return {child.pid for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())}


def times(frame: pl.DataFrame, *, factor: int = 1) -> list[int]:
    return [os.getpid(), *(frame["n"] * factor).to_list()]


def test_workers_stay_from_one_map_to_the_next_and_are_told_what_each_asks_for():
    with FrameWorkers(times, workers=1) as pool:
        (first,) = pool.map(frames(2), factor=3)
        (second,) = pool.map(frames(3))
    assert first[1:] == [0, 3] and second[1:] == [0, 1, 2]
    assert first[0] == second[0]
    with pytest.raises(ProcessLookupError):
        os.kill(first[0], 0)


def test_a_map_left_midway_leaves_nothing_for_the_next():
    with FrameWorkers(times, workers=2) as pool:
        left = pool.map(frames(*[1] * 8), factor=100)
        next(left)
        left.close()
        assert [values[1:] for values in pool.map(frames(2, 1))] == [[0, 1], [2]]
