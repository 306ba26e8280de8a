"""The type check against Pyright alone, on the same real functions in the same run.

Peer: Pyright (basedpyright) as it is run by hand, a process over a folder of 1,000 files, one folder after the other.
Beside it Pyright with this project's batches, processes and options of Node's, and the cascade with one process and
with one a core. Verdicts must be equal. Reported are functions a second by the clock, CPU seconds, and the ratio to
the peer of the same round.

    python tests/benchmarks/bench_typecheck.py --functions 6000 --rounds 3
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
from standalone_functions import standalone_functions

from resources.type_checker.base import Judgment, TypeChecker
from resources.type_checker.cascade import Cascade
from resources.type_checker.project import file_number, project
from resources.type_checker.pyright import Pyright, PyrightSettings, available_cores


class ByHand(TypeChecker):
    """The peer: `basedpyright` over folders of 1,000 files, nothing else set than what its verdict depends on."""

    def identity(self) -> dict[str, str]:
        return Pyright().identity()

    def judge(self, sources: Sequence[str]) -> list[Judgment]:
        errors = [0] * len(sources)
        for start in range(0, len(sources), 1000):
            with project(sources[start : start + 1000], "3.11") as folder:
                settings = {
                    "typeCheckingMode": "standard",
                    "pythonVersion": "3.11",
                    "pythonPlatform": "Linux",
                }
                environment = {"venvPath": str(folder), "venv": ".environment"}
                (folder / "pyrightconfig.json").write_text(json.dumps(settings | environment))
                command = [sys.executable, "-m", "basedpyright", "--level", "error", "--outputjson"]
                report = subprocess.run(command, cwd=folder, capture_output=True).stdout
            for finding in json.loads(report)["generalDiagnostics"]:
                errors[start + file_number(finding["file"])] += finding["severity"] == "error"
        return [Judgment(count) for count in errors]


CONTESTANTS: dict[str, Callable[[], TypeChecker]] = {
    "Pyright by hand": ByHand,
    "Pyright alone, a process a core": lambda: Pyright(),
    "cascade, one process": lambda: Cascade(PyrightSettings(processes=1)),
    "cascade, a process a core": lambda: Cascade(),
}
PEER = next(iter(CONTESTANTS))


def cpu_s() -> float:
    """CPU seconds of all processes that have ended, and of this one."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description="the type check against Pyright alone")
    parser.add_argument("--functions", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(CONTESTANTS), help="beside the peer")
    options = parser.parse_args()
    functions = standalone_functions(options.functions)
    print(
        f"{functions.height} functions, {available_cores()} cores, "
        f"basedpyright {version('basedpyright')}, ty {version('ty')}"
    )
    contestants = [name for name in CONTESTANTS if not options.only or name in (PEER, *options.only)]
    wall: dict[str, list[float]] = {name: [] for name in contestants}
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(options.rounds):
        verdicts: dict[str, pl.Series] = {}
        for name in contestants if number % 2 == 0 else reversed(contestants):
            checker = CONTESTANTS[name]()
            started, used = time.perf_counter(), cpu_s()
            verdicts[name] = checker.check(functions)["ok"]
            wall[name].append(time.perf_counter() - started)
            cpu[name].append(cpu_s() - used)
            print(
                f"round {number + 1}: {name}: {wall[name][-1]:.1f} s, CPU {cpu[name][-1]:.1f} s", flush=True
            )
        for name in contestants:
            different = (verdicts[name] != verdicts[PEER]).sum()
            if different:
                raise SystemExit(f"{name}: {different} verdicts differ from Pyright's")
        if number == 0:
            print(f"{verdicts[PEER].sum()} of {functions.height} pass; verdicts are equal")
    print(f"{'':34}{'functions/s':>22}{'CPU s':>8}{'times the peer':>24}{'by CPU':>8}")
    for name in contestants:
        rates = [functions.height / seconds for seconds in wall[name]]
        ratios = [peer / own for peer, own in zip(wall[PEER], wall[name], strict=True)]
        by_cpu = [peer / own for peer, own in zip(cpu[PEER], cpu[name], strict=True)]
        print(
            f"{name:34}{_spread(rates, 0):>22}{statistics.median(cpu[name]):>8.1f}{_spread(ratios, 2):>24}"
            f"{statistics.median(by_cpu):>8.2f}"
        )


def _spread(values: list[float], digits: int) -> str:
    """Minimum, median and maximum."""
    return " / ".join(
        f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values))
    )


if __name__ == "__main__":
    main()
