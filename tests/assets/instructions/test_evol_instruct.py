"""Evol-Instruct: the pool over rounds, every elimination, and an account that adds up."""

import re

import polars as pl
import pytest
from pydantic import ValidationError

from assets.instructions.evol_instruct import draw_heuristic, evolution_requests
from assets.instructions.methods import write_instructions
from assets.instructions.settings import EvolInstruct, FromDocstring, OssInstruct
from assets.instructions.table import TABLE
from assets.rows.ledger import Ledger, accounting_errors
from tests.assets.asking.scripted_ask import ScriptedAsk

ROUNDS = 3
SETTINGS = EvolInstruct(start=OssInstruct(), rounds=ROUNDS)
GIVEN = re.compile(r"### Given prompt\n(.*)\n\n### Rewritten", re.DOTALL)


def seed_rows(*names: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "seed_id": [f"{number:032x}" for number in range(len(names))],
            "file_id": ["file"] * len(names),
            "language": ["python"] * len(names),
            "seed": list(names),
            "docstring": [f"Say {name} aloud." for name in names],
            "imports": [[]] * len(names),
        },
        schema_overrides={"imports": pl.List(pl.String), "seed": pl.String},
    )


def rule(evolution=lambda given: f"{given} harder", judge=lambda first, second: "DIFFERENT", answer=None):
    """Names become problems, problems grow by a word a round; what each call says can be replaced."""

    def say(task: str, text: str):
        match task:
            case "problem":
                name = re.search(r"```python\n(.*)\n```", text)[1]
                return f"#### Problem\ntask {name}\n#### Solution\nsolved {name}"
            case "evolution":
                return evolution(GIVEN.search(text)[1])
            case "evolution_judge":
                first, second = re.search(
                    r"First task\n(.*)\n\n### Second task\n(.*)\n\nReply", text, re.S
                ).groups()
                return judge(first, second)
            case "evolved_answer":
                return (answer or (lambda task: f"answer to {task}"))(text)
        raise AssertionError(task)

    return ScriptedAsk(say)


def test_the_defaults_are_the_published_values():
    settings = EvolInstruct(start=OssInstruct())
    assert (settings.rounds, len(settings.heuristics), settings.more_words) == (3, 5, 10)
    assert (settings.temperature, settings.top_p, settings.max_tokens) == (1.0, 0.95, 2048)
    with pytest.raises(ValidationError):
        EvolInstruct(start=OssInstruct(), rounds=5)
    with pytest.raises(ValidationError):
        EvolInstruct.model_validate({"method": "evol_instruct"})


def test_all_rounds_are_kept_each_with_its_parent():
    seeds = seed_rows("a", "b")
    ask, ledger = rule(), Ledger()
    outcome = write_instructions(seeds, SETTINGS, ask, ledger)
    rows = outcome.kept
    assert rows.columns == TABLE.schema.names()
    assert rows.height == 2 * (1 + ROUNDS) and outcome.rejected.height == 0
    by_id = {row["instruction_id"]: row for row in rows.iter_rows(named=True)}
    assert len(by_id) == rows.height
    for row in by_id.values():
        assert row["instruction"].count("harder") == row["round"]
        if row["round"] == 0:
            assert (row["parent_id"], row["heuristic"], row["solution_generation"]) == (None, None, None)
            assert row["solution"].startswith("solved")
            continue
        parent = by_id[row["parent_id"]]
        assert parent["round"] == row["round"] - 1
        assert row["instruction"] == f"{parent['instruction']} harder"
        assert row["solution"] == f"answer to {row['instruction']}"
        assert row["heuristic"] == draw_heuristic(SETTINGS, row["parent_id"], row["round"])
        assert (row["seed_id"], row["file_id"]) == (parent["seed_id"], parent["file_id"])
        assert row["generation"] != row["solution_generation"] != parent["generation"]
    assert [stage for stage, _ in ask.samplings[1:4]] == [
        "instructions/evolution",
        "instructions/evolution_judge",
        "instructions/evolved_answer",
    ]
    assert [s.temperature for _, s in ask.samplings[1:4]] == [1.0, 0.0, 1.0]
    assert len(ask.texts("evolution")) == len(ask.texts("evolved_answer")) == 2 * ROUNDS
    assert accounting_errors(ledger.funnel(), outcome.rejected, rows.height) == []
    assert ledger.funnel()["rows_out"].to_list() == [2, 8, 8]


FATES = {
    "empty": ("malformed", {"evolution": lambda given: " "}),
    "fence": ("malformed", {"evolution": lambda given: f"{given}\n```python\nx"}),
    "leak": ("prompt_words", {"evolution": lambda given: f"### Rewritten prompt\n{given} more"}),
    "stops": ("no_content", {"evolution": lambda given: "It is not."}),
    "same": ("not_evolved", {"evolution": lambda given: f" {given.upper()}\n"}),
    "equal": ("not_evolved", {"judge": lambda first, second: "Equal"}),
    "mumbles": ("malformed", {"judge": lambda first, second: "Hm."}),
    "refuses": ("refused", {"answer": lambda task: "I am sorry, I can't."}),
    "silent": ("no_content", {"answer": lambda task: "..."}),
    "cut": ("unfinished", {"evolution": lambda given: (f"{given} an", "length")}),
    "broken": ("engine_error", {"answer": lambda task: (None, "error")}),
    "unpaid": ("budget", {"judge": lambda first, second: (None, "budget")}),
}
STEPS = {"evolution": "evolution", "judge": "evolution_judge", "answer": "evolved_answer"}


@pytest.mark.parametrize("fate", FATES)
def test_a_failed_evolution_leaves_its_parent_in_the_pool(fate: str):
    """One of two instructions fails in every round: it is tried again each time, and each try is accounted for."""
    reason, bad = FATES[fate]
    good = {
        "evolution": lambda given: f"{given} harder",
        "judge": lambda first, second: "DIFFERENT",
        "answer": lambda task: f"answer to {task}",
    }

    def either(name: str):
        return lambda *said: (bad.get(name, good[name]) if "task a" in said[0] else good[name])(*said)

    ask, ledger = rule(**{name: either(name) for name in good}), Ledger()
    outcome = write_instructions(seed_rows("a", "b"), SETTINGS, ask, ledger)
    first = outcome.kept.filter(pl.col("instruction").str.starts_with("task a"))
    assert first["round"].to_list() == [0]
    assert outcome.kept.height == 1 + 1 + ROUNDS
    assert outcome.rejected["id"].unique().to_list() == first["instruction_id"].to_list()
    step = STEPS[next(iter(bad))]
    assert outcome.rejected.select("stage", "reason").rows() == [
        (f"round {number}: {step}", reason) for number in range(1, ROUNDS + 1)
    ]
    assert accounting_errors(ledger.funnel(), outcome.rejected, outcome.kept.height) == []
    assert outcome.kept.height + outcome.rejected.height == 2 * (1 + ROUNDS)


def test_what_fails_once_goes_on_from_where_it_stood():
    """`a` fails in round 2 alone: three instructions of it remain, and the third is the second's child."""
    tries: list[str] = []

    def evolution(given: str) -> str:
        tries.append(given)
        return " " if len(tries) == 2 else f"{given} harder"

    rows = write_instructions(seed_rows("a"), SETTINGS, rule(evolution)).kept.sort("round")
    assert tries == ["task a", "task a harder", "task a harder"]
    assert rows["round"].to_list() == [0, 1, 3]
    assert rows["parent_id"].to_list() == [None, *rows["instruction_id"].to_list()[:2]]


def test_a_seed_that_fails_at_the_start_is_not_evolved():
    ask, ledger = rule(), Ledger()
    seeds = seed_rows("a", " ", "b")
    outcome = write_instructions(seeds, SETTINGS, ask, ledger)
    assert outcome.rejected.select("id", "reason").rows() == [(seeds["seed_id"][1], "nothing_to_ask")]
    assert outcome.kept.height == 2 * (1 + ROUNDS)
    assert accounting_errors(ledger.funnel(), outcome.rejected, outcome.kept.height) == []


def test_the_row_order_changes_nothing():
    seeds = seed_rows(*"abcdefg")

    def odd(given: str) -> str:
        return "given prompt" if len(given) % 3 == 0 else f"{given} {len(given)}"

    first = write_instructions(seeds, SETTINGS, rule(odd))
    second = write_instructions(seeds.reverse(), SETTINGS, rule(odd))
    assert first.rejected.height > 0
    assert first.kept.sort("instruction_id").equals(second.kept.sort("instruction_id"))
    assert first.rejected.sort(pl.all()).equals(second.rejected.sort(pl.all()))


def test_every_heuristic_is_drawn_and_has_words_of_its_own():
    rows = write_instructions(seed_rows(*(f"n{n}" for n in range(40))), SETTINGS, rule()).kept
    assert set(rows["heuristic"].drop_nulls()) == set(SETTINGS.heuristics)
    asked = pl.DataFrame(
        {
            "parent_id": list(SETTINGS.heuristics),
            "given": "task",
            "instruction": "task",
            "language": "python",
            "heuristic": list(SETTINGS.heuristics),
            "round": 1,
        }
    )
    texts = [
        said[0]["content"] for said in evolution_requests(asked, "evolution", SETTINGS)["messages"].to_list()
    ]
    assert len({text.split("How: ")[1].split("\n")[0] for text in texts}) == 5
    assert all("10 words" in text for text in texts)
    one = SETTINGS.model_copy(update={"heuristics": ("deepen",)})
    assert set(write_instructions(seed_rows("a"), one, rule()).kept["heuristic"].drop_nulls()) == {"deepen"}


def test_without_the_judge_no_one_is_asked_whether_it_is_new():
    ask = rule(judge=lambda first, second: "EQUAL")
    settings = SETTINGS.model_copy(update={"judge": False})
    assert write_instructions(seed_rows("a"), settings, ask).kept.height == 1 + ROUNDS
    assert ask.texts("evolution_judge") == []


def test_it_starts_from_pairs_of_the_corpus_too():
    settings = EvolInstruct(start=FromDocstring(), rounds=1)
    rows = write_instructions(seed_rows("def a(): ..."), settings, rule()).kept.sort("round")
    assert rows["round"].to_list() == [0, 1]
    assert rows["instruction"][1] == f"{rows['instruction'][0]} harder"


def test_nothing_in_nothing_out():
    ledger = Ledger()
    outcome = write_instructions(seed_rows("a").clear(), SETTINGS, rule(), ledger)
    assert (outcome.kept.height, outcome.rejected.height) == (0, 0)
    assert accounting_errors(ledger.funnel(), outcome.rejected, 0) == []


def test_methods_without_evolution_have_its_columns_empty():
    ledger = Ledger()
    rows = write_instructions(seed_rows("a"), OssInstruct(), rule(), ledger).kept
    assert rows.select("heuristic", "round", "solution_generation").row(0) == (None, 0, None)
    assert rows.columns == TABLE.schema.names()
