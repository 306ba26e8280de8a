"""The license in package manifests: each form, read as its own tool reads it.

What their fields' words mean is in `declared_licenses`.
"""

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from xml.etree import ElementTree

from resources.corpus_source.declared_licenses import Declared, all_declared, choice, classified, stated
from resources.corpus_source.spdx import spdx


def manifest_license(name: str, content: bytes) -> Declared | None:
    """What the manifest `name` declares; null where it declares nothing about a license."""
    read = next((read for pattern, read in MANIFESTS.items() if fnmatch(name, pattern)), None)
    if read is None:
        return None
    try:
        return read(content.decode("utf-8-sig"))
    except (
        *(ValueError, KeyError, TypeError, AttributeError, SyntaxError, configparser.Error),
        *(RecursionError, MemoryError),  # nested deeper than its parser goes
    ):
        # cannot be read: where it speaks of a license, it may have said anything
        told = re.search(rb"licen[cs]e", content, re.IGNORECASE)
        return Declared(None, how="cannot be read") if told else None


def is_manifest(name: str) -> bool:
    """Whether a file of that name may declare a license."""
    return any(fnmatch(name, pattern) for pattern in MANIFESTS)


def _pyproject(text: str) -> Declared | None:
    document = tomllib.loads(text)
    project = document.get("project", {})
    poetry = document.get("tool", {}).get("poetry", {})
    flit = document.get("tool", {}).get("flit", {}).get("metadata", {})
    declared = project.get("license", poetry.get("license", flit.get("license")))
    if isinstance(declared, Mapping):
        return (
            Declared(None, file=str(declared["file"])) if "file" in declared else stated(declared.get("text"))
        )
    if (said := stated(declared)) is not None:
        return said
    if (
        said := classified(
            [*project.get("classifiers", ()), *poetry.get("classifiers", ()), *flit.get("classifiers", ())]
        )
    ) is not None:
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
            if (said := classified(texts)) is not None:
                return said
        if None in given:  # setup(**about): what is handed over stands somewhere else
            return Declared(None) if re.search(r"[\"']license[\"']\s*:|\blicense\s*=", text) else None
    return None


def _cargo(text: str) -> Declared | None:
    document = tomllib.loads(text)
    package = document.get("package") or document.get("workspace", {}).get("package", {})
    declared = package.get("license")
    if isinstance(declared, str):  # Cargo used to allow a slash for a choice
        return stated(declared.replace("/", " OR "))
    file = package.get("license-file")
    if any(isinstance(one, Mapping) and one.get("workspace") for one in (declared, file)):
        return Declared(None, inherits=True)
    return Declared(None, file=file) if isinstance(file, str) else None


def _package_json(text: str) -> Declared | None:
    document = json.loads(text)
    declared = document.get("license", document.get("licence"))
    if isinstance(declared, Mapping):
        declared = declared.get("type", declared.get("name"))
    if isinstance(declared, list):
        return choice(one.get("type") if isinstance(one, Mapping) else one for one in declared)
    if (said := stated(declared)) is not None or "licenses" not in document:
        return said
    listed = document["licenses"]
    listed = listed if isinstance(listed, list) else [listed]
    return choice(
        one.get("type", one.get("name")) if isinstance(one, Mapping) else one for one in listed
    ) or (Declared(None) if listed else None)


def _composer(text: str) -> Declared | None:
    declared = json.loads(text).get("license")
    return choice(declared) if isinstance(declared, list) else stated(declared)  # Composer's list is a choice


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


def _elixir(text: str) -> Declared | None:
    listed = re.search(r"\blicenses:\s*\[([^\]]*)\]", text)
    names = re.findall(r"\"([^\"\n]+)\"", listed.group(1)) if listed else []
    return all_declared(stated(name) for name in names)


def _field(text: str) -> Declared | None:
    """A line `license: ...`, as Cabal's files and R's packages have."""
    field = re.search(r"(?im)^licen[cs]e[ \t]*:[ \t]*(\S.*)$", text)
    if field is None:
        return None
    name, _, file = field.group(1).partition("file ")  # R: MIT + file LICENSE
    name = name.strip(" +")
    gnu = re.fullmatch(r"([AL]?GPL)(?:[- ]?v?| \((>=) )(\d)(\.\d)?\)?", name)  # R: GPL (>= 2)
    if gnu is not None:
        name = f"{gnu[1]}-{gnu[3]}{gnu[4] or '.0'}-{'or-later' if gnu[2] else 'only'}"
    known = stated(name)
    return Declared(None, file=file.strip()) if not name and file else known


MANIFESTS: dict[str, Callable[[str], Declared | None]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "Cargo.toml": _cargo,
    "package.json": _package_json,
    "bower.json": _package_json,
    "deno.json": _package_json,
    "jsr.json": _package_json,
    "vcpkg.json": _package_json,
    "haxelib.json": _package_json,
    "composer.json": _composer,
    "pom.xml": _pom,
    "*.csproj": _dotnet,
    "*.fsproj": _dotnet,
    "*.nuspec": _dotnet,
    "Directory.Build.props": _dotnet,
    "*.gemspec": _ruby,
    "*.podspec": _ruby,
    "mix.exs": _elixir,
    "*.cabal": _field,
    "DESCRIPTION": _field,
    "build.gradle": _gradle,
    "build.gradle.kts": _gradle,
}
"""How to read each manifest, by its file name. Go, Swift packages and readmes declare no license in a set form."""
