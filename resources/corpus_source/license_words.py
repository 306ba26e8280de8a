"""What of a license's text says something: its words, without copyright lines, titles, names and marks.

Belongs here: how a text is made plain, and which differences between two texts say nothing. Which license a text is
is in `license_texts`.
"""

import html
import re
from functools import cache

from resources.corpus_source.spdx import spdx

NAME_WORDS = 14
"""Words that may stand where a known text has a name."""

STRANGE_WORDS = 4
"""Words in small letters in a line of copyright that may be names: `npm, Inc.`"""

MORE_WORDS = 80
"""Words that may stand before or after a known text: a title, authors, an address."""

NAMES = frozenset(
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

_ABOUT = frozenset(
    """
    the a an and or of for by with in at from to on as is are was were this that it its all any other others et al see
    license licenses licensed under terms text full following below above version v c copr copyright copyrights
    reserved rights some author authors contributor contributors maintainer maintainers developer developers team group
    holder holders owner owners respective individual individuals people members foundation organization inc llc ltd
    gmbh co corp company corporation university institute laboratory department affiliates subsidiaries present current
    project software library libraries package module code file files source program tool documentation document
    repository website site web homepage home page email mail http ftp www com org net io dev github gitlab html htm md
    txt rst listed list credits thanks written created developed maintained originally original portions parts based
    derived work works contributions contribution made many voluntary history revision exact available details open
    initiative approved spdx identifier begin end st nd rd th years year date since mit bsd isc apache gnu url yyyy name
    fullname derivative it port distributed
    spdxlicenseidentifier spdxfilecopyrighttext
    """.split()  # noqa: SIM905 - a list of words, read as one
)
"""Words beside names with which lines above and below a license speak of a project and its authors."""

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

_LIST_MARKS = frozenset([*map(str, range(1, 13)), *"abcdef", "i", "ii", "iii", "iv", "v", "vi"])

_COPYRIGHT = re.compile(
    r"^[ \t>#*/;.\-_]*(?i:(?:portions?|parts?|original code|all files)\b[\w ,]{0,30})?"
    # a wrapped sentence may begin with the word, or with a list's (c): then no holder and no year follows
    r"(?:(?i:copyright|copr\.)(?=\W*(?:(?i:\(c\)|©|&copy;|by\b|from\b)|\d{4}|[\[<{(:]|$)|"
    r"(?i:[ \t]+[\w-]+(?:[ ,]+[\w-]+)?[ ,]+(?:inc|llc|contributors|authors|team)\b)|[ \t]+(?!(?i:"
    r"holders?|notices?|licen[cs]es?|owners?|laws?|acts?|statements?|or|and|in|to|infringe\w*|interests?|damages)\b)[A-Z])"
    r"|(?i:\(c\))(?=[^\n]{0,60}\d{4}|[ \t]*(?:by|The)?[ \t]*[A-Z][^\n.;]{0,40}$)|©|&copy;)[^\n]*",
    re.MULTILINE,
)

_BULLET = re.compile(
    r"^[ \t>]*(?:[*+•\-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])[ \t]+", re.IGNORECASE | re.MULTILINE
)

CLAUSES = re.compile(
    r"^(.{0,40})\b(?:zero|one|two|three|four|[0-4])[- ]clause\b", re.IGNORECASE | re.MULTILINE
)
"""In a title, how many clauses a BSD license has."""

_ENTITY = re.compile(
    r"&(?:quot|amp|lt|gt|apos|nbsp|copy|ldquo|rdquo|lsquo|rsquo|#\d{2,4}|#x[0-9a-fA-F]{2,4});"
)

_COMMENT_MARK = re.compile(
    r"^[ \t]*(?:/\*+|\*+/|\*(?=[ \t]|$)|//+|#+|;+|--+|%+|dnl\b|rem\b|\|)[ \t]?", re.IGNORECASE | re.MULTILINE
)

_PROJECT = re.compile(r"\W*[\w.]+ (?:-{1,3}|\u2013|\u2014) [^.:;\n]{3,70}$")
"""A first line that says a project's name and what it is."""

_TAG = re.compile(r"\W*SPDX-License-Identifier:[ \t]*(.+)")

NOT_FILLED_IN = re.compile(
    r"^(?!.*\byyyy\b).*\bcopyright\b.*(?:\[(?:year|fullname|name)\]|\{\{.*\}\}|<your name>)",
    re.IGNORECASE | re.MULTILINE,
)
"""A form as it is offered: nobody is named who gives the license."""

_CAPITAL = re.compile(r"[^\w]*(?:[A-Z]|[^\W\d_a-zA-Z])")
"""How a word begins that may be a name: with a capital, or with a letter of another script."""

_WORD = re.compile(r"[a-z0-9]+")

_SPELLINGS = {
    "licence": "license",
    "licences": "licenses",
    "licenced": "licensed",
    "https": "http",
    "organisation": "organization",
}


def decoded(text: bytes) -> str:
    """A text in plain characters, without the marks of comments that all of its lines have."""
    try:
        plain = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        plain = text.decode("latin-1")
    plain = re.sub(r"\r\n?|[\v\f\u2028\u2029]", "\n", plain.replace("\u00ad", ""))
    plain = re.sub(r"[\u00a0\u2000-\u200a\u202f\u3000]", " ", plain)
    if _ENTITY.search(plain):
        plain = html.unescape(plain).replace("\u00a0", " ")
    lines = [line for line in plain.split("\n") if line.strip()]
    marks = [found[0] for found in map(_COMMENT_MARK.match, lines) if found]
    return _COMMENT_MARK.sub("", plain) if len(marks) >= 0.9 * len(lines) > 2 else plain


def may_differ(words: list[str]) -> bool:
    """Whether words may be added anywhere, or missing; a list's mark is a word where it was wrapped into a line."""
    return not words or " ".join(words) in _OPTIONAL or (len(words) == 1 and words[0] in _LIST_MARKS)


def says_nothing(words: list[str], most: int) -> bool:
    """Whether words, no more than `most` of them, change nothing that a license says."""
    return len(words) <= most and _MEANING.isdisjoint(words)


def only_names(words: list[str], names: frozenset[str]) -> bool:
    """Whether words beside a license only say whose it is and of what."""
    return says_nothing(words, MORE_WORDS) and all(word in _ABOUT or word in names for word in words)


@cache
def named_in(text: str) -> frozenset[str]:
    """The words of a text that are names by how they are written: capitals, digits, addresses; no shouted lines."""
    found: set[str] = set()
    for line in text.split("\n"):
        shouted = line.upper() == line and len(line.split()) > 5
        for part in line.split():
            if re.search(r"[@/]|\w[.-]\w|\d|_", part) or (_CAPITAL.match(part) and not shouted):
                found.update(_WORD.findall(part.lower()))
    return frozenset(found)


def without_title(text: str) -> tuple[str | None, str]:
    """The license that the first line names, if it names one and nothing else, and the text below."""
    lines = text.lstrip("\ufeff \t\r\n").split("\n")
    if _PROJECT.match(lines[0]) and says_nothing(_WORD.findall(lines[0].lower()), 14):
        lines = "\n".join(lines[1:]).lstrip("\n=-").split("\n")
    if (tag := _TAG.match(lines[0])) is not None:
        return spdx(tag.group(1)), "\n".join(lines[1:])
    bare = re.sub(r"\(?https?://\S+\)?", "", lines[0]).strip(" \t\r#=*_-:.")
    named = spdx(bare) if bare else None
    return (named, "\n".join(lines[1:])) if named and len(lines) > 1 else (None, "\n".join(lines))


def words_of(text: str) -> list[str]:
    """The words of a license that say something: without copyright lines, marks of lists and punctuation."""
    text = _COPYRIGHT.sub(_unless_it_says_more, text)
    text = re.sub(r"all rights reserved", " ", _BULLET.sub(" ", text), flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])-[ \t]*\n?[ \t]*(?=[a-z])", "", text.lower())
    text = re.sub(r"n[’'`´]t\b", " not", re.sub(r"[’'`´](?=s\b)", "", text))
    return [str(_SPELLINGS.get(word, word)) for word in _WORD.findall(text)]


def _unless_it_says_more(line: re.Match[str]) -> str:
    """Nothing for a line that names holders, a few of them in small letters; the line where it goes on to say more."""
    first, *further = re.split(r"(?<=\w\w)\.[ \t]+(?=[A-Z])", line.group())
    names = named_in(line.group())
    strange = [word for word in _WORD.findall(first.lower()) if word not in _ABOUT and word not in names]
    rest = _WORD.findall(" ".join(further).lower())
    plain = len(strange) <= STRANGE_WORDS and says_nothing(_WORD.findall(first.lower()), 40)
    return " " if plain and only_names(rest, names) else line.group()
