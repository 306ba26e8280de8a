"""Which user a program runs as on the host: never root, and never somebody who exists.

Belongs here: the choice of uid alone. An ordinary user's sandbox runs as that user (an unprivileged process
cannot become another); root's runs as a uid that owns no file and no other process.
"""

import os
import pwd

_FIRST, _LAST = 60578, 61183  # the range that neither Debian nor systemd gives to anybody


def sandbox_uid(worker: int = 0) -> int:
    """The uid that worker number `worker` runs programs as. Raises `OSError` if none is free."""
    own = os.getuid()
    if own != 0:
        return own
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = [uid for uid in range(_FIRST, _LAST + 1) if uid not in taken]
    if not free:
        raise OSError(f"every uid from {_FIRST} to {_LAST} belongs to somebody: free one for the sandbox")
    return free[worker % len(free)]
