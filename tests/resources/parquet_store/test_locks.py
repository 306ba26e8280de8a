"""One writer at a time: who comes second waits, also for a process that dies."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from resources.parquet_store.locks import TableLock
from resources.storage import Storage
from tests.resources.parquet_store.test_store import ADDRESS, ROOT

HOLD = """
import sys, time
from resources.parquet_store.address import TableAddress
from resources.parquet_store.locks import TableLock
from resources.storage import Storage
lock = TableLock.take(Storage(sys.argv[1]), TableAddress.of(("demo", "seeds"), "python"), "run 1", print)
print("held", flush=True)
time.sleep(60)
"""


def test_the_second_waits_until_the_first_lets_go(tmp_path: Path) -> None:
    storage, waits = Storage(tmp_path), []
    first = TableLock.take(storage, ADDRESS, "run 1", waits.append)
    taken: list[TableLock] = []
    second = threading.Thread(
        target=lambda: taken.append(TableLock.take(storage, ADDRESS, "run 2", waits.append))
    )
    second.start()
    while not waits:
        time.sleep(0.01)
    assert not taken and waits == ["run 1"]
    first.release()
    second.join(timeout=30)
    assert taken[0].waited and not first.waited
    other = TableLock.take(storage, ADDRESS.sibling("rejected"), "run 3", waits.append)
    assert not other.waited


@pytest.mark.slow(seconds=19)
def test_a_killed_holder_holds_nobody(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    threading.Timer(0.5, holder.send_signal, [signal.SIGKILL]).start()
    assert TableLock.take(Storage(tmp_path), ADDRESS, "run 2", lambda _who: None).waited
    holder.wait()
