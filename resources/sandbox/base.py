"""The interface of the sandbox: a frame of programs in, unforgeable verdicts out.

A verdict says what the tests showed about the code, never merely how a process ended. How programs are
isolated and proven is in the files beside this one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

BackendChoice = Literal["auto", "bwrap", "landlock"]
"""How programs are isolated; auto: the first of the others that stands its probe on this machine."""


class Verdict(StrEnum):
    """What running a program's tests showed."""

    PASS = "pass"  # the tests ran to their end and held
    FAIL = "fail"
    TIMEOUT = "timeout"
    OOM = "oom"
    CRASH = "crash"
    OUTPUT_LIMIT = "output_limit"
    COMPILE_ERROR = "compile_error"
    NO_TESTS = "no_tests"
    # never cached: they say something about the machine, nothing about the program
    HARNESS_ERROR = "harness_error"
    UNSUPPORTED = "unsupported"


MEANING: dict[Verdict, str] = {
    Verdict.PASS: "the tests ran to their end, at least one live check ran, and none failed",
    Verdict.FAIL: "a check failed, or the answer or the tests raised an error",
    Verdict.TIMEOUT: "the CPU time was used up",
    Verdict.OOM: "the memory was used up",
    Verdict.CRASH: "the program ended by a signal, or without the proof that its tests ran",
    Verdict.OUTPUT_LIMIT: "the program printed more than it may",
    Verdict.COMPILE_ERROR: "the program does not compile or parse",
    Verdict.NO_TESTS: "no live check ran",
    Verdict.HARNESS_ERROR: "the sandbox failed; never kept, tried again the next time",
    Verdict.UNSUPPORTED: "this machine has no toolchain for the language; never kept",
}
"""What each verdict means, for the documentation."""

TRANSIENT = (Verdict.HARNESS_ERROR, Verdict.UNSUPPORTED)
"""Verdicts that must not be cached."""

PROGRAM_SCHEMA = pl.Schema(
    {
        "key": pl.String,  # names the row; comes back with the verdict
        "language": pl.String,
        "code": pl.String,  # the untrusted answer
        "tests": pl.String,  # the tests, in the language's plain form
    }
)
"""Columns a program needs.

`timeout_s` (Float64) and `memory_mb` (Int64), null for the default, may stand beside, and `hash_seed` (Int64), by
which Python orders sets; null: 0.
"""

VERDICT_SCHEMA = pl.Schema(
    {
        "key": pl.String,
        "verdict": pl.String,  # a value of Verdict
        "detail": pl.String,  # one line: the failed assertion or error, bounded, valid UTF-8
        "duration_ms": pl.Float64,  # wall time
        "cpu_ms": pl.Float64,
        "peak_mb": pl.Float64,  # of all its processes together
        "output_tail": pl.String,  # last lines of output, bounded, valid UTF-8
        "proof": pl.String,  # split or in_process
        "isolation": pl.String,  # bwrap-forkserver, bwrap, landlock, runsc
        "toolchain": pl.String,  # e.g. "Python 3.11.7"
        "flags": pl.List(pl.String),  # e.g. tampered, flaky, vacuous, retried
        "reached": pl.Int64,  # how often the tests reached the answer; null: not counted
    }
)
"""Columns of a verdict frame.

`reached` is counted by the tests' own process in split mode, for tests that ran to their end: calls and special
methods that the answer carried out, attributes of its objects that were read, and one for each of its plain
constants that the tests mention and do not bind themselves. 0: the tests never used the answer. Null where answer
and tests share a process, in other languages, and where the tests did not reach their end.
"""


FLAGS = {
    "retried": "its first try ran into the time limit, the longer one did not",
    "flaky": "a second run gave another verdict",
    "answer_readable": "the tests contain the answer's source, or read it",
    "tampered": "the answer changed or redefined what its tests are judged by",
    "shadowed": "the answer gave a name of the language's own that the tests use another meaning",
}
"""What a verdict can be flagged with; a recipe says which flagged passes it accepts."""


class Limits(BaseModel):
    """Limits of one program, all of its processes together. Part of every verdict's cache key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpu_s: float = Field(default=2.0, gt=0, description="CPU seconds at the first try")
    retry_cpu_s: float = Field(
        default=10.0, ge=0, description="CPU seconds when a time-out is tried again; 0: never"
    )
    memory_mb: int = Field(
        default=1024, gt=0, description="memory of all processes of a program together, in MiB"
    )
    processes: int = Field(default=32, gt=0, description="processes and threads at a time")
    files: int = Field(default=64, gt=0, description="open files a process")
    disk_mb: int = Field(default=32, gt=0, description="private /tmp")
    output_kb: int = Field(default=1024, gt=0, description="stdout and stderr together")


class Sandbox(ABC):
    """Judges programs in isolation. Use as a context manager: leaving ends every process it started."""

    @abstractmethod
    def identity(self, language: str) -> dict[str, str]:
        """What a verdict depends on beside the program: toolchain, isolation, limits, harness version.

        Raises `SandboxUnavailable` where the language has no toolchain or nothing can isolate.
        """

    @abstractmethod
    def verify(self, programs: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Judge `programs` (`PROGRAM_SCHEMA`): frames of `VERDICT_SCHEMA` as they finish.

        Over all frames every key comes back exactly once, in any order.
        """

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:  # noqa: B027 - not every sandbox keeps processes
        """End every process that was started."""


class SandboxUnavailable(RuntimeError):
    """No isolation, or no toolchain for a language; the message says what to install."""
