"""Sectioned responses: instruction -> n responses with their own tests, by one few-shot completion call a sample.

Rendering, asking and the frame of the result; the form of the text is in `sections.py`. Method and values:
StarCoder2-Instruct (bigcode-project/starcoder2-self-align). Prompts and examples are our own.
"""

import json
from dataclasses import asdict

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
from assets.asking.prompts import template
from assets.candidate_responses.sections import HEADINGS, Fault, parse_response, render_response
from assets.candidate_responses.settings import Sectioned
from assets.instructions.few_shot_bank import NEXT_EXAMPLE, Example, bank, draw_shots
from assets.rows.outcome import Outcome, as_rejections
from resources.engines.base import Sampling
from resources.ids import content_id
from resources.languages import RECORDS

PACKAGE = "assets.candidate_responses"
STAGE = "response"

PARSED_SCHEMA = pl.Schema(
    {
        "response": pl.String,
        "code": pl.String,
        "tests": pl.String,
        "section_reasoning": pl.String,
        "section_implementation": pl.String,
        "section_explanation": pl.String,
        "section_tests": pl.String,
        "fault": pl.String,
        "fault_detail": pl.String,
    }
)


def respond(instructions: pl.DataFrame, settings: Sectioned, ask: Ask) -> Outcome:
    """`settings.samples` responses for each instruction; a sample without the form is rejected.

    `instructions` has `instruction_id, language, instruction` and, for the offline engine, `seed, docstring,
    imports, concepts`. Kept rows have all columns of their instruction but `generation` (of the response from
    here on), and `response_id, sample, response, code, tests, section_reasoning, section_implementation,
    section_explanation, section_tests, generation`. A sample's id is that of instruction, sample and text,
    for kept and rejected samples alike; rejections carry the raw text.
    """
    size = max(1, BATCH_PROMPTS // settings.samples)
    return step_in_batches(instructions, lambda batch: _respond(batch, settings, ask), size)


def _respond(instructions: pl.DataFrame, settings: Sectioned, ask: Ask) -> Outcome:
    samples = pl.DataFrame({"sample": range(settings.samples)}, schema={"sample": pl.Int32})
    wanted = instructions.drop("generation", "concepts_generation", strict=False).join(samples, how="cross")
    wanted = wanted.with_columns(pl.format("{}/{}", "instruction_id", "sample").alias("request_key"))
    requests = response_requests(wanted, settings)
    answered = answers(
        wanted,
        requests,
        ask,
        sampling(settings),
        stage="candidate_responses/response",
        id_column="request_key",
    )
    parsed = _with_parts(answered.drop("request_key"))
    identified = parsed.with_columns(
        content_id("instruction_id", "sample", pl.coalesce("response", "text", pl.lit(""))).alias(
            "response_id"
        )
    )
    whole = finished(identified, stage=STAGE, id_column="response_id")
    return whole.then(_split(whole.kept))


def response_requests(wanted: pl.DataFrame, settings: Sectioned) -> pl.DataFrame:
    """One request a row with `request_key`, `instruction_id`, `sample`, `instruction`, `language`."""
    prompt = template(PACKAGE, "sectioned.jinja")
    rows: list[dict[str, object]] = []
    for row in wanted.iter_rows(named=True):
        language, instruction_id = str(row["language"]), str(row["instruction_id"])
        # one draw an instruction: its samples share their prompt, which an engine then computes once
        shots = draw_shots(
            bank(language), settings.shots, seed=settings.seed, purpose="response", row_id=instruction_id
        )
        shown = [{"instruction": shot.instruction, "response": example_response(shot)} for shot in shots]
        facts = {
            name: row.get(name)
            for name in ("language", "instruction", "seed", "docstring", "imports", "concepts")
        } | {"headings": HEADINGS}
        rows.append(
            {
                "key": row["request_key"],
                "prompt": prompt.render(
                    shots=shown,
                    instruction=row["instruction"],
                    language=language,
                    how_tested=how_tests_are_written(language),
                ),
                "task": "response",
                "facts": json.dumps(facts, sort_keys=True, ensure_ascii=False),
                "sample": row["sample"],
                "seed": draw_number(settings.seed, "sampling/response", instruction_id, int(row["sample"])),
            }
        )
    return requests_frame(rows)


def how_tests_are_written(language: str) -> str:
    """What a prompt asks of the test block in `language`. Raises ValueError for one that has no record."""
    if language not in RECORDS:
        raise ValueError(
            f"nothing says how tests are written in {language!r}: write resources/languages/{language}.py"
        )
    return RECORDS[language].tests


def example_response(example: Example) -> str:
    """The response of a few-shot example as a prompt shows it."""
    return render_response(
        example.reasoning, example.code, example.explanation, example.tests, example.language
    )


def sampling(settings: Sectioned) -> Sampling:
    """How tokens are drawn."""
    return Sampling(settings.max_tokens, settings.temperature, settings.top_p, (NEXT_EXAMPLE,))


def _with_parts(answered: pl.DataFrame) -> pl.DataFrame:
    parts: list[dict[str, str | None]] = []
    for text, language in answered.select("text", "language").iter_rows():
        parsed = parse_response(text or "", language)
        if isinstance(parsed, Fault):
            parts.append({"fault": parsed.reason.value, "fault_detail": parsed.detail})
        else:
            fields = asdict(parsed)
            parts.append({"response": fields.pop("text"), **fields})
    rows = [{name: part.get(name) for name in PARSED_SCHEMA} for part in parts]
    return pl.concat([answered, pl.DataFrame(rows, schema=PARSED_SCHEMA)], how="horizontal")


def _split(rows: pl.DataFrame) -> Outcome:
    faulty = pl.col("fault").is_not_null()
    rejected = rows.filter(faulty).select(
        pl.col("response_id").alias("id"),
        pl.lit(STAGE).alias("stage"),
        pl.col("fault").alias("reason"),
        raw_detail(pl.col("fault_detail")).alias("detail"),
        "file_id",
    )
    kept = rows.filter(~faulty).drop("fault", "fault_detail", "text", "finish_reason", "detail")
    return Outcome(kept, as_rejections(rejected))
