"""Proof that a task can be solved and that doing nothing does not solve it, by its own scripts in the sandbox.

The oracle writes its answer in one sandbox, the verifier judges it in another, as in Harbor's separate containers; then
the verifier judges what an agent leaves that does nothing. The scripts find their folders by variables that the
containers do not set.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from resources.sandbox import bubblewrap
from resources.sandbox.base import Limits
from resources.sandbox.interpreter import interpreter
from resources.sandbox.isolation import isolation

_LIMITS = Limits(cpu_s=10.0, memory_mb=4096, files=256)
_PLACES = {"APP_DIR": "/tmp/app", "TESTS_DIR": "/tmp/tests", "LOGS_DIR": "/tmp/logs"}
_ANSWER, _REWARD = "app/solution.py", "logs/reward.txt"


@dataclass(frozen=True)
class Proof:
    """What the verifier gave for the oracle and for nothing: `1`, `0`, or empty where it gave none."""

    oracle: str
    nothing: str
    said: str
    """What the verifier printed about the oracle, for a person."""

    @property
    def holds(self) -> bool:
        """Whether the oracle passes and nothing does not."""
        return self.oracle == "1" and self.nothing == "0"


def prove(
    tasks: Sequence[Mapping[str, bytes]],
    progress: Callable[[int, int], None] | None = None,
    limits: Limits = _LIMITS,
) -> list[Proof]:
    """The proof of each task (path to content, as `folder.task_files`), in their order, on all cores.

    Raises `SandboxUnavailable` where nothing can isolate.
    """
    backend = isolation()
    workers = max(1, min(len(os.sched_getaffinity(0)), len(tasks)))
    done = 0

    def work(number: int) -> list[tuple[int, Proof]]:
        nonlocal done
        found = []
        bubblewrap.use(backend, number)
        try:
            for place in range(number, len(tasks), workers):
                found.append((place, _proof(tasks[place], limits)))
                done += 1
                if progress:
                    progress(done, len(tasks))
        finally:
            bubblewrap.close_sandboxes()
        return found

    with ThreadPoolExecutor(workers) as pool:
        proofs = dict(one for part in pool.map(work, range(workers)) for one in part)
    return [proofs[place] for place in range(len(tasks))]


def _proof(task: Mapping[str, bytes], limits: Limits) -> Proof:
    solved = _run("solution/solve.sh", limits, _part(task, "solution/"), outputs=(_ANSWER,))
    answer = {path: content for path, content in solved.files.items() if path == _ANSWER}
    oracle = _run("tests/test.sh", limits, _part(task, "tests/") | answer, outputs=(_REWARD,))
    nothing = _run("tests/test.sh", limits, _part(task, "tests/"), outputs=(_REWARD,))
    return Proof(_reward(oracle), _reward(nothing), oracle.output_tail.strip()[-500:])


def _run(
    script: str, limits: Limits, files: Mapping[str, bytes], outputs: Sequence[str]
) -> bubblewrap.RunOutcome:
    # the base installation: a task needs the standard library alone, and a virtual environment in a temporary folder
    # is not to be seen in the sandbox, which has such a folder of its own
    python = Path(interpreter(sys.executable).executable).resolve()
    environment = _PLACES | {"PYTHON": str(python)}
    return bubblewrap.run(
        ["/bin/bash", script],
        files=files,
        limits=limits,
        env=environment,
        outputs=outputs,
        address_space=False,
    )


def _part(task: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    return {path: content for path, content in task.items() if path.startswith(folder)}


def _reward(outcome: bubblewrap.RunOutcome) -> str:
    return outcome.files.get(_REWARD, b"").decode(errors="replace").strip()
