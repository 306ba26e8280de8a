"""Self-OSS-instruct: seed -> concepts -> instruction, by two few-shot completion calls.

Rendering, parsing and the chain of both; asking is handed in. Method and values: StarCoder2-Instruct
(bigcode-project/starcoder2-self-align). Prompts and examples are our own.
"""

import json
import re

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
from assets.instructions.few_shot_bank import NEXT_EXAMPLE, bank, draw_shots
from assets.instructions.settings import SelfOssInstruct
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.standalone import with_imports
from resources.engines.base import Sampling
from resources.ids import content_id

MOST_CONCEPTS = 30
LONGEST_CONCEPT = 80
"""Characters; a longer item is prose, not the name of a concept."""

SEED_COLUMNS = ("seed_id", "file_id", "language", "seed", "docstring", "imports")
"""What an instruction row carries of its seed."""

TASK = "code generation"
PACKAGE = "assets.instructions"


def write(seeds: pl.DataFrame, settings: SelfOssInstruct, ask: Ask) -> Outcome:
    """Instructions for `seeds`, and the seeds that gave none.

    `seeds` has `seed_id, file_id, language, seed, docstring, imports` (list of import lines). Kept rows add
    `instruction_id, parent_id (null), instruction, task, category, concepts (list), difficulty,
    generation, concepts_generation`. Rejections carry the seed's id and the raw text.
    """
    return step_in_batches(
        seeds.select(SEED_COLUMNS), lambda batch: _write(batch, settings, ask), BATCH_PROMPTS
    )


def _write(seeds: pl.DataFrame, settings: SelfOssInstruct, ask: Ask) -> Outcome:
    asked = apply_rules(
        seeds,
        [Rule(Reason.NOTHING_TO_ASK, pl.col("seed").fill_null("").str.strip_chars() == "")],
        stage="concepts",
        id_column="seed_id",
    )
    conceived = asked.then(with_concepts(asked.kept, settings, ask))
    return conceived.then(with_instruction(conceived.kept, settings, ask))


def with_concepts(seeds: pl.DataFrame, settings: SelfOssInstruct, ask: Ask) -> Outcome:
    """First call: `seeds` with `concepts` (list of strings) and `concepts_generation`."""
    requests = concept_requests(seeds, settings)
    answered = answers(
        seeds, requests, ask, sampling(settings), stage="instructions/concepts", id_column="seed_id"
    )
    whole = finished(answered, stage="concepts", id_column="seed_id")
    parsed = _parsed(whole.kept, parse_concepts, pl.List(pl.String), "concepts", stage="concepts")
    named = Outcome(parsed.kept.rename({"generation": "concepts_generation"}), parsed.rejected)
    return whole.then(named)


def with_instruction(seeds: pl.DataFrame, settings: SelfOssInstruct, ask: Ask) -> Outcome:
    """Second call: rows with `concepts` become instructions."""
    drawn = seeds.with_columns(
        pl.lit(TASK).alias("task"),
        pl.lit(settings.category).alias("category"),
        pl.col("seed_id")
        .map_elements(lambda seed_id: draw_difficulty(settings, seed_id), return_dtype=pl.String)
        .alias("difficulty"),
    )
    requests = instruction_requests(drawn, settings)
    answered = answers(
        drawn, requests, ask, sampling(settings), stage="instructions/instruction", id_column="seed_id"
    )
    whole = finished(answered, stage="instruction", id_column="seed_id")
    parsed = _parsed(whole.kept, parse_instruction, pl.String(), "instruction", stage="instruction")
    kept = parsed.kept.with_columns(
        content_id("seed_id", "task", "instruction").alias("instruction_id"),
        pl.lit(None, pl.String).alias("parent_id"),
        pl.lit(None, pl.String).alias("solution"),
    )
    return whole.then(Outcome(kept, parsed.rejected))


def concept_requests(seeds: pl.DataFrame, settings: SelfOssInstruct) -> pl.DataFrame:
    """One request a seed (`REQUEST_SCHEMA`), keyed by `seed_id`; it shows the seed with its import lines."""
    prompt = template(PACKAGE, "concepts.jinja")
    rows: list[dict[str, object]] = []
    for row in seeds.iter_rows(named=True):
        shots = _shots(row, settings, "concepts")
        rows.append(
            _request(row, settings, "concepts", {})
            | {
                "prompt": prompt.render(
                    shots=shots, seed=with_imports(row["seed"], row["imports"]), language=row["language"]
                )
            }
        )
    return requests_frame(rows)


def instruction_requests(seeds: pl.DataFrame, settings: SelfOssInstruct) -> pl.DataFrame:
    """One request a row with `concepts`, `category` and `difficulty`, keyed by `seed_id`."""
    prompt = template(PACKAGE, "instruction.jinja")
    rows: list[dict[str, object]] = []
    for row in seeds.iter_rows(named=True):
        wanted = {name: row[name] for name in ("category", "language", "concepts", "difficulty")}
        shots = _shots(row, settings, "instruction")
        rows.append(
            _request(row, settings, "instruction", wanted) | {"prompt": prompt.render(shots=shots, **wanted)}
        )
    return requests_frame(rows)


def parse_concepts(text: str) -> tuple[list[str] | None, str | None]:
    """The concepts that a completion names, or None with what is wrong with it."""
    line = text.strip()
    if not line:
        return None, "no concepts"
    if "\n" in line:
        return None, "concepts are not on one line"
    if "```" in line or line.startswith("#"):
        return None, "a heading or code in place of concepts"
    items = [re.sub(r"\s+", " ", item).strip() for item in line.removesuffix(".").split(",")]
    concepts = list(dict.fromkeys(item for item in items if item))
    if not concepts:
        return None, "no concepts"
    if len(concepts) > MOST_CONCEPTS:
        return None, f"{len(concepts)} concepts"
    if any(len(concept) > LONGEST_CONCEPT for concept in concepts):
        return None, "prose in place of concepts"
    return concepts, None


def parse_instruction(text: str) -> tuple[str | None, str | None]:
    """The instruction that a completion holds, or None with what is wrong with it."""
    instruction = text.strip()
    if not instruction:
        return None, "no instruction"
    if instruction.count("```") % 2:
        return None, "a code block is not closed"
    outside = re.sub(r"```.*?```", "", instruction, flags=re.DOTALL)
    if re.search(
        r"^#{1,4}\s*(property|instruction|response|example|reasoning|implementation)\b", outside, re.M | re.I
    ):
        return None, "a heading of the prompt inside the instruction"
    return instruction, None


def draw_difficulty(settings: SelfOssInstruct, seed_id: str) -> str:
    """The difficulty that this seed's property sheet gets."""
    number = draw_number(settings.seed, "difficulty", seed_id)
    return settings.difficulties[number % len(settings.difficulties)]


def sampling(settings: SelfOssInstruct) -> Sampling:
    """How both calls draw tokens."""
    return Sampling(settings.max_tokens, settings.temperature, settings.top_p, (NEXT_EXAMPLE,))


def _parsed(rows: pl.DataFrame, parse, dtype: pl.DataType, column: str, *, stage: str) -> Outcome:
    results = [parse(text) for text in rows["text"]]
    judged = rows.with_columns(
        pl.Series(column, [value for value, _ in results], dtype=dtype),
        pl.Series("fault", [fault for _, fault in results], dtype=pl.String),
    )
    rule = Rule(Reason.MALFORMED, pl.col("fault").is_not_null(), raw_detail(pl.col("fault")))
    outcome = apply_rules(judged, [rule], stage=stage, id_column="seed_id")
    return Outcome(outcome.kept.drop("fault", "text", "finish_reason", "detail"), outcome.rejected)


def _shots(row: dict[str, object], settings: SelfOssInstruct, purpose: str):
    examples = bank(str(row["language"]))
    return draw_shots(
        examples, settings.shots, seed=settings.seed, purpose=purpose, row_id=str(row["seed_id"])
    )


def _request(
    row: dict[str, object], settings: SelfOssInstruct, task: str, wanted: dict[str, object]
) -> dict[str, object]:
    facts = {name: row.get(name) for name in ("language", "seed", "docstring", "imports")} | wanted
    return {
        "key": row["seed_id"],
        "task": task,
        "facts": json.dumps(facts, sort_keys=True, ensure_ascii=False),
        "sample": 0,
        "seed": draw_number(settings.seed, f"sampling/{task}", str(row["seed_id"])),
    }
