"""The formula of memory and time, held against published models, published trainings and a measured one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_defs.recipes.model import load_recipe
from resources.trainer.base import TinyModel, TrainingSettings
from resources.trainer.hardware import machine
from resources.trainer.lora import Lora
from resources.trainer.size import (
    FIXED,
    FRAGMENTED,
    GPUS,
    KNOWN,
    Shape,
    adapter_parameters,
    estimate,
    hours_of,
    memory_of,
    shape_of,
    shape_of_tiny,
)

A100 = GPUS["A100-80GB"]
PHIND = load_recipe("phind").checkpoint.training
SMALL = {
    "max_steps": 2, "learning_rate": 1e-4, "schedule": "constant", "batch_size": 4, "sequence_length": 256, "seed": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "billions"),
    [
        ("bigcode/starcoder2-15b", 15.96),
        ("codellama/CodeLlama-7b-Python-hf", 6.74),
        ("codellama/CodeLlama-13b-hf", 13.02),
        ("codellama/CodeLlama-34b-hf", 33.74),
        ("deepseek-ai/deepseek-coder-6.7b-base", 6.74),
    ],
)
def test_parameters_are_those_that_the_models_have(model: str, billions: float) -> None:
    assert round(KNOWN[model].parameters / 1e9, 2) == billions


def test_an_adapter_has_the_published_size_and_takes_less_memory_and_time() -> None:
    llama, lora = KNOWN["codellama/CodeLlama-7b-hf"], Lora(rank=16)
    assert adapter_parameters(llama, lora) == 39_976_960
    whole = TrainingSettings.model_validate(SMALL | {"optimizer": "adamw_torch", "precision": "bfloat16"})
    adapted = whole.model_copy(update={"adapter": lora})
    splits = [
        estimate(llama, one, 1e6, gpu=GPUS["RTX4090-24GB"], gpus=1).sharding for one in (whole, adapted)
    ]
    assert splits == ["zero3_offload", "none"]  # on a GPU of 24 GB
    memory, less = memory_of(llama, whole), memory_of(llama, adapted)
    assert less.weights == memory.weights and less.optimizer < memory.optimizer / 50
    hours = [hours_of(llama, one, 1e9, gpus=1, gpu=A100) for one in (whole, adapted)]
    assert 0.6 < hours[1] / hours[0] < 0.75


def test_a_configuration_gives_the_shape_and_anything_else_none() -> None:
    config = {
        "model_type": "llama", "hidden_size": 8192, "intermediate_size": 22016, "num_hidden_layers": 48,
        "num_attention_heads": 64, "num_key_value_heads": 8, "vocab_size": 32000, "tie_word_embeddings": False,
    }  # fmt: skip
    assert shape_of(config) == KNOWN["codellama/CodeLlama-34b-hf"]
    assert shape_of({"model_type": "t5"}) is None and shape_of(config | {"hidden_size": "wide"}) is None


def test_seedling_has_the_parameters_that_its_file_has() -> None:
    from resources.model_folder import SHIPPED

    config = json.loads((SHIPPED["seedling"] / "config.json").read_text())
    weights = (SHIPPED["seedling"] / "model.safetensors").stat().st_size
    shape = shape_of(config)
    assert shape is not None
    assert weights / 4 == pytest.approx(shape.parameters, rel=0.02) or weights / 2 == pytest.approx(
        shape.parameters, rel=0.02
    )


def test_phind_as_published_fits_split_and_takes_hours() -> None:
    """34 B on 32 A100-80GB in ZeRO-3: split it fits, whole or with split gradients alone it does not; three hours."""
    shape = KNOWN["codellama/CodeLlama-34b-hf"]
    for sharding in ("none", "zero2"):
        assert memory_of(shape, PHIND, gpus=32, sharding=sharding).total > A100.memory
    found = estimate(shape, PHIND, 1.0, gpu=A100, gpus=32)
    assert (found.sharding, found.fits) == ("fsdp2", True)
    states = found.memory.weights + found.memory.gradients + found.memory.optimizer
    # two bytes of working copy, four of weights, four of gradients, eight of AdamW
    assert states * 32 == pytest.approx(18 * shape.parameters)
    tokens_in_three_hours = 3 / hours_of(shape, PHIND, 1.0, gpus=32, gpu=A100)
    # of 160,000 examples shown; 4,096 was the most that one could have
    assert 500 < tokens_in_three_hours / 160_000 < 2000


def test_starcoder2_as_published_fits_on_one_a100() -> None:
    recipe = load_recipe("starcoder2_instruct").checkpoint.training
    shape = KNOWN["bigcode/starcoder2-15b"]
    found = estimate(shape, recipe, 1.0, gpu=A100)
    assert (found.gpus, found.sharding, found.fits) == (1, "none", True)
    assert found.memory.total > 0.8 * A100.memory  # and leaves no room for AdamW
    adamw = recipe.model_copy(update={"optimizer": "adamw_torch"})
    assert memory_of(shape, adamw).total > A100.memory


def test_more_is_split_as_less_memory_is_there() -> None:
    shape = KNOWN["codellama/CodeLlama-7b-hf"]
    settings = PHIND.model_copy(update={"micro_batch_size": 1})
    chosen = [
        estimate(shape, settings, 1.0, gpu=GPUS[name], gpus=count).sharding
        for name, count in (("H200-141GB", 1), ("A100-80GB", 8), ("A100-40GB", 8), ("RTX4090-24GB", 4))
    ]
    assert chosen == ["none", "zero2", "zero2", "zero3_offload"]
    assert estimate(KNOWN["codellama/CodeLlama-34b-hf"], PHIND, 1.0, gpu=A100).gpus == 16
    hopeless = estimate(Shape(200, 32768, 131072, 256000), settings, 1.0, gpu=GPUS["RTX4090-24GB"], gpus=1)
    assert not hopeless.fits


def test_time_is_six_operations_a_parameter_and_token_and_a_third_more_with_checkpointing() -> None:
    shape = KNOWN["codellama/CodeLlama-7b-hf"]
    plain = PHIND.model_copy(update={"gradient_checkpointing": False, "sequence_length": 2})
    hours = hours_of(shape, plain, 1e9, gpus=4, gpu=A100, utilization=0.5)
    assert hours == pytest.approx(6 * shape.parameters * 1e9 / (4 * 312e12 * 0.5) / 3600, rel=1e-4)
    again = plain.model_copy(update={"gradient_checkpointing": True})
    assert hours_of(shape, again, 1e9, gpus=4, gpu=A100, utilization=0.5) == pytest.approx(hours * 4 / 3)
    exact = plain.model_copy(update={"precision": "float32"})
    assert hours_of(shape, exact, 1e9, gpus=4, gpu=A100, utilization=0.5) == pytest.approx(hours * 312 / 19.5)


@pytest.mark.slow(seconds=25)
@pytest.mark.parametrize(
    "changes",
    [{"optimizer": "adamw_torch"}, {"optimizer": "adafactor", "gradient_checkpointing": True}],
    ids=["adamw", "adafactor-checkpointed"],
)
def test_a_measured_training_takes_what_the_formula_says(changes: dict[str, object]) -> None:
    """Within a factor of 1.35: the rest is the process's own, about 90 MB whatever is trained."""
    pytest.importorskip("torch", reason="training needs the extra `train`")
    shape = TinyModel(
        vocabulary=4096, hidden_size=512, intermediate_size=1536, layers=8, heads=8, context=512
    )
    settings = TrainingSettings.model_validate(SMALL | changes)
    given = {"shape": shape.model_dump(mode="json"), "training": settings.model_dump(mode="json")}
    command = [sys.executable, "-m", "tests.resources.trainer.measured_memory", json.dumps(given)]
    measured = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    said = memory_of(shape_of_tiny(shape), settings).total - FIXED
    assert said / 1.35 < measured < said * 1.35 + FRAGMENTED * 20e6


def test_the_driver_tells_which_gpus_are_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = tmp_path / "nvidia-smi"
    driver.write_text("#!/bin/sh\necho 'NVIDIA A100-SXM4-80GB, 81920'\necho 'NVIDIA A100-SXM4-80GB, 81920'\n")
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = machine()
    assert found.gpu is not None
    assert (found.gpus, found.gpu_name, found.gpu.peak) == (2, "NVIDIA A100-SXM4-80GB", 312e12)
    assert found.gpu.memory == 81920 * 2**20
    driver.write_text("#!/bin/sh\necho 'no devices were found'\nexit 6\n")
    assert machine().gpu is None
    assert machine().as_gpu.memory == machine().memory > 1e9
