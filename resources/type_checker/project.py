"""A throw-away project folder: one file a source, none able to see another or the machine it lies on.

Names of files and folders are no identifiers, so that no import, absolute or relative, resolves to another
source; the folders above are empty for the same reason (`from ..x import y` looks there). The environment is
an empty virtual environment, so that the machine's packages do not change a verdict.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_ABOVE = Path("-", "-", "-", "-", "-")


@contextmanager
def project(sources: Sequence[str], python_version: str) -> Iterator[Path]:
    """A folder with `sources` as the files `file_name(0)`, ...; gone on leaving.

    The empty environment is its `.environment`.
    """
    with tempfile.TemporaryDirectory(prefix="seedline-check-") as root:
        folder = Path(root, _ABOVE)
        packages(folder, python_version).mkdir(parents=True)
        (folder / ".environment" / "bin").mkdir()
        (folder / ".environment" / "pyvenv.cfg").write_text(
            f"home = {root}\ninclude-system-site-packages = false\nversion = {python_version}.0\n"
        )
        for number, source in enumerate(sources):
            (folder / file_name(number)).write_bytes(source.encode())
        yield folder


def packages(folder: Path, python_version: str) -> Path:
    """Where the packages of the empty environment of project `folder` would be."""
    return folder / ".environment" / "lib" / f"python{python_version}" / "site-packages"


def file_name(number: int) -> str:
    """Name of the file of source `number`; no identifier, so that it cannot be imported."""
    return f"{number}-.py"


def file_number(name: str) -> int:
    """The number that `file_name` gave this name (a path's last part)."""
    return int(Path(name).name.removesuffix("-.py"))
