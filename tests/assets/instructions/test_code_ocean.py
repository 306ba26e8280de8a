"""CodeOcean from seed to verified row: every way to be kept or rejected, the bank's growth, order, calls."""

from collections.abc import Iterator
from contextlib import nullcontext

import polars as pl
import pytest
from pydantic import ValidationError

from assets.asking.asker import Asker
from assets.asking.draws import draw_number
from assets.asking.judging.discriminator import Judgment, parse_judgment
from assets.asking.judging.settings import RULES
from assets.candidate_responses.methods import write_responses
from assets.candidate_responses.settings import AsWritten
from assets.instructions.code_ocean import generator_requests, in_drawn_order
from assets.instructions.code_ocean_bank import CaseBank, start_cases
from assets.instructions.code_ocean_parts import Parts, parse_parts
from assets.instructions.code_ocean_tasks import TASK_NAMES, draw_task
from assets.instructions.methods import write_instructions
from assets.instructions.settings import CodeOcean
from assets.instructions.table import TABLE
from assets.verified_responses.door import Means
from assets.verified_responses.methods import verify
from assets.verified_responses.settings import Judged
from resources.engines.base import COMPLETION_SCHEMA, Engine, Sampling
from resources.engines.deployment import OpenAIDeployment
from resources.engines.openai import OpenAIEngine
from resources.engines.spec import OpenAISpec
from resources.row_cache import RowCache
from resources.storage import Storage
from tests.resources.engines.scripted_server import ScriptedServer, asked

# what becomes of the seed whose code says so
FATES = ("yes", "no", "unreadable", "other task", "cut", "failed", "judge unreadable", "judge cut")


def seeds(count: int, fate=lambda n: FATES[n % len(FATES)]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "seed_id": [f"{n:032x}" for n in range(count)],
            "file_id": [f"file{n}" for n in range(count)],
            "language": ["python"] * count,
            "seed": [f"def f{n}(x):\n    return x  # {fate(n)}" for n in range(count)],
            "docstring": ["Gives x."] * count,
            "imports": [[]] * count,
        },
        schema_overrides={"imports": pl.List(pl.String)},
    )


def said(prompt: str) -> tuple[str, str]:
    """Text and finish_reason that the scripted model answers with."""
    if prompt.startswith("You review cases"):
        fate = prompt.split("about: ")[1].split("\n")[0]
        if fate == "judge unreadable":
            return "It is fine, I think.", "stop"
        if fate == "judge cut":
            return "Rule 1: yes - the", "length"
        lines = [f"Rule {n}: {fate} - {fate} for {n}" for n in range(1, len(RULES) + 1)]
        return "\n".join([*lines, f"Overall: {fate}"]), "stop"
    own = prompt.split("## Your case")[1]
    name, fate = own.split("def ")[1].split("(")[0], own.split("return x  # ")[1].split("\n")[0]
    task = prompt.split("### Task name\n")[1].split("\n")[0]
    if fate == "unreadable":
        return f"{name} is a fine function.", "stop"
    if fate == "cut":
        return f"### Task name\n{task}\n### Instr", "length"
    if fate == "failed":
        return "", "error"
    task = "code poetry" if fate == "other task" else task
    return (
        f"### Task name\n{task}\n### Instruction\nWrite {name} in Python.\n### Information\nabout: {fate}\n"
        f"### Solution\n```python\ndef {name}(x):\n    return x\n```\n"
    ), "stop"


class Scripted(Engine):
    """Answers by `said`; keeps every prompt, by the function that the seed defines for the generator's."""

    def __init__(self) -> None:
        self.prompts: list[str] = []

    @property
    def name(self) -> str:
        return "scripted"

    def identity(self) -> dict[str, str]:
        return {"backend": "scripted", "model": "script"}

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        for row in reversed(requests.rows(named=True)):
            prompt = row["messages"][0]["content"]
            self.prompts.append(prompt)
            text, reason = said(prompt)
            yield pl.DataFrame(
                [[row["key"], text, reason, 7, 5, None]], schema=COMPLETION_SCHEMA, orient="row"
            )


def run(rows: pl.DataFrame, settings: CodeOcean, cache: RowCache):
    engine = Scripted()
    asker = Asker(engine, cache, form="instruct")
    return write_instructions(rows, settings, asker), engine.prompts, asker


@pytest.fixture
def row_cache(tmp_path) -> RowCache:
    return RowCache(Storage(tmp_path))


def test_the_published_values_are_the_defaults():
    settings = CodeOcean()
    assert (settings.seed, settings.max_tokens, settings.temperature) == (42, 800, 1.0)
    assert (settings.good_cases, settings.bad_cases) == (1, 1)
    assert settings.shares["generation"] > 0.5
    with pytest.raises(ValidationError, match=r"add up to 1, not 0\.7"):
        CodeOcean(shares={"generation": 0.5, "repair": 0.2})


def test_every_fate_of_a_seed(row_cache):
    rows = pl.concat(
        [seeds(16), seeds(17).tail(1).with_columns(seed=pl.lit(" \n"))]  # nothing to ask about
    )
    outcome, _, _ = run(rows, CodeOcean(wave=5), row_cache)
    ids = rows["seed_id"].to_list()
    reasons = {row["id"]: (row["stage"], row["reason"]) for row in outcome.rejected.iter_rows(named=True)}
    for n in (0, 8):
        assert reasons[ids[n + 2]] == ("generator", "malformed")
        assert reasons[ids[n + 3]] == ("generator", "malformed")
        assert reasons[ids[n + 4]] == ("generator", "unfinished")
        assert reasons[ids[n + 5]] == ("generator", "engine_error")
    assert reasons[ids[16]] == ("generator", "nothing_to_ask")
    details = dict(outcome.rejected.select("id", "detail").iter_rows())
    assert details[ids[2]].endswith("--- raw text\nf2 is a fine function.")
    assert "asked was" in details[ids[3]]
    kept = {row["seed_id"]: row for row in outcome.kept.iter_rows(named=True)}
    assert set(kept) == {ids[n] for n in (0, 1, 6, 7, 8, 9, 14, 15)}
    assert outcome.kept.columns == TABLE.schema.names()
    assert {seed: row["judge"]["verdict"] for seed, row in kept.items()} == {
        ids[n]: {0: "yes", 1: "no", 6: "malformed", 7: "unanswered"}[n % 8]
        for n in (0, 1, 6, 7, 8, 9, 14, 15)
    }
    first = kept[ids[0]]
    assert first["instruction"] == "Write f0 in Python.\n\nabout: yes"
    assert first["solution"] == "```python\ndef f0(x):\n    return x\n```"
    assert first["task"] == TASK_NAMES[draw_task(CodeOcean(), ids[0])]
    assert first["generation"]["completion_tokens"] == 5


def test_verification_rejects_by_the_same_judgment_without_a_call(row_cache):
    rows = seeds(16)
    outcome, prompts, _ = run(rows, CodeOcean(wave=5), row_cache)
    assert sum(prompt.startswith("You review") for prompt in prompts) == outcome.kept.height == 8
    responses = write_responses(outcome.kept, AsWritten(), None).kept
    engine = Scripted()

    def no_sandbox(settings):
        raise AssertionError("nothing is to be run")

    means = Means(
        no_sandbox, lambda: nullcontext(Asker(engine, row_cache, form="instruct")), row_cache, "python"
    )
    verified = verify(responses, Judged(), means)
    # a judgment that was cut is cached like any answer
    assert engine.prompts == []
    believed = verified.outcome.kept
    assert sorted(believed["seed_id"]) == [rows["seed_id"][n] for n in (0, 8)]
    assert set(believed["verdict"]) == {"judged_good"}
    assert believed["judge"][0]["reasons"][0] == {"rule": RULES[0], "answer": "yes", "reason": "yes for 1"}
    by_id = dict(responses.select("response_id", "seed_id").iter_rows())
    reasons = {
        int(by_id[row["id"]], 16) % 8: (row["stage"], row["reason"], row["detail"].split("\n")[0])
        for row in verified.outcome.rejected.iter_rows(named=True)
    }
    assert reasons == {
        1: ("discriminator", "judged_bad", "Rule 1: no - no for 1"),
        6: (
            "discriminator",
            "malformed",
            "judgment: 5 rules were to be answered in order; answered are none",
        ),
        7: ("discriminator", "unfinished", "cut at max_tokens"),
    }
    assert verified.outcome.rejected.height == 6
    assert set(verified.verdicts["verdict"]) == {"judged_good", "judged_bad", "not_judged"}


def own(prompt: str) -> str:
    """The function that a generator's prompt is about."""
    return prompt.split("## Your case")[1].split("def ")[1].split("(")[0]


def shown(prompt: str) -> set[str]:
    """The names of grown cases that a generator's prompt shows."""
    before = prompt.split("## Your case")[0]
    return {piece.split(" ")[0] for piece in before.split("\nWrite f")[1:] if " in Python." in piece}


def test_each_wave_shows_what_the_waves_before_it_gave_and_nothing_else(row_cache):
    settings = CodeOcean(shares={"generation": 1.0}, wave=4, good_cases=50, bad_cases=50)
    rows = seeds(16, lambda n: ("yes", "no")[n % 2])
    _, prompts, _ = run(rows, settings, row_cache)
    order = sorted(
        rows["seed_id"], key=lambda seed_id: (draw_number(settings.seed, "order", seed_id), seed_id)
    )
    numbers = [str(int(seed_id, 16)) for seed_id in order]
    seen = {own(prompt).removeprefix("f"): shown(prompt) for prompt in prompts if "## Your case" in prompt}
    assert seen == {number: set(numbers[: 4 * (place // 4)]) for place, number in enumerate(numbers)}
    start = [case for case in start_cases() if case.task == "generation"]
    last = next(p for p in prompts if "## Your case" in p and own(p) == f"f{numbers[-1]}")
    assert last.count("## A good case") == 2 + sum(int(number) % 2 == 0 for number in numbers[:12])
    assert last.count("## A bad case") == 2 + sum(int(number) % 2 == 1 for number in numbers[:12])
    assert all(case.instruction in last for case in start)
    assert "Rule 1: no - no for 1" in last and "Overall: yes" in last


def test_the_bank_keeps_the_earliest_and_a_prompt_shows_as_many_as_asked(row_cache):
    settings = CodeOcean(shares={"generation": 1.0}, wave=1, bank_size=3, good_cases=9, bad_cases=1)
    rows = seeds(12, lambda n: "yes")
    _, prompts, _ = run(rows, settings, row_cache)
    generator = [prompt for prompt in prompts if "## Your case" in prompt]
    order = [own(prompt).removeprefix("f") for prompt in generator]
    assert [shown(prompt) for prompt in generator] == [set(order[: min(3, place)]) for place in range(12)]
    assert all(prompt.count("## A bad case") == 1 for prompt in generator)


def test_the_row_order_changes_nothing(tmp_path):
    rows = seeds(24)
    settings = CodeOcean(wave=5)
    first, prompts, _ = run(rows, settings, RowCache(Storage(tmp_path / "a")))
    for fraction in (1, 2):
        mixed = rows.sample(fraction=1.0, shuffle=True, seed=fraction)
        again, same, _ = run(mixed, settings, RowCache(Storage(tmp_path / str(fraction))))
        assert again.kept.equals(first.kept)
        assert again.rejected.equals(first.rejected)
        assert same == prompts


def test_a_second_run_makes_no_call_but_for_what_failed(row_cache):
    rows = seeds(24)
    first, _, _ = run(rows, CodeOcean(wave=5), row_cache)
    again, prompts, asker = run(rows, CodeOcean(wave=5), row_cache)
    assert again.kept.equals(first.kept)
    assert {own(prompt) for prompt in prompts} == {"f5", "f13", "f21"}  # errors are asked again
    assert sum(call.reused for call in asker.calls) == 24 - 3 + first.kept.height


def test_later_seeds_leave_most_prompts_as_they_were():
    settings = CodeOcean(shares={"generation": 1.0})
    grown = [case.model_copy(update={"name": f"grown {n}"}) for n, case in enumerate(start_cases() * 10)]
    fuller = [case.model_copy(update={"name": f"later {n}"}) for n, case in enumerate(start_cases()[:4])]
    drawn = in_drawn_order(seeds(200), settings)
    bank = CaseBank.start(100).with_cases(grown)
    before = generator_requests(drawn, bank, settings)
    after = generator_requests(drawn, bank.with_cases(fuller), settings)
    changed = (before["messages"] != after["messages"]).sum()
    assert 0 < changed < 50


def test_tasks_are_drawn_by_their_shares_and_a_translation_needs_another_language():
    settings = CodeOcean()
    counts = pl.Series([draw_task(settings, f"{n:032x}") for n in range(3000)]).value_counts()
    drawn = dict(counts.iter_rows())
    assert {task: count / 3000 for task, count in drawn.items()} == pytest.approx(settings.shares, abs=0.03)
    only = CodeOcean(shares={"translation": 1.0}, target_languages=("python", "go"))
    assert in_drawn_order(seeds(5), only)["target"].to_list() == ["go"] * 5
    nowhere = CodeOcean(shares={"translation": 1.0}, target_languages=("python",))
    assert in_drawn_order(seeds(5), nowhere)["drawn_task"].to_list() == ["generation"] * 5


def test_every_task_has_good_and_bad_cases_to_start_with_that_parse_and_are_judged():
    for case in start_cases():
        text = (
            f"### Task name\n{TASK_NAMES[case.task]}\n### Instruction\n{case.instruction}\n"
            f"### Information\n{case.information}\n### Solution\n{case.solution}"
        )
        parts = parse_parts(text, case.task)
        assert isinstance(parts, Parts), (case.name, parts)
        found = parse_judgment(case.analysis, RULES)
        assert isinstance(found, Judgment), (case.name, found)
        assert found.verdict == ("yes" if case.quality == "good" else "no")
        assert (found.verdict == "yes") == all(one.answer == "yes" for one in found.answers)
    bank = CaseBank.start(0)
    assert all(len(bank.cases[task, quality]) >= 2 for task in TASK_NAMES for quality in ("good", "bad"))


def test_no_seeds_make_an_empty_outcome(row_cache):
    outcome, prompts, _ = run(seeds(3).clear(), CodeOcean(), row_cache)
    assert outcome.kept.height == outcome.rejected.height == 0 and prompts == []
    assert outcome.kept.columns == TABLE.schema.names()


def test_through_a_server(row_cache, tmp_path):
    def rule(body):
        text, reason = said(asked(body))
        return {"text": text, "finish_reason": reason} if reason != "error" else {"status": 400, "body": "no"}

    rows = seeds(16)
    settings = CodeOcean(wave=5)
    with ScriptedServer(rule) as server:
        spec = OpenAISpec(model="scripted")
        deployment = OpenAIDeployment(base_url=server.base_url, attempts=2)
        with OpenAIEngine(spec, deployment) as engine:
            outcome = write_instructions(rows, settings, Asker(engine, row_cache, form="instruct"))
            calls = server.total
            write_instructions(rows, settings, Asker(engine, row_cache, form="instruct"))
            assert server.total - calls <= 4  # what the server refused
    other, _, _ = run(rows, settings, RowCache(Storage(tmp_path / "other")))
    columns = ["seed_id", "instruction_id", "instruction", "solution", "task"]
    assert outcome.kept.select(columns).equals(other.kept.select(columns))
    assert outcome.rejected.select("id", "stage").equals(other.rejected.select("id", "stage"))
