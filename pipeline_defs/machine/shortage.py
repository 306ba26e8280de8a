"""What the machine was short of when an error ended the command: disk, permission, open files, memory.

One line that names the place and the remedy. Belongs here: errors of the operating system and of SQLite that are no
mistake of the code. The libraries between wrap them, so the whole chain of causes is looked through.
"""

import errno
import resource
from collections.abc import Iterator

PLACE = "free some, or name another place in the settings (home, store, cache, models)"
ELSEWHERE = (
    "make it writable for this user, or name another place in the settings (home, store, cache, models)"
)
KEPT = "what was finished is kept, and the same command goes on from there"

SHORT: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("no space is left on its disk", PLACE),
    errno.EIO: ("its disk is full or failing", PLACE),
    errno.EDQUOT: ("the disk quota is used up", PLACE),
    errno.EFBIG: ("a file may not grow larger here", "raise `ulimit -f`"),
    errno.EROFS: ("its disk is read-only", ELSEWHERE),
    errno.EACCES: ("there is no permission", ELSEWHERE),
    errno.EPERM: ("there is no permission", ELSEWHERE),
    errno.EMFILE: ("too many files are open", "raise `ulimit -n`"),
    errno.ENFILE: ("the machine has too many files open", "end other programs, or raise fs.file-max"),
    errno.ENOMEM: ("there is too little memory", "lower `workers`, or give the machine more"),
}
"""What is said of an error's number, and the remedy."""
SAID = {
    "database or disk is full": errno.ENOSPC,
    "disk I/O error": errno.EIO,  # SQLite's, also where the file of its index finds no space
    "readonly database": errno.EROFS,
    "unable to open database file": errno.EACCES,
    "No space left on device": errno.ENOSPC,
    "Read-only file system": errno.EROFS,
    "Too many open files": errno.EMFILE,
}
"""What libraries that keep no number say (SQLite, and Rust's in Polars)."""
LIBRARIES = ("sqlite3", "sqlalchemy", "polars")


def shortage(error: BaseException, home: str) -> str | None:
    """One line on what there was too little of, with `home` where no file is named; None: it was something else."""
    for one in _chain(error):
        number = _number(one)
        if number is None:
            continue
        what, remedy = SHORT[number]
        place = getattr(one, "filename", None) or home
        if number == errno.EMFILE:
            what += f" (`ulimit -n` is {resource.getrlimit(resource.RLIMIT_NOFILE)[0]})"
        return f"{place}: {what}: {remedy}; {KEPT}"
    return None


def _number(error: BaseException) -> int | None:
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, OSError) and error.errno in SHORT:
        return error.errno
    if type(error).__module__.partition(".")[0] in LIBRARIES:
        return next((number for text, number in SAID.items() if text in str(error)), None)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
