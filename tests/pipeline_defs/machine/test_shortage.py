"""A full disk, a read-only home, too few open files: one line with the place and the remedy, no traceback."""

import os
import re
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_defs.machine.shortage import shortage
from tests.pipeline_defs.conftest import FILES, write_dump


def test_a_full_device_a_full_database_and_no_more_files() -> None:
    with pytest.raises(OSError) as full, Path("/dev/full").open("w") as sink:
        sink.write("x")
        sink.flush()
    assert "no space is left" in (shortage(full.value, "/home/of/it") or "")
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as small:
        database.executescript("create table a(b); insert into a values (zeroblob(99999));")
    wrapped = RuntimeError("a library's own words")
    wrapped.__cause__ = small.value
    assert (shortage(wrapped, "/home/of/it") or "").startswith(
        "/home/of/it: no space is left on its disk: free some"
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[int] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len([*Path("/proc/self/fd").iterdir()]) + 20, hard))
        with pytest.raises(OSError) as many:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        said = shortage(many.value, "home") or ""
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in held:
            os.close(one)
    assert said.startswith("/dev/null: too many files are open (`ulimit -n` is") and "raise" in said
    assert shortage(ValueError("database or disk is full"), "home") is None
    assert shortage(FileNotFoundError(2, "no such file"), "home") is None


@pytest.mark.slow(seconds=12)
@pytest.mark.parametrize(
    ("options", "said"), [("size=512k", "disk is full|no space is left"), ("ro", "read-only")]
)
def test_a_home_that_is_full_or_read_only_is_named_in_one_line(home: Path, options: str, said: str) -> None:
    own = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*own, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode:
        pytest.skip("no mount namespace of one's own is to be had here")
    write_dump(home / "dumps" / "2026-01", FILES)
    (home / "home").mkdir()
    command = [sys.executable, "-m", "pipeline_defs.cli", "materialize", "--select", "key:corpus_dump"]
    script = f'mount -t tmpfs -o {options} none "{home}/home" && exec "$@"'
    done = subprocess.run(
        [*own, "bash", "-c", script, "bash", *command],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        env={**os.environ, "SEEDLINE_CONFIG": str(home / "seedline.toml")},
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error")]
    assert re.search(said, line) and str(home / "home") in line and "settings" in line
