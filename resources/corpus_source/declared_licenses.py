"""The license that a project declares in its package manifests: each form, read as its own tool reads it.

What is declared and not understood is *unknown* (`Declared(None)`), and never the same as not declared (null): what
stands further up does not hold where something else was said. Headers of files stand in `header_licenses`, texts of
licenses in `license_texts`.
"""

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from xml.etree import ElementTree

from resources.corpus_source.license_texts import recognize
from resources.corpus_source.spdx import LONGEST_STATEMENT, all_of, spdx

_SAYS_NOTHING = frozenset({"", "unknown", "none", "n/a", "todo", "tbd"})
_REFERENCE = re.compile(
    r"^(?:see|file|in|the|license|licence|:|\s)*\b([\w./-]*(?:licen[cs]e|copying|eula|notice)[\w.-]*)$", re.I
)
_FAMILIES = {
    "bsd": "BSD-",
    "apache": "Apache-",
    "apache software": "Apache-",
    "asl": "Apache-",
    "gpl": "GPL-",
    "lgpl": "LGPL-",
    "agpl": "AGPL-",
    "mozilla public": "MPL-",
}
_NO_LICENSE_NAMED = ("License :: OSI Approved", "License :: DFSG approved")


@dataclass(frozen=True, slots=True)
class Declared:
    """What is declared: an SPDX expression, null where it is not understood."""

    license: str | None
    file: str | None = None
    """The file that it points to, relative to the manifest; it is to be read then."""
    family: str | None = None
    """What the identifier begins with where a family is named only ("BSD"): a text beside it may say which."""


def stated(text: object) -> Declared | None:
    """What a statement in a license field says; null where it says nothing."""
    if not isinstance(text, str):
        return None if text is None else Declared(None)
    words = " ".join(text.split())
    if words.lower() in _SAYS_NOTHING:
        return None
    known = spdx(text) if len(words) <= LONGEST_STATEMENT else recognize(text.encode())
    if known is not None:
        return Declared(known)
    see = re.match(r"(?i)see licen[cs]e in\s+(.+)$", words)
    if see is not None:
        return Declared(None, file=see.group(1).strip("'\"<> "))
    pointed = _REFERENCE.match(words)
    if pointed is not None and ("." in words or words.lower().startswith(("see", "file")) or words.isupper()):
        return Declared(None, file=pointed.group(1))
    bare = re.sub(
        r"[-_ ]*(?:licen[cs]es?|style|like|\(bsd\)|v(?:ersion)?)\b[-_ ]*", " ", words.lower()
    ).strip(" .-")
    bare = re.sub(r"^the ", "", bare).removesuffix(" 's").strip()
    return Declared(None, family=_FAMILIES.get(bare))


def manifest_license(name: str, content: bytes) -> Declared | None:
    """What the manifest `name` declares; null where it declares nothing about a license."""
    read = next((read for pattern, read in MANIFESTS.items() if fnmatch(name, pattern)), None)
    if read is None:
        return None
    try:
        return read(content.decode("utf-8-sig"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, SyntaxError, configparser.Error):
        # cannot be read: where it speaks of a license, it may have said anything
        return Declared(None) if re.search(rb"licen[cs]e", content, re.IGNORECASE) else None


def is_manifest(name: str) -> bool:
    """Whether a file of that name may declare a license."""
    return any(fnmatch(name, pattern) for pattern in MANIFESTS)


def all_declared(several: Iterable[Declared | None]) -> Declared | None:
    """What several declarations say together: that all of them hold."""
    told = list(dict.fromkeys(one for one in several if one is not None))
    if len(told) < 2:
        return told[0] if told else None
    return Declared(all_of([one.license for one in told]))


def classified(classifiers: Iterable[object]) -> Declared | None:
    """What trove classifiers say: one license, a family, or something unknown; null where they name none."""
    named = [
        str(value).strip()
        for value in classifiers
        if str(value).startswith("License ::") and str(value).strip() not in _NO_LICENSE_NAMED
    ]
    if len(named) == 1:
        # the last part is a name; null would mean that nothing was said
        return stated(named[0].rsplit(" :: ", 1)[-1]) or Declared(None)
    return Declared(None) if named else None


def _choice(several: Iterable[object]) -> Declared | None:
    told = [one for one in map(stated, several) if one is not None]
    if not told:
        return None
    if len(told) == 1:
        return told[0]
    if any(one.license is None for one in told):
        return Declared(None)
    return Declared(spdx(" OR ".join(f"({one.license})" for one in told)))


def _pyproject(text: str) -> Declared | None:
    document = tomllib.loads(text)
    project = document.get("project", {})
    poetry = document.get("tool", {}).get("poetry", {})
    declared = project.get("license", poetry.get("license"))
    if isinstance(declared, Mapping):
        return (
            Declared(None, file=str(declared["file"])) if "file" in declared else stated(declared.get("text"))
        )
    if (said := stated(declared)) is not None:
        return said
    if (said := classified([*project.get("classifiers", ()), *poetry.get("classifiers", ())])) is not None:
        return said
    return _files(project.get("license-files"))


def _files(patterns: object) -> Declared | None:
    """Files that hold the license, where no field names it: only a single one without wildcards can be read here."""
    if isinstance(patterns, Mapping):
        patterns = patterns.get("paths", patterns.get("globs"))
    names = patterns if isinstance(patterns, list) else []
    if len(names) == 1 and not re.search(r"[*?\[]", str(names[0])):
        return Declared(None, file=str(names[0]))
    return None


def _setup_cfg(text: str) -> Declared | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    said = stated(parser.get("metadata", "license", fallback=None))
    if said is not None and said.license is None and said.family is None and said.file is None:
        return said
    listed = classified(parser.get("metadata", "classifiers", fallback="").splitlines())
    return said or listed


def _setup_py(text: str) -> Declared | None:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if name != "setup":
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if "license" in given:
            value = given["license"]
            literal = isinstance(value, ast.Constant)
            said = stated(value.value) if isinstance(value, ast.Constant) else None
            if said is not None or not literal:
                return said or Declared(None)
        if "classifiers" in given:
            texts = [part.value for part in ast.walk(given["classifiers"]) if isinstance(part, ast.Constant)]
            return classified(texts)
    return None


def _cargo(text: str) -> Declared | None:
    document = tomllib.loads(text)
    package = document.get("package") or document.get("workspace", {}).get("package", {})
    declared = package.get("license")
    if isinstance(declared, str):  # Cargo used to allow a slash for a choice
        return stated(declared.replace("/", " OR "))
    if isinstance(declared, Mapping) and declared.get("workspace"):
        return None  # as the workspace above says
    file = package.get("license-file")
    return Declared(None, file=file) if isinstance(file, str) else None


def _package_json(text: str) -> Declared | None:
    document = json.loads(text)
    declared = document.get("license", document.get("licence"))
    if isinstance(declared, Mapping):
        declared = declared.get("type", declared.get("name"))
    if isinstance(declared, list):
        return _choice(one.get("type") if isinstance(one, Mapping) else one for one in declared)
    if (said := stated(declared)) is not None or "licenses" not in document:
        return said
    listed = document["licenses"]
    listed = listed if isinstance(listed, list) else [listed]
    return _choice(
        one.get("type", one.get("name")) if isinstance(one, Mapping) else one for one in listed
    ) or (Declared(None) if listed else None)


def _composer(text: str) -> Declared | None:
    declared = json.loads(text).get("license")
    return (
        _choice(declared) if isinstance(declared, list) else stated(declared)
    )  # Composer's list is a choice


def _pom(text: str) -> Declared | None:
    root = ElementTree.fromstring(re.sub(r"\sxmlns=(\"[^\"]*\"|'[^']*')", "", text, count=1))
    listed = root.findall("licenses/license")
    return all_declared(
        stated(one.findtext("name") or one.findtext("url")) or Declared(None) for one in listed
    )


def _dotnet(text: str) -> Declared | None:
    expression = re.search(
        r"<PackageLicenseExpression>([^<]*)<|<license\s+type=[\"']expression[\"']\s*>([^<]*)<", text
    )
    if expression is not None:
        return stated(expression.group(1) or expression.group(2))
    file = re.search(r"<PackageLicenseFile>([^<]*)<|<license\s+type=[\"']file[\"']\s*>([^<]*)<", text)
    if file is not None:
        return Declared(None, file=(file.group(1) or file.group(2)).replace("\\", "/"))
    address = re.search(r"<(?:PackageL|l)icenseUrl>([^<]*)<", text)
    if address is None:
        return None
    named = re.search(
        r"(?:licenses\.nuget\.org|opensource\.org/licenses?)/([\w.+-]+)$", address.group(1).strip()
    )
    return Declared(spdx(named.group(1)) if named else None)


def _ruby(text: str) -> Declared | None:
    field = re.search(
        r"^[^#\n]*\.licenses?\s*=\s*([^\n]+(?:\n[^\n]*)*?)(?=\n\s*\w+\.\w+|\n\s*end|\Z)", text, re.MULTILINE
    )
    if field is None:
        return None
    value = field.group(1)
    if (kind := re.search(r":?type\"?\s*(?:=>|:)\s*[\"']([^\"']*)[\"']", value)) is not None:
        return stated(kind.group(1))
    names = re.findall(r"[\"']([^\"'\n]*)[\"']", value.split("\n")[0] if "[" not in value else value)
    return all_declared(stated(name) for name in names) or Declared(None)


def _gradle(text: str) -> Declared | None:
    block = re.search(r"\blicenses\s*\{(.*?)\n\s*\}\s*\n", text + "\n", re.DOTALL)
    if block is None:
        return None
    names = re.findall(r"\bname\s*(?:=|\.set\()?\s*[\"']([^\"']+)[\"']", block.group(1))
    return all_declared(stated(name) for name in names) or Declared(None)


MANIFESTS: dict[str, Callable[[str], Declared | None]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "Cargo.toml": _cargo,
    "package.json": _package_json,
    "bower.json": _package_json,
    "composer.json": _composer,
    "pom.xml": _pom,
    "*.csproj": _dotnet,
    "*.fsproj": _dotnet,
    "*.nuspec": _dotnet,
    "Directory.Build.props": _dotnet,
    "*.gemspec": _ruby,
    "*.podspec": _ruby,
    "build.gradle": _gradle,
    "build.gradle.kts": _gradle,
}
"""How to read each manifest, by its file name. Go, Swift packages and readmes declare no license in a set form."""
