"""The Python source that every machine has: the standard library and the installed packages.

A package is a repository, its version the commit, and paths are relative to `site-packages` or to the
standard library. Licenses come from package metadata (`package_licenses`). Only files that the installer
recorded are read, so caches and edits beside them do not count.
"""

import csv
import hashlib
import os
import re
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path
from platform import python_version

import polars as pl

from resources.corpus_source.base import (
    BATCH_BYTES,
    READ_LIMIT,
    CorpusSource,
    RawFile,
    SourceError,
    file_batches,
)
from resources.corpus_source.declared_licenses import Declared
from resources.corpus_source.license_texts import is_license_file
from resources.corpus_source.local_files import read_file
from resources.corpus_source.package_licenses import package_license
from resources.corpus_source.repository_licenses import RepositoryLicenses
from resources.corpus_source.settings import InstalledPackages
from resources.regular_files import read_regular

STANDARD_LIBRARY = "python/cpython"
"""Repository name of the standard library, as `packages` in the settings calls it."""

STANDARD_LIBRARY_LICENSE = "PSF-2.0"
PACKAGE_FOLDERS = frozenset({"site-packages", "dist-packages"})
TEST_FOLDERS = frozenset({"test", "tests", "_tests", "idle_test"})


@dataclass(frozen=True)
class Package:
    """One package: its name and version, the folder that its paths are relative to, and its files."""

    name: str
    version: str
    root: Path
    paths: tuple[str, ...]
    record: str  # what identifies the files' content, its metadata's too, without reading them
    recorded: tuple[str, ...] = ()
    distribution: Distribution | None = None  # null: the standard library

    @cached_property
    def declared(self) -> Declared:
        """Its license and which part of its metadata says so: found when asked for, as texts take seconds."""
        if self.distribution is None:
            return Declared(STANDARD_LIBRARY_LICENSE, how="the license of CPython")
        return package_license(self.distribution, self.recorded)

    @property
    def telling(self) -> Iterator[str]:
        """Those of its files that hold licenses, its metadata aside."""
        for path in self.recorded:
            of_others = ".dist-info/" not in path and not path.startswith((".", "/"))
            if of_others and is_license_file(path.rsplit("/", 1)[-1]):
                yield path


class InstalledPackagesSource(CorpusSource):
    """Python files of installed packages. See `InstalledPackages` for the settings."""

    def __init__(self, settings: InstalledPackages) -> None:
        self.settings = settings
        self._packages: list[Package] | None = None

    def read(self, batch_bytes: int = BATCH_BYTES) -> Iterator[pl.DataFrame]:
        """Yield every chosen file, by package name and path."""
        return file_batches(self._files(), batch_bytes)

    def describe(self) -> dict[str, object]:
        """Packages, files, Python version and licenses (packages by SPDX expression)."""
        packages = self.packages()
        chosen = self._chosen(packages)
        licenses = Counter(package.declared.license or "unknown" for package in packages)
        return {
            "kind": self.settings.kind,
            "python": python_version(),
            "packages": {package.name: package.version for package in packages},
            "licenses": dict(sorted(licenses.items())),
            "files": len(chosen),
        }

    def fingerprint(self) -> str:
        """Changes when a package is installed, removed or replaced, or a setting changes."""
        digest = hashlib.sha256(self.settings.model_dump_json().encode())
        for package in self.packages():
            digest.update(f"{package.name} {package.version}\n{package.record}\n".encode())
        return digest.hexdigest()

    def packages(self) -> list[Package]:
        """The chosen packages by name; `SourceError` where the settings name one that is not installed."""
        if self._packages is None:
            self._packages = self._find_packages()
        return self._packages

    def _find_packages(self) -> list[Package]:
        wanted = None
        if self.settings.packages is not None:
            wanted = {_normal(name) for name in self.settings.packages}
        found: dict[str, Package] = {}
        if wanted is None or STANDARD_LIBRARY in wanted:
            found[STANDARD_LIBRARY] = _standard_library(self.settings)
        places = dict.fromkeys(sysconfig.get_paths()[name] for name in ("purelib", "platlib"))
        for distribution in distributions(path=list(places)):
            said, version = _name_and_version(distribution)
            name = _normal(said)
            if not name or name in found or (wanted is not None and name not in wanted):
                continue
            package = _installed_package(name, version, distribution, self.settings)
            if package is not None:
                found[name] = package
        missing = (wanted or set()) - set(found)
        if missing:
            raise SourceError(
                f"installed-packages: not installed, or without Python files: {', '.join(sorted(missing))}. "
                "Install them, or take them out of the setting `packages`."
            )
        return [found[name] for name in sorted(found)]

    def _chosen(self, packages: list[Package]) -> list[tuple[Package, str]]:
        files = [(package, path) for package in packages for path in package.paths]
        limit = self.settings.max_files
        if limit is None or len(files) <= limit:
            return files
        # By hash, not by name: a sample of all packages, and a new package displaces few files.
        ranked = sorted(files, key=lambda file: _rank(file[0].name, file[1]))[:limit]
        return sorted(ranked, key=lambda file: (file[0].name, file[1]))

    def _files(self) -> Iterator[RawFile]:
        within: dict[str, RepositoryLicenses] = {}
        for package, path in self._chosen(self.packages()):
            if package.name not in within:
                within = {package.name: _licenses_within(package)}
            row = read_file(
                package.root / path,
                repo=package.name,
                path=path,
                commit=package.version,
                license=package.declared.license,
            )
            # code of others that a package carries has its own license beside it, or in its headers
            found = within[package.name].of(path, row["content"])
            row["license_source"] = found.source if found else f"metadata: {package.declared.how}"
            row["license"] = found.license if found else package.declared.license
            yield row


def _licenses_within(package: Package) -> RepositoryLicenses:
    """What is declared among the files that `package` installed: its own metadata aside."""

    def read(path: str) -> bytes | None:
        try:
            return read_regular(package.root / path, READ_LIMIT)
        except OSError:
            return None

    # a file of that name beside the packages belongs to whoever was installed last
    return RepositoryLicenses((path for path in package.telling if "/" in path), read)


def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    """From the headers of its metadata, without parsing the description below them, which takes most of the time."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    headers = text.replace("\r\n", "\n").partition("\n\n")[0]
    said = dict(re.findall(r"(?m)^(Name|Version):[ \t]*(.*?)[ \t]*$", headers))
    return said.get("Name", ""), said.get("Version", "")


def _installed_package(
    name: str, version: str, distribution: Distribution, settings: InstalledPackages
) -> Package | None:
    record = distribution.read_text("RECORD") or ""  # its parsed form takes a second over a hundred packages
    recorded = [row[0] for row in csv.reader(record.splitlines()) if row]
    paths = sorted(path for path in recorded if _is_wanted(path, settings))
    if not paths:
        return None
    return Package(
        name=name,
        version=version,
        root=Path(str(distribution.locate_file(""))),
        paths=tuple(paths),
        record=hashlib.sha256(record.encode()).hexdigest(),
        recorded=tuple(recorded),
        distribution=distribution,
    )


def _standard_library(settings: InstalledPackages) -> Package:
    root = sysconfig.get_paths()["stdlib"]
    sizes: dict[str, int] = {}
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in PACKAGE_FOLDERS]
        within = os.path.relpath(folder, root).replace(os.sep, "/")
        for name in names:
            path = name if within == "." else f"{within}/{name}"
            if _is_wanted(path, settings):
                sizes[path] = Path(root, path).stat().st_size
    paths = tuple(sorted(sizes))
    record = "\n".join(f"{path} {sizes[path]}" for path in paths)
    return Package(
        name=STANDARD_LIBRARY,
        version=python_version(),
        root=Path(root),
        paths=paths,
        record=hashlib.sha256(record.encode()).hexdigest(),
    )


def _is_wanted(path: str, settings: InstalledPackages) -> bool:
    if not path.endswith(".py") or path.startswith("/"):
        return False
    *folders, name = path.split("/")
    if ".." in folders or name.startswith("__editable__"):
        return False
    if settings.include_tests:
        return True
    is_test = name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
    return not is_test and TEST_FOLDERS.isdisjoint(folders)


def _normal(name: str) -> str:
    """As the package index writes names: lower case, runs of `-_.` as one hyphen."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _rank(name: str, path: str) -> bytes:
    return hashlib.sha256(f"{name}\0{path}".encode()).digest()
