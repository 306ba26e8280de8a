"""Words of texts in every script, whole blocks of rows at once; what is made of the words is not known here.

A word is a run of letters, marks, digits and connectors (Unicode's Annex #18), so `_` joins and `-` parts, as in
source code. In scripts that put no space between words (Annex #29: Chinese, Japanese without Katakana, Thai, Lao,
Khmer, Burmese) each character is one, with its marks. Texts are composed (NFC) first; case is kept.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import polars as pl
import regex
from numpy.typing import NDArray

from assets.texts.character_classes import ALONE, MARK, PASSED, SIGN, WORD

WordKind = Literal["words", "code", "ascii"]
"""`words`: as above. `code`: runs of operators are words too. `ascii`: `[A-Za-z_0-9]+`, as the methods published."""

PADDING = 4
"""Bytes after the last word, so that a whole character can be read from any place."""

_CLASSES = {
    WORD: r"[\p{Alphabetic}\p{M}\p{N}\p{Pc}]+",
    ALONE: r"[\p{Ideographic}\p{Script=Hiragana}\p{Line_Break=Complex_Context}]+",
    MARK: r"\p{M}+",
    PASSED: r"\p{Word_Break=Format}+|\u200c|\u200d",
}
_OPERATORS = r"[\p{Sm}!%&*\-/:?^]+"
_ASSIGNED = ((0, 0xD800), (0xE000, 0x33480), (0xE0000, 0xE0200))
"""Code points that may have a class of their own; the rest are unassigned or private."""


@dataclass(frozen=True)
class Words:
    """The words of a block of rows as UTF-8 in `text`, one space between two of a row, `PADDING` at the end.

    Word i is `text[starts[i]:ends[i]]`; those of row r are numbers `offsets[r]` to `offsets[r + 1]`. A row without
    a word but with a text has that text as its only one, and is marked in `wordless`; a null row has none.
    """

    text: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    offsets: NDArray[np.int64]
    wordless: NDArray[np.bool_]

    def of(self, row: int) -> list[str]:
        """The words of a row as strings."""
        numbers = range(self.offsets[row], self.offsets[row + 1])
        return [bytes(self.text[self.starts[i] : self.ends[i]]).decode() for i in numbers]

    def of_rows(self, rows: NDArray[np.int64]) -> "Words":
        """The words of some rows, in their order."""
        counts = np.diff(self.offsets)[rows]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        words = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], counts)
        return Words(self.text, self.starts[words], self.ends[words], offsets, self.wordless[rows])

    def lone_characters(self) -> NDArray[np.int64]:
        """For each row, how many of its words are single characters of a script without spaces."""
        alone = _lone(self.text, self.starts, _classes("words"))
        return np.diff(np.concatenate([[0], np.cumsum(alone)])[self.offsets])


def split_words(texts: pl.Series, kind: WordKind) -> Words:
    """The words of every text (String; null: no text) in the order of the rows."""
    from assets.texts.words_loop import split_rows  # here: it brings the compiler

    if kind != "ascii":
        foreign = (texts.str.len_bytes() != texts.str.len_chars()).fill_null(False).arg_true()
        if len(foreign):
            texts = texts.clone().scatter(foreign, texts.gather(foreign).str.normalize("NFC"))
    characters, offsets = laid_end_to_end(texts)
    written = np.empty(2 * len(characters) + PADDING, np.uint8)
    starts, ends = np.empty(len(characters), np.int64), np.empty(len(characters), np.int64)
    word_offsets, wordless = np.zeros(len(texts) + 1, np.int64), np.zeros(len(texts), np.bool_)
    known = texts.is_not_null().to_numpy()
    length = split_rows(
        characters, offsets, known, _classes(kind), written, starts, ends, word_offsets, wordless
    )
    written[length : length + PADDING] = 0
    count = word_offsets[-1]
    return Words(written[: length + PADDING], starts[:count], ends[:count], word_offsets, wordless)


@cache
def _classes(kind: WordKind) -> NDArray[np.uint8]:
    """The class of every code point."""
    classes = np.zeros(0x110000, np.uint8)
    if kind == "ascii":
        classes[[point for point in range(128) if chr(point).isalnum() or chr(point) == "_"]] = WORD
        return classes
    expressions = _CLASSES | ({SIGN: _OPERATORS} if kind == "code" else {})
    for first, end in _ASSIGNED:
        points = "".join(map(chr, range(first, end)))
        for number, expression in expressions.items():
            for run in regex.finditer(expression, points):
                classes[first + run.start() : first + run.end()] = number
    return classes


def laid_end_to_end(texts: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes of all texts (null: none), with padding at the end, and where each text starts and the last ends."""
    array = texts.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, values = array.buffers()
    start, end = array.offset, array.offset + len(array) + 1
    text_offsets = np.frombuffer(offsets, np.int64)[start:end] if offsets else np.zeros(1, np.int64)
    size = int(text_offsets[-1] - text_offsets[0])
    characters = np.zeros(
        size + len(texts) + 4, np.uint8
    )  # a byte a row: each may have one word, and be empty
    if values:
        characters[:size] = np.frombuffer(values, np.uint8)[text_offsets[0] : text_offsets[-1]]
    return characters, text_offsets - text_offsets[0]


def _lone(
    text: NDArray[np.uint8], starts: NDArray[np.int64], classes: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """For each word, whether its first character is of a script without spaces (all have three bytes or four)."""
    first = text[starts].astype(np.int64)
    tail = [text[starts + place].astype(np.int64) & 0x3F for place in (1, 2, 3)]
    three = (first & 0x0F) << 12 | tail[0] << 6 | tail[1]
    four = (first & 0x07) << 18 | tail[0] << 12 | tail[1] << 6 | tail[2]
    points = np.where(first >= 0xF0, four, np.where(first >= 0xE0, three, 0))
    return classes[points] == ALONE
