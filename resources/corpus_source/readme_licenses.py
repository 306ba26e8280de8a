"""The license that a readme names in its section on the license; it counts where nothing else in the folder tells.

Read as a header of a source file is: a name, a notice, or words that keep rights. A section that points to a file, or
says nothing that is understood, declares nothing.
"""

import re

from resources.corpus_source.declared_licenses import Declared, stated
from resources.corpus_source.header_licenses import header_license

_README = re.compile(r"(?i)^readme(?:\.(?:md|markdown|rst|txt|adoc))?$")
_SECTION = re.compile(
    r"(?im)^(?:#{1,6}|=+)[ \t]*(?:\W*[ \t])?licen[cs](?:e|ing)(?: information| & copyright)?[ \t:#=]*$"
    r"|^licen[cs](?:e|ing)[ \t]*\n[-=~^]{3,}[ \t]*$"
)
_NEXT = re.compile(r"(?m)^#{1,6}[ \t]|^[^\n]+\n[-=~^]{3,}[ \t]*$")
_LINE = re.compile(r"(?im)^[ \t>*_-]*licen[cs]e[*_ \t]*:[*_ \t]*(\S[^\n]{0,80})$")


def is_readme(name: str) -> bool:
    """Whether a file of that name is a readme."""
    return _README.match(name) is not None


def readme_license(content: bytes) -> Declared | None:
    """What a readme declares; null where it has no section on the license, or one that names none."""
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    section = _SECTION.search(text)
    if section is None:
        line = _LINE.search(text)
        known = stated(_plain(line[1])) if line else None
        return known if known is not None and known.license is not None else None
    said = text[section.end() :].lstrip("\n")
    following = _NEXT.search(said)
    said = _plain(said[: following.start()] if following else said)
    first = stated(next((line for line in said.split("\n") if line.strip()), None))
    if first is not None and first.license is not None:
        return first
    return header_license("\n".join(f"# {line}" for line in said.split("\n")).encode())


def _plain(text: str) -> str:
    """A text without links and stress; what a link shows stays."""
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    return re.sub(r"[*_`]{1,3}|\.(?=\s*$)", "", text).strip()
