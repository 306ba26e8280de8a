"""Which rows a checkpoint is trained on, one training after the other, and what several trainings come to.

Pure: frames and results in, frames and a result out. One training over all rows is the rule; MagicoderS's two are
one over rows as OSS-Instruct wrote them and one over rows that evolved, here or before they came.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import polars as pl

from assets.checkpoint.identity import training_order
from assets.checkpoint.settings import CheckpointSettings
from assets.instructions.ready_rows import CATEGORY as READY
from resources.trainer.base import TrainingResult, TrainingSettings


def training_stages(
    rows: pl.DataFrame, settings: CheckpointSettings, instructions: pl.LazyFrame | None = None
) -> list[tuple[pl.DataFrame, TrainingSettings]]:
    """The rows of each training in its order, without those that have none: `rows` has `sft_id, instruction_id`.

    `instructions` gives `instruction_id, round, category`; it is needed where the settings have a first stage.
    """
    if settings.first_stage is None:
        stages = [(rows, settings.training)]
    elif instructions is None:
        raise ValueError("a first stage needs the instructions: they tell which rows evolved")
    else:
        ready = (pl.col("category") == READY).fill_null(False)
        grown = instructions.filter((pl.col("round") > 0) | ready).select("instruction_id").collect()
        stages = [
            (rows.join(grown, on="instruction_id", how="anti"), settings.first_stage),
            (rows.join(grown, on="instruction_id", how="semi"), settings.training),
        ]
    return [(training_order(part, training.seed), training) for part, training in stages if part.height]


def altogether(results: Sequence[TrainingResult]) -> TrainingResult:
    """The last of `results` with the steps, tokens and time of all of them, their curves one behind the other.

    Its losses are those of the last: each is measured on rows of its own.
    """
    steps = [0, *accumulate(result.steps for result in results)]
    tokens = [0, *accumulate(result.tokens for result in results)]
    curves = [
        result.curve.with_columns(pl.col("step") + step, pl.col("tokens") + token)
        for result, step, token in zip(results, steps, tokens, strict=False)
    ]
    evaluations = [
        result.evaluations.with_columns(pl.col("step") + step)
        for result, step in zip(results, steps, strict=False)
    ]
    return replace(
        results[-1],
        evaluations=pl.concat(evaluations),
        curve=pl.concat(curves),
        steps=steps[-1],
        tokens=tokens[-1],
        completion_tokens=sum(result.completion_tokens for result in results),
        truncated=sum(result.truncated for result in results),
        seconds=sum(result.seconds for result in results),
        left_out=pl.concat([result.left_out for result in results]),
        reused=all(result.reused for result in results),
    )
