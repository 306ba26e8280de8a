"""What `seedline doctor` looks at: one function a part of the machine, each with what it found and the remedy.

Nothing is computed and nothing is left behind; a check that goes wrong is itself a finding, never a traceback.
"""

import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline_defs.configuration.settings import Settings
from pipeline_defs.machine.clock import clock
from pipeline_defs.machine.finding import Finding, State
from pipeline_defs.machine.servers import model_servers
from resources.storage import Storage

PYTHON = (3, 11)
ARCHITECTURES = ("x86_64", "aarch64")
"""For which every package has wheels."""
GIB = 1 << 30
MEMORY, DISK = 4 * GIB, 3 * GIB
"""What the demo needs: to run in, and for its tables, models and the packages' own caches."""
OPEN_FILES = 1024


def findings(settings: Settings) -> Iterator[Finding]:
    """All parts, in the order in which they are needed."""
    yield from needed(settings)
    yield from _guarded("toolchains", toolchains)
    yield from _guarded("GPU", gpu)
    yield from _guarded("clock", clock, settings)
    yield from _guarded("model servers", model_servers, settings)


def needed(settings: Settings) -> Iterator[Finding]:
    """What the demo cannot do without."""
    yield from _guarded("Python", python)
    yield from _guarded("processor", processor)
    yield from _guarded("memory", memory)
    yield from _guarded("open files", open_files)
    yield from _guarded("isolation", isolation, settings)
    yield from _guarded("torch", torch)
    yield from _guarded("places", places, settings)


def _guarded(part: str, check: Callable[..., Iterator[Finding]], *given: object) -> Iterator[Finding]:
    try:
        yield from check(*given)
    except Exception as error:  # whatever is wrong with a machine is what is asked for here
        yield Finding(part, State.PROBLEM, f"could not be looked at: {error}")


def python() -> Iterator[Finding]:
    """The interpreter."""
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.version_info >= PYTHON:
        yield Finding("Python", State.OK, found)
    else:
        yield Finding(
            "Python", State.PROBLEM, found, "install Python 3.11 or newer: make setup PYTHON=python3.11"
        )


def processor() -> Iterator[Finding]:
    """Architecture and cores."""
    machine, cores = platform.machine(), len(os.sched_getaffinity(0))
    found = f"{machine}, {cores} {'core' if cores == 1 else 'cores'}"
    if machine in ARCHITECTURES and sys.platform == "linux":
        yield Finding("processor", State.OK, found)
        return
    yield Finding(
        "processor",
        State.NOTE,
        f"{sys.platform} on {found}",
        f"tried on Linux on {' and '.join(ARCHITECTURES)} only; a container or a virtual machine gives that",
    )


def memory() -> Iterator[Finding]:
    """Memory, as far as a control group lets it be used."""
    free = _available_memory()
    found = f"{free / GIB:.1f} GiB can be used"
    if free >= MEMORY:
        yield Finding("memory", State.OK, found)
    else:
        remedy = f"the demo needs {MEMORY // GIB} GiB: end other programs, or use another machine"
        yield Finding("memory", State.PROBLEM, found, remedy)


def _available_memory() -> int:
    known = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("utf-8").splitlines())
    free = int(known["MemAvailable"].split()[0]) << 10
    for place in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        limit = Path(place)
        text = limit.read_text("utf-8").strip() if limit.is_file() else "max"
        free = min(free, int(text)) if text.isdigit() else free
    return free


def open_files() -> Iterator[Finding]:
    """How many files a process may hold open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= OPEN_FILES or soft == resource.RLIM_INFINITY:
        yield Finding("open files", State.OK, f"{soft:,} a process")
        return
    remedy = f"ulimit -n {OPEN_FILES}" if hard >= OPEN_FILES else "raise nofile in /etc/security/limits.conf"
    yield Finding("open files", State.PROBLEM, f"{soft:,} a process, of {hard:,}", remedy)


def isolation(settings: Settings) -> Iterator[Finding]:
    """Whether generated programs can be kept apart from the machine: a program is run."""
    from resources.sandbox.base import SandboxUnavailable
    from resources.sandbox.local import open_sandbox

    asked = settings.sandbox
    try:
        with open_sandbox(asked.limits, workers=1, backend=asked.backend, python=asked.python) as sandbox:
            yield Finding("isolation", State.OK, f"{sandbox.identity('python')['isolation']}, as {_who()}")
    except SandboxUnavailable as error:
        as_root = "apt-get install bubblewrap" if os.getuid() == 0 else "as root: apt-get install bubblewrap"
        remedy = "" if shutil.which("bwrap") else as_root
        yield Finding("isolation", State.PROBLEM, f"none, as {_who()}: {error}", remedy)


def _who() -> str:
    return "root" if os.getuid() == 0 else "an ordinary user"


def torch() -> Iterator[Finding]:
    """What trains and what the local engine runs on, without importing it, which takes seconds."""
    try:
        found = version("torch")
    except PackageNotFoundError:
        yield Finding(
            "torch",
            State.NOTE,
            "not installed: no training, no local models; everything up to the training rows runs",
            "pip install 'seedline[train]'",
        )
        return
    yield Finding("torch", State.OK, found)


def places(settings: Settings) -> Iterator[Finding]:
    """Where things are kept: a file is written, read and removed; on disks, the room that is left."""
    named = {
        "home": str(settings.home),
        "store": settings.store_root,
        "row cache": settings.cache_root,
        "models": settings.models_root,
        "temporary files": tempfile.gettempdir(),
    }
    for name, root in named.items():
        storage = Storage(root, settings.s3)
        if storage.is_s3:
            yield _bucket(name, storage)
        else:
            yield _folder(name, Path(storage.root))


def _bucket(name: str, storage: Storage) -> Finding:
    probe = storage.path(f".doctor-{uuid.uuid4().hex}")
    try:
        storage.write_bytes(probe, b"doctor")
        whole = storage.read_bytes(probe) == b"doctor"
        storage.remove(probe)
    except Exception as error:  # of many libraries
        first = str(error).strip().partition("\n")[0] or type(error).__name__
        return Finding(
            name,
            State.PROBLEM,
            f"{storage.root}: {first}",
            "check [s3] endpoint_url and region, the bucket, and the credentials of the AWS variables or profile",
        )
    if not whole:
        return Finding(name, State.PROBLEM, f"{storage.root}: what is read is not what was written")
    return Finding(name, State.OK, f"{storage.root}: can be written and read")


def _folder(name: str, folder: Path) -> Finding:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        return Finding(
            name, State.PROBLEM, f"{there} is a file", f"name another folder for {name}, or move the file"
        )
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".doctor-") as probe:
            probe.write(b"doctor")
    except OSError as error:
        remedy = f"name a folder that you may write for {name}, or mend this one"
        return Finding(name, State.PROBLEM, f"{there}: {error.strerror}", remedy)
    free = shutil.disk_usage(there).free
    found = f"{folder}: {free / GIB:.1f} GiB free"
    if free < DISK:
        return Finding(
            name, State.PROBLEM, found, f"the demo needs {DISK // GIB} GiB: make room, or name another disk"
        )
    return Finding(name, State.OK, found)


def toolchains() -> Iterator[Finding]:
    """Languages whose programs can be judged here, and the packages of the others."""
    from resources.languages import LANGUAGES as REGISTERED
    from resources.sandbox.languages import LANGUAGES
    from resources.sandbox.toolchains import found

    lines = [found(language) for language in LANGUAGES]
    judged = ["python", *(line.language for line in lines if not line.problem)]
    missing = [line for line in lines if line.problem]
    known = f"{len(judged)} of {len(REGISTERED)} languages can be judged: {', '.join(sorted(judged))}"
    if not missing:
        yield Finding("toolchains", State.OK, known)
        return
    packages = sorted({package for line in missing for package in line.packages})
    yield Finding(
        "toolchains", State.NOTE, known, f"apt-get install {' '.join(packages)}" if packages else ""
    )


def gpu() -> Iterator[Finding]:
    """GPUs with their memory, as the driver names them."""
    if shutil.which("nvidia-smi") is None:
        yield Finding("GPU", State.NOTE, "none is seen: models run on the processor", "")
        return
    asked = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]
    answer = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    if answer.returncode:
        said = (answer.stderr or answer.stdout).strip().partition("\n")[0]
        yield Finding("GPU", State.NOTE, f"nvidia-smi: {said}", "mend the driver to use the GPU")
        return
    yield Finding("GPU", State.OK, "; ".join(answer.stdout.strip().splitlines()))
