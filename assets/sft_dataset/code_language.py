"""The language of a row by the code it holds, which may be another than its seed's (Magicoder counts rows so).

A block's fence says it; where a fence says nothing, the grammar that reads the block with the fewest errors.
The row's language is the one with most code. Languages that the project has no name for are `other`.

Grammars are C code, and what a model writes may crash one (Bash's reads memory that nobody wrote). So they run in
worker processes, and a block that takes its worker away counts as written in the seed's language.
"""

import re
from collections import Counter
from collections.abc import Callable

import polars as pl
from tree_sitter import Node

from assets.source_code.code_blocks import Block, scan
from assets.source_code.languages import rules_of
from assets.source_code.parsing import Deadline, ParseTimeout, parse
from resources.languages import LANGUAGES, language_named
from resources.workers.frames import map_frames

OTHER = "other"

NO_LANGUAGE = frozenset({"", "code", "plain", "plaintext", "text", "txt", "output", "console", "none"})
"""Words after a fence that name no language."""

MOST_BYTES = 20_000
"""Of a block without a name, so much is parsed: enough to know a language by."""

PARSE_SECONDS = 1.0

BATCH_ROWS = 1_000
"""Blocks that a worker process gets at a time."""

HANG_S = 600.0
"""Wall time after which a batch counts as hanging, in seconds; a batch of ordinary blocks takes a few."""

_GUESSED = {"code": pl.String, "expected": pl.String}

_CPP_HEADER = re.compile(r"(?m)^\s*#\s*include\s*(?:<\w+>|[<\"][^>\"]+\.(?:hpp|hh|hxx)[>\"])")
"""Headers that C has not: the library's have no ending."""

FORGIVING = ("bash", "php")
"""Grammars that read nearly anything: they win only with fewer errors than every other."""


def with_code_language(
    rows: pl.DataFrame, *, text: str = "completion", workers: int | None = None
) -> pl.DataFrame:
    """`rows` (`language` and `text`) with `code_language`: a lower-case name, `other`, or null without code.

    `workers` processes guess what no fence names; null: one for each core.
    """
    texts = list(rows.select(text, "language").iter_rows())
    unnamed = {
        (block.text, expected)
        for said, expected in texts
        for block in scan(said).blocks
        if block.text.strip() and _named(block) is None
    }
    guesses = _guesses(pl.DataFrame(sorted(unnamed), schema=_GUESSED, orient="row"), workers)
    found = [code_language(said, expected, guess=lambda *code: guesses[code]) for said, expected in texts]
    return rows.with_columns(pl.Series("code_language", found, dtype=pl.String))


def code_language(text: str, expected: str, *, guess: Callable[[str, str], str] | None = None) -> str | None:
    """The language of most of the code in the blocks of `text`; between equals, `expected`.

    `guess` tells the language of code whose fence does not, from the code and `expected`; null: `guess_language`.
    """
    guess = guess or guess_language
    sizes: Counter[str] = Counter()
    for block in scan(text).blocks:
        if block.text.strip():
            sizes[_named(block) or guess(block.text, expected)] += len(block.text.strip())
    if not sizes:
        return None
    return min(sizes, key=lambda name: (-sizes[name], name != expected, name))


def guess_language(code: str, expected: str) -> str:
    """The language whose grammar finds the smallest share of errors in `code`; between equals, `expected`."""
    order = sorted(LANGUAGES, key=lambda name: (name != expected, name in FORGIVING, LANGUAGES.index(name)))
    if expected != "cpp" and not _CPP_HEADER.search(code):  # whose grammar reads C as well
        order.remove("c")
        order.insert(order.index("cpp"), "c")
    source = code.encode()[:MOST_BYTES].decode(errors="ignore").encode()
    best, least = order[0], len(source) + 1
    for name in order:
        wrong = _bytes_in_error(source, name)
        if wrong < least:
            best, least = name, wrong
        if least == 0:
            break
    return best


def _named(block: Block) -> str | None:
    """The language that the fence names; null: it names none."""
    return language_named(block.info) or (None if block.info in NO_LANGUAGE else OTHER)


def _guesses(unnamed: pl.DataFrame, workers: int | None) -> dict[tuple[str, str], str]:
    """`guess_language` of every row of `unnamed` (`_GUESSED`), worked out where a crash costs one row."""
    batches = (unnamed[at : at + BATCH_ROWS] for at in range(0, unnamed.height, BATCH_ROWS))
    found = map_frames(_guess_all, batches, workers=workers, on_loss=_guess_lost, timeout_s=HANG_S)
    return dict(zip(unnamed.iter_rows(), (name for names in found for name in names), strict=True))


def _guess_all(unnamed: pl.DataFrame) -> list[str]:
    return [guess_language(code, expected) for code, expected in unnamed.iter_rows()]


def _guess_lost(unnamed: pl.DataFrame, detail: str) -> list[str]:
    return unnamed["expected"].to_list()


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
