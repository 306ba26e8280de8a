"""The condition under which assets rebuild by themselves, case by case, over a store and assets of our shape."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.publishing.publication import publish
from assets.publishing.recipe_assets import artifact_asset
from assets.publishing.step import AUTOMATED
from assets.rows.table import Table, text
from pipeline_defs.graph.automation import Looks, rebuild_when_inputs_change
from resources.parquet_store import StoreWatch, TableAddress
from resources.parquet_store.io_manager import ParquetIOManager

DUMPS = dg.DynamicPartitionsDefinition(name="corpus_dumps")
LANGUAGES = dg.StaticPartitionsDefinition(["python", "rust"])
TABLE = Table("id", (text("id", "id"), text("language", "language")))
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Killed(BaseException):
    """As a signal: no error is written down."""


class World:
    """Dumps, the corpus and two stages by language, a benchmark file, and a training set: real tables in a store."""

    def __init__(self, folder: Path, *, on_code_change: bool = True) -> None:
        self.on_code_change = on_code_change
        self.instance = dg.DagsterInstance.ephemeral()
        self.store = ParquetIOManager(root=str(folder / "store"))
        self.files: dict[str, dict[str, Sequence[str]]] = {}
        self.benchmark = "problems"
        self.seeds_code = "1"
        self.failing: dict[str, BaseException] = {}
        self.check_passes = True
        self.with_recipe = True
        self.restart()

    def restart(self) -> None:
        """A new code server, and a sensor that remembers nothing."""
        self.cursor: object = None
        self.looks = Looks(
            StoreWatch(self.store.store()),
            lambda key, _partition: self.benchmark if key == dg.AssetKey("benchmarks") else None,
        )

    def definitions(self) -> dg.Definitions:
        """The assets as they stand now."""
        rebuild = rebuild_when_inputs_change(self.looks, on_code_change=self.on_code_change)
        by_language = {"partitions_def": LANGUAGES, "automation_condition": rebuild}

        @artifact_asset(key=dg.AssetKey("corpus_dump"), partitions_def=DUMPS, **self.common("corpus_dump"))
        def corpus_dump(context, store: dg.ResourceParam[ParquetIOManager]):
            files = self.files[context.partition_key]
            rows = [(one, language) for language, ids in files.items() for one in ids]
            digests = {language: repr(sorted(ids)) for language, ids in files.items()}
            return self.made("corpus_dump", context, store, frame(rows), languages=digests)

        @artifact_asset(
            key=dg.AssetKey("benchmarks"),
            automation_condition=rebuild,
            source=lambda _given, _partition: self.benchmark,
            **self.common("benchmarks"),
        )
        def benchmarks(context, store: dg.ResourceParam[ParquetIOManager]):
            return self.made("benchmarks", context, store, frame([(self.benchmark, "-")]))

        @artifact_asset(
            key=dg.AssetKey("raw_corpus"),
            ins={"corpus_dump": dg.AssetIn("corpus_dump", partition_mapping=dg.AllPartitionMapping())},
            check_specs=[dg.AssetCheckSpec("sound", asset="raw_corpus", blocking=True)],
            **by_language,
            **self.common("raw_corpus"),
        )
        def raw_corpus(context, corpus_dump: pl.LazyFrame, store: dg.ResourceParam[ParquetIOManager]):
            rows = corpus_dump.filter(pl.col("language") == context.partition_key).unique("id").sort("id")
            check = dg.AssetCheckResult(check_name="sound", passed=self.check_passes)
            return self.made("raw_corpus", context, store, rows.collect(), checks=[check])

        @artifact_asset(
            key=dg.AssetKey(["r", "seeds"]),
            ins={"raw_corpus": dg.AssetIn("raw_corpus"), "benchmarks": dg.AssetIn("benchmarks")},
            code_matters=self.on_code_change,
            **by_language,
            **self.common("seeds", self.seeds_code),
        )
        def seeds(
            context,
            raw_corpus: pl.LazyFrame,
            benchmarks: pl.LazyFrame,
            store: dg.ResourceParam[ParquetIOManager],
        ):
            return self.made("seeds", context, store, raw_corpus.filter(pl.col("id") != "noise").collect())

        @artifact_asset(
            key=dg.AssetKey(["r", "trained"]),
            ins={"seeds": dg.AssetIn(dg.AssetKey(["r", "seeds"]))},
            automation_condition=rebuild,
            **self.common("trained"),
        )
        def trained(context, seeds: pl.LazyFrame, store: dg.ResourceParam[ParquetIOManager]):
            return self.made("trained", context, store, seeds.collect())

        recipe = [seeds, trained] if self.with_recipe else []
        return dg.Definitions([corpus_dump, benchmarks, raw_corpus, *recipe], resources={"store": self.store})

    def common(self, name: str, code: str = "1") -> dict:
        """What all assets share."""
        return {"io_manager_key": "store", "code_version": f"{name}/{code}"}

    def made(self, name: str, context, store, rows: pl.DataFrame, **more):
        """The result of an asset, or the failure that was planned for it."""
        if name in self.failing:
            raise self.failing[name]
        return publish(context, store, TABLE, rows, **more)

    def dump(self, name: str, **files: Sequence[str]) -> None:
        """A dump with these ids by language, read."""
        self.files[name] = files
        self.instance.add_dynamic_partitions("corpus_dumps", [name])
        assert self.run(["corpus_dump"], name)

    def run(self, keys: Sequence[str], partition: str | None = None, *, automated: bool = False) -> bool:
        """A run by hand, or as automation asks for it."""
        wanted = [dg.AssetKey(key.split("/")) for key in keys]
        job = self.definitions().resolve_implicit_job_def_def_for_assets(wanted)
        assert job is not None
        return job.execute_in_process(
            instance=self.instance,
            asset_selection=wanted,
            partition_key=partition,
            raise_on_error=False,
            run_config=QUIET,
            tags={AUTOMATED: "true"} if automated else None,
        ).success

    def tick(self) -> dict[str, set[str]]:
        """One evaluation: asset to the partitions it asks for. Nothing is run."""
        result = dg.evaluate_automation_conditions(self.definitions(), self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        asked = {}
        for subset in (one.true_subset for one in result.results):
            if not subset.is_empty:
                keys = subset.expensively_compute_partition_keys() if subset.is_partitioned else {"-"}
                asked[subset.key.to_user_string()] = {str(key) for key in keys}
        return asked

    def tick_and_run(self) -> dict[str, set[str]]:
        """One evaluation, and the runs it asks for: one a partition."""
        asked = self.tick()
        for partition in ("-", "python", "rust"):
            keys = [key for key in asked if partition in asked[key]]
            if keys:
                self.run(keys, None if partition == "-" else partition, automated=True)
        return asked

    def settle(self) -> list[dict[str, set[str]]]:
        """Ticks and runs until nothing is asked for; what each tick asked for."""
        asked = []
        for _ in range(8):
            asked.append(self.tick_and_run())
            if not asked[-1]:
                return asked[:-1]
        raise AssertionError(f"it does not come to rest: {asked[-2:]}")

    def rows(self, key: str, partition: str | None) -> list[str]:
        """Ids in a table."""
        return pl.read_parquet(self.file(key, partition))["id"].to_list()

    def file(self, key: str, partition: str | None) -> Path:
        """A table's file."""
        return Path(self.store.store().uri(TableAddress.of(tuple(key.split("/")), partition)))

    def written(self, key: str, partition: str | None) -> int:
        """When a table was written."""
        return self.file(key, partition).stat().st_mtime_ns


def frame(rows: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TABLE.schema, orient="row")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A line over one dump of Python, at rest."""
    world = World(tmp_path)
    world.dump("2026-01", python=["a", "b"])
    world.settle()
    return world


def test_a_first_dump_fills_the_line_a_run_a_language_and_only_of_its_languages(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert world.settle() == [{"benchmarks": {"-"}}]  # without a dump there is nothing else to make
    world.dump("2026-01", python=["a", "b"])
    assert world.settle() == [{"raw_corpus": {"python"}, "r/seeds": {"python"}}, {"r/trained": {"-"}}]
    assert world.rows("r/trained", None) == ["a", "b"]


def test_a_second_dump_asks_for_the_language_that_it_changes(world: World) -> None:
    world.dump("2026-02", rust=["c"])
    assert world.settle() == [{"raw_corpus": {"rust"}, "r/seeds": {"rust"}}, {"r/trained": {"-"}}]
    assert world.rows("r/trained", None) == ["a", "b", "c"]


def test_reading_the_same_again_asks_for_nothing(world: World) -> None:
    world.run(["corpus_dump"], "2026-01")
    world.run(["raw_corpus"], "python")
    assert world.settle() == []


def test_what_changes_nothing_further_down_ends_there(world: World) -> None:
    seeds, trained = world.written("r/seeds", "python"), world.written("r/trained", None)
    world.dump("2026-02", python=["noise"])
    assert world.settle() == [{"raw_corpus": {"python"}, "r/seeds": {"python"}}]
    assert world.written("r/seeds", "python") > seeds
    assert world.written("r/trained", None) == trained


def test_switched_on_late_or_after_a_restart_nothing_is_forgotten(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.with_recipe = False
    world.dump("2026-01", python=["a"])
    world.settle()
    world.with_recipe = True  # a deployment with one recipe more
    world.restart()
    assert world.settle() == [{"r/seeds": {"python"}}, {"r/trained": {"-"}}]
    world.dump("2026-02", python=["b"])  # while nobody looked
    world.restart()
    assert world.settle()[0] == {"raw_corpus": {"python"}, "r/seeds": {"python"}}
    world.instance = dg.DagsterInstance.ephemeral()  # a Dagster without memory over the same store
    world.restart()
    before = world.written("r/seeds", "python")
    world.settle()
    assert world.written("r/seeds", "python") == before  # asked for, found, left as it was


@pytest.mark.parametrize("on_code_change", [True, False])
@pytest.mark.slow(seconds=2)
def test_a_new_code_version_rebuilds_where_it_matters(tmp_path: Path, on_code_change: bool) -> None:
    world = World(tmp_path, on_code_change=on_code_change)
    world.dump("2026-01", python=["a"])
    world.settle()
    world.seeds_code = "2"
    assert world.settle() == ([{"r/seeds": {"python"}}] if on_code_change else [])
    world.dump("2026-02", python=["b"])
    world.settle()
    assert world.rows("r/seeds", "python") == ["a", "b"]


def test_a_changed_benchmark_rebuilds_what_depends_on_it_once(world: World) -> None:
    world.benchmark = "other problems"
    assert world.settle() == [{"benchmarks": {"-"}}, {"r/seeds": {"python"}}]


def test_rows_that_failed_a_blocking_check_go_nowhere(world: World) -> None:
    world.check_passes = False
    world.dump("2026-02", python=["c"])
    assert world.settle() == [{"raw_corpus": {"python"}, "r/seeds": {"python"}}]  # of which seeds did not run
    assert world.rows("raw_corpus", "python") == ["a", "b", "c"]
    assert world.rows("r/seeds", "python") == ["a", "b"]
    assert not world.run(["r/seeds"], "python")  # nor by hand
    world.check_passes = True
    world.dump("2026-03", rust=["d"])  # a pass of another partition says nothing of these rows
    assert world.settle()[0] == {"raw_corpus": {"rust"}, "r/seeds": {"rust"}}
    assert world.rows("r/seeds", "python") == ["a", "b"]
    assert world.run(["raw_corpus"], "python")
    assert world.settle()[0] == {"r/seeds": {"python"}}
    assert world.rows("r/seeds", "python") == ["a", "b", "c"]


@pytest.mark.slow(seconds=2)
def test_a_failed_run_is_tried_again_once_and_then_when_something_changed(world: World) -> None:
    world.failing = {"seeds": RuntimeError("planned failure")}
    world.dump("2026-02", python=["c"])
    assert [set(asked) for asked in world.settle()] == [{"raw_corpus", "r/seeds"}, {"r/seeds"}]
    world.restart()
    assert world.settle() == []  # a restart is no reason
    world.dump("2026-03", python=["d"])
    assert {"r/seeds"} <= set(world.settle()[0])
    world.failing = {}
    assert world.settle() == []
    assert world.run(["r/seeds"], "python")  # somebody mended it
    assert world.settle() == [{"r/trained": {"-"}}]


def test_a_step_that_is_killed_each_time_is_not_begun_for_ever(world: World) -> None:
    world.dump("2026-02", python=["c"])
    world.run(["raw_corpus"], "python")
    world.failing = {"seeds": Killed()}
    begun = 0
    while begun < 6 and world.tick().get("r/seeds"):
        begun += 1
        assert not world.run(["r/seeds"], "python", automated=True)
        world.restart()
    assert begun == 3


def test_tables_that_are_gone_or_damaged_are_made_again(world: World) -> None:
    world.file("r/seeds", "python").unlink()
    assert world.settle() == [{"r/seeds": {"python"}}]
    file = world.file("raw_corpus", "python")
    file.write_bytes(file.read_bytes()[:-20])
    assert world.settle() == [{"raw_corpus": {"python"}, "r/seeds": {"python"}}]
    assert world.rows("raw_corpus", "python") == ["a", "b"]
