"""The recipe `seedling` over every engine that runs a model: real successes and failures, and the same share of them.

The model that comes with the project answers through transformers, vLLM in process and a shared `vllm serve`. What
each writes is drawn anew; how often it holds must not depend on the engine. The `openai` engine, which is pointed at
that server and is what the shared one asks through, writes the instructions.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline_defs.deployment import Deployment
from pipeline_defs.lab.arms import varied
from pipeline_defs.lab.experiment import BENCHMARK, DUMP, lab_settings
from pipeline_defs.lab.seedling.corpus import write_dump, write_problems
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.engines.lease import lease_files
from resources.engines.vllm_server import served_name
from resources.parquet_store import ParquetStore, TableAddress
from tests.resources.engines.conftest import end_servers, vllm_python  # noqa: F401 - a fixture

FUNCTIONS = 120
SAMPLES = 4
"""Responses to an instruction, in place of ten: what differs is mostly from one instruction to the next."""
NOISE = 4.0
"""Standard errors of a difference between two engines."""
MODEL = {"model": "seedling", "form": "base"}
VLLM = MODEL | {"dtype": "float32"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the corpus; servers that were started for it are ended."""
    folder = tmp_path_factory.mktemp("seedling")
    write_dump(folder / "dump", seed=11, functions=FUNCTIONS)
    write_problems(folder / f"{BENCHMARK}.jsonl", seed=11, count=10)
    yield folder
    end_servers(folder / "engines")


def of_engine(engine: dict[str, Any]) -> Recipe:
    """The shipped recipe with another engine, under that engine's name."""
    changes = {"name": engine["backend"], "engine": engine, "responses": {"samples": SAMPLES}}
    return varied(load_recipe("seedling"), changes)


def brought_to(home: Path, recipe: Recipe, artifact: str) -> ParquetStore:
    """The store, in which the recipe is up to date as far as `artifact`."""
    deployment = Deployment(lab_settings(home, home / f"{BENCHMARK}.jsonl", 256), (recipe,))
    deployment.materialize(dumps=[DUMP], select=f'+key:"{recipe.name}/{artifact}"')
    return deployment.store()


def made(home: Path, recipe: Recipe) -> tuple[pl.DataFrame, set[str]]:
    """The share of each instruction's responses that pass, and the reasons of all rejections of responses."""
    store = brought_to(home, recipe, "verified_responses")

    def table(artifact: str) -> pl.DataFrame:
        return store.scan(TableAddress.of((recipe.name, artifact), "python")).collect()

    instructions, verified = table("instructions"), table("verified_responses")
    passed = instructions.select("instruction_id").join(
        verified.group_by("instruction_id").len("passed"), on="instruction_id", how="left"
    )
    rejected = [table(f"{artifact}__rejected") for artifact in ("candidate_responses", "verified_responses")]
    samples = recipe.responses.samples
    shares = passed.select(share=pl.col("passed").fill_null(0) / samples)
    return shares, set(pl.concat(rejected)["reason"])


@pytest.mark.slow(seconds=90)
def test_verdicts_are_the_same_whatever_engine_runs_the_model(
    home: Path,
    vllm_python: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch", reason="the engine needs the extra `train`")
    monkeypatch.setenv("SEEDLINE_ENGINES__VLLM__PYTHON", str(vllm_python))
    monkeypatch.setenv("SEEDLINE_ENGINES__VLLM__MEMORY_SHARE", "0.2")
    monkeypatch.setenv("SEEDLINE_ENGINES__VLLM__EAGER", "true")
    found = {
        backend: made(home, of_engine({"backend": backend} | settings))
        for backend, settings in (("transformers", MODEL), ("vllm", VLLM), ("vllm_server", VLLM))
    }
    [file] = lease_files(home / "engines")
    lease = file.read()
    assert lease is not None
    monkeypatch.setenv("OPENAI_BASE_URL", f"{lease.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", lease.key)
    served = {"backend": "openai", "model": served_name(lease.digest), "form": "base"}
    through_openai = brought_to(home, of_engine(served), "instructions")
    rows = {
        name: through_openai.scan(TableAddress.of((name, "instructions"), "python")).collect().height
        for name in ("openai", "vllm_server")
    }
    assert abs(rows["openai"] - rows["vllm_server"]) < 0.3 * rows["vllm_server"], rows

    for backend, (shares, reasons) in found.items():
        assert 0 < mean(shares) < 1, backend
        assert "not_passed" in reasons, (backend, reasons)
    reference, _ = found.pop("transformers")
    for backend, (shares, _) in found.items():
        noise = (error(shares) ** 2 + error(reference) ** 2) ** 0.5
        assert noise < 0.07, "too few rows to tell a difference"
        assert abs(mean(shares) - mean(reference)) < NOISE * noise, (backend, mean(shares), mean(reference))


def mean(shares: pl.DataFrame) -> float:
    """Mean over instructions."""
    return float(shares["share"].to_numpy().mean())


def error(shares: pl.DataFrame) -> float:
    """Its standard error: responses to one instruction are no independent draws."""
    return float(shares["share"].to_numpy().std(ddof=1)) / shares.height**0.5
