"""The child process of the `vllm` engine, seen from outside: started, spoken to, and gone with all it started.

It runs `in_vllm/batches.py` under the interpreter of an environment that has vLLM. What is said to it is JSON
lines; what it is asked belongs to `vllm`.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resources.engines.base import EngineUnavailable
from resources.engines.deployment import VllmDeployment
from resources.engines.process_group import end_group
from resources.engines.vllm_words import failure, tail

PROGRAM = Path(__file__).parent / "in_vllm" / "batches.py"

END_S = 20.0
"""How long the process may take to end by itself; then it is killed."""


def interpreter(deployment: VllmDeployment) -> str:
    """The interpreter of the environment that has vLLM; `EngineUnavailable` where the setting names none."""
    python = deployment.python
    if python is None:
        return sys.executable
    if not os.access(python, os.X_OK) or not python.is_file():
        raise EngineUnavailable(
            f"engines.vllm.python (SEEDLINE_ENGINES__VLLM__PYTHON) is {python}, which is no program; set it to the "
            "python of an environment that has vLLM"
        )
    return str(python.absolute())


class VllmChild:
    """A running process. `job` is its first line; it holds the model once `wait_until_ready` has returned."""

    def __init__(self, job: Mapping[str, object], deployment: VllmDeployment) -> None:
        self._python = interpreter(deployment)
        self._model = str(job["model"])
        self._load_timeout_s = deployment.load_timeout_s
        self._scratch = tempfile.TemporaryDirectory(prefix="seedline-vllm-")
        self._log = Path(self._scratch.name) / "log.txt"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._python, str(PROGRAM)],
                stdin=subprocess.PIPE,  # closes when this process dies, however it dies
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # a group of its own, so that all of it can be ended
            )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._rest = b""
        self.facts: dict[str, Any] = {}
        self.say(json.dumps(job).encode() + b"\n")

    @property
    def pid(self) -> int:
        """Of the process, which leads its process group."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Until the model is loaded: its context and whether it has a chat template are in `facts` then."""
        until = time.monotonic() + self._load_timeout_s
        while True:
            event = self.event(until - time.monotonic())
            if event is None:
                raise EngineUnavailable(
                    failure(
                        f"vLLM had not loaded {self._model!r} after engines.vllm.load_timeout_s "
                        f"({self._load_timeout_s:g} s)",
                        tail(self._log),
                    )
                )
            if event["event"] == "ready":
                self.facts = event
                return

    def say(self, lines: bytes) -> None:
        """Send whole lines. The process reads all the time, so this waits for nothing but its reading."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(lines)
            self._process.stdin.flush()
        except OSError as error:
            raise self._died() from error

    def event(self, wait_s: float) -> dict[str, Any] | None:
        """The next line of the process; None after `wait_s` without one. Raises when it failed or died."""
        assert self._process.stdout is not None
        until = time.monotonic() + wait_s
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if left <= 0:
                return None
            # in short turns: a process that vLLM started may keep the pipe open when the first one is gone
            readable, _, _ = select.select([self._process.stdout], [], [], min(left, 1.0))
            read = self._process.stdout.read(1 << 20) if readable else None
            if read == b"" or (read is None and self._process.poll() is not None):
                raise self._died()
            self._rest += read or b""
        line, _, self._rest = self._rest.partition(b"\n")
        event = json.loads(line)
        if event["event"] == "failed":
            raise EngineUnavailable(
                failure(
                    f"vLLM of {self._python} could not go on with model {self._model!r}: "
                    f"{event['kind']}: {event['message']}",
                    tail(self._log),
                )
            )
        return event

    def end(self) -> None:
        """End the process and all it started; its memory is free when this returns."""
        assert self._process.stdin is not None and self._process.stdout is not None
        if self._process.poll() is None:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                self._process.stdin.write(b'{"end": true}\n')
                self._process.stdin.flush()
                self._process.wait(END_S)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        end_group(self._process.pid)
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._scratch.cleanup()

    def _died(self) -> EngineUnavailable:
        try:
            status = self._process.wait(5)
        except subprocess.TimeoutExpired:
            status = None
        how = "stopped answering" if status is None else f"ended with status {status}"
        if status is not None and status < 0:
            how = f"was killed by {signal.Signals(-status).name}"
        if status == -signal.SIGKILL:
            how += ", most likely for memory"
        return EngineUnavailable(
            failure(
                f"the vLLM process of model {self._model!r} {how}; what it had answered is kept, run again for "
                "the rest",
                tail(self._log),
            )
        )
