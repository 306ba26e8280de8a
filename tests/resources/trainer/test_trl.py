"""Trainer `trl` computes our loop's training: same loss curve, same mask, and a killed one goes on to the same end."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resources.model_folder import SHIPPED
from resources.trainer import trl_loop
from resources.trainer.base import TrainingFailed, TrainingResult, TrainingSettings
from resources.trainer.choice import OwnLoop, Trl
from resources.trainer.local import LocalTrainer
from resources.trainer.tokens import IGNORED, encode_examples, pack
from tests.resources.trainer.test_local_trainer import EXAMPLES, InThisProcess

torch = pytest.importorskip("torch", reason="training needs the extra `train`")
trl = pytest.importorskip("trl", reason="trainer trl needs the extra `trl`")

SEEDLING = str(SHIPPED["seedling"])
SETTINGS = TrainingSettings(
    epochs=2,
    learning_rate=1e-3,
    schedule="cosine",
    warmup_ratio=0.2,
    batch_size=5,  # the last batch of an epoch is short
    sequence_length=128,
    optimizer="adamw_torch",
    seed=3,
)


def train(output: Path, settings: TrainingSettings, trainer: OwnLoop | Trl, every: int = 0) -> TrainingResult:
    made = InThisProcess(threads=1, device="cpu", state_every=every)
    try:
        return made.train(EXAMPLES, settings, output, base=SEEDLING, model_id="m", trainer=trainer)
    finally:
        torch.use_deterministic_algorithms(False)


@pytest.mark.slow(seconds=10)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "adafactor", "packing": True, "batch_size": 2},
        {"micro_batch_size": 1, "max_grad_norm": None, "gradient_checkpointing": True},
        {"held_out_rows": 4, "evaluate_every": 2},
    ],
    ids=["plain", "packed", "accumulated", "evaluated"],
)
def test_loss_curve_is_that_of_our_loop(tmp_path: Path, changes: dict[str, Any]) -> None:
    settings = SETTINGS.model_copy(update=changes)
    ours = train(tmp_path / "ours", settings, OwnLoop())
    theirs = train(tmp_path / "trl", settings, Trl(kind="trl"))
    assert theirs.steps == ours.steps > 4
    exact = ["step", "lr", "tokens"]
    assert theirs.curve.select(exact).equals(ours.curve.select(exact))
    assert theirs.curve["loss"].to_list() == pytest.approx(ours.curve["loss"].to_list(), abs=2e-4)
    assert ours.curve["loss"][-1] < 0.8 * ours.curve["loss"][0]
    assert theirs.loss_before == ours.loss_before
    assert theirs.loss_after == pytest.approx(ours.loss_after, abs=2e-4)
    assert theirs.evaluations["loss"].to_list() == pytest.approx(ours.evaluations["loss"].to_list(), abs=2e-4)
    assert theirs.completion_tokens == ours.completion_tokens
    assert theirs.versions["trl"] == trl.__version__
    assert train(tmp_path / "trl", settings, Trl(kind="trl")).reused


def test_mask_is_that_of_trl_token_by_token(tmp_path: Path) -> None:
    """TRL tokenizes, masks and collates the conversations by itself; ours has the same tokens and labels."""
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(SEEDLING)
    pairs = EXAMPLES.select("prompt", "completion").iter_rows()
    rows = [
        {
            "prompt": [{"role": "user", "content": prompt}],
            "completion": [{"role": "assistant", "content": text}],
        }
        for prompt, text in pairs
    ]
    trainer = trl.SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(SEEDLING),
        args=trl.SFTConfig(output_dir=str(tmp_path), use_cpu=True, report_to="none", max_length=128),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
    )
    theirs = trainer.data_collator([trainer.train_dataset[number] for number in range(EXAMPLES.height)])
    encoded = encode_examples(EXAMPLES, tokenizer, SETTINGS).rows
    ours = trl_loop.batch_of(pack(encoded, sequence_length=128, packing=False), tokenizer.pad_token_id)
    assert torch.equal(ours["input_ids"], theirs["input_ids"])
    assert torch.equal(ours["labels"], theirs["labels"])
    learnt = ours["labels"] != IGNORED
    assert 0 < int(learnt.sum()) < int((ours["input_ids"] != tokenizer.pad_token_id).sum())


KILLED = """
import os, signal, sys
from pathlib import Path
from resources.trainer import trl_loop
from resources.trainer.choice import Trl
from tests.resources.trainer.test_trl import SETTINGS, train
prove = trl_loop.States.prove
def killed(self, step):
    found = prove(self, step)
    if step == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return found
trl_loop.States.prove = killed
train(Path(sys.argv[1]), SETTINGS, Trl(kind="trl"), every=2)
"""


@pytest.mark.slow(seconds=30)
def test_a_killed_training_goes_on_to_the_same_end(tmp_path: Path) -> None:
    """Killed in the first epoch, and again in the second, whose order is another."""
    whole = train(tmp_path / "whole", SETTINGS, Trl(kind="trl"))
    output = tmp_path / "killed"
    for step in (3, 7):
        command = [sys.executable, "-c", KILLED, str(output), str(step)]
        assert subprocess.run(command, check=False).returncode == -9
    resumed = train(output, SETTINGS, Trl(kind="trl"), every=2)
    assert resumed.resumed_from == 6
    assert resumed.curve.equals(whole.curve)
    assert resumed.loss_after == whole.loss_after and resumed.files == whole.files
    assert not list(tmp_path.glob(".*.states"))


@pytest.mark.slow(seconds=4)
def test_a_loss_that_is_not_finite_keeps_the_last_good_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third step ruins the weights: the fourth finds out, and the state after the second is the last good one."""
    rate = trl_loop.learning_rate
    monkeypatch.setattr(
        trl_loop,
        "learning_rate",
        lambda settings, step, steps: 1e30 if step == 2 else rate(settings, step, steps),
    )
    with pytest.raises(
        TrainingFailed, match=r"at step 4 of 10; lower learning_rate .* after step 2, is kept"
    ):
        train(tmp_path / "wild", SETTINGS, Trl(kind="trl"), every=1)
    assert [file.name for file in (tmp_path / ".wild.states").glob("*.state")] == ["00000002.state"]


def test_rows_that_weigh_the_same_are_refused(tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"loss_average": "row"})
    with pytest.raises(TrainingFailed, match="loss_average: row is not computed by trainer trl"):
        train(tmp_path / "m", settings, Trl(kind="trl"))


def test_training_by_a_process_of_its_own(tmp_path: Path) -> None:
    trainer = LocalTrainer(threads=1, device="cpu")
    settings = SETTINGS.model_copy(update={"max_steps": 2})
    seen: list[int] = []
    made = trainer.train(
        EXAMPLES,
        settings,
        tmp_path / "m",
        base=SEEDLING,
        model_id="m",
        trainer=Trl(kind="trl"),
        on_progress=lambda progress: seen.append(progress.step),
    )
    assert made.steps == 2 and seen[-1] == 2
