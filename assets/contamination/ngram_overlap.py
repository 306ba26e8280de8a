"""Texts that share a run of words with a benchmark problem: n-gram overlap, as GPT-3's report counts it.

Brown et al. 2020, appendix C: 13 words in a row. Words are those of every script, case aside; a question with fewer
is looked for whole, if it has at least `FEWEST_WORDS`. Where most words are single characters (Chinese, Japanese,
Thai), two of them count as one word. Edits inside every run of n words hide a problem.

Tests are looked for too, by runs that say something: not those that many of a benchmark's tests share (`assert
candidate`), nor those of few different words (`0, 0, 0`).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.contamination.anchors import Search, anchored, folded_spans, foreign_texts
from assets.contamination.hash_lookup import HashLookup
from assets.texts.near_duplicates.shingles import shingles_of
from assets.texts.near_duplicates.signatures import text_blocks
from assets.texts.words import Words, split_words

METHOD = "ngram_overlap"
FEWEST_WORDS = 5
"""A question shorter than this ("Sort a list.") is found in everything."""
CHARACTERS_A_WORD = 2
"""Of a script without spaces between words: words of Chinese and Japanese have one to three characters, most two."""
DIFFERENT_WORDS = 9
"""Of a run of a test's words, for `words` = 13: as a share of them."""
LETTERED_WORDS = 4
"""Different words of such a run that are no numbers and no single letters: these stand in anybody's tables."""
SHARED_BY = 3
"""Problems of one benchmark from which a run of their tests says nothing about one of them."""

FOREIGN_LETTER = r"[\p{L}\p{M}\p{N}&&[^\x00-\x7f]]"

Places = NDArray[np.int64]


class Runs:
    """The runs of words of some problems, made ready once."""

    def __init__(self, problems: pl.DataFrame, *, words: int) -> None:
        """`problems` has `benchmark, problem_id, question` and may have `test`; runs have `words` words."""
        question = problems["question"].fill_null("").str.to_lowercase()
        lengths, least, most = _lengths(split_words(question, "words"), words)
        run = np.where(lengths < least, 0, np.minimum(lengths, most))
        asked = [
            problems.select("benchmark", "problem_id").with_columns(
                question.alias("text"), pl.Series("run", run)
            )
        ]
        if "test" in problems.columns:
            there = problems.filter(pl.col("test").is_not_null())
            test = there["test"].str.to_lowercase()
            asked.append(
                there.select("benchmark", "problem_id").with_columns(
                    test.alias("text"), pl.lit(words).alias("run")
                )
            )
        self.asked = pl.concat(
            [frame.with_columns(pl.lit(bool(kind)).alias("is_test")) for kind, frame in enumerate(asked)],
            how="vertical_relaxed",
        )
        numbered = self.asked.with_row_index("asked").filter(pl.col("run") > 0)
        self._groups = [
            (int(run), _wanted(group, int(run), words, number))
            for number, ((run,), group) in enumerate(numbered.group_by("run", maintain_order=True))
        ]
        self.anchors = tuple(group.anchors for _, group in self._groups)
        """Their passages are the numbers of groups of runs."""

    def found_in(self, texts: pl.Series, candidates_of: tuple[Places, Places] | None = None) -> pl.DataFrame:
        """`text, asked, matched`: places of a text and of an entry of `asked`, with the first run that it holds.

        `candidates_of`: rows and groups, where a search for `anchors` found them already.
        """
        found = [_FOUND]
        rows, groups = Search(*self.anchors).candidates(texts) if candidates_of is None else candidates_of
        foreign = _with_foreign_letters(texts)
        candidates = [
            group.candidates(rows[groups == number], foreign, len(texts))
            for number, (_, group) in enumerate(self._groups)
        ]
        every = np.unique(np.concatenate([np.zeros(0, np.int64), *candidates]))
        lowered, first = texts.gather(every).fill_null("").str.to_lowercase(), 0
        for block in text_blocks(lowered):
            split = split_words(block, "words")
            inside = every[first : first + len(block)]
            first += len(block)
            for (run, group), asked_of in zip(self._groups, candidates, strict=True):
                places = np.flatnonzero(np.isin(inside, asked_of, assume_unique=True))
                hits = group.hits(split.of_rows(places), run)
                if hits.height:
                    text = inside[places[hits["row"].to_numpy()]].astype(np.uint32)
                    matched = pl.Series([group.run(place, run) for place in hits["first"]], dtype=pl.String)
                    found.append(hits.select(pl.Series("text", text), "asked", matched.alias("matched")))
        return pl.concat(found)


_FOUND = pl.DataFrame(schema={"text": pl.UInt32, "asked": pl.UInt32, "matched": pl.String})


def ngram_hits(
    rows: pl.DataFrame, problems: pl.DataFrame, text: pl.Expr, id_column: str, *, words: int
) -> pl.DataFrame:
    """Rows that hold `words` words in a row of a problem's question or test: `id_column` and `PATTERN_SCHEMA`.

    `problems` has `benchmark, problem_id, question` and may have `test`. One row for each row and problem; `matched`
    is the first run of the problem, in its own order, that the row holds.
    """
    runs = Runs(problems, words=words)
    found = runs.found_in(rows.select(text.alias("text"))["text"]).sort("text", "asked")
    keys = runs.asked[found["asked"]]
    return found.select(
        rows[id_column].gather(found["text"]).alias(id_column),
        pl.lit(METHOD).alias("method"),
        keys["benchmark"],
        keys["problem_id"],
        "matched",
    ).unique([id_column, "benchmark", "problem_id"], keep="first", maintain_order=True)


class _Group:
    """The runs of one length: their hashes, each with `asked, place, first`, their words, their anchors."""

    def __init__(self, wanted: pl.DataFrame, split: Words, run: int, number: int) -> None:
        self._runs, self._split = wanted.select("asked", "place", "first"), split
        self._known = HashLookup(wanted["hash"].to_numpy(), np.arange(wanted.height))
        letters, bounds = folded_spans(split.text, split.starts, split.ends)
        first, foreign = wanted["first"].to_numpy(), wanted["foreign"].to_numpy()
        passages = np.full(len(first), number, np.int64)
        self.anchors, without = anchored(letters, bounds[first], bounds[first + run], passages)
        self._every_foreign, self._every = bool(foreign[without].any()), bool((~foreign)[without].any())

    def candidates(self, rows: Places, foreign: Places, count: int) -> Places:
        """Places of the texts that can hold a run: those of `count` that have an anchor, or are `foreign`."""
        if self._every:
            return np.arange(count)
        return np.unique(np.concatenate([rows, foreign])) if self._every_foreign else np.unique(rows)

    def hits(self, split: Words, run: int) -> pl.DataFrame:
        """`row, asked, place, first` of what the rows of `split` hold, the first run of each row and entry."""
        shingles = shingles_of(split, run)
        places, keys = self._known.places(shingles.hashes)
        entries, numbers = self._known.entries(keys)
        rows = np.searchsorted(shingles.offsets, places[numbers], "right") - 1
        hits = self._runs[entries].insert_column(0, pl.Series("row", rows))
        return hits.sort("row", "asked", "place").unique(["row", "asked"], keep="first", maintain_order=True)

    def run(self, first: int, words: int) -> str:
        """The words of a run."""
        split = self._split
        numbers = range(first, first + words)
        return " ".join(bytes(split.text[split.starts[i] : split.ends[i]]).decode() for i in numbers)


def _with_foreign_letters(texts: pl.Series) -> Places:
    """Places of the texts with a letter, a mark or a digit that is not of ASCII."""
    foreign = foreign_texts(texts)
    return foreign[texts.gather(foreign).str.contains(FOREIGN_LETTER).fill_null(False).to_numpy()]


def _wanted(group: pl.DataFrame, run: int, words: int, number: int) -> _Group:
    """The runs of `group` (`asked, text, is_test, benchmark, problem_id`), each with its hash and its first word."""
    split = split_words(group["text"], "words")
    shingles = shingles_of(split, run)
    counts = np.diff(shingles.offsets)
    row = np.repeat(np.arange(group.height, dtype=np.uint32), counts)
    place = np.arange(len(row)) - np.repeat(shingles.offsets[:-1], counts)
    first = split.offsets[row] + place
    fits = first + run <= split.offsets[row + 1]  # a text of fewer words is one shingle of all of them
    of_foreign = np.concatenate([[0], np.cumsum(split.text >= 128)])
    last = split.ends[np.minimum(first + run, len(split.ends)) - 1]
    wanted = pl.DataFrame(
        {
            "hash": shingles.hashes,
            "asked": group["asked"].gather(row),
            "place": place,
            "first": first,
            "foreign": of_foreign[last] > of_foreign[split.starts[first]],
            "is_test": group["is_test"].gather(row),
            "row": row,
        }
    ).filter(pl.Series(fits, dtype=pl.Boolean))
    return _Group(
        wanted.filter(~pl.col("is_test") | _says_something(wanted, group, split, run, words)),
        split,
        run,
        number,
    )


def _says_something(
    wanted: pl.DataFrame, group: pl.DataFrame, split: Words, run: int, words: int
) -> pl.Series:
    """Whether a run of a test's words tells the problem: of words enough, and of few problems."""
    from assets.contamination.ngram_loop import different_words  # here: it brings the compiler

    first_letter = split.text[split.starts]
    letter = ((first_letter | 32) >= ord("a")) & ((first_letter | 32) <= ord("z")) | (first_letter >= 128)
    lettered = letter & (split.ends - split.starts > 1)
    tests = wanted.select("is_test", "first", "row", "hash", pl.int_range(pl.len()).alias("at")).filter(
        "is_test"
    )
    codes = shingles_of(split, 1).hashes if tests.height else np.zeros(0, np.uint64)
    different, letters = different_words(codes, lettered, tests["first"].to_numpy(), run)
    shared = (
        tests.select(
            "hash", group["benchmark"].gather(tests["row"]), group["problem_id"].gather(tests["row"])
        )
        .select(pl.col("problem_id").n_unique().over("benchmark", "hash"))
        .to_series()
        .to_numpy()
    )
    enough = np.zeros(wanted.height, np.bool_)
    enough[tests["at"].to_numpy()] = (
        (different >= DIFFERENT_WORDS * words / 13) & (letters >= LETTERED_WORDS) & (shared < SHARED_BY)
    )
    return pl.Series(enough, dtype=pl.Boolean)


def _lengths(split: Words, words: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """For each question its number of words, the fewest that are looked for, and the most that make a run."""
    counts = np.where(split.wordless, 0, np.diff(split.offsets))
    each = np.where(2 * split.lone_characters() > counts, CHARACTERS_A_WORD, 1)
    return counts, FEWEST_WORDS * each, words * each
