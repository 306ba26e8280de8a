"""The detectors over rows: which rows hold which problems, with the evidence.

Text as it is is looked for here, on threads. Grammars are C code that a text may crash, and the other detectors
compute; so for them batches of rows go to worker processes, and a row that takes its worker away is held to be clean
of shapes.
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from assets.contamination import code_normalised, reworded
from assets.contamination.code_normalised import Solutions, known_languages
from assets.contamination.reworded import Told
from assets.contamination.settings import DetectorSettings
from assets.contamination.shapes import WHOLE
from assets.contamination.text_methods import TextMethods
from assets.source_code.code_blocks import NO_LANGUAGE, scan
from resources.languages import language_named
from resources.workers.frames import map_frames

BATCH_ROWS = 500
HANG_S = 600.0
SHOWN = 120
"""Characters of the evidence."""

Finder = Callable[[pl.DataFrame], list[tuple[int, int, str, str]]]
"""Rows (`text, language`) to place of the row, place of the problem, method and evidence."""


class Detectors:
    """The detectors of some problems, made ready once for however many batches of rows."""

    def __init__(self, problems: pl.DataFrame, settings: DetectorSettings, *, seed: int = 0) -> None:
        """`problems` has the columns of `PROBLEM_SCHEMA`; `seed` draws the substrings that are looked for."""
        methods = settings.methods
        self._texts = TextMethods(problems, settings, seed=seed)
        self._keys, self._untold = problems.select("benchmark", "problem_id"), pl.Series(dtype=pl.UInt32)
        self._finders: list[Finder] = []
        # many benchmarks share their problems: each solution and each text is looked for once
        by_code = _groups(
            problems, code_normalised.METHOD, "language", "prompt", "canonical_solution", "entry_point"
        )
        by_words = _groups(problems.select(_words()), reworded.METHOD, "words")
        self._groups = pl.concat([by_code, by_words]).select("method", "place", "member")
        if code_normalised.METHOD in methods:
            once = problems[by_code["problem"].unique().sort()]
            solutions = solutions_of(once)
            told = [] if solutions is None else solutions.told()
            self._untold = by_code.filter(~pl.col("place").is_in(told))["member"]
            if solutions is not None:
                self._finders.append(partial(_code_found, solutions=solutions))
        if reworded.METHOD in methods and problems.height:
            once = problems[by_words["problem"].unique().sort()]
            self._finders.append(partial(_words_found, told=Told(once.select(_words())["words"])))

    def untold(self) -> pl.DataFrame:
        """`benchmark, problem_id` of the problems whose solution is not looked for by its shape, though it is asked."""
        return self._keys[self._untold]

    def hits(
        self,
        rows: pl.DataFrame,
        text: pl.Expr,
        id_column: str,
        *,
        language: pl.Expr | None = None,
        workers: int | None = None,
    ) -> pl.DataFrame:
        """What `rows` hold: `id_column` and `PATTERN_SCHEMA`, sorted, one a row, method and problem.

        Code is what is in `text`'s code blocks, else all of it; a block whose fence names no language is taken
        for `language` (null: Python). `matched` says how much is shared and where. `workers` processes; null: one a
        core.
        """
        found = [self._texts.hits(rows, text, id_column)]
        if not self._finders or not rows.height:
            return found[0]
        asked = rows.select(
            pl.col(id_column).cast(pl.String),
            text.fill_null("").alias("text"),
            (pl.lit("python") if language is None else language.fill_null("python")).alias("language"),
        )
        batches = (asked[at : at + BATCH_ROWS] for at in range(0, asked.height, BATCH_ROWS))
        work = partial(_found, finders=tuple(self._finders))
        for hits in map_frames(work, batches, workers=workers, on_loss=_lost, timeout_s=HANG_S):
            every = hits.join(self._groups, left_on=["method", "problem"], right_on=["method", "place"])
            keys = self._keys[every["member"]]
            found.append(
                every.select(
                    pl.col("id").cast(rows.schema[id_column]).alias(id_column),
                    "method",
                    keys["benchmark"],
                    keys["problem_id"],
                    "matched",
                )
            )
        return pl.concat(found).sort(id_column, "method", "benchmark", "problem_id")


def _groups(problems: pl.DataFrame, method: str, *columns: str) -> pl.DataFrame:
    """`method, place, problem, member`: each problem (`member`) with the first (`problem`) that is the same in
    `columns`, and that one's place among the first ones.
    """
    numbered = problems.select(columns).with_row_index("member")
    return numbered.select(
        pl.lit(method).alias("method"), pl.col("member").first().over(columns).alias("problem"), "member"
    ).with_columns((pl.col("problem").rank("dense") - 1).cast(pl.UInt32).alias("place"))


def solutions_of(problems: pl.DataFrame) -> Solutions | None:
    """What `code_normalised` looks for, a solution for each problem; None where there is none in a known language."""
    usable = (pl.col("canonical_solution").fill_null("").str.strip_chars() != "") & pl.col("language").is_in(
        list(known_languages())
    )
    code = (
        pl.when(usable)
        .then(pl.concat_str(pl.col("prompt").fill_null(""), "canonical_solution"))
        .otherwise(pl.lit(""))
    )
    if not problems.filter(usable).height:
        return None
    return Solutions(
        problems.select(
            code.alias("code"),
            pl.when(usable).then("language").otherwise(pl.lit("python")).alias("language"),
            "entry_point",
        )
    )


def untold(problems: pl.DataFrame) -> pl.DataFrame:
    """`benchmark, problem_id` of the problems whose solution cannot be told from anybody's code by its shape."""
    solutions = solutions_of(problems)
    keys = problems.select("benchmark", "problem_id")
    return keys if solutions is None else keys[sorted(set(range(problems.height)) - set(solutions.told()))]


def _words() -> pl.Expr:
    words = pl.coalesce(
        *(
            pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name))
            for name in ("docstring", "question")
        )
    )
    return words.alias("words")


_FOUND = pl.Schema({"id": pl.String, "problem": pl.UInt32, "method": pl.String, "matched": pl.String})


def _found(rows: pl.DataFrame, finders: tuple[Finder, ...]) -> pl.DataFrame:
    ids = rows.to_series(0)
    hits = [hit for finder in finders for hit in finder(rows)]
    return pl.DataFrame(
        [(ids[row], problem, method, matched) for row, problem, method, matched in hits],
        schema=_FOUND,
        orient="row",
    ).unique(["id", "problem", "method"], keep="first", maintain_order=True)


def _lost(rows: pl.DataFrame, detail: str) -> pl.DataFrame:
    return pl.DataFrame(schema=_FOUND)


def _code_found(rows: pl.DataFrame, solutions: Solutions) -> list[tuple[int, int, str, str]]:
    codes, places = list[tuple[str, str]](), list[int]()
    for place, (text, language) in enumerate(rows.select("text", "language").iter_rows()):
        blocks = [block for block in scan(text).blocks if block.text.strip()]
        for code, name in [(block.text, block.info) for block in blocks] or [(text, "")]:
            known = language_named(name) or (language_named(language) if name in NO_LANGUAGE else None)
            if known is not None:
                codes.append((code, known))
                places.append(place)
    hits = []
    for text, line, solution, parts in (
        solutions.found_in(codes)
        .select("text", "line", "solution", "parts")
        .sort("parts", descending=True)
        .iter_rows()
    ):
        lines = codes[text][0].split("\n")
        head = "the whole text" if line == WHOLE else lines[min(line, len(lines) - 1)].strip()[:SHOWN]
        hits.append(
            (places[text], solution, code_normalised.METHOD, f"{parts:.2f} of the solution's shape: {head}")
        )
    return hits


def _words_found(rows: pl.DataFrame, told: Told) -> list[tuple[int, int, str, str]]:
    found = told.found_in(rows["text"].to_list()).sort("cosine", descending=True)
    return [
        (text, problem, reworded.METHOD, f"{cosine:.2f} alike: {' '.join(words.split())[:SHOWN]}")
        for text, problem, cosine, words in found.iter_rows()
    ]
