"""Private names of the libraries stand in one file, and each is there in the version that is installed."""

import ast
import importlib
import re
from pathlib import Path

import dagster as dg
import pytest

ROOT = Path(__file__).parents[2]
ADAPTER = ROOT / "pipeline_defs" / "dagster_private.py"
PRIVATE = re.compile(r"^\s*(?:from|import) (?:dagster\w*|polars)\.(?:\w+\.)*_", re.MULTILINE)
TAKEN = [
    (node.module, alias.name)
    for node in ast.walk(ast.parse(ADAPTER.read_text(encoding="utf-8")))
    if isinstance(node, ast.ImportFrom) and node.module
    for alias in node.names
]


@pytest.mark.parametrize(("module", "name"), TAKEN)
def test_dagster_has_the_name(module: str, name: str) -> None:
    try:
        found = hasattr(importlib.import_module(module), name)
    except ImportError:
        found = False
    assert found, f"dagster {dg.__version__} has no {module}.{name}: mend {ADAPTER.relative_to(ROOT)}"


def test_no_other_file_takes_private_names() -> None:
    files = [
        path for room in ("assets", "resources", "pipeline_defs") for path in (ROOT / room).rglob("*.py")
    ]
    taking = [path for path in files if PRIVATE.search(path.read_text(encoding="utf-8"))]
    assert taking == [ADAPTER]


def test_what_the_types_stand_for() -> None:
    from pipeline_defs import dagster_private

    @dg.asset
    def one() -> None: ...

    job = dg.define_asset_job("job", [one])
    defs = dg.Definitions(assets=[one], jobs=[job])
    graph = defs.resolve_asset_graph()
    assert isinstance(job, dagster_private.UnresolvedAssetJobDefinition)
    assert isinstance(graph, dagster_private.AssetGraph) and isinstance(graph, dagster_private.BaseAssetGraph)
    assert set(dagster_private.NOT_FINISHED_STATUSES) >= {
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.STARTED,
    }
    assert dagster_private.executable_in_same_run(graph, one.key, one.key)
