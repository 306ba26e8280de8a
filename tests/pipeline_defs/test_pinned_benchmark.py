"""A benchmark that is not what was pinned stops the plan, and blocks the data set where nobody planned."""

import json

import dagster as dg
import pytest

from assets.benchmarks.pins import write_pins
from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.registered import pin_of
from pipeline_defs.planning.rebuild import run_batches
from pipeline_defs.running.runs import RunFailedError, run_batch
from tests.pipeline_defs.conftest import FILES, MakeLine, SmallLine, short_recipe, write_dump

pytestmark = pytest.mark.slow(seconds=18)

ROWS = '+key:"demo/sft_dataset"'


def register(line: SmallLine, count: int) -> None:
    """`count` problems of a benchmark of our own, in the file that the settings name."""
    rows = [{"question": f"Multiply the number by {n}.", "answer": f"x * {n}"} for n in range(count)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (line.folder / "own.jsonl").write_text(text, encoding="utf-8")


def test_a_shortened_benchmark_is_refused_by_the_plan_and_blocks_the_rows(
    make_line: MakeLine, tmp_path
) -> None:
    recipe = short_recipe()
    recipe["sft"] = {**recipe.get("sft", {}), "decontamination": {"required": ["own"]}}
    line = make_line(
        recipe=recipe,
        settings=f'benchmark_pins = "{tmp_path}/pins.json"\n'
        f'[benchmarks.own]\npath = "{tmp_path}/own.jsonl"\nquestion = "question"\nsolution = "answer"\n',
    )
    register(line, 3)
    benchmarks = line.deployment.settings.benchmarks
    write_pins(tmp_path / "pins.json", {"own": pin_of("own", benchmarks)})
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    line.run("2026-01", select=ROWS)
    stale = line.deployment.plan(select='key:"benchmarks" or key:"demo/sft_dataset"', force=True)

    register(line, 2)
    with pytest.raises(BenchmarkError, match="'own' is shortened: 2 problems, pinned 3"):
        line.deployment.plan(select=ROWS)
    # the daemon and the asset page plan nothing
    with line.deployment.instance() as instance:
        first, second = run_batches(stale.work)
        run_batch(stale.definitions, instance, first)
        with pytest.raises(RunFailedError, match="benchmarks_are_those_pinned"):
            run_batch(stale.definitions, instance, second)
        (check,) = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey(["demo", "sft_dataset"]), "benchmarks_are_those_pinned"), limit=1
        )
    assert check.status.value == "FAILED"
    write_pins(tmp_path / "pins.json", {"own": pin_of("own", benchmarks)})
    causes = dict(line.deployment.plan(select=ROWS).frame().select("asset", "cause").iter_rows())
    # seeds are kept apart from the benchmark too; the pin is one of the settings of the rows
    assert causes["demo/filtered_seeds"] == "benchmark" and causes["demo/sft_dataset"] == "settings"
