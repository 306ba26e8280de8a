"""OSS-Instruct: a snippet inspires a problem and its solution, by one chat call; then repeats are dropped.

Rendering, parsing, cleaning; asking is handed in. Method and values: Magicoder (ise-uiuc/magicoder). The prompt
is our own. The problem may be in another language than the seed: a row's `language` stays its seed's, the
language of the code that was written is a column of `sft_dataset`.
"""

import json
import re

import polars as pl

from assets.asking.asker import (
    BATCH_PROMPTS,
    GENERATION,
    Ask,
    answers,
    finished,
    raw_detail,
    requests_frame,
    step_in_batches,
)
from assets.asking.draws import draw_number
from assets.asking.prompts import template
from assets.instructions.repeats import repeated
from assets.instructions.settings import OssInstruct
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.answer_text import without_drafts
from assets.source_code.code_blocks import scan
from assets.source_code.headings import Heading, headings
from resources.engines.base import Sampling
from resources.ids import content_id

PACKAGE = "assets.instructions"
STAGE = "problem"
CLEANING = "cleaning"
TASK = "code generation"
CATEGORY = "problem inspired by code"

SEED_COLUMNS = ("seed_id", "file_id", "language", "seed", "docstring", "imports")
"""What an instruction row carries of its seed."""

_PARTS = (r"problem(?:\s+(?:description|statement))?", "solution")
"""The two headings, in any of the forms of `headings`."""


def write(seeds: pl.DataFrame, settings: OssInstruct, ask: Ask) -> Outcome:
    """Problems with solutions for `seeds`, and the seeds that gave none.

    `seeds` has `SEED_COLUMNS`. Kept rows add `instruction_id, parent_id (null), instruction, solution, task,
    category, concepts (null), difficulty (null), generation, concepts_generation (null)`. Rejections carry the
    seed's id, and the raw text or the seed whose row is repeated.
    """
    written = step_in_batches(
        seeds.select(SEED_COLUMNS), lambda batch: _write(batch, settings, ask), BATCH_PROMPTS
    )
    return written.then(clean(written.kept, settings))


def _write(seeds: pl.DataFrame, settings: OssInstruct, ask: Ask) -> Outcome:
    nothing = Rule(Reason.NOTHING_TO_ASK, pl.col("seed").fill_null("").str.strip_chars() == "")
    asked = apply_rules(seeds, [nothing], stage=STAGE, id_column="seed_id")
    answered = answers(
        asked.kept,
        problem_requests(asked.kept, settings),
        ask,
        Sampling(settings.max_tokens, settings.temperature, settings.top_p),
        stage="instructions/problem",
        id_column="seed_id",
    )
    whole = asked.then(finished(answered, stage=STAGE, id_column="seed_id"))
    return whole.then(_parsed(whole.kept))


def problem_requests(seeds: pl.DataFrame, settings: OssInstruct) -> pl.DataFrame:
    """One chat request a seed (`REQUEST_SCHEMA`), keyed by `seed_id`."""
    prompt = template(PACKAGE, "oss_instruct.jinja")
    return requests_frame(
        [
            {
                "key": row["seed_id"],
                "messages": [
                    {"role": "user", "content": prompt.render(seed=row["seed"], language=row["language"])}
                ],
                "task": STAGE,
                "facts": json.dumps(
                    {name: row[name] for name in ("language", "seed", "docstring", "imports")},
                    sort_keys=True,
                    ensure_ascii=False,
                ),
                "sample": 0,
                "seed": draw_number(settings.seed, "sampling/problem", row["seed_id"]),
            }
            for row in seeds.iter_rows(named=True)
        ]
    )


def parse_problem(text: str) -> tuple[str, str] | str:
    """Problem and solution of an answer, or what is wrong with it.

    The first heading of each kind counts; what is before them goes. Lines in code blocks are no headings.
    """
    scanned = scan(without_drafts(text))
    first: dict[str, Heading] = {}
    for heading in headings(scanned, _PARTS):
        first.setdefault("problem" if heading.name == _PARTS[0] else "solution", heading)
    missing = [name for name in ("problem", "solution") if name not in first]
    if missing:
        return f"no heading {' and '.join(missing)}"
    if first["solution"].first < first["problem"].first:
        return "the solution stands before the problem"
    asked, solved = first["problem"], first["solution"]
    problem = "\n".join([asked.rest, *scanned.lines[asked.line + 1 : solved.first]]).strip()
    solution = "\n".join([solved.rest, *scanned.lines[solved.line + 1 :]]).strip()
    if not problem or not solution:
        return f"the {'solution' if problem else 'problem'} is empty"
    return problem, solution


def clean(rows: pl.DataFrame, settings: OssInstruct) -> Outcome:
    """`rows` (`seed_id, seed, instruction, solution`) without repeats and, where asked, without mere copies.

    A row repeats an earlier one that stayed if seed, problem or solution is equal with white space removed;
    which is earlier is drawn from `settings.seed` and the rows' ids.
    """
    order = pl.Series(
        [draw_number(settings.seed, "cleaning", seed_id) for seed_id in rows["seed_id"]], dtype=pl.Int64
    )
    drawn = rows.with_columns(order.alias("__order")).sort("__order", "seed_id").drop("__order")
    keys = {
        "seed": Reason.DUPLICATE_SEED,
        "instruction": Reason.DUPLICATE_INSTRUCTION,
        "solution": Reason.DUPLICATE_RESPONSE,
    }
    distinct = repeated(drawn, keys, stage=CLEANING, id_column="seed_id")
    if not settings.drop_copied_code:
        return distinct
    copied = [
        copies_code(problem, solution)
        for problem, solution in distinct.kept.select("instruction", "solution").iter_rows()
    ]
    marked = distinct.kept.with_columns(pl.Series("__copied", copied, dtype=pl.Boolean))
    rule = Rule(Reason.COPIED_CODE, pl.col("__copied"))
    judged = apply_rules(marked, [rule], stage=CLEANING, id_column="seed_id")
    return distinct.then(Outcome(judged.kept.drop("__copied"), judged.rejected))


def copies_code(problem: str, solution: str) -> bool:
    """Whether a code block of `solution` is one of `problem`, white space aside."""
    blocks = [
        {re.sub(r"\s+", "", block.text) for block in scan(text).blocks} - {""} for text in (problem, solution)
    ]
    return bool(blocks[0] & blocks[1])


def _parsed(rows: pl.DataFrame) -> Outcome:
    results = [parse_problem(text or "") for text in rows["text"]]
    parts = [(None, None, result) if isinstance(result, str) else (*result, None) for result in results]
    judged = rows.with_columns(
        pl.Series(name, [part[place] for part in parts], dtype=pl.String)
        for place, name in enumerate(("instruction", "solution", "fault"))
    )
    fault = Rule(Reason.MALFORMED, pl.col("fault").is_not_null(), raw_detail(pl.col("fault")))
    outcome = apply_rules(judged, [fault], stage=STAGE, id_column="seed_id")
    kept = outcome.kept.drop("fault", "text", "finish_reason", "detail").with_columns(
        pl.lit(None, pl.String).alias("parent_id"),
        pl.lit(TASK).alias("task"),
        pl.lit(CATEGORY).alias("category"),
        pl.lit(None, pl.List(pl.String)).alias("concepts"),
        pl.lit(None, pl.String).alias("difficulty"),
        pl.lit(None, GENERATION).alias("concepts_generation"),
    )
    return Outcome(
        kept.with_columns(content_id("seed_id", "task", "instruction").alias("instruction_id")),
        outcome.rejected,
    )
