"""The license of each file of a repository: what is declared nearest to the file counts.

What REUSE's files say of a path, and the file's own header, go before all; then the nearest folder above it that
declares anything, by a manifest or by license files (of both, the manifest), or else in its readme. A declaration that
is not understood makes the license unknown: what stands further up may not hold for code of others. A family that a
manifest names ("BSD") is completed by a text beside it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import join, normpath

from resources.corpus_source.declared_licenses import Declared, all_declared, matched
from resources.corpus_source.header_licenses import header_license
from resources.corpus_source.license_texts import is_license_file, nearest, recognize, recognize_all
from resources.corpus_source.manifests import is_manifest, manifest_license
from resources.corpus_source.readme_licenses import is_readme, readme_license
from resources.corpus_source.reuse_licenses import ANNOTATIONS, Annotation, annotated, annotations, beside


@dataclass(frozen=True, slots=True)
class Finding:
    """The license of a file as an SPDX expression (null: declared, and not understood), and where it comes from."""

    license: str | None
    source: str
    """`header`, or the path of what declares it, and behind a colon which statement or which license's text that is; of
    an unknown text, what it is like. Several are divided by semicolons."""

    @classmethod
    def of(cls, said: Declared, place: str) -> "Finding":
        """What is declared at `place`."""
        return cls(said.license, f"{place}: {said.how}" if said.how else place)


class RepositoryLicenses:
    """Licenses by folder. `read` gives the content of a path, or null where it cannot be read."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._telling: dict[str, list[str]] = {}
        self._annotations: dict[str, tuple[str, list[Annotation]]] = {}
        self._beside: set[str] = set()
        for path in paths:
            name = path.rsplit("/", 1)[-1]
            if is_manifest(name) or is_license_file(name) or is_readme(name):
                self._telling.setdefault(_folder(path), []).append(path)
            elif path.endswith(ANNOTATIONS):
                folder = next(
                    path.removesuffix(name).rstrip("/") for name in ANNOTATIONS if path.endswith(name)
                )
                self._annotations[folder or "."] = (
                    path,
                    annotations(path.removeprefix(folder).lstrip("/"), read(path) or b""),
                )
            elif path.endswith(".license"):
                self._beside.add(path)
        self._known: dict[str, Finding | None] = {}

    def of(self, path: str, content: bytes | None) -> Finding | None:
        """What is declared for the file at `path` with `content`; null where nothing is."""
        own = f"{path}.license"
        if own in self._beside and (said := beside(self._read(own) or b"")) is not None:
            return Finding.of(said, own)
        annotation = self._annotation(path, overrides=True)
        if annotation is not None:
            return annotation
        header = header_license(content or b"")
        if header is not None and header.family is None:
            return Finding.of(header, "header")
        finding = self._above(path)
        if header is None:
            return finding
        completed = finding is not None and (finding.license or "").startswith(header.family or " ")
        return finding if completed else Finding.of(header, "header")

    def _above(self, path: str) -> Finding | None:
        """What is declared in the nearest folder above `path` that declares anything."""
        for parent in PurePosixPath(path).parents:
            finding = self._annotation(path, str(parent)) or self._of_folder(str(parent))
            if finding is not None:
                return finding
        return None

    def _annotation(self, path: str, folder: str | None = None, *, overrides: bool = False) -> Finding | None:
        """What REUSE's annotations in `folder`, or in any above `path`, say of it; of those that override, if asked."""
        for parent in [folder] if folder is not None else map(str, PurePosixPath(path).parents):
            source, several = self._annotations.get(parent, ("", []))
            found = annotated(path if parent == "." else path.removeprefix(f"{parent}/"), several)
            if found is not None and found.overrides >= overrides:
                return Finding.of(found.declared, source)
        return None

    def _of_folder(self, folder: str) -> Finding | None:
        if folder not in self._telling:
            return None
        if folder not in self._known:
            self._known[folder] = self._look(folder, sorted(self._telling[folder]))
        return self._known[folder]

    def _look(self, folder: str, paths: list[str]) -> Finding | None:
        texts = [path for path in paths if is_license_file(path.rsplit("/", 1)[-1])]
        contents = {path: self._read(path) or b"" for path in texts}
        by_texts = recognize_all(list(contents.values()))
        told: list[str] = []
        said: list[Declared] = []
        for path in paths:
            name = path.rsplit("/", 1)[-1]
            declared = manifest_license(name, self._read(path) or b"") if is_manifest(name) else None
            if declared is not None:
                said.append(self._completed(declared, folder, by_texts))
                told.append(Finding.of(said[-1], path).source)
        if (together := all_declared(said)) is not None:
            return Finding(together.license, "; ".join(told))
        if not texts:
            return self._of_readme(paths)
        if by_texts is not None:
            return Finding(by_texts, _texts(contents))
        return Finding(None, _texts(contents))

    def _of_readme(self, paths: list[str]) -> Finding | None:
        for path in paths:
            if is_readme(path.rsplit("/", 1)[-1]):
                said = readme_license(self._read(path) or b"")
                if said is not None:
                    return Finding.of(said, path)
        return None

    def _completed(self, declared: Declared, folder: str, by_texts: str | None) -> Declared:
        """What a manifest declares, with what it points to."""
        if declared.inherits:
            for parent in map(str, PurePosixPath(folder).parents) if folder != "." else ():
                above = manifest_license(
                    "Cargo.toml", self._read(normpath(join(parent, "Cargo.toml"))) or b""
                )
                if above is not None and not above.inherits:
                    return self._completed(above, parent, None)
        if declared.file is not None:
            text = self._read(normpath(join(folder, declared.file)))
            license = recognize(text) if text is not None else None
            what = matched(license) if text is not None else "which is not there"
            return Declared(license, how=f"{declared.file}, {what}")
        if declared.family is not None and by_texts is not None and by_texts.startswith(declared.family):
            return Declared(by_texts, how=f"{declared.how} and {matched(by_texts)}".removeprefix(" and "))
        return Declared(declared.license, how=declared.how)


def _texts(contents: Mapping[str, bytes]) -> str:
    """License files, and which license's text each of them is, or is like."""
    told: list[str] = []
    for path, content in contents.items():
        license = recognize(content)
        told.append(f"{path}: {matched(license) if license else nearest(content) or matched(None)}")
    return "; ".join(told)


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)
