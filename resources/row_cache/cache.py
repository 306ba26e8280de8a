"""The row cache: what was computed for a row once is never computed again.

`RowCache.map` finds by key which rows are known, computes the rest and writes every finished batch before it
asks for the next. A key is the hash of all that a result depends on, so there is nothing to invalidate: other
settings or another stage version are another space of keys. The files are in `fragments.py`; who used a
space last, for clearing up, in `usage.py`.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.ids import content_id
from resources.row_cache.fragments import KEY, ORIGIN, ROW, FragmentFolder
from resources.row_cache.stage import CacheStage
from resources.row_cache.usage import Usage, read_usage, record_usage
from resources.storage import Storage

CACHEABLE = "cacheable"
"""Optional Boolean result column: rows where it is false are returned but not remembered."""

ORIGINS = ("file_id", "response_id", "instruction_id", "seed_id", "key")
"""Columns that say what a row was made from; the first that a frame has is written beside its result."""

HASHED_AT_ONCE = 1 << 14
"""Rows whose keys are computed together."""

LOOKS = 20
"""Times that fragments may be merged under our hands by other runs before a lookup gives up."""

Compute = Callable[[pl.DataFrame], pl.DataFrame | Iterable[pl.DataFrame]]
"""Gets the rows to compute, with their `cache_key`; gives frames of `cache_key` and result columns."""

Results = Mapping[str, pl.DataType | type[pl.DataType]]
"""Name to type of the columns that a compute function gives."""

Progress = Callable[[int, int], None]
"""Called with rows done and rows to do."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mapped:
    """`rows` with the result columns beside them, and how they came about (counts of distinct keys)."""

    rows: pl.DataFrame
    computed: int
    reused: int
    seconds: float


class IncompleteComputation(RuntimeError):
    """A compute function ended without an answer for some rows."""


class RowCache:
    """Results by row under one storage root; safe for several writers at once, no server needed."""

    def __init__(
        self,
        storage: Storage,
        *,
        user: str = "-",
        code_version: str = "",
        flush_rows: int = 2048,
        flush_s: float = 2.0,
    ) -> None:
        """`user` names who asks (recipe/artifact/partition) in the usage record, `code_version` its settings.

        Results that a compute function yields are written when `flush_rows` rows or `flush_s` seconds
        have gathered: that much a crash can lose of what was finished, beside what was in flight.
        """
        self._storage = storage
        self._user = user
        self._code_version = code_version
        self._flush_rows = flush_rows
        self._flush_s = flush_s

    def map(
        self,
        stage: CacheStage,
        rows: pl.DataFrame,
        compute: Compute,
        *,
        inputs: Sequence[str],
        results: Results,
        batch_rows: int | None = None,
        progress: Progress | None = None,
    ) -> Mapped:
        """`rows` joined with what `compute` gives for them, computing only what is not known yet.

        `inputs` are the columns the result depends on; equal inputs are computed once. `results` are the
        columns that `compute` gives, with their types; they are there for an empty frame too. `compute` is
        called with at most `batch_rows` rows at a time (all missing ones when None) and returns a frame or yields
        several. `progress(done, total)` is called after each write, over the rows to compute. A key that
        `compute` leaves out raises `IncompleteComputation`. The row order is kept. Who uses the space is recorded
        before anything is computed.
        """
        started = time.monotonic()
        self._record(stage)
        keys = _keys(rows, inputs)
        first = keys.is_first_distinct()
        distinct = rows.with_columns(keys) if first.all() else rows.with_columns(keys).filter(first)
        folder = FragmentFolder(self._storage, self._storage.path(stage.space))
        schema = pl.Schema(results)
        known = _lookup(folder, distinct[KEY], schema)
        missing = _without(distinct, known[ROW])
        answered = known
        if missing.height:
            computed = self._compute_and_keep(folder, compute, missing, batch_rows, schema, progress)
            answers = [known, _placed(computed, distinct[KEY])]
            if folder.written_by_others():
                # another run wrote here meanwhile: the older answer to a key is the one that counts
                answers.insert(0, _lookup(folder, distinct[KEY], schema))
            folder.compact()
            answered = pl.concat(answers)
            answered = answered.filter(pl.col(ROW).is_first_distinct())
        self._record(stage, computed=missing.height, reused=known.height)
        unanswered = distinct.height - answered.height
        if unanswered:
            raise IncompleteComputation(f"stage {stage.name}: {unanswered} distinct rows got no result")
        joined = rows.drop([*results], strict=False).hstack(_in_order(answered, keys, distinct[KEY]))
        return Mapped(joined, missing.height, known.height, time.monotonic() - started)

    def settings_of(self, name: str, version: str) -> list[dict[str, object]]:
        """The settings under which anybody used the stage `name` of `version`, each once."""
        records = (
            record
            for record in read_usage(self._storage)
            if record.get("stage") == name and record.get("version") == version
        )
        by_space = {str(record.get("space")): record.get("settings") for record in records}
        return [settings for _, settings in sorted(by_space.items()) if isinstance(settings, dict)]

    def _record(self, stage: CacheStage, *, computed: int = 0, reused: int = 0) -> None:
        record_usage(self._storage, Usage(stage, self._user, self._code_version, computed, reused))

    def _compute_and_keep(
        self,
        folder: FragmentFolder,
        compute: Compute,
        missing: pl.DataFrame,
        batch_rows: int | None,
        schema: pl.Schema,
        progress: Progress | None,
    ) -> pl.DataFrame:
        """What `compute` gives for `missing`: `cache_key` and the columns of `schema`, written as it comes."""
        schema = pl.Schema({KEY: pl.String(), **schema})
        answers = [pl.DataFrame(schema=schema)]
        origins = _origins(missing)
        done = 0
        for finished in self._computed(compute, missing, batch_rows):
            keep, transient = _split_cacheable(finished)
            kept = _with_schema(keep, schema)
            if kept.height:
                folder.write(kept.join(origins, on=KEY, how="left", maintain_order="left"))
            answers += [kept, _with_schema(transient, schema)]
            done += finished.height
            if progress is not None:
                progress(done, missing.height)
        return pl.concat(answers)

    def _computed(
        self, compute: Compute, missing: pl.DataFrame, batch_rows: int | None
    ) -> Iterator[pl.DataFrame]:
        """Finished results in pieces big enough to write; what is gathered is given out even on failure."""
        for batch in missing.iter_slices(batch_rows or missing.height):
            answer = compute(batch)
            asked = batch[KEY].sort()
            if isinstance(answer, pl.DataFrame):
                yield _checked(answer, asked)
                continue
            gathered: list[pl.DataFrame] = []
            count, since = 0, time.monotonic()
            failure: BaseException | None = None
            frames = iter(answer)
            while True:
                try:
                    frame = next(frames)
                except StopIteration:
                    break
                except BaseException as error:
                    failure = error
                    break
                gathered.append(_checked(frame, asked))
                count += frame.height
                if count >= self._flush_rows or time.monotonic() - since >= self._flush_s:
                    yield pl.concat(gathered, how="diagonal_relaxed")
                    gathered, count, since = [], 0, time.monotonic()
            if gathered:
                yield pl.concat(gathered, how="diagonal_relaxed")
            if failure is not None:
                raise failure


def _keys(rows: pl.DataFrame, inputs: Sequence[str]) -> pl.Series:
    """The key of each row; a slice at a time, since what is hashed is a copy of all inputs as text."""
    expression = content_id(*[_hashable(rows, name) for name in inputs])
    keys = [pl.Series(KEY, dtype=pl.String)]
    for part in rows.select(inputs).iter_slices(HASHED_AT_ONCE):
        key = part.select(expression).to_series()
        # by way of Arrow's older form, which leaves behind what the key was cut from
        keys.append(pl.Series(KEY, key.to_arrow(compat_level=pl.CompatLevel.oldest())))
    return pl.concat(keys)


def _hashable(rows: pl.DataFrame, name: str) -> pl.Expr:
    if name not in rows.columns:
        raise KeyError(f"row cache input {name!r} is not among the columns {rows.columns}")
    column = pl.col(name)
    if rows.schema[name].is_nested():
        return pl.struct(column).struct.json_encode()
    if rows.schema[name] == pl.Binary:
        return column.bin.encode("hex")
    return column


def _origins(missing: pl.DataFrame) -> pl.DataFrame:
    """The key of each row, and the id of what it was made from: by it a take-down finds its results."""
    named = next((name for name in ORIGINS if missing.schema.get(name) == pl.String), None)
    origin = pl.lit(None, pl.String) if named is None else pl.col(named)
    return missing.select(KEY, origin.alias(ORIGIN))


def _without(rows: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    is_left = np.ones(rows.height, np.bool_)
    is_left[places.to_numpy()] = False
    return rows.filter(pl.Series(is_left))


def _placed(computed: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """`computed` with the place of each key among `keys` in the place of the key."""
    places = pl.DataFrame({KEY: keys}).with_row_index(ROW)
    return computed.join(places, on=KEY, how="inner", maintain_order="left").drop(KEY)


def _in_order(answered: pl.DataFrame, keys: pl.Series, distinct: pl.Series) -> pl.DataFrame:
    """The answer to each of `keys`; every place among `distinct` is answered once in `answered`."""
    wanted = pl.DataFrame({KEY: distinct}).with_row_index(ROW)
    if len(keys) != len(distinct):
        wanted = pl.DataFrame({KEY: keys}).join(wanted, on=KEY, how="left", maintain_order="left")
    order = np.empty(len(distinct), np.int64)
    order[answered[ROW].to_numpy()] = np.arange(answered.height)
    places = order[wanted[ROW].to_numpy()]
    answers = answered.drop(ROW)
    if np.array_equal(places, np.arange(answered.height)):
        return answers
    return answers.select(pl.all().gather(pl.Series(places)))


def _lookup(folder: FragmentFolder, keys: pl.Series, results: pl.Schema) -> pl.DataFrame:
    """Rows known for `keys`, the oldest answer each: `cache_row`, the place of its key, and `results`."""
    schema = pl.Schema({**results, ROW: pl.UInt32()})
    if not keys.len():
        return pl.DataFrame(schema=schema)
    for look in range(LOOKS):
        try:
            found = folder.look_up(keys)
            return pl.concat([pl.DataFrame(schema=schema), *(_with_schema(frame, schema) for frame in found)])
        except FileNotFoundError:
            # another run merged fragments between our listing and reading: their rows stand in a new one
            if look == LOOKS - 1:
                raise
    raise AssertionError("unreachable")


def _with_schema(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    absent = [name for name in schema if name not in frame.columns]
    if absent and frame.height:
        raise IncompleteComputation(f"results lack the columns {absent}; they have {frame.columns}")
    return frame.select(schema.names()).cast(schema) if not absent else pl.DataFrame(schema=schema)


def _split_cacheable(finished: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    if CACHEABLE not in finished.columns:
        return finished, finished.clear()
    mask = pl.col(CACHEABLE).fill_null(True)
    return finished.filter(mask).drop(CACHEABLE), finished.filter(~mask).drop(CACHEABLE)


def _checked(answer: pl.DataFrame, asked: pl.Series) -> pl.DataFrame:
    """Refuse answers to what was not asked, and repeated answers: both would poison the cache.

    `asked` are the keys in order: looked up in it, a small answer costs little however much was asked.
    """
    if KEY not in answer.columns:
        raise IncompleteComputation(f"a compute function returned no column {KEY!r}: {answer.columns}")
    places = asked.search_sorted(answer[KEY]).clip(upper_bound=asked.len() - 1)
    strangers = asked.gather(places).ne_missing(answer[KEY]).sum()
    if strangers:
        raise IncompleteComputation(f"a compute function answered {strangers} keys that were not asked")
    return answer.unique(KEY, keep="first", maintain_order=True)
