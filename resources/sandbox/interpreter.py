"""What must be readable in the sandbox for a Python interpreter to run there, and what it can import.

Belongs here: looking at an interpreter from outside. A virtual environment's python is a link into a base
installation, which has to be bound as well.
"""

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from resources.sandbox.base import SandboxUnavailable

_QUESTION = """
import importlib.util, json, pkgutil, platform, sys
print(json.dumps([platform.python_version(), sys.prefix, sys.base_prefix, sys.base_exec_prefix,
    [m for m in ("numpy", "pandas", "pytest") if importlib.util.find_spec(m)],
    sorted({m.name for m in pkgutil.iter_modules()} | set(sys.stdlib_module_names))]))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python that programs are judged with."""

    executable: str
    version: str  # e.g. "3.11.7"
    folders: tuple[str, ...]  # absolute folders that it lives in, /usr aside
    importable: tuple[str, ...]  # which of numpy, pandas and pytest it can import
    modules: frozenset[str]  # all top-level modules that it can import


@cache
def interpreter(executable: str) -> Interpreter:
    """Ask `executable` (an absolute path) about itself. Raises `SandboxUnavailable` if it does not run."""
    try:
        done = subprocess.run(
            [executable, "-I", "-c", _QUESTION], capture_output=True, text=True, check=True, timeout=60
        )
        version, *prefixes, importable, modules = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SandboxUnavailable(
            f"the Python that programs are judged with does not run: {executable} ({error}); "
            "set `python` of the sandbox resource to a Python 3.11 or newer"
        ) from error
    link = Path(executable)
    homes = {*prefixes, str(link.parent.parent), str(link.resolve().parent.parent)}
    folders = tuple(sorted(home for home in homes if not Path(home).is_relative_to("/usr") and home != "/"))
    return Interpreter(executable, version, folders, tuple(importable), frozenset(modules))
