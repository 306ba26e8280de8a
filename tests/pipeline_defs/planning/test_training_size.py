"""What a plan says of the trainings in it: memory, GPUs, hours, and that a GPU is needed where none is."""

import json
from pathlib import Path

import pytest
import yaml

from pipeline_defs.deployment import Deployment
from pipeline_defs.planning.training_size import TrainingSize, training_sizes
from pipeline_defs.recipes.model import load_recipe


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment of Phind's recipe with nine rows, on a machine without a GPU."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    row = {"instruction": "Add 1.", "output": "```python\nx + 1\n```"}
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row | {"n": n}) + "\n" for n in range(9)))
    write(tmp_path, "phind")
    return tmp_path


def write(folder: Path, recipe: str) -> None:
    (folder / "seedline.toml").write_text(
        f'recipes = ["{recipe}"]\n\n[dumps.named.pairs]\nkind = "ready-rows"\npath = "rows.jsonl"\n'
        'data_set = "me/pairs"\nlicense = "MIT"\n'
    )


def said(folder: Path, **hardware: object) -> str:
    deployment = Deployment.open()
    plan = deployment.plan(None)
    [size] = training_sizes(deployment, plan, **hardware)  # pyright: ignore[reportArgumentType]
    return size.line() if isinstance(size, TrainingSize) else size


def test_a_preset_that_needs_gpus_says_which(folder: Path) -> None:
    line = said(folder)
    assert line.startswith(
        "phind/checkpoint: 33.7 B parameters, 1,000 assumed rows of full length, 8,192,000 tokens"
    )
    assert "it needs a GPU, and there is none here. 16 x A100-80GB" in line
    assert "32 x A100-80GB, 49 GB each, everything split (FSDP2 or ZeRO-3)" in said(folder, gpus=32)
    assert said(folder, gpus=32).endswith("hand the rows to a trainer that splits (seedline export)")
    assert "1 x H100-80GB: too small for" in said(folder, gpus=1, gpu="H100-80GB")


def test_a_small_model_is_for_the_processor_and_an_unknown_one_is_named(folder: Path) -> None:
    content = load_recipe("phind").model_dump(mode="json")
    content["checkpoint"]["base_model"] = {"kind": "named", "model": "seedling"}
    content["checkpoint"]["training"] |= {"sequence_length": 256, "batch_size": 8, "max_steps": 3}
    (folder / "own.yaml").write_text(yaml.safe_dump(content | {"name": "own"}))
    write(folder, "own.yaml")
    line = said(folder)
    assert line.startswith("own/checkpoint: 1.1 M parameters") and line.endswith("on the processor")
    assert f"{3 * 8 * 256:,} tokens in all" in line
    content["checkpoint"]["base_model"]["model"] = "nobody/has-this"
    (folder / "own.yaml").write_text(yaml.safe_dump(content | {"name": "own"}))
    assert "the size of nobody/has-this is not known here" in said(folder)
