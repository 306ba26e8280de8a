"""Evol-Instruct for code: in each round every instruction is rewritten by one of five heuristics, and answered.

Three chat calls an evolution: rewrite, judge, answer. All rounds are kept; where an evolution fails, its parent
goes into the next round again. Method: WizardLM's pool and eliminations with WizardCoder's heuristics, as
MagicoderS uses them. What starts the rounds is another method's output. Prompts are our own.
"""

import json
import re
from collections.abc import Callable

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
from assets.instructions.eliminations import has_no_content, refuses, says_the_same, words_of_the_prompt
from assets.instructions.settings import EvolInstruct
from assets.instructions.table import TABLE
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from assets.source_code.code_blocks import scan
from resources.engines.base import Sampling
from resources.ids import content_id

PACKAGE = "assets.instructions"
EVOLUTION, JUDGE, ANSWER = "evolution", "evolution_judge", "evolved_answer"
"""Tasks of the three calls; their prompts have the same names."""

ANSWERED = ("text", "finish_reason", "detail", "generation")


def evolve(start: pl.DataFrame, settings: EvolInstruct, ask: Ask) -> Outcome:
    """`start` (columns of `TABLE`) and its evolutions; `settings.rounds` evolutions of every row are tried.

    Evolved rows have `parent_id`, `heuristic`, `round` from 1, the `solution` of the answering call and its
    record in `solution_generation`; the rest is their parent's. A rejection carries the id of the instruction
    that was to evolve, and its stage names the round: each round tries each instruction of its pool once. So
    kept and rejected rows together are `start.height * (1 + settings.rounds)`.
    """
    return step_in_batches(start, lambda batch: _all_rounds(batch, settings, ask), BATCH_PROMPTS)


def _all_rounds(start: pl.DataFrame, settings: EvolInstruct, ask: Ask) -> Outcome:
    pool, outcome = start, apply_rules(start, [], stage="start", id_column="instruction_id")
    for number in range(1, settings.rounds + 1):
        evolved = _one_round(pool, number, settings, ask)
        outcome = Outcome(
            pl.concat([outcome.kept, evolved.kept]), pl.concat([outcome.rejected, evolved.rejected])
        )
        stays = pool.join(evolved.kept, left_on="instruction_id", right_on="parent_id", how="anti")
        pool = pl.concat([stays, evolved.kept])
    return outcome


def _one_round(pool: pl.DataFrame, number: int, settings: EvolInstruct, ask: Ask) -> Outcome:
    stage = f"round {number}"
    parents = pool.with_columns(
        pl.col("instruction_id").alias("parent_id"),
        pl.col("instruction").alias("given"),
        pl.col("instruction_id")
        .map_elements(lambda parent: draw_heuristic(settings, parent, number), return_dtype=pl.String)
        .alias("heuristic"),
        pl.lit(number, pl.Int32).alias("round"),
    ).drop("generation")
    rewritten = _rewritten(parents, settings, ask, stage)
    new = rewritten.then(_judged(rewritten.kept, settings, ask, stage)) if settings.judge else rewritten
    answered = new.then(_answered(new.kept, settings, ask, stage))
    kept = answered.kept.with_columns(
        content_id("parent_id", "heuristic", "round", "instruction").alias("instruction_id")
    )
    return Outcome(kept.select(TABLE.schema.names()), answered.rejected)


def _rewritten(parents: pl.DataFrame, settings: EvolInstruct, ask: Ask, stage: str) -> Outcome:
    whole = _asked(parents, EVOLUTION, settings.max_tokens, settings, ask, stage)

    def fault(row: dict[str, str]) -> tuple[Reason, str | None] | None:
        evolved = (row["text"] or "").strip()
        if not evolved:
            return Reason.MALFORMED, "nothing was written"
        if any(not block.closed for block in scan(evolved).blocks):
            return Reason.MALFORMED, "a code block is not closed"
        said = words_of_the_prompt(evolved, settings.prompt_words)
        if said is not None:
            return Reason.PROMPT_WORDS, said
        if has_no_content(evolved):
            return Reason.NO_CONTENT, None
        return (Reason.NOT_EVOLVED, "the same text") if _letters(evolved) == _letters(row["given"]) else None

    sound = whole.then(_without_faults(whole.kept, fault, f"{stage}: {EVOLUTION}"))
    kept = sound.kept.with_columns(pl.col("text").str.strip_chars().alias("instruction"))
    return Outcome(kept.drop("text", "finish_reason", "detail"), sound.rejected)


def _judged(rows: pl.DataFrame, settings: EvolInstruct, ask: Ask, stage: str) -> Outcome:
    rewriting = rows.rename({"generation": "rewriting"})
    whole = _asked(rewriting, JUDGE, settings.judge_max_tokens, settings, ask, stage)

    def fault(row: dict[str, str]) -> tuple[Reason, str | None] | None:
        same = says_the_same(row["text"] or "")
        if same is None:
            return Reason.MALFORMED, "the judge says neither equal nor different"
        return (Reason.NOT_EVOLVED, "judged equal") if same else None

    sound = whole.then(_without_faults(whole.kept, fault, f"{stage}: {JUDGE}"))
    return Outcome(sound.kept.drop(ANSWERED).rename({"rewriting": "generation"}), sound.rejected)


def _answered(rows: pl.DataFrame, settings: EvolInstruct, ask: Ask, stage: str) -> Outcome:
    rewriting = rows.rename({"generation": "rewriting"}).drop("solution_generation")
    whole = _asked(rewriting, ANSWER, settings.max_tokens, settings, ask, stage)

    def fault(row: dict[str, str]) -> tuple[Reason, str | None] | None:
        answer = row["text"] or ""
        if has_no_content(answer):
            return Reason.NO_CONTENT, None
        if refuses(answer, settings.refusal_words, settings.refusal_most_words):
            return Reason.REFUSED, None
        return None

    sound = whole.then(_without_faults(whole.kept, fault, f"{stage}: {ANSWER}"))
    kept = sound.kept.with_columns(pl.col("text").str.strip_chars().alias("solution")).rename(
        {"generation": "solution_generation", "rewriting": "generation"}
    )
    return Outcome(kept.drop("text", "finish_reason", "detail"), sound.rejected)


def evolution_requests(rows: pl.DataFrame, task: str, settings: EvolInstruct) -> pl.DataFrame:
    """One chat request a row (`parent_id, given, instruction, language, heuristic, round`), keyed by `parent_id`."""
    prompt = template(PACKAGE, f"{task}.jinja")
    requests = []
    for row in rows.iter_rows(named=True):
        facts = {name: row[name] for name in ("given", "instruction", "language", "heuristic", "round")}
        text = prompt.render(**facts, words=settings.more_words)
        purpose = f"sampling/{task}/{row['round']}"
        requests.append(
            {
                "key": row["parent_id"],
                "messages": [{"role": "user", "content": text}],
                "task": task,
                "facts": json.dumps(facts, sort_keys=True, ensure_ascii=False),
                "sample": 0,
                "seed": draw_number(settings.seed, purpose, row["parent_id"]),
            }
        )
    return requests_frame(requests)


def draw_heuristic(settings: EvolInstruct, parent_id: str, number: int) -> str:
    """The heuristic by which round `number` rewrites this instruction."""
    drawn = draw_number(settings.seed, f"heuristic/{number}", parent_id)
    return settings.heuristics[drawn % len(settings.heuristics)]


def _asked(
    rows: pl.DataFrame, task: str, max_tokens: int, settings: EvolInstruct, ask: Ask, stage: str
) -> Outcome:
    temperature, top_p = (0.0, 1.0) if task == JUDGE else (settings.temperature, settings.top_p)
    answered = answers(
        rows,
        evolution_requests(rows, task, settings),
        ask,
        Sampling(max_tokens, temperature, top_p),
        stage=f"instructions/{task}",
        id_column="parent_id",
    )
    return finished(answered, stage=f"{stage}: {task}", id_column="parent_id")


def _without_faults(
    rows: pl.DataFrame, fault: Callable[[dict[str, str]], tuple[Reason, str | None] | None], stage: str
) -> Outcome:
    """`rows` less those in which `fault` finds one; details keep the model's text."""
    found = [fault(row) or (None, None) for row in rows.select("text", "given").iter_rows(named=True)]
    judged = rows.with_columns(
        pl.Series("__fault", [reason and reason.value for reason, _ in found], dtype=pl.String),
        pl.Series("__why", [why for _, why in found], dtype=pl.String),
    )
    why = raw_detail(pl.coalesce("__why", "__fault"))
    reasons = sorted({reason for reason, _ in found if reason is not None})
    rules = [Rule(reason, pl.col("__fault") == reason.value, why) for reason in reasons]
    outcome = apply_rules(judged, rules, stage=stage, id_column="parent_id")
    return Outcome(outcome.kept.drop("__fault", "__why"), outcome.rejected)


def _letters(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()
