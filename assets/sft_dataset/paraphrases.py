"""Training rows that ask for a benchmark problem in other words: the nearest rows by embedding, then a model is asked.

Method: LLM decontaminator (lm-sys), for what substrings and n-grams miss: rephrased and translated problems. Only
the question sides are compared. Embedding and asking are handed in; the prompt is our own.
"""

import numpy as np
import polars as pl

from assets.asking.asker import Ask, answers, requests_frame
from assets.asking.draws import draw_number
from assets.asking.first_word import first_word
from assets.asking.prompts import template
from assets.benchmarks.passages import PATTERN_SCHEMA
from assets.sft_dataset.settings import Paraphrases
from assets.texts.embedding import Embed, directions, embedding_matrix
from resources.engines.base import Sampling
from resources.ids import content_id

METHOD = "paraphrase"
PACKAGE = "assets.sft_dataset"
CALL = "sft_dataset/paraphrase"
PROBLEMS_AT_ONCE = 256
"""Problems whose similarities to all rows are held at once: 1 MB for each thousand rows."""


def paraphrase_hits(
    rows: pl.DataFrame,
    problems: pl.DataFrame,
    settings: Paraphrases,
    embed: Embed,
    ask: Ask,
    *,
    id_column: str,
) -> pl.DataFrame:
    """Rows that the model calls a problem in other words: `id_column` and `PATTERN_SCHEMA`.

    `rows` has `id_column` and `prompt`, `problems` has `benchmark, problem_id, question`. `matched` is the
    model's answer. A pair that it did not judge (an error, a spent budget) counts as found: what may be
    contaminated is not trained on.
    """
    pairs = nearest_pairs(rows, problems, settings, embed, id_column)
    asked = requests_frame(
        [
            {
                "key": pair["pair"],
                "prompt": template(PACKAGE, "paraphrase.jinja").render(
                    problem=pair["question"], row=pair["prompt"]
                ),
                "task": METHOD,
                "sample": 0,
                "seed": draw_number(0, "sampling/paraphrase", pair["pair"]),
            }
            for pair in pairs.iter_rows(named=True)
        ]
    )
    sampling = Sampling(settings.max_tokens, stop=("\n###",))
    judged = answers(pairs, asked, ask, sampling, stage=CALL, id_column="pair")
    said = pl.Series("said", [first_word(text or "") for text in judged["text"]], dtype=pl.String)
    was_judged = pl.col("finish_reason").is_in(["stop", "length"]) & pl.col("said").is_in(["yes", "no"])
    matched = (
        pl.when(was_judged)
        .then("said")
        .otherwise(pl.format("not judged: {}", pl.coalesce("detail", "text", "finish_reason")))
    )
    return (
        judged.with_columns(said)
        .with_columns(matched.alias("matched"), pl.lit(METHOD).alias("method"))
        .filter(pl.col("matched") != "no")
        .select(id_column, *PATTERN_SCHEMA.names())
        .sort(id_column, "benchmark", "problem_id")
    )


def nearest_pairs(
    rows: pl.DataFrame, problems: pl.DataFrame, settings: Paraphrases, embed: Embed, id_column: str
) -> pl.DataFrame:
    """For each problem its nearest rows by cosine: `pair` (id), `benchmark, problem_id, question`, `id_column, prompt`.

    Rows below `settings.similarity` are no one's. Of rows equally near, those first by `id_column`.
    """
    asked = problems.filter(pl.col("question").fill_null("").str.strip_chars() != "")
    columns = ["pair", "benchmark", "problem_id", "question", id_column, "prompt"]
    if not rows.height or not asked.height:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    rows = rows.sort(id_column)
    known = directions(embedding_matrix(embed(asked, "question"), "problem_id"))
    vectors = directions(embedding_matrix(embed(rows, "prompt"), id_column))
    taken = min(settings.nearest, rows.height)
    numbers: list[tuple[int, int]] = []
    for start in range(0, len(known), PROBLEMS_AT_ONCE):
        # rounded, so that the last bits of the product decide nothing; a stable sort keeps the rows' order
        similarity = (known[start : start + PROBLEMS_AT_ONCE] @ vectors.T).round(6)
        nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :taken]
        near = np.take_along_axis(similarity, nearest, axis=1) >= settings.similarity
        numbers += [(start + int(i), int(nearest[i, j])) for i, j in np.argwhere(near)]
    problem_numbers, row_numbers = [pair[0] for pair in numbers], [pair[1] for pair in numbers]
    pairs = pl.concat(
        [
            asked.select("benchmark", "problem_id", "question")[problem_numbers],
            rows.select(id_column, "prompt")[row_numbers],
        ],
        how="horizontal",
    )
    return pairs.with_columns(content_id("benchmark", "problem_id", id_column).alias("pair")).select(columns)
