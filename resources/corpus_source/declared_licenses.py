"""The license that a project declares: in its package manifest, or in the header of a file.

Manifests: pyproject.toml, setup.cfg, package.json, Cargo.toml, composer.json. Headers: the tag
SPDX-License-Identifier (SPDX specification, annex E). License texts are recognized in `license_texts`.
"""

import configparser
import json
import re
import tomllib
from collections.abc import Callable

from resources.corpus_source.spdx import spdx

HEADER_BYTES = 4096
"""Bytes from the start of a file in which its license tag is looked for."""

_TAG = re.compile(rb"SPDX-License-Identifier:[ \t]*([^\r\n]{1,200})")
_COMMENT_ENDS = (b"*/", b"-->", b"#}", b'"""')


def header_license(content: bytes) -> tuple[bool, str | None]:
    """Whether a file's header has a license tag, and its SPDX expression (null where it names none)."""
    found = _TAG.search(content[:HEADER_BYTES])
    if found is None:
        return False, None
    value = found.group(1)
    for end in _COMMENT_ENDS:
        value = value.split(end)[0]
    return True, spdx(value.decode("ascii", errors="replace").strip())


def manifest_license(name: str, content: bytes) -> str | None:
    """The SPDX expression that the manifest `name` declares; null where it declares none or is malformed."""
    read = MANIFESTS.get(name)
    if read is None:
        return None
    try:
        return read(content.decode())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, configparser.Error):
        return None  # a malformed manifest declares nothing


def _pyproject(text: str) -> str | None:
    document = tomllib.loads(text)
    project = document.get("project", {})
    declared = project.get("license", document.get("tool", {}).get("poetry", {}).get("license"))
    if isinstance(declared, dict):
        declared = declared.get("text")
    if declared is not None:
        return spdx(str(declared))
    named = {
        spdx(str(value).rsplit(" :: ", 1)[-1])
        for value in project.get("classifiers", ())
        if "License ::" in value
    }
    return named.pop() if len(named) == 1 else None


def _setup_cfg(text: str) -> str | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return spdx(parser.get("metadata", "license", fallback=None))


def _cargo(text: str) -> str | None:
    declared = tomllib.loads(text).get("package", {}).get("license")
    # Cargo used to allow a slash for a choice.
    return spdx(declared.replace("/", " OR ")) if isinstance(declared, str) else None


def _package_json(text: str) -> str | None:
    declared = json.loads(text).get("license")
    if isinstance(declared, dict):
        declared = declared.get("type")
    return spdx(declared) if isinstance(declared, str) else None


def _composer(text: str) -> str | None:
    declared = json.loads(text).get("license")
    if isinstance(declared, list):  # Composer's list is a choice
        declared = " OR ".join(f"({one})" for one in declared)
    return spdx(declared) if isinstance(declared, str) else None


MANIFESTS: dict[str, Callable[[str], str | None]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "Cargo.toml": _cargo,
    "package.json": _package_json,
    "composer.json": _composer,
}
"""How to read each manifest, by its file name; the first in this order that declares a license counts."""
