"""Licenses by REUSE's rules: a file's own `.license` beside it, and annotations in `REUSE.toml` and `.reuse/dep5`.

As the specification reads them (https://reuse.software): of several annotations that match a path the last counts. A
file that cannot be read, or an expression that is not understood, makes the license of what it may speak of unknown.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from resources.corpus_source.declared_licenses import Declared, quoted
from resources.corpus_source.spdx import all_of, spdx

ANNOTATIONS = ("REUSE.toml", ".reuse/dep5")
"""Where annotations stand, relative to the folder that they are about."""

_TAG = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n]+)")


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is said of the paths that match: a license, and whether it stands above what a file says of itself."""

    pattern: re.Pattern[str]
    declared: Declared
    overrides: bool = False


def annotations(name: str, content: bytes) -> list[Annotation]:
    """The annotations of a file, by its name in `ANNOTATIONS`; those that say nothing about a license are left out."""
    text = content.decode("utf-8-sig", "replace")
    return _of_toml(text) if name == ANNOTATIONS[0] else _of_dep5(text)


def annotated(path: str, several: Sequence[Annotation]) -> Annotation | None:
    """What counts for `path`, relative to the folder of the annotations."""
    return next((one for one in reversed(several) if one.pattern.fullmatch(path)), None)


def beside(content: bytes) -> Declared | None:
    """What a `.license` file says of the file that it is named after; null where it says nothing."""
    tags = _TAG.findall(content.decode("utf-8-sig", "replace"))
    if not tags:
        return None
    how = ", ".join(quoted(tag.strip()) for tag in tags)
    return Declared(all_of([spdx(tag.strip()) for tag in tags]), how=f"SPDX tag {how}")


def _of_toml(text: str) -> list[Annotation]:
    try:
        listed = tomllib.loads(text).get("annotations", [])
        return [
            Annotation(
                _pattern(path, r"[^/]*"),
                _said([str(one) for one in _list(entry["SPDX-License-Identifier"])]),
                entry.get("precedence") == "override",
            )
            for entry in listed
            if "SPDX-License-Identifier" in entry
            for path in _list(entry["path"])
        ]
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return [Annotation(re.compile(r"(?s).*"), Declared(None, how="cannot be read"))]


def _said(identifiers: list[str]) -> Declared:
    return Declared(all_of([spdx(one) for one in identifiers]), how=", ".join(map(quoted, identifiers)))


def _of_dep5(text: str) -> list[Annotation]:
    found: list[Annotation] = []
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        fields = dict(re.findall(r"(?m)^([\w-]+):[ \t]*((?:.*)(?:\n[ \t].*)*)", paragraph))
        if "Files" in fields and "License" in fields:
            name = fields["License"].split("\n")[0].strip()
            expression = re.sub(r"\b(and|or|with)\b", lambda word: word[0].upper(), name)
            found += [
                Annotation(_pattern(path, r".*"), Declared(spdx(expression), how=quoted(name)))
                for path in fields["Files"].split()
            ]
    return found


def _pattern(path: object, star: str) -> re.Pattern[str]:
    """A glob: `**` is anything, `*` what `star` says, a backslash takes a sign as it is."""
    parts = re.findall(r"\\.|\*\*|\*|\?|[^\\*?]+|\\", str(path).removeprefix("./"))
    signs = {"**": r".*", "*": star, "?": r"." if star == ".*" else r"\?"}
    return re.compile(
        "(?s)" + "".join(signs.get(part) or re.escape(part.removeprefix("\\")) for part in parts)
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]
