"""Which languages this machine can judge: toolchains found, warmed up and tried inside the sandbox, once.

Belongs here: detection and what it keeps on disk. How a language's programs are built is in `languages/`.
"""

import hashlib
import inspect
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from resources.languages import lacking
from resources.sandbox import bubblewrap
from resources.sandbox.base import Limits, SandboxUnavailable, Verdict
from resources.sandbox.languages import LANGUAGES
from resources.sandbox.languages.harness import digest as harness_digest
from resources.sandbox.languages.judge import HARNESS_VERSION, Judgment, judge
from resources.sandbox.languages.language import Language, Toolchain
from resources.sandbox.server_process import Backend
from resources.whole_files import put_folder_once

TRIAL_LIMITS = Limits(cpu_s=10.0, retry_cpu_s=0.0)
"""For the hello that shows a toolchain to work; generous, for the first run on a cold disk."""

UNKNOWN = (
    "the sandbox does not know the language {language!r}; it knows python and "
    + ", ".join(sorted(LANGUAGES))
    + "".join(f"; {name}: {why}" for name, why in lacking("sandbox").items())
)


@dataclass(frozen=True)
class Found:
    """What `seedline toolchains` shows of one language."""

    language: str
    version: str  # empty where there is none
    problem: str  # empty where programs can be judged
    packages: tuple[str, ...]  # Debian packages that bring it


_found: dict[tuple[str, Backend], Toolchain | str] = {}  # the toolchain, or why there is none
_finding = threading.Lock()


def toolchain(language: str) -> Toolchain:
    """The working toolchain of `language` (a name of `LANGUAGES`); looked for once in a process and backend.

    Found by its `--version`, warmed up, and tried on a right program inside the sandbox. Raises
    `SandboxUnavailable` that says what to install where it is missing or does not work.
    """
    key = (language, bubblewrap.backend_in_use())
    with _finding:
        if key not in _found:
            try:
                _found[key] = _look_for(language)
            finally:
                bubblewrap.close_sandboxes()  # the asking thread may never run a program again
    there = _found[key]
    if isinstance(there, str):
        raise SandboxUnavailable(there)
    return there


def _look_for(language: str) -> Toolchain | str:
    known = LANGUAGES.get(language)
    if known is None:
        return UNKNOWN.format(language=language)
    there = known.locate()
    install = f"`apt-get install {' '.join(known.packages)}`"
    if there is None:
        return f"no toolchain for {language} on this machine: install it with {install}"
    try:
        ready = warmed(known, there)
    except OSError as error:
        return f"{there.version} does not work inside the sandbox: {error}; {install} may mend it"
    trial = judge(known, ready, *known.hello, TRIAL_LIMITS)
    if trial.verdict is Verdict.HARNESS_ERROR:
        raise SandboxUnavailable(
            f"{ready.version} could not be tried: {trial.detail}"
        )  # not to be remembered
    if trial.verdict is not Verdict.PASS:
        return (
            f"{ready.version} does not work inside the sandbox ({trial.verdict}: {trial.detail}); "
            f"{install} may mend it"
        )
    return ready


def judge_program(language: str, code: str, tests: str, limits: Limits) -> Judgment:
    """`judge.judge` with the language's toolchain; verdict `unsupported` where it has none."""
    try:
        ready = toolchain(language)
    except SandboxUnavailable as error:
        return Judgment(Verdict.UNSUPPORTED, str(error))
    return judge(LANGUAGES[language], ready, code, tests, limits)


def identity(language: str) -> dict[str, str]:
    """What a verdict of `language` depends on beside the program, limits and isolation.

    Raises `SandboxUnavailable` as `toolchain` does.
    """
    return {"toolchain": toolchain(language).version, "harness": f"{HARNESS_VERSION}-{harness_digest()}"}


def found(language: str) -> Found:
    """One language's line of the report."""
    packages = LANGUAGES[language].packages
    try:
        return Found(language, toolchain(language).version, "", packages)
    except SandboxUnavailable as error:
        there = LANGUAGES[language].locate()
        return Found(language, there.version if there else "", str(error), packages)


def warmed(language: Language, there: Toolchain) -> Toolchain:
    """`there` with the folder of what `Language.warm_up` makes, made once a version and kept between runs."""
    if not language.warm_sources:
        return there
    code = inspect.getsource(type(language).warm_up)
    made_from = [
        code,
        harness_digest(*language.warm_sources),
        there.version,
        *map(str, sorted(there.tools.values())),
    ]
    recipe = "\0".join(made_from)
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:16]
    folder = _warm_root() / f"{language.name}-{digest}"
    if not folder.is_dir():
        _place(language.warm_up(there), folder)
    return replace(there, warm=folder, binds=(*there.binds, str(folder)))


def _place(made: Mapping[str, bytes], folder: Path) -> None:
    """Write `made` below `folder` in one step: another process sees all of it or nothing."""
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for name, content in made.items():
            path = unfinished / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        put_folder_once(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _warm_root() -> Path:
    """A folder of this user that the sandbox's user can reach: under the cache folder, else under /var/tmp."""
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    root = cache_home / "seedline" / "toolchains"
    if not _reachable(cache_home):
        root = Path(f"/var/tmp/seedline-{os.getuid()}/toolchains")  # its owner is checked below
    root.mkdir(parents=True, exist_ok=True)
    for folder in (root.parent, root):
        folder.chmod(0o755)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            raise SandboxUnavailable(f"{folder} belongs to somebody else: remove it, or set XDG_CACHE_HOME")
    return root


def _reachable(path: Path) -> bool:
    """Whether any user may pass through `path` and the folders above it."""
    return path.is_dir() and all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))
