"""The graph: it loads, quickly and with nothing heavy, and every change of it shows in `graph.txt`."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.publishing.step import also_read
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.definitions import build_defs
from pipeline_defs.graph.partitions import CORPUS_DUMPS
from pipeline_defs.recipes.files import RecipeError, shipped_recipes
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.parquet_store import TableAddress
from resources.parquet_store.io_manager import ParquetIOManager

ROOT = Path(__file__).parents[2]
GRAPH = Path(__file__).with_name("graph.txt")
RECIPES = Path(__file__).with_name("graph_recipes.txt")
RENEW = f"python {Path(__file__).relative_to(ROOT)}"
HEAVY = ("torch", "numba", "transformers", "vllm", "ray", "boto3", "sentence_transformers", "matplotlib")


def settings(home: Path) -> Settings:
    return Settings.model_validate({"home": home})


def described(defs: dg.Definitions) -> str:
    """The graph as text: of every asset what a reviewer wants to see change."""
    graph = defs.resolve_asset_graph()
    blocks = []
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        partitions = node.partitions_def
        if partitions is None:
            over = "none"
        elif partitions == CORPUS_DUMPS:
            over = "one a dump"
        else:
            over = ", ".join(partitions.get_partition_keys())
        condition = node.automation_condition
        lines = [
            key.to_user_string(),
            f"  from        {', '.join(sorted(parent.to_user_string() for parent in node.parent_keys)) or '-'}",
            f"  partitions  {over}",
            f"  group       {node.group_name}",
            f"  kinds       {', '.join(sorted(node.kinds))}",
            f"  owners      {', '.join(sorted(node.owners))}",
            f"  pools       {', '.join(sorted(node.pools or ())) or '-'}",
            f"  rebuilt     {condition.get_label() if condition else 'only when asked for'}",
        ]
        reads = sorted("/".join(key) for key in also_read(node.metadata))
        lines += [f"  also reads  {', '.join(reads)}"] if reads else []
        for check in sorted(graph.get_check_keys_for_assets({key})):
            blocking = "blocking" if graph.get(check).blocking else "warns"
            lines.append(f"  check       {check.name} ({blocking})")
        blocks.append("\n".join(lines))
    jobs = [f"job {job.name}" for job in defs.jobs or ()]
    sensors = [f"sensor {sensor.name}" for sensor in defs.sensors or ()]
    schedules = [f"schedule {schedule.name}" for schedule in defs.schedules or ()]
    resources = [f"resource {name}" for name in sorted(defs.resources or {})]
    return "\n\n".join([*blocks, "\n".join([*jobs, *schedules, *sensors, *resources])]) + "\n"


def demo_graph(home: Path = Path("home")) -> str:
    return described(build_defs(settings(home), recipes=[load_recipe("demo")]))


def recipes_graph(home: Path = Path("home")) -> str:
    """All shipped recipes together, an asset a line; what they all have alike stands in the demo's graph."""
    recipes = [load_recipe(name) for name in shipped_recipes()]
    graph = build_defs(settings(home), recipes=recipes).resolve_asset_graph()
    lines = []
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        over = (
            node.partitions_def.get_partition_keys()
            if node.partitions_def not in (None, CORPUS_DUMPS)
            else []
        )
        parents = " ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
        line = f"{key.to_user_string()} [{' '.join(over)}] <- {parents or '-'}; {' '.join(sorted(node.pools or ()))}"
        lines.append(line.rstrip("; "))
    return "\n".join(sorted(lines)) + "\n"


def renamed(recipe: Recipe, name: str, *languages: str) -> Recipe:
    return Recipe.model_validate(recipe.model_dump() | {"name": name, "languages": languages})


def test_the_graph_is_the_one_that_was_reviewed() -> None:
    assert demo_graph() == GRAPH.read_text(encoding="utf-8"), (
        f"the asset graph changed; if that was meant, renew {GRAPH.name} with `{RENEW}` and commit it"
    )


def test_all_recipes_stand_side_by_side_as_reviewed() -> None:
    assert recipes_graph() == RECIPES.read_text(encoding="utf-8"), (
        f"the graph of the recipes changed; if that was meant, renew {RECIPES.name} with `{RENEW}` and commit it"
    )


def test_the_definitions_load_and_validate(tmp_path: Path) -> None:
    defs = build_defs(settings(tmp_path), recipes=[load_recipe("demo")])
    dg.Definitions.validate_loadable(defs)
    keys = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    assert {"corpus_dump", "raw_corpus", "demo/sft_dataset", "demo/checkpoint", "demo/eval_scores"} <= keys


@pytest.mark.parametrize("name", sorted(shipped_recipes()))
def test_every_shipped_recipe_makes_a_graph(name: str, tmp_path: Path) -> None:
    dg.Definitions.validate_loadable(build_defs(settings(tmp_path), recipes=[load_recipe(name)]))


@pytest.mark.slow(seconds=2)
def test_importing_the_definitions_needs_nothing_heavy(tmp_path: Path) -> None:
    code = f"""
import sys, time
start = time.process_time()
import pipeline_defs.code_location
pipeline_defs.code_location.defs
print(round(time.process_time() - start, 2), *[name for name in {HEAVY!r} if name in sys.modules])
"""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, *heavy = done.stdout.split()
    print(f"importing and building the definitions took {seconds} s of CPU time")
    assert heavy == []
    assert list(tmp_path.iterdir()) == [], "loading the definitions wrote files"


def test_resources_can_be_replaced_one_by_one(tmp_path: Path) -> None:
    defs = build_defs(
        settings(tmp_path / "home"),
        recipes=[load_recipe("demo")],
        resources={"store": ParquetIOManager(root=str(tmp_path / "other"))},
    )
    job = defs.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(asset_selection=[dg.AssetKey("benchmarks")], instance=instance)
    assert done.success
    store = ParquetIOManager(root=str(tmp_path / "other")).store()
    problems = store.scan(TableAddress.of(("benchmarks",))).select(pl.len()).collect().item()
    assert problems >= 24
    assert not (tmp_path / "home" / "store").exists()


def test_recipes_stand_side_by_side_over_one_corpus(tmp_path: Path) -> None:
    demo = load_recipe("demo")
    other = renamed(demo, "other", "rust", "python")
    defs = build_defs(settings(tmp_path), recipes=[demo, other])
    dg.Definitions.validate_loadable(defs)
    graph = defs.resolve_asset_graph()
    raw = graph.get(dg.AssetKey("raw_corpus"))
    assert raw.partitions_def is not None
    assert set(raw.partitions_def.get_partition_keys()) == {"python", "rust"}
    for recipe in (demo, other):
        seeds = graph.get(dg.AssetKey([recipe.name, "filtered_seeds"]))
        assert seeds.group_name == recipe.name
        assert seeds.partitions_def is not None
        assert set(seeds.partitions_def.get_partition_keys()) == set(recipe.languages)
        mapping = graph.get_partition_mapping(seeds.key, raw.key)
        upstream = mapping.get_upstream_mapped_partitions_result_for_partitions(
            seeds.partitions_def.subset_with_partition_keys(["python"]),
            seeds.partitions_def,
            raw.partitions_def,
        )
        assert set(upstream.partitions_subset.get_partition_keys()) == {"python"}
        scores = graph.get(dg.AssetKey([recipe.name, "eval_scores"]))
        assert all(key.path[0] in (recipe.name, "benchmarks") for key in scores.parent_keys)


def test_two_recipes_of_one_name_are_refused(tmp_path: Path) -> None:
    demo = load_recipe("demo")
    with pytest.raises(RecipeError, match="two enabled recipes have one name: demo, demo"):
        build_defs(settings(tmp_path), recipes=[demo, demo])


@pytest.mark.parametrize(
    "name", ["raw_corpus", "corpus_dump", "benchmarks", "corpus", "raw_corpus__rejected"]
)
def test_a_recipe_cannot_take_the_name_of_what_all_share(name: str) -> None:
    with pytest.raises(ValueError, match="names of what recipes share"):
        renamed(load_recipe("demo"), name, "python")


if __name__ == "__main__":
    GRAPH.write_text(demo_graph(), encoding="utf-8")
    RECIPES.write_text(recipes_graph(), encoding="utf-8")
    print(f"wrote {GRAPH} and {RECIPES}")
