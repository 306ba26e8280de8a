"""The language of a row by the code it holds, which may be another than its seed's (Magicoder counts rows so).

A block's fence says it; where a fence says nothing, the grammar that reads the block with the fewest errors.
The row's language is the one with most code. Languages that the project has no name for are `other`.
"""

from collections import Counter

import polars as pl
from tree_sitter import Node

from assets.candidate_responses.code_blocks import LANGUAGE_WORDS, Block, scan
from assets.corpus_dump.languages import LANGUAGES
from assets.filtered_seeds.extraction.languages import rules_of
from assets.filtered_seeds.extraction.parsing import Deadline, ParseTimeout, parse

OTHER = "other"

NO_LANGUAGE = frozenset({"", "code", "plain", "plaintext", "text", "txt", "output", "console", "none"})
"""Words after a fence that name no language."""

MOST_BYTES = 20_000
"""Of a block without a name, so much is parsed: enough to know a language by."""

PARSE_SECONDS = 1.0

FORGIVING = ("bash", "php")
"""Grammars that read nearly anything: they win only with fewer errors than every other."""


def with_code_language(rows: pl.DataFrame, *, text: str = "completion") -> pl.DataFrame:
    """`rows` (`language` and `text`) with `code_language`: a lower-case name, `other`, or null without code."""
    found = [code_language(said, language) for said, language in rows.select(text, "language").iter_rows()]
    return rows.with_columns(pl.Series("code_language", found, dtype=pl.String))


def code_language(text: str, expected: str) -> str | None:
    """The language of most of the code in the blocks of `text`; between equals, `expected`."""
    sizes: Counter[str] = Counter()
    for block in scan(text).blocks:
        if block.text.strip():
            sizes[_language_of(block, expected)] += len(block.text.strip())
    if not sizes:
        return None
    return min(sizes, key=lambda name: (-sizes[name], name != expected, name))


def guess_language(code: str, expected: str) -> str:
    """The language whose grammar finds the smallest share of errors in `code`; between equals, `expected`."""
    order = sorted(LANGUAGES, key=lambda name: (name != expected, name in FORGIVING, LANGUAGES.index(name)))
    source = code.encode()[:MOST_BYTES].decode(errors="ignore").encode()
    best, least = order[0], len(source) + 1
    for name in order:
        wrong = _bytes_in_error(source, name)
        if wrong < least:
            best, least = name, wrong
        if least == 0:
            break
    return best


def _language_of(block: Block, expected: str) -> str:
    for name, words in LANGUAGE_WORDS.items():
        if block.info in words:
            return name
    return guess_language(block.text, expected) if block.info in NO_LANGUAGE else OTHER


def _bytes_in_error(source: bytes, language: str) -> int:
    """Bytes of `source` that the grammar could make nothing of; all of them where it takes too long."""
    if language == "php" and b"<?" not in source:
        source = b"<?php " + source  # else the grammar reads it as text around PHP
    dialects = rules_of(language).dialects
    least = len(source)
    for dialect in dialects:
        try:
            tree = parse(source, dialect, Deadline(PARSE_SECONDS))
        except ParseTimeout:
            continue
        least = min(least, _in_error(tree.root_node))
    return least


def _in_error(root: Node) -> int:
    wrong, left = 0, [root]
    while left:
        node = left.pop()
        if node.is_error:
            wrong += max(1, node.end_byte - node.start_byte)
        elif node.is_missing:
            wrong += 1
        elif node.has_error:
            left.extend(node.children)
    return wrong
