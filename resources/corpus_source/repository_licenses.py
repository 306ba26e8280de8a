"""The license of each file of a repository, from what its folders declare.

The nearest folder above a file that holds a manifest with a license or a license file decides; of both, the
manifest. A tag in the file's own header goes before all. A folder whose license file is not recognized makes
its files' license unknown: the license further up may not hold for vendored code.
"""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from resources.corpus_source.declared_licenses import MANIFESTS, header_license, manifest_license
from resources.corpus_source.license_texts import is_license_file, recognize_all


class RepositoryLicenses:
    """Licenses by folder. `read` gives the content of a path, or null where it cannot be read."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._telling: dict[str, list[str]] = {}
        for path in paths:
            name = path.rsplit("/", 1)[-1]
            if name in MANIFESTS or is_license_file(name):
                self._telling.setdefault(_folder(path), []).append(path)
        self._known: dict[str, tuple[bool, str | None]] = {}

    def of(self, path: str, content: bytes | None) -> str | None:
        """The SPDX expression for the file at `path` with `content`; null where it is not known."""
        tagged, license = header_license(content or b"")
        if tagged:
            return license
        for folder in (str(parent) for parent in PurePosixPath(path).parents):
            tells, license = self._of_folder(folder)
            if tells:
                return license
        return None

    def _of_folder(self, folder: str) -> tuple[bool, str | None]:
        """Whether a folder tells a license at all, and which (null: one that is not recognized)."""
        if folder not in self._telling:
            return False, None
        if folder not in self._known:
            self._known[folder] = self._look(sorted(self._telling[folder]))
        return self._known[folder]

    def _look(self, paths: list[str]) -> tuple[bool, str | None]:
        by_name = {path.rsplit("/", 1)[-1]: path for path in paths}
        for name in MANIFESTS:
            license = manifest_license(name, self._read(by_name[name]) or b"") if name in by_name else None
            if license is not None:
                return True, license
        texts = [self._read(path) for path in paths if is_license_file(path.rsplit("/", 1)[-1])]
        return bool(texts), recognize_all([text or b"" for text in texts])


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)
