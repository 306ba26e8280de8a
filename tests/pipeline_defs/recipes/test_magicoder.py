"""Faithfulness of `magicoder` and `magicoder_evol`: a scripted model drives them through every accept and reject path.

Each file of the corpus is one line that names its fate; what the model says follows from that name alone. The
rows, reasons and counts that must come out are those of the published rules, written down here by hand.
"""

import random
import re
from collections import Counter

import polars as pl
import pytest

from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.candidate_responses.methods import write_responses
from assets.checkpoint.stages import training_stages
from assets.corpus_dump.table import TABLE as FILES
from assets.filtered_seeds.chain import Chain
from assets.instructions.methods import write_instructions
from assets.instructions.settings import OssInstruct
from assets.rows.ledger import Ledger, accounting_errors
from assets.sft_dataset.rows import training_rows
from assets.verified_responses.door import Means
from assets.verified_responses.methods import verify
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.engines.base import Sampling
from resources.row_cache import RowCache
from resources.storage import Storage
from tests.assets.asking.scripted_ask import ScriptedAsk

QUESTION = "Given a list of whole numbers, return the two that stand farthest apart, in rising order."
PROBLEMS = pl.DataFrame(
    [
        {
            "benchmark": "bench",
            "problem_id": "p/0",
            "question": QUESTION,
            "docstring": QUESTION,
            "canonical_solution": "    return min(numbers), max(numbers)  # the whole of it",
        }
    ],
    schema=PROBLEM_SCHEMA,
)

FATES = [
    *("good_one", "good_two", "rust_code", "prose_around"),
    *(
        "cut",
        "no_heading",
        "only_problem",
        "wrong_order",
        "empty_problem",
        "empty_solution",
        "broken",
        "too_long",
    ),
    *("seed_twice", "seed_twice "),  # the second file's line has a space more
    *("problem_twice_a", "problem_twice_b", "solution_twice_a", "solution_twice_b"),
    *("alike_a", "alike_b"),
    *("holds_question", "holds_solution"),
]


def essay(name: str, words: int = 60) -> str:
    """Words that depend on `name` alone, so that essays of two names share no five in a row."""
    drawn = random.Random(name)
    return " ".join("".join(drawn.choices("abcdefghijklmnoprstuvw", k=6)) for _ in range(words))


def answer(problem: str, code: str, language: str = "python") -> str:
    return f"#### Problem\n{problem}\n\n#### Solution\n```{language}\n{code}\n```"


def said_of(fate: str) -> str | tuple[str | None, str]:
    """What the model says to the fragment of that fate."""
    code = f"{fate} = '{essay(fate + ' code')}'"
    match fate:
        case "cut":
            return answer(essay(fate), code)[:-9], "length"
        case "no_heading":
            return f"Here is a problem. {essay(fate)} And its solution: {code}"
        case "only_problem":
            return f"#### Problem\n{essay(fate)}"
        case "wrong_order":
            return f"#### Solution\n{code}\n#### Problem\n{essay(fate)}"
        case "empty_problem":
            return answer(" ", code)
        case "empty_solution":
            return f"#### Problem\n{essay(fate)}\n#### Solution\n"
        case "broken":
            return None, "error"
        case "too_long":
            return None, "prompt_too_long"
        case "problem_twice_a" | "problem_twice_b":
            return answer(essay("problem_twice").replace(" ", "\n" if fate.endswith("a") else " "), code)
        case "solution_twice_a" | "solution_twice_b":
            return answer(essay(fate), essay("solution_twice"))
        case "alike_a" | "alike_b":
            return answer(f"{essay('alike', 300)} {fate}", f"{essay('alike code', 300)} {fate}")
        case "holds_question":
            return answer(f"{essay(fate)} {QUESTION.upper()}", code)
        case "holds_solution":
            return answer(
                essay(fate), f"def {fate}(numbers):\n    RETURN min(numbers), max(numbers)  # the whole of it"
            )
        case "rust_code":
            return answer(essay(fate), f"fn {fate}() {{}} // {essay(fate)}", "rust")
        case "prose_around":
            return f"Certainly!\n\n{answer(essay(fate), code)}".replace("#### ", "## ")
    return answer(essay(fate), code)


GIVEN = re.compile(r"### Given prompt\n(.*)\n\n### Rewritten", re.DOTALL)


def evolved(given: str) -> str | tuple[str | None, str]:
    """What becomes of a problem: most grow; `good_one` fails in another way in each of its first three tries."""
    tries = given.count("harder")
    if given.startswith(essay("good_two")) and tries == 1:
        return f"The given prompt, but harder: {given}"
    if given.startswith(essay("prose_around")) and tries == 0:
        return f" {given} "
    if given.startswith(essay("rust_code")):
        return (
            (f"{given} harder", "length")
            if tries == 2
            else f"{given} harder and harder to say {essay(given, 5)}"
        )
    return f"{given} harder to say {essay(given, 5)}"


def judged(text: str) -> str:
    second = text.split("### Second task\n")[1]
    equal = second.startswith((essay("solution_twice_a"), essay("solution_twice_b")))
    return "EQUAL" if equal else "Different."


def say(task: str, text: str):
    match task:
        case "problem":
            return said_of(re.search(r"```python\n(.*?) *= 1\n```", text)[1])
        case "evolution":
            return evolved(GIVEN.search(text)[1])
        case "evolution_judge":
            return judged(text)
        case "evolved_answer":
            if text.startswith(essay("problem_twice").split()[0]):
                return "I'm sorry, that is too hard."
            if text.startswith(essay("alike", 300).split()[0]):
                return "The."
            return f"Here:\n```python\n{essay(text + 'answer', 80)}\n```"
    raise AssertionError(task)


def corpus() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "file_id": f"file {number:02}",
                "content": f"{fate} = 1\n",
                "language": "python",
                "repo": "example/alpha",
                "path": f"{fate.strip()}_{number}.py",
                "commit": "c",
                "license": "MIT",
                "dump": "2026-01",
            }
            for number, fate in enumerate(FATES)
        ],
        schema=FILES.schema,
    )


class Line:
    """A recipe's stages one after the other, over the corpus, as the assets run them."""

    def __init__(self, recipe: Recipe, files: pl.DataFrame, cache: RowCache) -> None:
        self.ask = ScriptedAsk(say)
        chain = Chain(recipe.seeds, "python", cache)
        self.seeds = chain.run(files.lazy())
        ledger = Ledger()
        self.written = write_instructions(self.seeds, recipe.instructions, self.ask, ledger)
        self.errors = accounting_errors(ledger.funnel(), self.written.rejected, self.written.kept.height)
        self.answered = write_responses(self.written.kept, recipe.responses, self.ask)
        means = Means(sandbox=unused, asker=unused, row_cache=cache, language="python")
        self.verified = verify(self.answered.kept, recipe.verification, means)
        self.trained, self.hits, *_ = training_rows(
            self.verified.verdicts, self.seeds.lazy(), files.lazy(), PROBLEMS, recipe.sft
        )
        self.fates = {f"file {number:02}": fate.strip() for number, fate in enumerate(FATES)}

    def rejected_fates(self, rejected: pl.DataFrame) -> Counter[tuple[str, str, str]]:
        """Fate, stage and reason of rejections that carry a seed's id."""
        found = rejected.join(self.seeds.select("seed_id", "file_id"), left_on="id", right_on="seed_id")
        return Counter(
            (self.fates[r["file_id"]], r["stage"], r["reason"]) for r in found.iter_rows(named=True)
        )


def unused(*_: object):
    raise AssertionError("the published recipe runs nothing")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    cache = RowCache(Storage(tmp_path_factory.mktemp("cache")))
    return {name: Line(load_recipe(name), corpus(), cache) for name in ("magicoder", "magicoder_evol")}


def test_each_file_gives_one_fragment_and_each_fragment_one_call(lines: dict[str, Line]) -> None:
    line = lines["magicoder"]
    assert line.seeds.height == len(FATES)
    assert set(line.seeds["kind"]) == {"snippet"}
    assert line.ask.samplings == [("instructions/problem", Sampling(2500, 0.0, 1.0, ()))]
    assert line.ask.seen[0].height == len(FATES)


def test_magicoder_rejects_what_the_paper_rejects_and_nothing_else(lines: dict[str, Line]) -> None:
    line = lines["magicoder"]
    rejected = line.rejected_fates(line.written.rejected)
    one_of = {"problem_twice": "duplicate_instruction", "solution_twice": "duplicate_response"}
    pairs = {
        (fate[:-2], stage, reason): count
        for (fate, stage, reason), count in rejected.items()
        if fate[:-2] in one_of
    }
    alone = {key: count for key, count in rejected.items() if key[0][:-2] not in one_of}
    assert alone == {
        ("cut", "problem", "unfinished"): 1,
        ("no_heading", "problem", "malformed"): 1,
        ("only_problem", "problem", "malformed"): 1,
        ("wrong_order", "problem", "malformed"): 1,
        ("empty_problem", "problem", "malformed"): 1,
        ("empty_solution", "problem", "malformed"): 1,
        ("broken", "problem", "engine_error"): 1,
        ("too_long", "problem", "prompt_too_long"): 1,
        ("seed_twice", "cleaning", "duplicate_seed"): 1,
    }
    assert pairs == {(name, "cleaning", reason): 1 for name, reason in one_of.items()}
    assert line.written.kept.height == len(FATES) - 11
    assert line.errors == []


def test_solutions_pass_as_they_were_written(lines: dict[str, Line]) -> None:
    line = lines["magicoder"]
    assert line.answered.rejected.height == 0
    assert set(line.verified.verdicts["verdict"]) == {"unverified"}
    assert (
        line.answered.kept["response"].sort().equals(line.written.kept["solution"].sort().alias("response"))
    )


def test_magicoders_rows_are_clean_distinct_and_plain(lines: dict[str, Line]) -> None:
    line = lines["magicoder"]
    reasons = Counter(line.trained.rejected.select("stage", "reason").rows())
    assert reasons == {("decontamination", "contaminated"): 2}  # and no near-duplicate: published is none
    assert {row["method"] for row in line.hits.iter_rows(named=True)} == {"verbatim"}
    rows = line.trained.kept
    left = Counter(line.fates[file_id].removesuffix("_a").removesuffix("_b") for file_id in rows["file_id"])
    assert left == dict.fromkeys(
        [
            "good_one",
            "good_two",
            "rust_code",
            "prose_around",
            "seed_twice",
            "problem_twice",
            "solution_twice",
        ],
        1,
    ) | {"alike": 2}
    languages = {line.fates[r["file_id"]]: r["code_language"] for r in rows.iter_rows(named=True)}
    assert languages["rust_code"] == "rust"
    assert languages["good_one"] == "python"
    assert set(rows["language"]) == {"python"}
    good = rows.filter(pl.col("file_id") == "file 00").row(0, named=True)
    assert good["prompt"] == f"Write a solution to the following coding problem:\n{essay('good_one')}"
    assert good["completion"].startswith("```python\ngood_one = ")


def evolutions(line: Line) -> dict[str, list[int]]:
    """For each fate the rounds whose evolution was kept, in order; 0 is the problem itself."""
    found: dict[str, list[int]] = {}
    for file_id, number in line.written.kept.sort("round").select("file_id", "round").iter_rows():
        found.setdefault(line.fates[file_id].removesuffix("_a").removesuffix("_b"), []).append(number)
    return found


def test_magicoder_evol_keeps_all_rounds_and_tries_again_what_failed(lines: dict[str, Line]) -> None:
    line, base = lines["magicoder_evol"], lines["magicoder"]
    starts = base.written.kept.height
    assert load_recipe("magicoder_evol").instructions.start == OssInstruct()
    assert line.written.kept.filter(pl.col("round") == 0).equals(base.written.kept)
    found = evolutions(line)
    assert found["good_one"] == found["holds_question"] == [0, 1, 2, 3]
    assert found["good_two"] == [
        0,
        1,
    ]  # its second evolution repeats the prompt's words, in each of two rounds
    assert found["prose_around"] == [0]  # the same text in every round
    assert found["rust_code"] == [0, 1]  # then cut off
    assert found["solution_twice"] == found["problem_twice"] == [0]  # judged equal; refused
    assert found["alike"] == [0, 0]  # answered with a stop word
    tried = Counter(
        line.written.rejected.filter(pl.col("stage").str.starts_with("round")).select("reason").rows()
    )
    assert tried == {
        ("prompt_words",): 2,
        ("not_evolved",): 3 + 3,  # the same text, and judged equal
        ("unfinished",): 2,
        ("refused",): 3,
        ("no_content",): 2 * 3,
    }
    assert line.written.kept.height == starts * 4 - sum(tried.values())
    assert line.errors == []


def test_magicoder_evol_calls_the_model_as_often_as_it_must(lines: dict[str, Line]) -> None:
    line, base = lines["magicoder_evol"], lines["magicoder"]
    starts = base.written.kept.height
    assert len(line.ask.texts("problem")) == len(FATES)
    assert len(line.ask.texts("evolution")) == 3 * starts
    # no judge for what was cut off, said the prompt's words or the same text; no answer for what was judged equal
    assert len(line.ask.texts("evolution_judge")) == 3 * starts - 2 - 3 - 2
    assert len(line.ask.texts("evolved_answer")) == 3 * starts - 2 - 3 - 2 - 3


def test_magicoder_evol_trains_on_problems_first_and_on_evolutions_then(lines: dict[str, Line]) -> None:
    line, base = lines["magicoder_evol"], lines["magicoder"]
    settings = load_recipe("magicoder_evol").checkpoint
    assert settings.first_stage == load_recipe("magicoder").checkpoint.training
    written = line.written.kept.lazy()
    (first, of_problems), (then, of_evolutions) = training_stages(line.trained.kept, settings, written)
    assert (of_problems.sequence_length, of_evolutions.sequence_length) == (1216, 1024)
    assert set(first["sft_id"]) <= set(base.trained.kept["sft_id"])
    assert then["prompt"].str.contains("harder").all() and not first["prompt"].str.contains("harder").any()
    assert first.height + then.height == line.trained.kept.height


def test_magicoder_evol_drops_copies_and_known_problems_of_every_round(lines: dict[str, Line]) -> None:
    line = lines["magicoder_evol"]
    reasons = Counter(line.trained.rejected.select("stage", "reason").rows())
    # the question is found in all four rounds of holds_question, and the solution in round 0 of holds_solution alone
    assert reasons == {("decontamination", "contaminated"): 4 + 1}
    assert line.trained.kept.height == line.written.kept.height - 5
    evolved_rows = line.trained.kept.filter(pl.col("prompt").str.contains("harder"))
    assert evolved_rows["completion"].str.starts_with("Here:\n```python").all()


@pytest.mark.parametrize("name", ["magicoder", "magicoder_evol"])
def test_the_order_of_the_files_changes_nothing(name: str, lines: dict[str, Line], tmp_path) -> None:
    mixed = corpus().sample(fraction=1.0, shuffle=True, seed=5)
    again = Line(load_recipe(name), mixed, RowCache(Storage(tmp_path)))
    first = lines[name]
    assert again.trained.kept.equals(first.trained.kept)
    assert again.hits.equals(first.hits)
    for one, other in ((again.written, first.written), (again.trained, first.trained)):
        assert one.rejected.sort(pl.all()).equals(other.rejected.sort(pl.all()))
