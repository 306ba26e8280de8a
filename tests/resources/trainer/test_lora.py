"""A training with a low-rank adapter: both trainers learn the same, and the checkpoint is an ordinary model folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assets.checkpoint.identity import checkpoint_id
from resources.trainer.base import TrainingFailed, TrainingSettings
from resources.trainer.choice import OwnLoop, Trl
from resources.trainer.lora import Lora, merged, put_back, trained_weights, with_adapter
from tests.assets.checkpoint.test_checkpoint import BASE, rows
from tests.resources.trainer.test_trl import SEEDLING, SETTINGS, train

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
pytest.importorskip("peft", reason="adapters need the extra `lora`")

ADAPTED = SETTINGS.model_copy(update={"adapter": Lora(rank=8, alpha=32), "learning_rate": 3e-3})


def load(folder: Path | str) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


@pytest.mark.slow(seconds=8)
def test_both_trainers_learn_the_same_adapter(tmp_path: Path) -> None:
    settings = ADAPTED.model_copy(
        update={"gradient_checkpointing": True, "held_out_rows": 4, "evaluate_every": 2}
    )
    settings = settings.model_copy(update={"early_stop_patience": 9})
    ours = train(tmp_path / "ours", settings, OwnLoop())
    theirs = train(tmp_path / "trl", settings, Trl(kind="trl"))
    assert theirs.curve["loss"].to_list() == pytest.approx(ours.curve["loss"].to_list(), abs=2e-4)
    assert theirs.loss_after == pytest.approx(ours.loss_after, abs=2e-4)
    assert ours.curve["loss"][-1] < 0.9 * ours.curve["loss"][0]
    assert "peft" in ours.versions and "adapter_model.safetensors" not in ours.files


@pytest.mark.slow(seconds=4)
def test_a_checkpoint_is_an_ordinary_folder_that_answers_as_the_adapter_does(tmp_path: Path) -> None:
    made = train(tmp_path / "m", ADAPTED, OwnLoop())
    base, trained = load(SEEDLING), load(made.folder)
    assert made.parameters == sum(one.numel() for one in base.parameters())
    changed = {name for (name, old), new in zip(base.named_parameters(), trained.parameters(), strict=True)
               if not torch.equal(old, new)}  # fmt: skip
    assert changed and all("_proj" in name for name in changed)  # embeddings and norms are frozen
    adapted = with_adapter(load(SEEDLING), ADAPTED.adapter, seed=1)
    for name, value in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.02)
    tokens = torch.arange(40).reshape(2, 20)
    with torch.no_grad():
        before = adapted(input_ids=tokens).logits
        after = merged(adapted, ADAPTED.adapter)(input_ids=tokens).logits
    assert torch.allclose(before, after, atol=1e-4)


@pytest.mark.slow(seconds=4)
@pytest.mark.parametrize("trainer", [OwnLoop(), Trl(kind="trl")], ids=["loop", "trl"])
def test_a_training_that_was_ended_goes_on_to_the_same_weights(
    tmp_path: Path, trainer: OwnLoop | Trl, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(tmp_path / "whole", ADAPTED, trainer)
    from resources.trainer.states import States

    prove = States.prove

    def ended(self: States, step: int) -> Path | None:
        found = prove(self, step)
        if step == 4:
            raise KeyboardInterrupt
        return found

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(States, "prove", ended)
        train(tmp_path / "ended", ADAPTED, trainer, every=2)
    resumed = train(tmp_path / "ended", ADAPTED, trainer, every=2)
    assert resumed.resumed_from == 4
    assert resumed.curve.equals(whole.curve) and resumed.files == whole.files


def test_a_state_holds_what_is_learnt_and_nothing_else() -> None:
    model = with_adapter(load(SEEDLING), Lora(rank=2, target_modules=("q_proj",)), seed=1)
    learnt = trained_weights(model)
    assert learnt and all("q_proj.lora_" in name for name in learnt)
    put_back(model, {name: torch.ones_like(value) for name, value in learnt.items()})
    assert all(bool((value == 1).all()) for value in trained_weights(model).values())
    with pytest.raises(RuntimeError, match="of another model"):
        put_back(model, load(SEEDLING).state_dict())
    whole = load(SEEDLING)
    assert trained_weights(whole).keys() == whole.state_dict().keys()


def test_a_layer_that_is_not_there_is_said(tmp_path: Path) -> None:
    settings = ADAPTED.model_copy(update={"adapter": Lora(target_modules=("W_pack",))})
    with pytest.raises(TrainingFailed, match=r"W_pack.* names no layer .* q_proj"):
        train(tmp_path / "m", settings, OwnLoop())
    with pytest.raises(ValidationError, match="rank"):
        Lora(rank=0)


def test_an_adapter_is_part_of_the_id_and_its_absence_is_not() -> None:
    plain = checkpoint_id(rows("a"), BASE, SETTINGS)
    assert plain == checkpoint_id(rows("a"), BASE, TrainingSettings(**SETTINGS.model_dump()))
    ids = {
        checkpoint_id(rows("a"), BASE, SETTINGS.model_copy(update={"adapter": Lora(**one)}))
        for one in ({}, {"rank": 8}, {"target_modules": ("q_proj",)})
    }
    assert len({plain, *ids}) == 4
    json.dumps(ADAPTED.model_dump(mode="json"))
