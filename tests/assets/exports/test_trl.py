"""TRL trains on an exported folder as the pipeline's own trainer does on the rows: same tokens, mask and loss."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.verdicts.reward import SandboxReward
from resources.model_folder import located
from resources.trainer.base import TrainingSettings, silent
from tests.assets.exports.rows_of import row, rows
from tests.assets.exports.test_folder import exported

SEEDLING = located("seedling")
STEPS, BATCH, RATE = 3, 2, 1e-3


@pytest.mark.slow(20)
@pytest.mark.parametrize("form", ["prompt_completion", "messages"])
def test_trl_learns_what_our_trainer_learns(form: str, tmp_path: Path) -> None:
    pytest.importorskip("trl")
    import datasets
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    made = rows(
        *(
            row(n, prompt=f"Add {n}.\n", completion=f"\ndef add(x):\n    return x + {n}\n" * (1 + n % 3))
            for n in range(6)
        )
    )
    chosen = exported(tmp_path / "out", made, format=form, tokenizer="seedling", near_duplicates=None)
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))["train"]
    tokenizer = AutoTokenizer.from_pretrained(SEEDLING)
    as_the_card_says: dict[str, Any] = {}
    if form == "messages":
        template = str(tmp_path / "out" / "chat_template.jinja")
        as_the_card_says = {"assistant_only_loss": True, "chat_template_path": template}
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(SEEDLING, dtype=torch.float32),
        args=SFTConfig(
            output_dir=str(tmp_path / "trl"),
            max_steps=STEPS,
            per_device_train_batch_size=BATCH,
            learning_rate=RATE,
            lr_scheduler_type="constant",
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            bf16=False,
            shuffle_dataset=False,
            train_sampling_strategy="sequential",
            **as_the_card_says,
        ),
        train_dataset=loaded,
        processing_class=tokenizer,
    )
    settings = TrainingSettings(
        max_steps=STEPS, learning_rate=RATE, schedule="constant", batch_size=BATCH, sequence_length=512,
        optimizer="adamw_torch", seed=0,
    )  # fmt: skip
    ours = _encoded(chosen, tokenizer, settings)
    for mine, theirs in zip(ours, trainer.train_dataset, strict=True):
        assert theirs["input_ids"] == mine.tokens.tolist()
        learnt = [label != -100 for label in theirs["labels"]]
        assert learnt == [place >= mine.loss_from for place in range(len(mine.tokens))]
    assert chosen["tokens"].to_list() == [len(one.tokens) for one in ours]
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == STEPS
    assert losses == pytest.approx(_our_losses(ours, settings, tokenizer), rel=2e-3)


def _encoded(chosen: pl.DataFrame, tokenizer: Any, settings: TrainingSettings) -> list[Any]:
    from resources.trainer.tokens import encode_examples

    return encode_examples(chosen, tokenizer, settings).rows


def _our_losses(ours: list[Any], settings: TrainingSettings, tokenizer: Any) -> list[float]:
    import torch
    from transformers import AutoModelForCausalLM

    from resources.trainer.loop import run_loop

    model = AutoModelForCausalLM.from_pretrained(SEEDLING, dtype=torch.float32)
    sequences = [[one] for one in ours]
    record = run_loop(
        model, sequences, settings, pad_token=tokenizer.pad_token_id, phase="test", on_progress=silent
    )
    return [loss for _, loss, _, _ in record.curve]


@pytest.mark.slow(25)
def test_grpo_trains_on_exported_tasks_with_rewards_of_the_sandbox(tmp_path: Path) -> None:
    pytest.importorskip("trl")
    import datasets
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import GRPOConfig, GRPOTrainer

    made = rows(
        *(
            row(
                n,
                prompt=f"Write a function that adds {n}.",
                completion=f"```python\ndef add(x):\n    return x + {n}\n```",
                code=f"def add(x):\n    return x + {n}",
                tests=f"assert add(1) == {n + 1}",
                samples=4,
                passed=n,
            )
            for n in range(4)
        )
    )
    exported(tmp_path / "out", made, format="rlvr", near_duplicates=None)
    loaded = datasets.load_dataset(str(tmp_path / "out"), "trl", cache_dir=str(tmp_path / "cache"))["train"]
    assert sorted(loaded["difficulty"]) == [0.25, 0.5, 0.75, 1.0]
    assert all(asked[-1]["content"].endswith("The tests use the name `add`.") for asked in loaded["prompt"])

    seen: list[tuple[Any, Any, list[float]]] = []
    with SandboxReward(workers=1) as judge:

        def reward(completions: Any, tests: Any, **more: Any) -> list[float]:
            # a model of this size finds no answer by itself: every second one is right
            given = [right(test) if place % 2 else completions[place] for place, test in enumerate(tests)]
            found = judge(given, tests, **more)
            seen.append((completions, tests, found))
            return found

        trainer = GRPOTrainer(
            model=AutoModelForCausalLM.from_pretrained(SEEDLING, dtype=torch.float32),
            processing_class=AutoTokenizer.from_pretrained(SEEDLING),
            reward_funcs=reward,
            args=GRPOConfig(
                output_dir=str(tmp_path / "grpo"),
                max_steps=2,
                per_device_train_batch_size=4,
                num_generations=2,
                max_completion_length=24,
                learning_rate=1e-3,
                logging_steps=1,
                save_strategy="no",
                report_to=[],
                use_cpu=True,
                bf16=False,
            ),
            train_dataset=loaded,
        )
        before = {name: weights.clone() for name, weights in trainer.model.named_parameters()}
        trainer.train()
    rewards = [entry["reward"] for entry in trainer.state.log_history if "reward" in entry]
    assert rewards == [pytest.approx(sum(found) / len(found)) for _, _, found in seen]
    assert all(found[1::2] == [1.0] * (len(found) // 2) and not any(found[::2]) for _, _, found in seen)
    assert any(not torch.equal(weights, before[name]) for name, weights in trainer.model.named_parameters())


def right(tests: str) -> str:
    """An answer that passes `tests`."""
    return f"```python\ndef add(x):\n    return x + {int(tests.rpartition(' ')[2]) - 1}\n```"
