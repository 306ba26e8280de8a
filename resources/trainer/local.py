"""The trainer of this machine: a child process per model (CPU or one GPU), its folder put in place when whole.

Stands between the pipeline and `local_process`: job file, progress, errors, lock, manifest. Nothing here
imports torch. Two runs that want the same model wait for each other, and the second finds it made.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel

from resources.model_folder import (
    RECORD,
    BrokenModelFolder,
    check_against_manifest,
    read_manifest,
    write_manifest,
)
from resources.trainer.base import (
    CURVE_SCHEMA,
    EVALUATIONS_SCHEMA,
    LEFT_OUT_SCHEMA,
    OnProgress,
    Progress,
    TinyModel,
    Trainer,
    TrainerUnavailable,
    TrainingFailed,
    TrainingResult,
    TrainingSettings,
    silent,
)
from resources.trainer.choice import OWN_LOOP, OwnLoop, Trl
from resources.trainer.states import RemoteStates, States
from resources.whole_files import put_folder_in_place


class LocalTrainer(Trainer):
    """Trains on this machine. `threads`: of the CPU, by default all that this process may use.

    `state_every`: steps from one state to the next, that a killed training goes on from; 0: none is kept. They are
    beside the output while it is not finished, and copied to `remote` where it is given.
    """

    def __init__(
        self,
        threads: int | None = None,
        device: str = "auto",
        python: str = sys.executable,
        *,
        state_every: int = 0,
        remote: RemoteStates | None = None,
    ) -> None:
        self.state_every = state_every
        self.remote = remote
        self.threads = threads or len(os.sched_getaffinity(0))
        self.device = device
        self.python = python

    def make_base(
        self,
        texts: pl.DataFrame,
        settings: TinyModel,
        output: Path,
        *,
        model_id: str,
        on_progress: OnProgress = silent,
    ) -> TrainingResult:
        """See `Trainer`."""
        job: dict[str, object] = {"verb": "make_base"}
        return self._make(job, texts.select("text"), settings, output, model_id, on_progress)

    def train(
        self,
        examples: pl.DataFrame,
        settings: TrainingSettings,
        output: Path,
        *,
        base: str,
        model_id: str,
        revision: str | None = None,
        trainer: OwnLoop | Trl = OWN_LOOP,
        on_progress: OnProgress = silent,
    ) -> TrainingResult:
        """See `Trainer`."""
        columns = [
            name for name in ("sft_id", "prompt", "completion", "messages") if name in examples.columns
        ]
        job: dict[str, object] = {"verb": "train", "base": base, "revision": revision}
        job["trainer"] = trainer.model_dump(mode="json")
        return self._make(job, examples.select(columns), settings, output, model_id, on_progress)

    def _make(
        self,
        job: dict[str, object],
        frame: pl.DataFrame,
        settings: BaseModel,
        output: Path,
        model_id: str,
        on_progress: OnProgress,
    ) -> TrainingResult:
        output = output.absolute()
        output.parent.mkdir(parents=True, exist_ok=True)
        with _alone(output):
            states = States(output.with_name(f".{output.name}.states"), self.state_every)
            made = _made_before(output, model_id)
            if made is not None:
                states.remove()
                return made
            if self.remote is not None and self.state_every:
                self.remote.fetch(model_id, states)
            partial = output.with_name(f".{output.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)  # of a run that died: we hold the lock
            partial.mkdir()
            try:
                with tempfile.TemporaryDirectory() as scratch:
                    job |= {"settings": settings.model_dump(mode="json"), "output": str(partial)}
                    job |= {"threads": self.threads, "device": self.device}
                    job |= {
                        "states": str(states.folder),
                        "state_every": self.state_every,
                        "model_id": model_id,
                    }
                    job["frame"] = str(Path(scratch) / "frame.parquet")
                    frame.write_parquet(Path(scratch) / "frame.parquet")
                    facts = self._run(job, Path(scratch), on_progress)
                record = json.dumps(facts, indent=1, sort_keys=True) + "\n"
                (partial / RECORD).write_text(record, encoding="utf-8")
                write_manifest(partial, {"model_id": model_id, "settings": job["settings"]})
                put_folder_in_place(partial, output)
                states.remove()
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        return read_result(output)

    def _run(self, job: dict[str, object], scratch: Path, on_progress: OnProgress) -> dict[str, Any]:
        """Run the child to its end; the facts of its `done` line."""
        job_file, errors = scratch / "job.json", scratch / "stderr.txt"
        job_file.write_text(json.dumps(job), encoding="utf-8")
        # -P: from the installed package, whatever folders the current one has
        command = [self.python, "-P", "-m", "resources.trainer.local_process", str(job_file)]
        environment = os.environ | {"TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": str(self.threads)}
        # waiting threads that spin cost a factor of eight where another process has one of the cores
        environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        with (
            errors.open("wb") as stderr,
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # closes when this process dies, however it dies
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment,
                text=True,
                encoding="utf-8",
            ) as child,
        ):
            try:
                facts = _follow(child, on_progress, lambda file: self._copy(str(job["model_id"]), file))
            finally:
                child.kill()
        if facts is None:
            tail = errors.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
            raise TrainingFailed(
                f"the training process ended with status {child.returncode} and no result; {_likely(tail)}\n{tail}"
            )
        return facts

    def _copy(self, model_id: str, state: Path) -> None:
        if self.remote is not None:
            self.remote.keep(model_id, state)


def read_result(folder: Path) -> TrainingResult:
    """The result of the training that made `folder`; raises `BrokenModelFolder` where it is not whole."""
    manifest = check_against_manifest(folder)
    facts = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    files = manifest["files"]
    return TrainingResult(
        model_id=str(manifest["model_id"]),
        folder=folder,
        loss_before=facts.get("loss_before"),
        loss_after=facts.get("loss_after"),
        loss_on=facts["loss_on"],
        curve=pl.DataFrame(facts.get("curve", []), schema=CURVE_SCHEMA, orient="row"),
        steps=facts.get("steps", 0),
        tokens=facts.get("tokens", 0),
        completion_tokens=facts.get("completion_tokens", 0),
        truncated=facts.get("truncated", 0),
        parameters=facts["parameters"],
        seconds=facts["seconds"],
        hardware=facts["hardware"],
        versions=facts["versions"],
        files=dict(files) if isinstance(files, dict) else {},
        left_out=pl.DataFrame(facts.get("left_out", []), schema=LEFT_OUT_SCHEMA, orient="row"),
        evaluations=pl.DataFrame(facts.get("evaluations", []), schema=EVALUATIONS_SCHEMA, orient="row"),
        resumed_from=facts.get("resumed_from"),
    )


def _made_before(output: Path, model_id: str) -> TrainingResult | None:
    """The result in `output` where it is this model and whole; a broken one counts as not made."""
    manifest = read_manifest(output)
    if output.exists() and (manifest is None or manifest.get("model_id") != model_id):
        there = (
            "something that is no finished model" if manifest is None else f"model {manifest.get('model_id')}"
        )
        raise TrainingFailed(f"{output} holds {there}; choose another folder or remove it")
    try:
        found = read_result(output) if output.exists() else None
    except (BrokenModelFolder, OSError, ValueError, KeyError):
        return None
    return None if found is None else TrainingResult(**{**vars(found), "reused": True})


def _follow(
    child: "subprocess.Popen[str]", on_progress: OnProgress, on_state: Callable[[Path], None]
) -> dict[str, Any] | None:
    """Read the child's lines to their end: progress and states reported, errors raised, facts returned."""
    facts = None
    for line in child.stdout or ():
        event = _event(line)
        if event.get("event") == "progress":
            on_progress(Progress(**{name: event[name] for name in Progress.__dataclass_fields__}))
        elif event.get("event") == "state":
            on_state(Path(event["file"]))
        elif event.get("event") == "error":
            unavailable = event["kind"] == "TrainerUnavailable"
            raise (TrainerUnavailable if unavailable else TrainingFailed)(event["message"])
        elif event.get("event") == "done":
            facts = event["facts"]
    child.wait()
    return facts


def _event(line: str) -> dict[str, Any]:
    """A JSON line of the child; libraries that print to standard output are passed over."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _likely(stderr: str) -> str:
    if "OutOfMemoryError" in stderr:
        return "the GPU's memory is full: set a smaller micro_batch_size, or gradient_checkpointing: true"
    return "its last words follow (status -9: killed, most likely for memory)"


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Hold the lock of `output` among the processes of this machine; waits for whoever makes the same model."""
    with output.with_name(f".{output.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
