"""Plain responses: instruction -> n free answers, by one call a sample; no sections, no tests of their own.

What an instruct model is asked is the instruction and nothing else.
"""

import json

import polars as pl

from assets.asking.asker import (
    BATCH_PROMPTS,
    Ask,
    answers,
    finished,
    raw_detail,
    requests_frame,
    step_in_batches,
)
from assets.asking.draws import draw_number
from assets.candidate_responses.settings import Plain
from assets.candidate_responses.unsectioned import with_response
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from resources.engines.base import Sampling
from resources.ids import content_id

STAGE = "response"
TASK = "response"


def respond(instructions: pl.DataFrame, settings: Plain, ask: Ask) -> Outcome:
    """`settings.samples` responses for each instruction.

    `instructions` has `instruction_id, language, instruction`. Kept rows have all columns of their instruction
    but `generation` (of the response from here on), and those of `unsectioned.with_response`.
    """
    size = max(1, BATCH_PROMPTS // settings.samples)
    return step_in_batches(instructions, lambda batch: _respond(batch, settings, ask), size)


def _respond(instructions: pl.DataFrame, settings: Plain, ask: Ask) -> Outcome:
    samples = pl.DataFrame({"sample": range(settings.samples)}, schema={"sample": pl.Int32})
    wanted = instructions.drop("generation", "concepts_generation", strict=False).join(samples, how="cross")
    wanted = wanted.with_columns(content_id("instruction_id", "sample", pl.lit("plain")).alias("request_key"))
    sampling = Sampling(settings.max_tokens, settings.temperature, settings.top_p)
    answered = answers(
        wanted,
        requests(wanted, settings),
        ask,
        sampling,
        stage="candidate_responses/plain",
        id_column="request_key",
    ).drop("request_key")
    rows = with_response(answered, pl.col("text"))
    whole = finished(rows, stage=STAGE, id_column="response_id")
    empty = Rule(
        Reason.MALFORMED, pl.col("response").fill_null("") == "", raw_detail(pl.lit("an empty answer"))
    )
    said = apply_rules(whole.kept, [empty], stage=STAGE, id_column="response_id")
    return whole.then(Outcome(said.kept.drop("text", "finish_reason", "detail"), said.rejected))


def requests(wanted: pl.DataFrame, settings: Plain) -> pl.DataFrame:
    """One chat request a row with `request_key, instruction_id, sample, instruction`."""
    return requests_frame(
        [
            {
                "key": row["request_key"],
                "messages": [{"role": "user", "content": row["instruction"]}],
                "task": TASK,
                "facts": json.dumps({"instruction": row["instruction"], "language": row["language"]}),
                "sample": row["sample"],
                "seed": draw_number(settings.seed, "sampling/plain", row["instruction_id"], row["sample"]),
            }
            for row in wanted.iter_rows(named=True)
        ]
    )
