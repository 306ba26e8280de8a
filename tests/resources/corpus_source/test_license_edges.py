"""License texts as they stand in repositories: dressed in any way they are known, with a sentence more they are not."""

import re
import textwrap
from collections.abc import Callable

import pytest

from resources.corpus_source.license_texts import recognize
from tests.resources.corpus_source.test_license_texts import APACHE, BSD, ISC, MIT

TEXTS = {"MIT": MIT, "BSD-3-Clause": BSD, "ISC": ISC, "Apache-2.0": APACHE}


def wrapped(text: str, width: int) -> str:
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return "\n\n".join(
        textwrap.fill(part, width, break_on_hyphens=False, break_long_words=False) for part in paragraphs
    )


DRESS: dict[str, Callable[[str], str]] = {
    "windows": lambda text: text.replace("\n", "\r\n"),
    "old Macintosh": lambda text: text.replace("\n", "\r"),
    "curly quotes": lambda text: re.sub(r'"([^"]*)"', "\u201c\\1\u201d", text).replace("'", "\u2019"),
    "narrow": lambda text: wrapped(text, 60),
    "wide": lambda text: wrapped(text, 1000),
    "a heading": lambda text: "# License\n\n" + text,
    "comments": lambda text: textwrap.indent(text, "# ", lambda _: True),
    "a C comment": lambda text: "/*\n" + textwrap.indent(text, " * ", lambda _: True) + "\n */",
    "a quotation": lambda text: textwrap.indent(text, "> ", lambda _: True),
    "HTML entities": lambda text: text.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#39;"),
    "a fence": lambda text: f"```\n{text}\n```",
    "hard spaces": lambda text: text.replace(" ", "\u00a0"),
    "several holders": lambda text: (
        "Copyright (c) 2011-2024 The Widget Authors. All rights reserved.\n"
        "Copyright npm, Inc and Contributors\nCopyright 2015 the aio-libs collaboration.\n\n" + text
    ),
    "a project": lambda text: "Widget\n======\n\nhttps://example.org/widget\n\n" + text,
    "a project and what it is": lambda text: "widget - a parser in Python\n\n" + text,
    "who wrote it": lambda text: text + "\n\nWidget was written by Jane Doe (jane@example.org), 2024.\n",
    "a tag": lambda text: "SPDX-FileCopyrightText: Widget\n\n" + text,
}
CLAUSES = (
    "The licensee agrees to indemnify the authors.",
    "Companies with more than ten people need another license.",
    "Please contact us for pricing.",
    "A share of income is owed to the author.",
    "Rights are revocable at any time.",
    "Reverse engineering is disallowed.",
    "You have to star the repository.",
    "Users must send a postcard to the author.",
    "Do no harm.",
    "Only for residents of France.",
)


@pytest.mark.parametrize("identifier", TEXTS)
def test_a_text_is_known_in_any_dress(identifier: str) -> None:
    for name, dressed in DRESS.items():
        assert recognize(dressed(TEXTS[identifier]).encode()) == identifier, name


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_sentence_more_makes_a_text_unknown_wherever_it_stands(clause: str) -> None:
    for text in (MIT, BSD, ISC):
        head, rest = text.split("\n\n", 1)
        assert recognize(f"{clause}\n\n{text}".encode()) is None
        assert recognize(f"{text}\n\n{clause}\n".encode()) is None
        assert recognize(f"{head}\n\n{clause}\n\n{rest}".encode()) is None
        assert recognize(text.replace("Jane Roe", f"Jane Roe. {clause}").encode()) is None


@pytest.mark.parametrize("identifier", ["MIT", "BSD-3-Clause", "ISC"])
def test_a_sentence_less_makes_a_text_another_or_unknown(identifier: str) -> None:
    sentences = re.split(r"(?<=[.;:])\s+", TEXTS[identifier])
    for number, sentence in enumerate(sentences):
        if len(sentence.split()) > 2 and "opyright (c)" not in sentence and "ights reserved" not in sentence:
            rest = " ".join(sentences[:number] + sentences[number + 1 :])
            assert recognize(rest.encode()) != identifier, sentence
