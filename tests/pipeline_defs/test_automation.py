"""The condition under which assets rebuild by themselves, case by case, over assets of the pipeline's shape."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import dagster as dg
import pytest

from pipeline_defs.automation import rebuild_when_inputs_change

DUMPS = dg.DynamicPartitionsDefinition(name="dumps")
LANGUAGES = dg.StaticPartitionsDefinition(["python", "rust"])
RAW, SEEDS = dg.AssetKey("raw"), dg.AssetKey("seeds")


@dataclass
class World:
    """Three assets (dumps, then raw and seeds by language), what they will say next, and one instance."""

    on_code_change: bool = True
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)
    versions: dict[tuple[str, str], str] = field(default_factory=dict)
    seeds_code: str = "1"
    failing: set[str] = field(default_factory=set)
    check_passes: bool = True
    cursor: object = None

    def definitions(self) -> dg.Definitions:
        """The assets as they stand now: the code version may have been changed since the last tick."""

        @dg.asset(partitions_def=DUMPS)
        def dump(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            return self.result("dump", context)

        rebuild = rebuild_when_inputs_change(on_code_change=self.on_code_change)

        @dg.asset(
            partitions_def=LANGUAGES,
            deps=[dg.AssetDep(dump, partition_mapping=dg.AllPartitionMapping())],
            automation_condition=rebuild,
            code_version="1",
            check_specs=[dg.AssetCheckSpec("accounts", asset="raw", blocking=True)],
        )
        def raw(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            check = dg.AssetCheckResult(check_name="accounts", passed=self.check_passes)
            return self.result("raw", context, [check])

        @dg.asset(
            partitions_def=LANGUAGES, deps=[raw], automation_condition=rebuild, code_version=self.seeds_code
        )
        def seeds(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            return self.result("seeds", context)

        return dg.Definitions([dump, raw, seeds])

    def result(
        self, name: str, context: dg.AssetExecutionContext, checks: Sequence[dg.AssetCheckResult] = ()
    ) -> dg.MaterializeResult:
        """A materialization with the content that was planned for it."""
        if name in self.failing:
            raise RuntimeError("planned failure")
        version = self.versions.get((name, context.partition_key), "same")
        return dg.MaterializeResult(data_version=dg.DataVersion(version), check_results=checks)

    def run(self, name: str, partition: str, version: str | None = None) -> bool:
        """A run of one partition by hand, in a run of its own; `version` is the content it makes."""
        if version is not None:
            self.versions[(name, partition)] = version
        if name == "dump":
            self.instance.add_dynamic_partitions("dumps", [partition])
        definitions = self.definitions()
        job = definitions.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(name)],
            partition_key=partition,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        ).success

    def report(self, name: str, partition: str) -> None:
        """A materialization of earlier days, without the cost of a run."""
        self.instance.report_runless_asset_event(
            dg.AssetMaterialization(name, partition=partition, tags={"dagster/data_version": "same"})
        )

    def tick(self) -> dict[str, set[str]]:
        """One evaluation: asset to the partitions it asks for. Nothing is run."""
        found = dg.evaluate_automation_conditions(self.definitions(), self.instance, cursor=self.cursor)
        self.cursor = found.cursor
        asked = {
            "raw": found.get_requested_partitions(RAW),
            "seeds": found.get_requested_partitions(SEEDS),
        }
        return {name: {str(one) for one in partitions} for name, partitions in asked.items() if partitions}

    def tick_and_run(self) -> dict[str, set[str]]:
        """One evaluation, and the runs it asks for."""
        asked = self.tick()
        for name in ("raw", "seeds"):
            for partition in sorted(asked.get(name, ())):
                self.run(name, partition)
        return asked

    def settle(self) -> "World":
        """Everything materialized once and evaluated until nothing is asked for."""
        self.instance.add_dynamic_partitions("dumps", ["2026-01"])
        self.report("dump", "2026-01")
        for partition in ("python", "rust"):
            self.run("raw", partition)  # a real run: its check must have been evaluated
            self.report("seeds", partition)
        self.tick()
        assert self.tick() == {}
        return self


@pytest.fixture(params=[True, False], ids=["code and data", "data only"])
def world(request: pytest.FixtureRequest) -> World:
    """A settled world under each of the two variants."""
    return World(on_code_change=request.param).settle()


def test_a_first_evaluation_over_finished_tables_is_quiet() -> None:
    World().settle()


def test_a_rerun_with_the_same_content_is_quiet(world: World) -> None:
    world.run("dump", "2026-01")
    world.run("raw", "python")
    assert world.tick() == {}
    assert world.tick() == {}


def test_new_content_rebuilds_only_the_partition_whose_input_changed(world: World) -> None:
    world.run("raw", "python", "new")
    assert world.tick() == {"seeds": {"python"}}
    assert world.tick() == {}  # once


def test_a_change_runs_down_the_line_as_far_as_content_changes(world: World) -> None:
    world.run("dump", "2026-01", "new")
    world.versions[("raw", "rust")] = "new"  # the dump's change alters one language only
    assert world.tick_and_run() == {"raw": {"python", "rust"}}
    assert world.tick_and_run() == {"seeds": {"rust"}}
    assert world.tick_and_run() == {}


def test_a_new_dump_rebuilds_what_reads_all_dumps(world: World) -> None:
    world.run("dump", "2026-02", "other")
    assert world.tick_and_run() == {"raw": {"python", "rust"}}
    assert world.tick_and_run() == {}  # the same content came out: nothing downstream


def test_a_dump_that_is_registered_but_not_read_yet_holds(world: World) -> None:
    world.instance.add_dynamic_partitions("dumps", ["2026-02"])
    world.run("dump", "2026-01", "new")
    assert world.tick() == {}
    world.run("dump", "2026-02")
    assert world.tick() == {"raw": {"python", "rust"}}  # the change was not forgotten meanwhile


def test_a_manual_run_in_the_same_tick_does_not_hide_a_change(world: World) -> None:
    world.run("raw", "python", "new")
    world.run("seeds", "rust")  # an unrelated partition, by hand
    world.run("seeds", "python")
    assert world.tick() == {"seeds": {"python"}}
    assert world.tick() == {}


def test_a_new_code_version_rebuilds_all_partitions_once_or_never(world: World) -> None:
    world.seeds_code = "2"
    asked = world.tick()
    assert asked == ({"seeds": {"python", "rust"}} if world.on_code_change else {})
    assert world.tick() == {}


def test_a_failed_blocking_check_in_another_run_holds(world: World) -> None:
    world.check_passes = False
    assert not world.run("raw", "python", "new")
    assert world.tick() == {}
    world.check_passes = True
    assert world.run("raw", "python", "newer")
    assert world.tick() == {"seeds": {"python"}}


def test_a_missing_input_partition_holds() -> None:
    world = World()
    world.tick()
    world.run("dump", "2026-01")
    world.run("raw", "python", "first")
    assert world.tick() == {"raw": {"python", "rust"}}
    assert world.tick() == {"seeds": {"python"}}  # raw of rust was asked for and never run
    assert world.tick() == {}
    world.run("raw", "rust", "first")
    assert world.tick() == {"seeds": {"rust"}}


def test_without_any_dump_nothing_is_asked_for() -> None:
    world = World()
    assert world.tick() == {}
    assert world.tick() == {}


def test_a_first_dump_fills_the_line_partition_by_partition() -> None:
    world = World()
    world.tick()
    world.run("dump", "2026-01", "first")
    assert world.tick_and_run() == {"raw": {"python", "rust"}}
    assert world.tick_and_run() == {"seeds": {"python", "rust"}}
    assert world.tick_and_run() == {}


def test_a_failed_run_is_tried_again_once_and_not_for_ever(world: World) -> None:
    world.failing = {"seeds"}
    world.run("raw", "python", "new")
    assert world.tick_and_run() == {"seeds": {"python"}}
    assert world.tick_and_run() == {"seeds": {"python"}}  # the one retry, which fails too
    for _ in range(3):
        assert world.tick_and_run() == {}
    world.run("raw", "python", "newer")  # another change is another matter
    assert world.tick_and_run() == {"seeds": {"python"}}


def test_a_retry_that_succeeds_is_the_end_of_it(world: World) -> None:
    world.failing = {"seeds"}
    world.run("raw", "rust", "new")
    assert world.tick_and_run() == {"seeds": {"rust"}}
    world.failing = set()
    assert world.tick_and_run() == {"seeds": {"rust"}}
    assert world.tick_and_run() == {}
    assert world.tick_and_run() == {}
