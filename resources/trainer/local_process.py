"""The process that a local training runs in: `python -m resources.trainer.local_process JOB.json`.

It alone imports torch, so that the pipeline's own process stays small and gets its memory back. It says what
it does in JSON lines on standard output, ends when its standard input closes (its parent died), and writes
into the folder that the job names; completing and renaming that folder is the parent's part.
"""

import json
import os
import platform
import sys
import threading
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from resources.trainer.base import OnProgress, TinyModel, TrainerUnavailable, TrainingFailed, TrainingSettings
from resources.trainer.chat_templates import template_text
from resources.trainer.loop import mean_loss, run_loop
from resources.trainer.lora import merged, with_adapter
from resources.trainer.states import States
from resources.trainer.tiny_model import chat_template, make_model, make_tokenizer
from resources.trainer.tokens import corpus_rows, encode_examples, pack
from resources.trainer.trl_loop import run_trl

DROPOUTS = (
    "attention_dropout",
    "residual_dropout",
    "embedding_dropout",
    "resid_pdrop",
    "embd_pdrop",
    "attn_pdrop",
)
"""Names that model configurations give their dropouts."""


def main(job_file: str) -> int:
    """Do the job of the file; exit status 0, or 1 after an `error` line."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    try:
        facts = run_job(job, lambda progress: _say("progress", **asdict(progress)))
    except (TrainerUnavailable, TrainingFailed) as error:
        _say("error", kind=type(error).__name__, message=str(error))
        return 1
    _say("done", facts=facts)
    return 0


def run_job(job: dict[str, Any], on_progress: OnProgress) -> dict[str, Any]:
    """Do a job in this process: the model's files are in `job["output"]` then, the facts are JSON values."""
    started = time.monotonic()
    device = _prepare(job)
    facts = (_make_base if job["verb"] == "make_base" else _train)(job, device, on_progress)
    before = facts.pop("seconds_before", 0.0)  # of processes that were killed
    facts |= {"seconds": before + time.monotonic() - started, "hardware": _hardware(device, job["threads"])}
    libraries = ["torch", "transformers", "tokenizers"]
    if job.get("trainer", {}).get("kind") == "trl":
        libraries += ["trl", "accelerate"]
    if job["settings"].get("adapter"):
        libraries.append("peft")
    return facts | {"versions": {name: version(name) for name in libraries}}


def _prepare(job: dict[str, Any]) -> str:
    """Threads, determinism and device; the device's name."""
    try:
        import torch
        import transformers
    except ImportError as error:
        raise TrainerUnavailable(f"{error}; training needs: pip install 'seedline[train]'") from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(job["threads"])
    found = "cuda" if torch.cuda.is_available() else "cpu"
    device = found if job["device"] == "auto" else job["device"]
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise TrainerUnavailable("device cuda is set but torch sees no GPU; set the device to cpu or auto")
    if device == "cpu":
        torch.use_deterministic_algorithms(True)
    return device


def _make_base(job: dict[str, Any], device: str, on_progress: OnProgress) -> dict[str, Any]:
    settings = TinyModel(**job["settings"])
    texts = pl.read_parquet(job["frame"])["text"].to_list()
    tokenizer = make_tokenizer(texts, settings)
    model = make_model(tokenizer, settings).to(device)
    facts: dict[str, Any] = {"loss_on": "corpus"}
    if settings.pretraining_steps:
        training = TrainingSettings(
            max_steps=settings.pretraining_steps,
            learning_rate=settings.pretraining_learning_rate,
            schedule="cosine",
            warmup_ratio=0.05,
            batch_size=settings.pretraining_batch_size,
            sequence_length=settings.pretraining_sequence_length,
            optimizer="adamw_torch",
            seed=settings.seed,
        )
        wanted = settings.pretraining_steps * settings.pretraining_batch_size
        rows = corpus_rows(texts, tokenizer, sequence_length=training.sequence_length, rows=wanted)
        if not rows:
            raise TrainingFailed("the corpus text is shorter than one pre-training sequence")
        sequences = pack(rows, sequence_length=training.sequence_length, packing=False)
        measured = sequences[: training.batch_size]
        facts |= _fit(job, model, tokenizer, sequences, measured, training, "pretraining", on_progress)
    return facts | _save(model, tokenizer, Path(job["output"]))


def _train(job: dict[str, Any], device: str, on_progress: OnProgress) -> dict[str, Any]:
    settings = TrainingSettings(**job["settings"])
    examples = pl.read_parquet(job["frame"])
    model, tokenizer = _load(job["base"], job["revision"], settings, device)
    model = with_adapter(model, settings.adapter, settings.seed)
    context = getattr(model.config, "max_position_embeddings", None)
    if context and settings.sequence_length > context:
        raise TrainingFailed(
            f"sequence_length is {settings.sequence_length}, but {job['base']} sees {context} tokens at most"
        )
    encoded = encode_examples(examples, tokenizer, settings)
    held_out = settings.held_out_rows
    trained = encoded.rows[: len(encoded.rows) - held_out] if held_out else encoded.rows
    if not trained:
        raise TrainingFailed(
            f"nothing to train on: {examples.height} examples, {encoded.left_out.height} of them with a prompt of "
            f"at least sequence_length ({settings.sequence_length}) tokens, {held_out} rows held out"
        )
    measured = encoded.rows[-held_out:] if held_out else encoded.rows[: settings.measured_rows]
    facts = _fit(
        job,
        model,
        tokenizer,
        pack(trained, sequence_length=settings.sequence_length, packing=settings.packing),
        pack(measured, sequence_length=settings.sequence_length, packing=settings.packing),
        settings,
        "fine-tuning",
        on_progress,
    )
    facts |= {
        "loss_on": "held_out_rows" if held_out else "training_rows",
        "truncated": encoded.truncated,
        "left_out": encoded.left_out.rows(),
    }
    return facts | _save(merged(model, settings.adapter), tokenizer, Path(job["output"]))


def _fit(
    job: dict[str, Any],
    model: Any,
    tokenizer: Any,
    sequences: Any,
    measured: Any,
    settings: TrainingSettings,
    phase: str,
    on_progress: OnProgress,
) -> dict[str, Any]:
    """Train, with the loss on `measured` before and after."""
    pad_token = tokenizer.pad_token_id
    if job.get("trainer", {}).get("kind") == "trl":
        record = run_trl(
            model,
            tokenizer,
            sequences,
            settings,
            phase=phase,
            on_progress=on_progress,
            measured=measured,
            states=States(Path(job["states"]), job["state_every"]),
            on_state=lambda file: _say("state", file=str(file)),
        )
        return asdict(record) | {"loss_after": mean_loss(model, measured, settings, pad_token=pad_token)}
    record = run_loop(
        model,
        sequences,
        settings,
        pad_token=pad_token,
        phase=phase,
        on_progress=on_progress,
        measured=measured,
        states=States(Path(job["states"]), job["state_every"]) if job.get("states") else None,
        on_state=lambda file: _say("state", file=str(file)),
    )
    return asdict(record) | {"loss_after": mean_loss(model, measured, settings, pad_token=pad_token)}


def _load(base: str, revision: str | None, settings: TrainingSettings, device: str) -> tuple[Any, Any]:
    """Model and tokenizer of a local folder or hub id, with what the training needs filled in."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    dtype = torch.bfloat16 if settings.precision == "bfloat16" else torch.float32
    try:
        config = AutoConfig.from_pretrained(base, revision=revision)
        for name in DROPOUTS:
            if hasattr(config, name):
                setattr(config, name, settings.dropout)
        tokenizer = AutoTokenizer.from_pretrained(base, revision=revision)
        model: Any = AutoModelForCausalLM.from_pretrained(base, revision=revision, config=config, dtype=dtype)
    except (OSError, ValueError) as error:
        raise TrainerUnavailable(
            f"base_model {base!r} cannot be loaded ({str(error).splitlines()[0]}); give a folder with a Hugging "
            "Face model, or the id of one on the hub"
        ) from error
    if tokenizer.eos_token_id is None:
        raise TrainerUnavailable(f"base_model {base!r}: its tokenizer has no end token")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if (text := template_text(settings.chat_template)) is not None:
        tokenizer.chat_template = text
    elif tokenizer.chat_template is None:
        tokenizer.chat_template = chat_template()
    return model.to(device), tokenizer


def _save(model: Any, tokenizer: Any, output: Path) -> dict[str, Any]:
    model.config.use_cache = True
    model.generation_config.update(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model.save_pretrained(output)
    tokenizer.save_pretrained(output)
    # the class name that every version of the library and every serving engine knows
    config_file = output / "tokenizer_config.json"
    config = json.loads(config_file.read_text(encoding="utf-8"))
    if config.get("tokenizer_class") == "TokenizersBackend":
        config["tokenizer_class"] = "PreTrainedTokenizerFast"
        config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return {"parameters": sum(parameter.numel() for parameter in model.parameters())}


def _say(event: str, **content: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **content}) + "\n")
    sys.stdout.flush()


def _hardware(device: str, threads: int) -> str:
    if device.startswith("cuda"):
        import torch

        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.machine()
    return f"{name}, {threads} threads"


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(3)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
