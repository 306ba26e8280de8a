"""Training rows that ask for a benchmark problem in other words: nearest problems by embedding, then a model is asked.

Method: LLM decontaminator (lm-sys), for what substrings and n-grams miss: rephrased and translated problems. There the
nearest rows of each problem are asked about; here the nearest problems of each row, from a similarity on: of five
rephrasings of a problem all can be asked about. Only the question sides are compared. Embedding and asking are handed
in; the prompt is our own.
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
EMBEDDING = "embedding"
"""The method of finds that nobody was asked about: a person's matter, unless the recipe says otherwise."""
PACKAGE = "assets.sft_dataset"
CALL = "sft_dataset/paraphrase"
ROWS_AT_ONCE = 1024
"""Rows whose similarities to all problems are held at once: 8 MB for each thousand problems."""


def paraphrase_hits(
    rows: pl.DataFrame,
    problems: pl.DataFrame,
    settings: Paraphrases,
    embed: Embed,
    ask: Ask | None,
    *,
    id_column: str,
) -> pl.DataFrame:
    """Rows that the model calls a problem in other words: `id_column` and `PATTERN_SCHEMA`.

    `rows` has `id_column` and `prompt`, `problems` has `benchmark, problem_id, question`. `matched` is the
    model's answer. Without `ask` the embeddings alone say it, as the method `embedding`. A pair that was not judged (an
    error, a spent budget) counts as found: what may be contaminated is not trained on. A find in a question that many
    benchmarks have is one in each of them.
    """
    pairs = nearest_pairs(rows, problems, settings, embed, id_column)
    if ask is None:
        said = pl.format("cosine {}", pl.col("cosine").round(2)).alias("matched")
        return _in_each(pairs.with_columns(pl.lit(EMBEDDING).alias("method"), said), problems, id_column)
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
    found = (
        judged.with_columns(said)
        .with_columns(matched.alias("matched"), pl.lit(METHOD).alias("method"))
        .filter(pl.col("matched") != "no")
    )
    return _in_each(found, problems, id_column)


def _in_each(found: pl.DataFrame, problems: pl.DataFrame, id_column: str) -> pl.DataFrame:
    """`found` (with `question`) for every problem that has the question."""
    every = found.drop("benchmark", "problem_id").join(
        problems.select("benchmark", "problem_id", "question"), on="question"
    )
    return every.select(id_column, *PATTERN_SCHEMA.names()).sort(id_column, "benchmark", "problem_id")


def nearest_pairs(
    rows: pl.DataFrame, problems: pl.DataFrame, settings: Paraphrases, embed: Embed, id_column: str
) -> pl.DataFrame:
    """For each row its nearest problems by cosine, those of `settings.similarity` or more, `settings.nearest` at most.

    `pair` (id), `benchmark, problem_id, question, cosine`, `id_column, prompt`. Of problems equally near, those first
    by benchmark and id; of one question in many benchmarks the first stands for all.
    """
    asked = (
        problems.filter(pl.col("question").fill_null("").str.strip_chars() != "")
        .sort("benchmark", "problem_id")
        .unique("question", keep="first", maintain_order=True)
    )
    columns = ["pair", "benchmark", "problem_id", "question", "cosine", id_column, "prompt"]
    if not rows.height or not asked.height:
        return pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), "cosine": pl.Float64})
    rows = rows.sort(id_column)
    known = directions(embedding_matrix(embed(asked, "question"), "problem_id"))
    vectors = directions(embedding_matrix(embed(rows, "prompt"), id_column))
    taken = min(settings.nearest, asked.height)
    numbers: list[tuple[int, int, float]] = []
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        # rounded, so that the last bits of the product decide nothing; a stable sort keeps the problems' order
        similarity = (vectors[start : start + ROWS_AT_ONCE] @ known.T).round(6)
        nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :taken]
        near = np.take_along_axis(similarity, nearest, axis=1)
        for i, j in np.argwhere(near >= settings.similarity):
            numbers.append((start + int(i), int(nearest[i, j]), float(near[i, j])))
    pairs = pl.concat(
        [
            asked.select("benchmark", "problem_id", "question")[[problem for _, problem, _ in numbers]],
            rows.select(id_column, "prompt")[[row for row, _, _ in numbers]],
        ],
        how="horizontal",
    )
    return pairs.with_columns(
        content_id("benchmark", "problem_id", id_column).alias("pair"),
        pl.Series("cosine", [cosine for _, _, cosine in numbers], dtype=pl.Float64),
    ).select(columns)
