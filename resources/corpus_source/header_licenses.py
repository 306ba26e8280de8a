"""The license that a source file's own header declares: a tag, a notice, or the words that keep all rights.

Looked at are the comments (or the docstring) at the head of a file. A header that points to the license of its
project says nothing of its own. Manifests are in `declared_licenses`, whole texts in `license_texts`.
"""

import re
from dataclasses import replace

from resources.corpus_source.declared_licenses import Declared, matched, quoted, stated
from resources.corpus_source.license_texts import recognize
from resources.corpus_source.spdx import spdx

HEADER_BYTES = 4096
"""Bytes from the start of a file in which its license is looked for."""

# a tag in a string of the code is none
_TAG = re.compile(r"(?m)^(?:[^=(\"'\r\n]|\"\"\"|''')*SPDX-License-Identifier:[ \t]*([^\r\n]{1,200})")
_COMMENT_ENDS = re.compile(r"\*/|-->|#\}|\"\"\"|'''|%>")
_MARK = re.compile(
    r"^[ \t]*(?:/\*+!?|\*+/?|//+!?|#+!?|--+|;+|%+|\"\"\"|'''|<!--|=begin|=end|<\?php|\{-)?[ \t]?",
    re.MULTILINE,
)
_COMMENT_LINE = re.compile(
    r"[ \t]*(?:$|/\*|\*|//|#|--|;|%|<!--|\"\"\"|'''|[rRuU]\"\"\"|=begin|<\?php|<\?xml|\{-|package\b|[\"']use strict)"
)
_BLOCKS = (("/*", "*/"), ('"""', '"""'), ("'''", "'''"), ("<!--", "-->"), ("=begin", "=end"))
_DUNDER = re.compile(r"^__licen[cs]e__\s*=\s*[\"']([^\"'\n]+)[\"']", re.MULTILINE)

_GNU = re.compile(
    r"\bgnu (lesser |library |affero )?general public licen[cs]e\b|\b([al]?)gpl(?:[ -]?v?([23](?:\.[01])?))\b"
)
_GNU_VERSION = re.compile(r"\bversion ([123](?:\.[01])?)\b|\bv\.? ?([123](?:\.[01])?)\b")
_LATER = re.compile(r"any later version|or later|or newer")
_POINTS_ELSEWHERE = re.compile(
    r"(?:found|see|described|terms|defined|distributed with|governed|accompanying|listed)\b[^.]{0,160}"
    r"\b(?:licen[cs]e|copying|unlicense|notice|readme|copyright)\b"
)
_NAMED = (
    (re.compile(r"apache licen[cs]e,? \(?version 2\.0"), "Apache-2.0"),
    (re.compile(r"mozilla public licen[cs]e,? v(?:ersion|\.)? ?2\.0"), "MPL-2.0"),
    (re.compile(r"eclipse public licen[cs]e (?:-? ?v(?:ersion)?\.? ?)?2\.0"), "EPL-2.0"),
    (re.compile(r"eclipse public licen[cs]e (?:-? ?v(?:ersion)?\.? ?)?1\.0"), "EPL-1.0"),
    (re.compile(r"boost software licen[cs]e,? version 1\.0"), "BSL-1.0"),
    (
        re.compile(
            r"(?:under|licen[cs]e:?) (?:the )?(?:terms of )?(?:the )?(?:mit|expat) licen[cs]e|^licen[cs]e: mit\b",
            re.M,
        ),
        "MIT",
    ),
    (re.compile(r"under (?:the )?isc licen[cs]e"), "ISC"),
    (re.compile(r"\bbeer-?ware licen[cs]e"), "Beerware"),
)
_STATES = re.compile(
    r"\b(?:licen[cs]ed|released|distributed|available|published|provided)(?: to you)? under (?:the )?"
    r"(?:terms (?:and conditions )?of )?(?:the )?([^;\n]{2,}?)(?=[;\n]|\.(?!\d)|$)",
)
_FIELD = re.compile(r"(?im)^[\W_]*licen[cs]e[ \t]*::?[ \t]*(\S[^\n]{1,80})$")
_OF_LICENSES = re.compile(
    r"licen[cs]e|\b[al]?gpl|\bbsd\b|\bmit\b|\bapache\b|creative commons|\bcc[- ](?:by|0)|public domain|\bproprietary\b"
)
_AS_ANOTHER = re.compile(r"\bsame\b.*\bas\b|\bcontained in\b")
_BESIDE_A_NAME = re.compile(r"\(the |\(see |, (?:and|as|which|see) |\(?<?https?:|\bcopyright\b")
_SAYS_NO_NAME = re.compile(
    r"(?:\W|\b(?:the|this|that|same|a|an|as|of|its|our|own|in|at|by|and|or|is|it|be|can|to|you|for|with|which|open|source"
    r"|terms?|conditions?|licen[cs]es?|licen[cs]ed|licen[cs]ing|agreements?|following|above|below|project|package|library"
    r"|software|file|found|see|described|specified|permissive|free|more|one|both|several|either|two|contributor"
    r"|different|root|directory|python|itself)\b)*"
)
_TEXT_OF_LICENSE = re.compile(
    r"permission is hereby granted, free of charge|permission to use, copy, modify"
    r"|redistribution and use in source and binary|this software is provided 'as-is'"
)
_KEPT = re.compile(
    r"\b(?:proprietary (?:and|&) confidential|confidential (?:and|&) proprietary)\b"
    r"|\bstrictly (?:confidential|prohibited)\b"
    r"|\bproprietary (?:software|licen[cs]e|information|code|material|to)\b"
    r"|^\W*(?:proprietary|(?:company )?confidential)\b|^\W*[\w&.,' -]{1,40} confidential\W*$"
    r"|\ball information contained herein is\b|\bremains? the (?:sole |exclusive )?property of\b"
    r"|\bunauthori[sz]ed (?:copying|use|reproduction|distribution|disclosure)\b"
    r"|\binternal use only\b|\btrade secrets?\b"
    r"|\bnot for (?:re)?distribution\b|\bdo not (?:re)?distribute\b|\bno licen[cs]e (?:is )?granted\b|\bunlicensed\b"
    r"|\bno part of this (?:file|code|software|program) may\b",
    re.MULTILINE,
)
_RESTRICTED = re.compile(
    r"\bnon-?commercial\b|\b(?:academic|educational|research|evaluation|personal)(?: and \w+)? (?:use|purposes?) only\b"
    r"|\bonly for (?:academic|educational|research|personal)\b|\bcommons clause\b|\bnot be used (?:for|to)\b"
    r"|\bcommercial use (?:is )?(?:prohibited|forbidden|not)\b"
    r"|\btrain(?:ing)? (?:of )?(?:ai|machine|artificial|language)\b"
)
_GRANT = re.compile(r"licen[cs]e|permission|public domain|redistribut|free software|copying")


def header_license(content: bytes) -> Declared | None:
    """What the header of a file declares; null where it declares nothing, or points to the license of its project."""
    head = content[:HEADER_BYTES].decode("utf-8", errors="replace").lstrip("\ufeff").replace("\r\n", "\n")
    tags = [_COMMENT_ENDS.split(tag)[0].strip() for tag in _TAG.findall(head)]
    if tags:
        known = {spdx(tag) for tag in tags}
        how = f"SPDX tag {', '.join(quoted(tag) for tag in dict.fromkeys(tags))}"
        return Declared(known.pop() if len(known) == 1 else None, how=how)
    if (dunder := _DUNDER.search(head)) is not None:
        said = stated(dunder.group(1))
        return replace(said, how=f"__license__ {said.how}") if said else None
    comment = _MARK.sub("", _head_comment(head))
    words = " ".join(comment.lower().split())
    if not words:
        return None
    if _RESTRICTED.search(words) or _KEPT.search(comment.lower()) or _KEPT.search(words):
        return Declared(None, how="words that keep rights")
    if _TEXT_OF_LICENSE.search(words):
        license = recognize(_license_part(comment).encode())
        return Declared(license, how=matched(license))
    named = {name for pattern, name in _NAMED if pattern.search(words)} | _titles(comment)
    if (gnu := _gnu(words)) is not None:
        return Declared(
            gnu.license if not named else None, how=_notice({*named, gnu.license or "a GNU license"})
        )
    if named:
        return Declared(min(named) if len(named) == 1 else None, how=_notice(named))
    if (said := _statement(comment, words)) is not None:
        return said
    if _POINTS_ELSEWHERE.search(words):
        return None
    if "all rights reserved" in words and not _GRANT.search(words):
        return Declared(None, how="all rights reserved")
    return None


def _titles(comment: str) -> set[str]:
    """Licenses that a line names, and nothing else."""
    lines = {line.strip(" \t#=*_-:.\"'") for line in comment.split("\n") if "icen" in line and len(line) < 80}
    return {known for line in lines if (known := spdx(line)) is not None}


def _statement(comment: str, words: str) -> Declared | None:
    """What a sentence says that names a license; null where none does, or where it points to the project's."""
    said = [match.group(1) for match in _STATES.finditer(words) if _OF_LICENSES.search(match.group())]
    said += [re.split(r"\.(?!\S)", match.group(1).lower())[0] for match in _FIELD.finditer(comment)]
    for name in said:
        name = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", name)
        if _SAYS_NO_NAME.fullmatch(name) or _POINTS_ELSEWHERE.search(name) or _AS_ANOTHER.search(name):
            continue
        name = re.sub(r"^an? ", "", _BESIDE_A_NAME.split(name)[0].strip(" \t\"'*/#,("))
        known = stated(name)
        if known is not None and (known.file is None or " " in name):
            return replace(known, file=None)
    return None


def _notice(named: set[str]) -> str:
    return f"notice of {' and '.join(sorted(named))}"


def _head_comment(head: str) -> str:
    """The lines of comments at the head of a file."""
    kept: list[str] = []
    end: str | None = None
    for line in head.split("\n"):
        if end is not None:
            kept.append(line)
            end = None if end in line else end
            continue
        if not _COMMENT_LINE.match(line):
            break
        kept.append(line)
        for opening, closing in _BLOCKS:
            place = line.find(opening)
            if (
                place >= 0
                and not line[:place].strip(" \trRuU")
                and closing not in line[place + len(opening) :]
            ):
                end = closing
    return "\n".join(kept)


def _license_part(comment: str) -> str:
    """A header's paragraphs from the first copyright line on, without what describes the file."""
    begin = re.search(
        r"(?im)^.*\bcopyright\b|^.*permission |^.*redistribution and use|^.*licen[cs]e", comment
    )
    text = comment[begin.start() :] if begin else comment
    closing = list(
        re.finditer(
            r"(?i)dealings in the software\.?|damage\.|performance of this software\.?|any source distribution\.?",
            text,
        )
    )
    return (
        text[: closing[-1].end()]
        if closing and not _GRANT.search(text[closing[-1].end() :].lower())
        else text
    )


def _gnu(words: str) -> Declared | None:
    """What a notice of the GNU licenses says: which, which version, and whether a later one will do."""
    found = _GNU.search(words)
    if found is None:
        return None
    family = {"lesser ": "LGPL", "library ": "LGPL", "affero ": "AGPL", "l": "LGPL", "a": "AGPL"}.get(
        found.group(1) or found.group(2) or "", "GPL"
    )
    after = _GNU_VERSION.search(words, max(0, found.start() - 40))
    number = found.group(3) or (after and (after.group(1) or after.group(2)))
    if not number:
        return Declared(None)
    number = number if "." in number else f"{number}.0"
    return Declared(spdx(f"{family}-{number}-{'or-later' if _LATER.search(words) else 'only'}"))
