"""The license that a project declares: what a statement in a license field, or a list of classifiers, says.

What is declared and not understood is *unknown* (`Declared(None)`), and never the same as not declared (null): what
stands further up does not hold where something else was said. Package manifests are in `manifests`, headers of files
in `header_licenses`, texts of licenses in `license_texts`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

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
    inherits: bool = False
    """Whether the workspace above says it."""
    how: str = field(default="", compare=False)
    """What says it, for a person: the statement in quotes, or which text was matched."""


def stated(text: object) -> Declared | None:
    """What a statement in a license field says; null where it says nothing."""
    if not isinstance(text, str):
        return None if text is None else Declared(None)
    words = " ".join(text.split())
    if words.lower() in _SAYS_NOTHING:
        return None
    short = len(words) <= LONGEST_STATEMENT
    known = spdx(text) if short else recognize(text.encode())
    how = quoted(words) if short else matched(known)
    if known is not None:
        return Declared(known, how=how)
    see = re.match(r"(?i)see licen[cs]e in\s+(.+)$", words)
    if see is not None:
        return Declared(None, file=see.group(1).strip("'\"<> "), how=how)
    pointed = _REFERENCE.match(words)
    if pointed is not None and ("." in words or words.lower().startswith(("see", "file")) or words.isupper()):
        return Declared(None, file=pointed.group(1), how=how)
    bare = re.sub(
        r"[-_ ]*(?:licen[cs]es?|style|like|\(bsd\)|v(?:ersion)?)\b[-_ ]*", " ", words.lower()
    ).strip(" .-")
    bare = re.sub(r"^the ", "", bare).removesuffix(" 's").strip()
    return Declared(None, family=_FAMILIES.get(bare), how=how)


def quoted(words: str) -> str:
    """A statement in quotes, cut where it is long."""
    return f"'{words}'" if len(words) <= 60 else f"'{words[:60]} ...'"


def matched(license: str | None) -> str:
    """Which text was matched, for a person."""
    return f"text of {license}" if license else "a text that is not known"


def all_declared(several: Iterable[Declared | None]) -> Declared | None:
    """What several declarations say together: that all of them hold."""
    told = list(dict.fromkeys(one for one in several if one is not None))
    if len(told) < 2:
        return told[0] if told else None
    return Declared(all_of([one.license for one in told]), how=_together(told))


def _together(told: Iterable[Declared]) -> str:
    return ", ".join(filter(None, (one.how for one in told)))


def classified(classifiers: Iterable[object]) -> Declared | None:
    """What trove classifiers say: one license, a family, or something unknown; null where they name none."""
    named = [
        str(value).strip()
        for value in classifiers
        if str(value).startswith("License ::") and str(value).strip() not in _NO_LICENSE_NAMED
    ]
    if len(named) == 1:
        # the last part is a name; null would mean that nothing was said
        said = stated(named[0].rsplit(" :: ", 1)[-1]) or Declared(None)
        return replace(said, how=f"classifier {quoted(named[0])}")
    return Declared(None, how=f"{len(named)} classifiers") if named else None


def choice(several: Iterable[object]) -> Declared | None:
    """What several statements say together where each of them may be chosen."""
    told = [one for one in map(stated, several) if one is not None]
    if not told:
        return None
    if len(told) == 1:
        return told[0]
    if any(one.license is None for one in told):
        return Declared(None, how=_together(told))
    return Declared(spdx(" OR ".join(f"({one.license})" for one in told)), how=_together(told))
