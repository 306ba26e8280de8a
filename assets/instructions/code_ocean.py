"""CodeOcean: from a raw code to one of four tasks with its solution, judged, the good and the bad shown to later rows.

Generator and discriminator are WaveCoder's (microsoft/WaveCoder), whose bank of cases grows row by row; here it
grows wave by wave, in an order drawn from the seeds' ids, so that a run can be repeated and batched. A seed that
comes later changes the prompts in which a case of it is drawn, and no others. Prompts and cases are our own.
"""

import json
from collections.abc import Iterator

import polars as pl

from assets.asking.asker import GENERATION, Ask, answers, finished, raw_detail, requests_frame
from assets.asking.draws import draw_number
from assets.asking.judging.discriminator import judge, without_working
from assets.asking.prompts import template
from assets.instructions.code_ocean_bank import Case, CaseBank
from assets.instructions.code_ocean_parts import Parts, parse_parts
from assets.instructions.code_ocean_tasks import TASK_NAMES, draw_target, draw_task
from assets.instructions.settings import CodeOcean, CodeOceanTask
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from resources.engines.base import Sampling
from resources.ids import content_id

PACKAGE = "assets.instructions"
STAGE = "generator"
CALL = "instructions/code_ocean"

SEED_COLUMNS = ("seed_id", "file_id", "language", "seed", "docstring", "imports")
"""What an instruction row carries of its seed."""


def write(seeds: pl.DataFrame, settings: CodeOcean, ask: Ask) -> Outcome:
    """Instructions with their solution and what the judge said of them, and the seeds that gave none.

    `seeds` has `SEED_COLUMNS`. Kept rows add `instruction_id, parent_id (null), instruction` (with the
    information), `solution, task, judge, generation` and, null, what other methods give. Rows that the judge
    refused are kept: verification rejects them, by the same judgment. The order is that of the draw.
    """
    asked = apply_rules(
        in_drawn_order(seeds.select(SEED_COLUMNS), settings),
        [Rule(Reason.NOTHING_TO_ASK, pl.col("seed").fill_null("").str.strip_chars() == "")],
        stage=STAGE,
        id_column="seed_id",
    )
    waves = list(_waves(asked.kept, settings, ask))
    return asked.then(
        Outcome(
            pl.concat([wave.kept for wave in waves]),
            pl.concat([wave.rejected for wave in waves]),
        )
    )


def in_drawn_order(seeds: pl.DataFrame, settings: CodeOcean) -> pl.DataFrame:
    """`seeds` in an order that depends on their ids alone, with `drawn_task` and `target` (language or null)."""
    rows = list(seeds.select("seed_id", "language").iter_rows())
    tasks = [draw_task(settings, seed_id) for seed_id, _ in rows]
    targets = [
        draw_target(settings, seed_id, language) if task == "translation" else None
        for task, (seed_id, language) in zip(tasks, rows, strict=True)
    ]
    # a translation that has no other language to go to is a generation
    tasks = [
        "generation" if task == "translation" and target is None else task
        for task, target in zip(tasks, targets, strict=True)
    ]
    return (
        seeds.with_columns(
            pl.Series("drawn_task", tasks, dtype=pl.String),
            pl.Series("target", targets, dtype=pl.String),
            pl.Series(
                "place", [draw_number(settings.seed, "order", seed_id) for seed_id, _ in rows], pl.Int64
            ),
        )
        .sort("place", "seed_id")
        .drop("place")
    )


def _waves(seeds: pl.DataFrame, settings: CodeOcean, ask: Ask) -> Iterator[Outcome]:
    bank = CaseBank.start(settings.bank_size)
    for wave in list(seeds.iter_slices(settings.wave)) or [seeds]:
        generated = generate(wave, bank, settings, ask)
        judged = judge(generated.kept, settings.judge, ask, solution="solution", id_column="seed_id")
        bank = bank.with_cases(_cases(judged))
        rows = without_working(judged).drop("drawn_task", "target", "plain_instruction", "information")
        yield Outcome(rows, generated.rejected)


def generate(seeds: pl.DataFrame, bank: CaseBank, settings: CodeOcean, ask: Ask) -> Outcome:
    """One wave of the first call: rows of `in_drawn_order` with the parts that the model wrote."""
    sampling = Sampling(settings.max_tokens, settings.temperature, settings.top_p)
    answered = answers(
        seeds, generator_requests(seeds, bank, settings), ask, sampling, stage=CALL, id_column="seed_id"
    )
    whole = finished(answered, stage=STAGE, id_column="seed_id")
    parts = [parse_parts(text, task) for text, task in whole.kept.select("text", "drawn_task").iter_rows()]
    read = whole.kept.with_columns(
        _series("fault", [part if isinstance(part, str) else None for part in parts]),
        _series(
            "instruction", [part.whole_instruction if isinstance(part, Parts) else None for part in parts]
        ),
        _series(
            "plain_instruction", [part.instruction if isinstance(part, Parts) else None for part in parts]
        ),
        _series("information", [part.information if isinstance(part, Parts) else None for part in parts]),
        _series("solution", [part.solution if isinstance(part, Parts) else None for part in parts]),
        pl.col("drawn_task").replace_strict(TASK_NAMES, return_dtype=pl.String).alias("task"),
    )
    malformed = Rule(Reason.MALFORMED, pl.col("fault").is_not_null(), raw_detail(pl.col("fault")))
    parsed = apply_rules(read, [malformed], stage=STAGE, id_column="seed_id")
    kept = parsed.kept.drop("fault", "text", "finish_reason", "detail").with_columns(
        content_id("seed_id", "task", "instruction").alias("instruction_id"),
        *(pl.lit(None, pl.String).alias(name) for name in ("parent_id", "category", "difficulty")),
        pl.lit(None, pl.List(pl.String)).alias("concepts"),
        pl.lit(None, GENERATION).alias("concepts_generation"),
    )
    return whole.then(Outcome(kept, parsed.rejected))


def generator_requests(seeds: pl.DataFrame, bank: CaseBank, settings: CodeOcean) -> pl.DataFrame:
    """One chat request a row of `in_drawn_order` (`REQUEST_SCHEMA`), keyed by `seed_id`."""
    rows: list[dict[str, object]] = []
    for row in seeds.iter_rows(named=True):
        task: CodeOceanTask = row["drawn_task"]
        drawn = {"seed": settings.seed, "row_id": row["seed_id"]}
        content = template(PACKAGE, f"code_ocean_{task}.jinja").render(
            task_name=TASK_NAMES[task],
            task_names=TASK_NAMES,
            good=bank.draw(task, "good", settings.good_cases, **drawn),
            bad=bank.draw(task, "bad", settings.bad_cases, **drawn),
            language=row["language"],
            target=row["target"],
            code=_code(row),
            description=_description(row),
        )
        rows.append(
            {
                "key": row["seed_id"],
                "messages": [{"role": "user", "content": content}],
                "task": f"code_ocean/{task}",
                "facts": json.dumps({"language": row["language"], "seed": row["seed"]}, ensure_ascii=False),
                "sample": 0,
                "seed": draw_number(settings.seed, "sampling/code_ocean", row["seed_id"]),
            }
        )
    return requests_frame(rows)


def _cases(judged: pl.DataFrame) -> Iterator[Case]:
    """What the judge said yes or no to, as cases, in the rows' order."""
    verdict = pl.col("judge").struct.field("verdict")
    for row in judged.with_columns(verdict.alias("verdict")).iter_rows(named=True):
        if row["verdict"] in ("yes", "no"):
            yield Case(
                name=row["seed_id"],
                task=row["drawn_task"],
                quality="good" if row["verdict"] == "yes" else "bad",
                language=row["language"],
                code=_code(row),
                instruction=row["plain_instruction"],
                information=row["information"],
                solution=row["solution"],
                analysis=row["analysis"],
            )


def _code(row: dict[str, object]) -> str:
    imports = row["imports"] or []
    assert isinstance(imports, list)
    return "\n".join([*imports, *([""] if imports else []), str(row["seed"]).strip("\n")])


def _description(row: dict[str, object]) -> str | None:
    """The seed's documentation where the code does not show it already (comment-code pairs)."""
    docstring = str(row["docstring"] or "").strip()
    first = docstring.split("\n", 1)[0].strip()
    return docstring if first and first not in str(row["seed"]) else None


def _series(name: str, values: list[str | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.String)
