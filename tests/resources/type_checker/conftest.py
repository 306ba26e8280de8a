"""Real functions to judge: those of the benchmarks."""

import importlib.util
from pathlib import Path

import polars as pl
import pytest

N_FUNCTIONS = 2000


@pytest.fixture(scope="session")
def real_functions() -> pl.DataFrame:
    """`key` and `source` of real functions with their imports inferred; all different."""
    path = Path(__file__).parents[2] / "benchmarks" / "standalone_functions.py"
    spec = importlib.util.spec_from_file_location("standalone_functions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.standalone_functions(N_FUNCTIONS)
