"""WaveCoder's discriminator: a model goes through the rules one by one, then says yes or no overall.

The prompt depends on the row's task, instruction and solution alone, so that whoever asks again with the same
settings gets the cached answer. (The published one is also shown a bad case; here those are the generator's.)
What follows from a judgment is up to the stages.
"""

import re
from dataclasses import dataclass

import polars as pl

from assets.asking.asker import BATCH_PROMPTS, GENERATION, Ask, answers, finished, raw_detail, requests_frame
from assets.asking.draws import draw_number
from assets.asking.judging.settings import Discriminator
from assets.asking.prompts import template
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from resources.engines.base import Sampling
from resources.ids import text_id

PACKAGE = "assets.asking.judging"
STAGE = "discriminator"
TASK = "judge"
CALL = "judging/discriminator"
"""Name of the call in the row cache: one for all stages."""

JUDGE = pl.Struct(
    {
        "verdict": pl.String,
        "reasons": pl.List(pl.Struct({"rule": pl.String, "answer": pl.String, "reason": pl.String})),
        "generation": GENERATION,
    }
)
"""What a judge said of a row: yes, no, malformed or unanswered; for each rule its answer and reason."""

_PARTS = ("judge_text", "judge_finish_reason", "judge_detail", "judge_fault", "analysis")

_OPEN = r"[\s>*_#<\[(\"'-]*"
_RULE = re.compile(
    _OPEN + r"(?:rule|step)?\s*(\d{1,2})[\s*_.:)\]=–—-]*(?:answer[\s*_:=]*)?[<\[(\"'*_\s]*(yes|no)\b"
    r"[\s>\])\"'*_.,;:–—-]*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_OVERALL = re.compile(
    _OPEN + r"overall(?:\s+(?:answer|judge?ment|verdict|evaluation|result))?[\s*_:=<\[(\"'–—-]*"
    r"(yes|no)\b(.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Answer:
    """The answer to one rule."""

    rule: str
    answer: str
    reason: str


@dataclass(frozen=True)
class Judgment:
    """The overall answer, yes or no, and the answers to the rules in their order."""

    verdict: str
    answers: tuple[Answer, ...]

    @property
    def analysis(self) -> str:
        """As text, a line a rule: the evidence of a rejection, and what a few-shot case shows."""
        lines = [f"Rule {n}: {one.answer} - {one.reason}" for n, one in enumerate(self.answers, 1)]
        return "\n".join([*lines, f"Overall: {self.verdict}"])


def judge(
    rows: pl.DataFrame, settings: Discriminator, ask: Ask, *, solution: str, id_column: str
) -> pl.DataFrame:
    """`rows` with `judge` (`JUDGE`), `analysis` (text; null without a verdict) and the columns that `decided` reads.

    `rows` has `task`, `instruction` and the column named by `solution`. None is lost; the order stays.
    """
    batches = [_judge(batch, settings, ask, solution, id_column) for batch in rows.iter_slices(BATCH_PROMPTS)]
    return pl.concat(batches or [_judge(rows, settings, ask, solution, id_column)])


def _judge(
    rows: pl.DataFrame, settings: Discriminator, ask: Ask, solution: str, id_column: str
) -> pl.DataFrame:
    asked = answers(
        rows.select(id_column),
        requests(rows, settings, solution=solution, id_column=id_column),
        ask,
        Sampling(settings.max_tokens, settings.temperature, settings.top_p),
        stage=CALL,
        id_column=id_column,
    )
    said: list[Judgment | str | None] = [
        parse_judgment(text or "", settings.rules) if ended == "stop" else None
        for text, ended in asked.select("text", "finish_reason").iter_rows()
    ]
    judged = asked.select(
        pl.col("text").alias("judge_text"),
        pl.col("finish_reason").alias("judge_finish_reason"),
        pl.col("detail").alias("judge_detail"),
        pl.Series("judge_fault", [one if isinstance(one, str) else None for one in said], dtype=pl.String),
        pl.Series(
            "analysis",
            [one.analysis if isinstance(one, Judgment) else None for one in said],
            dtype=pl.String,
        ),
        pl.struct(
            pl.Series("verdict", [_verdict(one) for one in said], dtype=pl.String),
            pl.Series("reasons", [_reasons(one) for one in said], dtype=JUDGE.to_schema()["reasons"]),
            "generation",
        )
        .cast(JUDGE)
        .alias("judge"),
    )
    return pl.concat([rows.drop("judge", *_PARTS, strict=False), judged], how="horizontal")


def decided(judged: pl.DataFrame, *, id_column: str) -> Outcome:
    """Rows of `judge` that it said yes to, without its working columns, and the others with what it said.

    A judgment that was cut off, refused or is in no form is a rejection of its own, with the raw text.
    """
    said = judged.select(
        id_column,
        "judge",
        "judge_fault",
        "analysis",
        *(pl.col(f"judge_{name}").alias(name) for name in ("text", "finish_reason", "detail")),
    )
    whole = finished(said, stage=STAGE, id_column=id_column)
    fault = pl.format("judgment: {}", pl.col("judge_fault"))
    rules = [
        Rule(Reason.MALFORMED, pl.col("judge_fault").is_not_null(), raw_detail(fault)),
        Rule(
            Reason.JUDGED_BAD, pl.col("judge").struct.field("verdict").ne_missing("yes"), pl.col("analysis")
        ),
    ]
    outcome = whole.then(apply_rules(whole.kept, rules, stage=STAGE, id_column=id_column))
    kept = judged.join(outcome.kept.select(id_column), on=id_column, how="semi", maintain_order="left")
    return Outcome(kept.drop(_PARTS), outcome.rejected)


def without_working(judged: pl.DataFrame) -> pl.DataFrame:
    """Rows of `judge` with its result alone: the column `judge`."""
    return judged.drop(_PARTS)


def requests(rows: pl.DataFrame, settings: Discriminator, *, solution: str, id_column: str) -> pl.DataFrame:
    """One chat request a row (`REQUEST_SCHEMA`), keyed by `id_column`; equal texts make equal requests."""
    prompt = template(PACKAGE, "discriminator.jinja")
    asked: list[dict[str, object]] = []
    for key, task, instruction, answer in rows.select(
        id_column, "task", "instruction", pl.col(solution).fill_null("").str.strip_chars().alias("solution")
    ).iter_rows():
        content = prompt.render(task=task, instruction=instruction, solution=answer, rules=settings.rules)
        asked.append(
            {
                "key": key,
                "messages": [{"role": "user", "content": content}],
                "task": TASK,
                "sample": 0,
                "seed": draw_number(settings.seed, "sampling/judge", text_id(content)),
            }
        )
    return requests_frame(asked)


def parse_judgment(text: str, rules: tuple[str, ...]) -> Judgment | str:
    """The judgment that `text` holds, or what is wrong with it.

    Every rule is answered once, with a reason, which may run over several lines; then the overall answer, once.
    Bullets, bold, brackets and prose before the first rule are forgiven.
    """
    answered: list[tuple[int, str, list[str]]] = []
    overall: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if found := _OVERALL.match(line):
            overall.append(found[1].lower())
        elif found := _RULE.match(line):
            answered.append((int(found[1]), found[2].lower(), [found[3]]))
        elif answered and not overall:
            answered[-1][2].append(line)
    numbers = [number for number, _, _ in answered]
    if numbers != list(range(1, len(rules) + 1)):
        return f"{len(rules)} rules were to be answered in order; answered are {numbers or 'none'}"
    if len(overall) != 1:
        return "no overall answer" if not overall else "more than one overall answer"
    reasons = [" ".join(" ".join(lines).split()).strip(" *_>") for _, _, lines in answered]
    unexplained = [str(n) for n, reason in enumerate(reasons, 1) if not reason]
    if unexplained:
        return f"no reason for rule {', '.join(unexplained)}"
    found_answers = [
        Answer(rule, said, reason)
        for rule, (_, said, _), reason in zip(rules, answered, reasons, strict=True)
    ]
    return Judgment(overall[0], tuple(found_answers))


def _verdict(said: Judgment | str | None) -> str:
    if said is None:
        return "unanswered"
    return said.verdict if isinstance(said, Judgment) else "malformed"


def _reasons(said: Judgment | str | None) -> list[dict[str, str]] | None:
    if not isinstance(said, Judgment):
        return None
    return [{"rule": one.rule, "answer": one.answer, "reason": one.reason} for one in said.answers]
