"""How often passes are tried on a useless answer, on real rows, what that costs, and whom it accuses wrongly.

python tests/benchmarks/bench_control.py [--sets humaneval,mbcpp] [--sample 60] [--workers 2]

For each benchmark, its own solutions against its tests: the share whose tests' syntax leaves doubt, the runs that
control and repetition took, CPU ms a program with and without, and the right solutions that the control refused.
"""

import argparse
import tempfile

from bench_canonical import FILES, SHARED, canonical_programs  # also sets the path to the project

from assets.verdicts.judged import judged
from assets.verdicts.reaching import reaches
from resources.row_cache import RowCache
from resources.sandbox.local import open_sandbox
from resources.storage import Storage

PACK = "humanevalpack/humanevalpack_{}.jsonl.gz"
SETS = {**FILES, **{f"pack_{name}": PACK.format(name) for name in ("go", "rust", "cpp", "js", "java")}}


def main() -> None:
    """See the module."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sets", default=",".join(SETS))
    options.add_argument("--sample", type=int, default=60)
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    print("set, programs, in doubt by syntax, passes, in doubt, control runs, second runs, refused")
    with open_sandbox(workers=given.workers) as sandbox, tempfile.TemporaryDirectory() as folder:
        for name in given.sets.split(","):
            if not (SHARED / SETS[name]).is_file():
                print(f"{name}: no file {SHARED / SETS[name]}")
                continue
            programs = canonical_programs(name, SETS[name])
            doubt = sum(
                not reaches(row["language"], row["code"], row["tests"])
                for row in programs.iter_rows(named=True)
            )
            some = programs.sample(min(given.sample, programs.height), seed=1)
            language = some["language"][0]
            found = judged(some, sandbox, RowCache(Storage(folder)), language=language)
            refused = found.rows.filter(found.rows["reason"].is_not_null()).select(
                "task_id", "verdict", "reason"
            )
            passes = (found.rows["verdict"] == "pass").sum()
            print(
                f"{name}, {programs.height}, {doubt / programs.height:.1%}, {passes} of {some.height}, "
                f"{found.doubted}, {found.controls}, {found.repeats}, {refused.rows()}",
                flush=True,
            )


if __name__ == "__main__":
    main()
