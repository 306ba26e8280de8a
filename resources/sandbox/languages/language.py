"""What a language must offer to be judged: how to find its tools, build a program with its proof, and run it.

Belongs here: the face `Language` and the plain records it deals in. One language a file is beside this
one; what their runs mean is decided in `judge.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TOKEN_LENGTH = 32
"""Characters of a run's token: a harness reads the first half before the answer, the second after the tests."""


@dataclass(frozen=True)
class Toolchain:
    """The tools of one language on this machine."""

    language: str
    version: str  # for people and for cache keys, e.g. "g++ 12.2.0"
    tools: Mapping[str, Path]  # command -> its resolved path
    binds: tuple[str, ...] = ()  # folders outside the system's that the tools need, read-only
    warm: Path | None = None  # folder with what `Language.warm_up` prepared


@dataclass(frozen=True)
class Command:
    """One command in a sandbox of its own; see `resources.sandbox.bubblewrap.run` for the fields.

    Every command of a language has its toolchain's folders bound, so that one kept sandbox serves them all.
    """

    argv: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    address_space: bool = True
    processes: int = 0  # at least so many, where the runtime needs threads of its own
    start_cpu_s: float = 0.0  # CPU time the runtime itself needs before the answer's first line
    memory_mb: int = 0  # resident memory of the runtime itself


@dataclass(frozen=True)
class Program:
    """An answer joined with its tests: compiled by `build` where there is one, then judged by `run`."""

    run: Command
    build: Command | None = None
    counts: bool = False  # the harness counts assertions that held, and at least one must have
    checks: int | None = None  # how many checks the tests hold, where the harness counts each one that is run


class Language(ABC):
    """One language: its name, its Debian packages, and how an answer with its tests becomes a program."""

    name: str
    packages: tuple[str, ...]
    hello: tuple[str, str]  # a right answer and its tests: must pass before the language is offered
    warm_sources: tuple[str, ...] = ()  # harness files that `warm_up` compiles
    counts_checks: bool = (
        False  # whether `Program.checks` is given, so that a look at the tests' text decides nothing
    )

    @abstractmethod
    def locate(self) -> Toolchain | None:
        """The tools on this machine; None where one is missing."""

    def warm_up(self, toolchain: Toolchain) -> Mapping[str, bytes]:
        """Files made once for this toolchain (precompiled headers, libraries), by commands in the sandbox."""
        del toolchain
        return {}

    @abstractmethod
    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """Join `code` with `tests` and the proof that they ran; `mark` is a name nobody can foresee.

        Raises `Refused` where the answer redefines what its tests are judged by.
        """


class Refused(ValueError):
    """The answer disarms its tests (for example by redefining `panic`): a fail, known before it runs."""
