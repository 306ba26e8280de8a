"""One writer at a time for a table: the second one waits, and learns that it had to.

The locks are files of this machine, let go by the kernel when their process ends, however it ends. Stores on S3
are locked for the runs of one machine; what two machines compute twice is equal, and the later upload stands.
"""

import fcntl
import hashlib
import time
from collections.abc import Callable
from typing import IO

from resources.parquet_store.address import TableAddress
from resources.storage import Storage

POLL_S = 0.2


class TableLock:
    """The right to write one table, held until `release` or the end of the process."""

    def __init__(self, file: IO[str], *, waited: bool) -> None:
        self._file = file
        self.waited = waited
        """Whether another held the lock when it was asked for."""

    @classmethod
    def take(
        cls, storage: Storage, address: TableAddress, who: str, on_wait: Callable[[str], None]
    ) -> "TableLock":
        """Take the lock of `address` as `who`; `on_wait` is told, once, who has to be waited for."""
        name = hashlib.sha256(f"{storage.root}\0{address}".encode()).hexdigest()[:32]
        folder = storage.staging_folder() / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{name}.lock").open("a+")
        waited = not _taken(file)
        if waited:
            file.seek(0)
            on_wait(file.read().strip() or "another run")
            while not _taken(file):
                time.sleep(POLL_S)
        file.truncate(0)
        file.write(who)
        file.flush()
        return cls(file, waited=waited)

    def release(self) -> None:
        """Let the next one write."""
        self._file.close()


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
