"""From a dump to its training rows through the real daemon: wall clock, CPU, runs and steps.

    python tests/benchmarks/bench_wave.py [--root CHECKOUT ...] [--files 80] [--dumps 1]

Several checkouts run side by side, so that a busy machine slows all alike: the ratio is what counts. The CPU time
is that of the daemon and all that it started, from before the dump is there until the rows are. With several dumps
(200 at once, say) the end is when the rows of all are there; their runs are counted, and the most memory held.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq

HERE = Path(__file__).parents[2]


def function(number: int) -> str:
    return f'''\
def add_{number}(value: int) -> int:
    """Return a number and {number} more.

    >>> add_{number}(1)
    {number + 1}
    """
    return value + {number}
'''


def dump(folder: Path, files: int, first: int = 0) -> None:
    folder.mkdir(parents=True)
    rows = [
        {
            "content": function(number),
            "max_stars_repo_name": f"example/r{number % 7}",
            "max_stars_repo_path": f"f{number}.py",
            "max_stars_repo_head_hexsha": "c0ffee",
            "max_stars_repo_licenses": ["MIT"],
            "lang": "Python",
        }
        for number in range(first, first + files)
    ]
    (folder / "part-0.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "_SUCCESS").touch()


def cpu_of_group(group: int) -> float:
    """CPU seconds of a process group and of what ended in it."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == group:  # the session
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of_group(group: int) -> float:
    """Gigabytes that a session's processes hold, shared pages counted by their share."""
    kilobytes = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[3]) == group:
                lines = stat.with_name("smaps_rollup").read_text().splitlines()
                kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return kilobytes / 1e6


def whole(store: Path, files: int) -> bool:
    """Whether the corpus has every file, and the training rows were made after it."""
    corpus, rows = (
        store / name / "language=python/data.parquet" for name in ("raw_corpus", "demo/sft_dataset")
    )
    return (
        rows.exists()
        and pq.read_metadata(corpus).num_rows >= files
        and rows.stat().st_mtime_ns > corpus.stat().st_mtime_ns
    )


def measure(root: Path, files: int, dumps: int, report: dict[str, str], limit_s: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dumps").mkdir()
        (folder / "home/dagster").mkdir(parents=True)
        (folder / "seedline.toml").write_text(
            f'recipes = ["demo"]\nhome = "{folder}/home"\n[dumps]\nfolder = "{folder}/dumps"\n'
        )
        environment = {
            **os.environ,
            "PYTHONPATH": str(root),
            "SEEDLINE_CONFIG": str(folder / "seedline.toml"),
            "DAGSTER_HOME": str(folder / "home/dagster"),
        }
        python = [sys.executable, "-m"]
        subprocess.run(
            [
                sys.executable,
                "-c",
                "from pipeline_defs.running.instance import open_instance; "
                "from pipeline_defs.configuration.settings import load_settings; open_instance(load_settings())",
            ],
            env=environment,
            cwd=folder,
            check=True,
        )
        location = ["-m", "pipeline_defs.code_location"]
        subprocess.run(
            [*python, "dagster", "sensor", "start", "--start-all", *location],
            env=environment,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        # once, beforehand: in old versions nobody asks for the benchmarks, and everything waits for them
        subprocess.run(
            [*python, "dagster", "asset", "materialize", "--select", "benchmarks", *location],
            env=environment,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        with (folder / "log").open("wb") as log:
            daemon = subprocess.Popen(
                [*python, "dagster._daemon", "run", *location],
                env=environment,
                cwd=folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            time.sleep(30)  # the daemon and its code server are up
            before = cpu_of_group(daemon.pid)
            time.sleep(65)  # a minute, and the code server's reload in it
            at_rest = (cpu_of_group(daemon.pid) - before) / 65
            began, at, before = time.monotonic(), time.time(), cpu_of_group(daemon.pid)
            for number in range(dumps):
                dump(folder / f"dumps/{number:04}", files, number * files)
            store, most = folder / "home/store", 0.0
            while not whole(store, files * dumps) and time.monotonic() - began < limit_s:
                time.sleep(1.0 if dumps == 1 else 5.0)
                most = max(most, memory_of_group(daemon.pid))
            took = time.monotonic() - began
            cpu = cpu_of_group(daemon.pid) - before
            with sqlite3.connect(folder / "home/dagster/history/runs.db") as runs:
                counted = runs.execute(
                    "select pipeline_name = 'read_corpus_dump', count(*) from runs "
                    "where start_time > ? group by 1 order by 1",
                    (at,),
                ).fetchall()
                last = runs.execute(
                    "select strftime('%s', create_timestamp) - ?, start_time - ?, end_time - ? from runs "
                    "where start_time > ? order by id limit 12",
                    (at, at, at, at),
                ).fetchall()
            done = "training rows" if whole(store, files * dumps) else "NOT DONE"
            found = dict(counted)
            report[str(root)] = (
                f"{done} of {dumps} dumps of {files} files after {took:.0f} s, {cpu:.0f} s of CPU, "
                f"{found.get(1, 0)} runs read dumps and {found.get(0, 0)} others, {most:.1f} GB at most; "
                f"{at_rest:.2f} cores at rest\n"
                + "\n".join(
                    f"  asked for at {asked:.0f} s, began at {start:.0f} s, ended at {end or took:.0f} s"
                    for asked, start, end in last
                )
            )
        finally:
            os.killpg(daemon.pid, signal.SIGTERM)
            time.sleep(3)
            subprocess.run(["pkill", "-KILL", "-s", str(daemon.pid)], check=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", action="append", type=Path, help="checkout to measure; may be repeated")
    parser.add_argument("--files", type=int, default=80)
    parser.add_argument("--dumps", type=int, default=1)
    parser.add_argument("--limit-s", type=float, default=1800)
    options = parser.parse_args()
    report: dict[str, str] = {}
    threads = [
        threading.Thread(
            target=measure,
            args=(root.resolve(), options.files, options.dumps, report, options.limit_s),
        )
        for root in options.root or [HERE]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for root, line in report.items():
        print(f"{root}: {line}")


if __name__ == "__main__":
    main()
