"""Any interleaving of crashes, new rows, removed rows, changed settings and damage equals a cold run."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from resources.row_cache import CacheStage, Mapped, RowCache
from resources.row_cache.fragments import KEY
from resources.storage import Storage


class Crash(Exception):
    """What a killed computation looks like from outside."""


class CacheMachine(RuleBasedStateMachine):
    """Runs `map` over changing rows and settings; `computed` counts every key's computations."""

    @initialize(tmp=st.uuids())
    def start(self, tmp: object) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"cache-{tmp}"))
        self.lost_rows = 0
        self.rows: set[int] = set()
        self.factor = 2
        self.computed: Counter[tuple[int, int]] = Counter()

    def cache(self) -> RowCache:
        return RowCache(Storage(self.folder), flush_rows=3, flush_s=1000)

    def stage(self) -> CacheStage:
        return CacheStage("times", "1", {"factor": self.factor})

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(
            {"n": sorted(self.rows), "other": ["x"] * len(self.rows)}, schema_overrides={"n": pl.Int64}
        )

    def run(self, *, crash_after: int | None, batch_rows: int | None, streaming: bool) -> Mapped | None:
        factor, produced = self.factor, 0

        def answer(rows: pl.DataFrame) -> pl.DataFrame:
            for n in rows["n"]:
                self.computed[(factor, n)] += 1
            return rows.select(KEY, (pl.col("n") * factor).alias("product"))

        def stream(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
            nonlocal produced
            for one in rows.iter_slices(1):
                if crash_after is not None and produced >= crash_after:
                    raise Crash
                produced += 1
                yield answer(one)

        def whole(rows: pl.DataFrame) -> pl.DataFrame:
            nonlocal produced
            if crash_after is not None and produced >= crash_after:
                raise Crash
            produced += rows.height
            return answer(rows)

        compute = stream if streaming else whole
        try:
            return self.cache().map(
                self.stage(),
                self.frame(),
                compute,
                inputs=["n"],
                results={"product": pl.Int64},
                batch_rows=batch_rows,
            )
        except Crash:
            return None

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(new=st.sets(st.integers(0, 60), max_size=20))
    def add_rows(self, new: set[int]) -> None:
        self.rows |= new

    @rule(gone=st.sets(st.integers(0, 60), max_size=20))
    def remove_rows(self, gone: set[int]) -> None:
        self.rows -= gone

    @rule(factor=st.sampled_from([2, 3]))
    def change_settings(self, factor: int) -> None:
        self.factor = factor

    @rule(
        crash_after=st.none() | st.integers(0, 30),
        batch_rows=st.none() | st.integers(1, 10),
        streaming=st.booleans(),
    )
    def materialize(self, crash_after: int | None, batch_rows: int | None, streaming: bool) -> None:
        mapped = self.run(crash_after=crash_after, batch_rows=batch_rows, streaming=streaming)
        if mapped is not None:
            cold = self.frame().with_columns((pl.col("n") * self.factor).alias("product"))
            assert mapped.rows.select(cold.columns).equals(cold)

    @rule(data=st.data())
    def damage_a_fragment(self, data: st.DataObject) -> None:
        """Flip a byte, or cut the file: its rows may be computed once more, never read as truth."""
        paths = sorted(self.folder.glob("times/*/*.parquet"))
        if not paths:
            return
        path = data.draw(st.sampled_from(paths))
        content = bytearray(path.read_bytes())
        if not content:  # cut to nothing before, and not looked at since
            return
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[place] ^= 0xFF
        else:
            content = content[:place]
        rows = int(path.name.split("-")[1])
        path.write_bytes(bytes(content))
        self.lost_rows += rows

    @invariant()
    def each_key_is_computed_once(self) -> None:
        again = sum(count - 1 for count in self.computed.values())
        assert again <= self.lost_rows


CacheMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestCacheMachine = CacheMachine.TestCase
