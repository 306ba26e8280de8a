"""Finding commands on this machine: where they are, which version they are, which folders they need bound.

Belongs here: looking at the host. Whether a toolchain works inside the sandbox is tried in
`resources/sandbox/toolchains.py`.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from resources.sandbox.languages.language import Toolchain

SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin")
"""Folders that every sandbox can read."""

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_VERSION = re.compile(r"(?<![\w.])(?:go|v)?(\d+(?:\.\d+)+)")


def command(name: str) -> str | None:
    """`name` as it is called: the system's own first, then whatever PATH names; None where there is none."""
    return shutil.which(name, path=_SYSTEM_PATH) or shutil.which(name)


def command_path(name: str) -> Path | None:
    """Where `name` really is, links resolved; None where there is none."""
    found = command(name)
    return Path(found).resolve() if found else None


def printed(argv: Sequence[str]) -> str | None:
    """What `argv` prints, stripped; None where it cannot be run, fails or prints nothing."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, errors="replace", check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ((done.stdout + done.stderr).strip() or None) if done.returncode == 0 else None


def version_line(argv: Sequence[str]) -> str | None:
    """First line with a version number of what `argv` prints."""
    return next((line.strip() for line in (printed(argv) or "").splitlines() if _VERSION.search(line)), None)


def linker_flags() -> tuple[str, ...]:
    """The flag for the gold linker where it is there: half the time of the default one."""
    return ("-fuse-ld=gold",) if shutil.which("ld.gold", path=_SYSTEM_PATH) else ()


def in_system(path: Path) -> bool:
    """Whether `path` is in a folder that every sandbox can read."""
    return any(path.is_relative_to(folder) for folder in SYSTEM)


def located(language: str, commands: Mapping[str, Sequence[str]], label: str) -> Toolchain | None:
    """A toolchain of `commands` (command -> arguments that print its version, empty: not asked).

    `label` names the version of the first command asked, e.g. "Node {}". None where a command is missing.
    Commands outside the system's folders bring their installation's root as a folder to bind.
    """
    tools: dict[str, Path] = {}
    version = ""
    for name, arguments in commands.items():
        path = command_path(name)
        if path is None:
            return None
        tools[name] = path
        if arguments and not version:
            line = version_line([str(path), *arguments])
            number = _VERSION.search(line) if line else None
            if number is None:
                return None
            version = label.format(number[1])
    roots = {str(path.parent.parent) for path in tools.values() if not in_system(path)}
    return Toolchain(language, version, tools, binds=tuple(sorted(roots)))
