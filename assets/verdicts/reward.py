"""A reward for reinforcement learning: 1.0 for an answer whose tests hold in the sandbox, else 0.0.

As TRL's GRPO trainer calls it (`sandbox_reward`, or a `SandboxReward` of one's own settings) and as verl does
(`compute_score`). An answer passes as everywhere in Seedline: its code is taken out of its text, isolated, and believed
only where the tests ran to their end and reached it; leaving with status 0 earns nothing. Equal answers run once.
"""

import atexit
import json
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import polars as pl

from assets.source_code.answers import code_of_answer
from assets.verdicts.judged import judged
from resources.row_cache import RowCache
from resources.sandbox.base import TRANSIENT, Limits, Sandbox, SandboxUnavailable, Verdict
from resources.sandbox.local import open_sandbox
from resources.storage import Storage

USER = "reward"
"""Who this is in the usage record of a row cache."""


class SandboxReward:
    """A reward function over one sandbox, which stays open between calls; a context manager.

    `limits` are those of a program, `workers` the programs at a time (0: one a core). `cache` is a folder that
    remembers verdicts between trainings. With `control`, passes that are in doubt are tried on an answer made useless.
    """

    __name__ = "sandbox_reward"

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        workers: int = 0,
        cache: Path | str | None = None,
        control: bool = True,
        sandbox: Sandbox | None = None,
    ) -> None:
        self._limits, self._workers, self._cache = limits or Limits(), workers, cache
        self._control, self._given = control, sandbox
        self._lock, self._stack = threading.Lock(), ExitStack()
        self._open: tuple[Sandbox, RowCache] | None = None

    def __call__(
        self,
        completions: Sequence[Any],
        tests: Sequence[str],
        language: Sequence[str] | None = None,
        **_: Any,
    ) -> list[float]:
        """The reward of each completion: text, or a list of messages, the last of which counts.

        Raises `SandboxUnavailable` where a program could not be judged: no reward is made up.
        """
        texts = [one if isinstance(one, str) else str(one[-1]["content"]) for one in completions]
        languages = ["python"] * len(texts) if language is None else [str(one) for one in language]
        code = [code_of_answer(text, name) for text, name in zip(texts, languages, strict=True)]
        programs = pl.DataFrame(
            {"place": range(len(texts)), "language": languages, "code": code, "tests": list(tests)},
            schema={"place": pl.Int64, "language": pl.String, "code": pl.String, "tests": pl.String},
        )
        rewards = [0.0] * len(texts)
        with self._lock:
            sandbox, row_cache = self._opened()
            for (name,), part in programs.group_by("language", maintain_order=True):
                found = judged(
                    part, sandbox, row_cache, language=str(name), control=self._control, repeat="never"
                ).rows
                for place, verdict, detail in found.select("place", "verdict", "detail").iter_rows():
                    if verdict in TRANSIENT:
                        raise SandboxUnavailable(f"completion {place} ({name}) could not be judged: {detail}")
                    rewards[place] = float(verdict == Verdict.PASS.value)
        return rewards

    def close(self) -> None:
        """End the sandbox and every process of it."""
        with self._lock:
            self._stack.close()
            self._open = None

    def __enter__(self) -> "SandboxReward":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> tuple[Sandbox, RowCache]:
        if self._open is None:
            sandbox = self._given
            if sandbox is None:
                sandbox = self._stack.enter_context(open_sandbox(self._limits, workers=self._workers))
            folder = self._cache
            if folder is None:
                folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="seedline-rewards-"))
            self._open = sandbox, RowCache(Storage(folder), user=USER)
        return self._open


_SHARED = SandboxReward()
atexit.register(_SHARED.close)


def sandbox_reward(
    completions: Sequence[Any], tests: Sequence[str], language: Sequence[str] | None = None, **_: Any
) -> list[float]:
    """As `SandboxReward`, with its defaults: `GRPOTrainer(reward_funcs=sandbox_reward, ...)`."""
    return _SHARED(completions, tests, language)


def compute_score(data_source: str, solution_str: str, ground_truth: str, extra_info: Any = None) -> float:
    """As verl calls it (`custom_reward_function.path`): `ground_truth` is JSON with `language` and `tests`."""
    wanted = json.loads(ground_truth)
    return _SHARED([solution_str], [wanted["tests"]], [wanted["language"]])[0]
