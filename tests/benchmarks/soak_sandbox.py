"""Endurance: many programs, hostile ones among them, and what grows meanwhile: nothing may.

    python tests/benchmarks/soak_sandbox.py [--programs 100000] [--hostile 0.05] [--workers 0] [--kill]

Right programs of several kinds, wrong ones and hostile ones (from the test suite, those that end quickly) in a
seeded random order. Every tenth of the run it prints programs/s, wrong verdicts and, once idle, the memory of
this process and of the servers, processes, descriptors, mounts and disk. `--kill` ends a worker with SIGKILL
in the middle and shows that every program still comes back once.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import polars as pl
import psutil

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from resources.sandbox.base import Limits  # noqa: E402
from resources.sandbox.local import LocalSandbox  # noqa: E402

HOSTILE = REPOSITORY / "tests" / "resources" / "sandbox" / "python_cases" / "hostile.py.txt"
RIGHT = [
    ("def add(a, b):\n    return a + b\n", "assert add({0}, 2) == {0} + 2\nassert add(2, 2) == 4\n", "pass"),
    ("def rev(s):\n    return s[::-1]\n", "import sys\nassert rev('ab{0}') == 'ab{0}'[::-1]\n", "pass"),
    ("def f(xs):\n    xs.sort()\n    return xs\n", "assert f([3, 1, {0}]) == sorted([3, 1, {0}])\n", "pass"),
    ("class P:\n    def __init__(s, x):\n        s.x = x\n", "assert P({0}).x == {0}\n", "pass"),
    ("def add(a, b):\n    return a - b\n", "assert add({0}, 1) == {0} + 1\n", "fail"),
]


def hostile() -> list[tuple[str, str, str]]:
    """The suite's hostile programs but those that need a limit to end them, and those that look for leavings."""
    chosen = []
    for block in re.split(r"^#### ", HOSTILE.read_text(), flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        name, accept = (part.strip() for part in head.split("|")[:2])
        code, _, tests = body.partition("# === TESTS ===\n")
        if not {"timeout", "oom"} & set(accept.split()) or name == "a fork bomb":
            chosen.append((code, tests, accept + " timeout"))
    return chosen


def batch(
    start: int, count: int, share: float, chance: random.Random
) -> tuple[pl.DataFrame, dict[str, set[str]]]:
    """Programs `start` to `start + count`, and which verdicts each may get."""
    attacks, rows, accepted = hostile(), [], {}
    for number in range(start, start + count):
        code, tests, accept = chance.choice(attacks) if chance.random() < share else chance.choice(RIGHT)
        rows.append((str(number), "python", code, tests.replace("{0}", str(number))))
        accepted[str(number)] = set(accept.split())
    return pl.DataFrame(rows, schema=["key", "language", "code", "tests"], orient="row"), accepted


def footprint(sandbox: LocalSandbox) -> dict[str, float]:
    """What could have grown, with nothing running."""
    time.sleep(0.2)
    own = psutil.Process()
    below = [p for p in own.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]
    servers = [p for pid in sandbox.server_pids() for p in psutil.Process(pid).children(recursive=True)]
    return {
        "own MiB": own.memory_info().rss / 2**20,
        "servers MiB": sum(p.memory_info().rss for p in servers) / 2**20,
        "processes": len(below),
        "descriptors": own.num_fds() + sum(len(list(Path(f"/proc/{p.pid}/fd").iterdir())) for p in servers),
        "mounts": sum(len(Path(f"/proc/{p.pid}/mounts").read_text().splitlines()) for p in (own, *servers)),
        "shm files": len(list(Path("/dev/shm").iterdir())),
        "tmp GiB": shutil.disk_usage("/tmp").used / 2**30,
    }


def main() -> None:
    """Run the soak and exit with 1 if a verdict was wrong, a program lost, or a process left."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--programs", type=int, default=100_000)
    options.add_argument("--hostile", type=float, default=0.05)
    options.add_argument("--workers", type=int, default=0)
    options.add_argument("--kill", action="store_true")
    given = options.parse_args()
    chance = random.Random(7)
    wrong: Counter[str] = Counter()
    judged = 0
    step = max(1, given.programs // 10)
    with LocalSandbox(Limits(cpu_s=0.3, retry_cpu_s=0), workers=given.workers) as sandbox:
        frame, _ = batch(-40, 40, given.hostile, random.Random(0))
        list(sandbox.verify(frame))
        print("start", {name: round(value, 1) for name, value in footprint(sandbox).items()}, flush=True)
        for start in range(0, given.programs, step):
            frame, accepted = batch(start, min(step, given.programs - start), given.hostile, chance)
            if given.kill and start == step * 5:
                timer = threading.Timer(0.5, lambda: os.kill(sandbox.server_pids()[0], signal.SIGKILL))
                timer.start()
            began = time.perf_counter()
            found = pl.concat(sandbox.verify(frame))
            took = time.perf_counter() - began
            if sorted(found["key"]) != sorted(frame["key"]):
                wrong["lost or doubled programs"] += 1
            for key, verdict, detail in found.select("key", "verdict", "detail").iter_rows():
                if verdict not in accepted[key]:
                    wrong[f"{verdict} instead of {sorted(accepted[key])}: {detail}"] += 1
            judged += found.height
            about = {name: round(value, 1) for name, value in footprint(sandbox).items()}
            print(
                f"{judged} programs, {found.height / took:.0f}/s, {wrong.total()} wrong, {about}", flush=True
            )
        servers = [
            p for pid in sandbox.server_pids() for p in (psutil.Process(pid), *psutil.Process(pid).children())
        ]
    time.sleep(1)
    alive = [p for p in servers if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    print(f"wrong verdicts: {dict(wrong)}; processes left: {len(alive)}")
    sys.exit(bool(wrong) or bool(alive))


if __name__ == "__main__":
    main()
