"""Judges a batch as an ordinary user: started as root by the tests, with everything it needs bound open.

python batch_as_user.py IN.parquet OUT.parquet BACKEND
"""

import os
import sys
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parents[3]))

from resources.sandbox.base import Limits
from resources.sandbox.local import LocalSandbox


def main() -> None:
    source, target, backend = sys.argv[1:]
    if os.getuid() == 0:
        raise SystemExit("this must not run as root")
    with LocalSandbox(Limits(cpu_s=1.5, retry_cpu_s=0), workers=2, backend=backend) as sandbox:
        found = pl.concat(sandbox.verify(pl.read_parquet(source)))
    found.write_parquet(target)


main()
