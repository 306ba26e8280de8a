"""A training by TRL's SFTTrainer that stands in for our own loop: the same rows, order, loss and record.

Rows come tokenized, with labels on the completion alone; TRL prepares, packs and shuffles nothing. Optimizer and
schedule are ours, so that both trainers compute the same training, apart from rounding. A state is the folder that
the transformers library saves, as one tar file.
"""

import json
import logging
import math
import shutil
import tarfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resources.trainer.base import OnProgress, Progress, TrainerUnavailable, TrainingFailed, TrainingSettings
from resources.trainer.evaluations import Evaluations
from resources.trainer.loop import Sequences, mean_loss
from resources.trainer.optimizers import make_optimizer
from resources.trainer.record import LoopRecord
from resources.trainer.schedule import learning_rate, number_of_steps
from resources.trainer.states import States
from resources.trainer.tokens import collate
from resources.whole_files import replacing

if TYPE_CHECKING:
    import torch

RECORD, BEST = "seedline_record.json", "seedline_best.pt"
"""What is added to the folder of a state: the record, and the weights of the lowest held-out loss."""

logger = logging.getLogger(__name__)


class RowOrder:
    """Places of the sequences: as they stand in the first epoch, shuffled by seed and epoch in every later one."""

    def __init__(self, length: int, seed: int) -> None:
        self.length, self.seed, self.epoch = length, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer when an epoch begins."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Any:
        if not self.epoch:
            return iter(range(self.length))
        return iter(np.random.default_rng([self.seed, self.epoch]).permutation(self.length).tolist())


def batch_of(sequences: Sequences, pad_token: int) -> "dict[str, torch.Tensor]":
    """The tensors that the model is given. Without a mask: positions that restart keep packed examples apart."""
    import torch

    arrays = collate(sequences, pad_token)
    return {
        "input_ids": torch.from_numpy(arrays.tokens),
        "labels": torch.from_numpy(arrays.labels),
        "position_ids": torch.from_numpy(arrays.positions),
    }


def run_trl(
    model: Any,
    tokenizer: Any,
    sequences: Sequences,
    settings: TrainingSettings,
    *,
    phase: str,
    on_progress: OnProgress,
    measured: Sequences,
    states: States,
    on_state: Callable[[Path], None],
) -> LoopRecord:
    """Train `model` in place, as `run_loop` does; raises `TrainingFailed` at the first loss that is not finite."""
    import torch

    try:
        from datasets import Dataset
        from transformers import TrainerCallback
        from trl.trainer.sft_config import SFTConfig
        from trl.trainer.sft_trainer import SFTTrainer
    except ImportError as error:
        raise TrainerUnavailable(f"{error}; trainer trl needs: pip install 'seedline[trl]'") from error
    if settings.loss_average != "token":
        raise TrainingFailed(
            "loss_average: row is not computed by trainer trl; set loss_average: token, or trainer kind: loop"
        )
    pad_token = tokenizer.pad_token_id
    steps = number_of_steps(settings, len(sequences))
    micro = settings.micro_batch_size or settings.batch_size
    work = states.folder / "trl"
    shutil.rmtree(work, ignore_errors=True)  # of a process that died
    work.mkdir(parents=True)
    record = LoopRecord()
    evaluations = Evaluations(settings, lambda: mean_loss(model, measured, settings, pad_token=pad_token))
    found = _unpacked(states, work)
    if found is None:
        record.loss_before = mean_loss(model, measured, settings, pad_token=pad_token)
    else:
        _restore(found, record, evaluations)
        if evaluations.worn_out(record):
            evaluations.put_best_back(model)
            return record
    started = time.monotonic()
    known_steps, known_tokens = record.steps, record.tokens

    class InOurOrder(SFTTrainer):  # TRL can only be imported where it is
        step_loss = 0.0

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            return RowOrder(len(sequences), settings.seed)

        def create_optimizer(self, model: Any = None) -> Any:
            if self.optimizer is None:
                self.optimizer = make_optimizer(self.model if model is None else model, settings)
            return self.optimizer

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            if self.lr_scheduler is None:
                self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
                    optimizer or self.optimizer,
                    lambda step: learning_rate(settings, step, steps) / settings.learning_rate,
                )
            return self.lr_scheduler

        def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
            loss = super().training_step(model, inputs, num_items_in_batch)
            self.step_loss += float(loss)  # each is a share of the mean over the step's tokens
            return loss

    class Ours(TrainerCallback):
        reported = started

        def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            step, loss = state.global_step, trainer.step_loss
            gradients = [one.grad for one in model.parameters() if one.grad is not None]
            norm = float(torch.nn.utils.get_total_norm(gradients))
            if not (math.isfinite(loss) and math.isfinite(norm)):
                kept = states.refute(step)
                last = f"; the last good state, after step {kept[0]}, is kept: {kept[1]}" if kept else ""
                raise TrainingFailed(
                    f"{phase}: loss {loss:.4g}, gradient norm {norm:.4g} at step {step + 1} of {steps}; lower "
                    "learning_rate or set a (lower) max_grad_norm, lengthen the warm-up, or set precision: "
                    f"float32{last}"
                )
            proven = states.prove(step)
            if proven:
                on_state(proven)

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            step = state.global_step
            loss, trainer.step_loss = trainer.step_loss, 0.0
            for row in (row for sequence in batches.of_step(step - 1) for row in sequence):
                record.tokens += len(row.tokens)
                record.completion_tokens += len(row.tokens) - row.loss_from
            record.steps = step
            record.curve.append((step, loss, learning_rate(settings, step - 1, steps), record.tokens))
            ended = evaluations.after_step(model, record)
            control.should_training_stop = control.should_training_stop or ended
            control.should_save = states.due(step, steps) and not ended
            now = time.monotonic()
            if now - self.reported > 1.0 or step == steps or ended:
                self.reported, elapsed = now, max(now - started, 1e-9)
                left = 0.0 if ended else elapsed / (step - known_steps) * (steps - step)
                rate = (record.tokens - known_tokens) / elapsed
                on_progress(Progress(phase, step, steps, loss, rate, left))

        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            _pack(work / f"checkpoint-{state.global_step}", states, record, evaluations, started)

    batches = _Batches(sequences, settings)
    arguments = SFTConfig(
        output_dir=str(work),
        max_steps=steps,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=settings.batch_size // micro,
        max_grad_norm=settings.max_grad_norm or 0.0,
        bf16=settings.precision == "mixed",
        activation_checkpointing=settings.gradient_checkpointing,
        use_cpu=model.device.type == "cpu",
        seed=settings.seed,
        save_strategy="no",  # our callback says when
        logging_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=model.device.type != "cpu",
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    _ = arguments.device
    arguments._n_gpu = min(arguments.n_gpu, 1)  # several would be copies in one process, with other batches
    numbers = list(range(len(sequences)))
    trainer = InOurOrder(
        model=model,
        args=arguments,
        # the collator takes the tokens from their arrays; TRL wants to see a tokenized data set
        train_dataset=Dataset.from_dict({"input_ids": [[number] for number in numbers]}),
        data_collator=lambda rows: batch_of([sequences[row["input_ids"][0]] for row in rows], pad_token),
        processing_class=tokenizer,
        callbacks=[Ours()],
    )
    torch.manual_seed(settings.seed)
    try:
        trainer.train(resume_from_checkpoint=str(found) if found else None)
    except torch.OutOfMemoryError as error:
        raise TrainingFailed(
            "the GPU's memory is full: set a smaller micro_batch_size, gradient_checkpointing: true, or a shorter "
            "sequence_length"
        ) from error
    evaluations.put_best_back(model)
    return record


class _Batches:
    """The sequences of each step, for counting."""

    def __init__(self, sequences: Sequences, settings: TrainingSettings) -> None:
        self._sequences, self._size = sequences, settings.batch_size
        self._order = RowOrder(len(sequences), settings.seed)
        self._a_epoch = math.ceil(len(sequences) / settings.batch_size)
        self._places: list[int] = list(self._order)

    def of_step(self, step: int) -> Sequences:
        """Those of `step`, from 0."""
        epoch, within = divmod(step, self._a_epoch)
        if epoch != self._order.epoch:
            self._order.set_epoch(epoch)
            self._places = list(self._order)
        start = within * self._size
        return [self._sequences[place] for place in self._places[start : start + self._size]]


def _pack(folder: Path, states: States, record: LoopRecord, evaluations: Evaluations, started: float) -> None:
    """The folder that was saved after the record's last step becomes the state of that step."""
    import torch

    content = asdict(record) | {"seconds_before": record.seconds_before + time.monotonic() - started}
    (folder / RECORD).write_text(json.dumps(content), encoding="utf-8")
    if evaluations.best_weights is not None:
        torch.save(evaluations.best_weights, folder / BEST)
    with (
        replacing(states.folder / f"{record.steps:08}.state") as unfinished,
        tarfile.open(unfinished, "w") as tar,
    ):
        tar.add(folder, folder.name)
    shutil.rmtree(folder)


def _unpacked(states: States, work: Path) -> Path | None:
    """The folder of the newest state that can be read, unpacked; None where there is none."""
    for step, path in states.files():
        folder = work / f"checkpoint-{step}"
        try:
            with tarfile.open(path) as tar:
                tar.extractall(work, filter="data")
            json.loads((folder / RECORD).read_text(encoding="utf-8"))
        except (tarfile.TarError, OSError, ValueError) as error:
            logger.warning("%s cannot be read (%s): an older state is looked for", path, error)
            shutil.rmtree(folder, ignore_errors=True)
            continue
        return folder
    return None


def _restore(folder: Path, record: LoopRecord, evaluations: Evaluations) -> None:
    import torch

    for name, value in json.loads((folder / RECORD).read_text(encoding="utf-8")).items():
        setattr(record, name, value)
    record.resumed_from = record.steps
    if (folder / BEST).is_file():
        evaluations.best_weights = torch.load(folder / BEST, map_location="cpu", weights_only=True)
