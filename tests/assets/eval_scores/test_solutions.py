"""Problems to requests, answers to programs: what models write, cut and put together so that it can be judged."""

import os
from pathlib import Path

import polars as pl
import pytest

from assets.benchmarks.registry import load_benchmarks
from assets.eval_scores.cutting import STOPS, cut
from assets.eval_scores.programs import canonical_answers, programs
from assets.eval_scores.requests import per_sample, solution_requests, solution_sampling
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import asked
from resources.engines.base import REQUEST_SCHEMA

SHARED = Path(os.environ.get("SEEDLINE_SHARED", Path(__file__).parents[4] / "shared")) / "benchmarks"
OWN = asked(load_benchmarks(["seedline"]))
CHAT = EvaluationSettings()
COMPLETION = EvaluationSettings(prompt_style="completion")
BOTH = pytest.mark.parametrize("settings", [CHAT, COMPLETION], ids=["chat", "completion"])


def passes(code: str, tests: str) -> bool:
    """Whether a program of ours ends without an error."""
    try:
        exec(f"{code}\n{tests}", {})
    except Exception:
        return False
    return True


def program_of(text: str | None, settings: EvaluationSettings, problem: int = 0) -> tuple[str, str]:
    answers = OWN[problem : problem + 1].select(
        "benchmark", "problem_id", sample=0, text=pl.lit(text, pl.String)
    )
    [row] = programs(answers, OWN, settings).select("code", "tests").rows()
    return row


@BOTH
def test_canonical_solutions_pass_on_the_path_of_answers(settings: EvaluationSettings):
    judged = programs(canonical_answers(OWN, settings), OWN, settings)
    assert judged.select("problem_id", "language").equals(OWN.select("problem_id", "language"))
    assert [passes(code, tests) for code, tests in judged.select("code", "tests").iter_rows()] == [True] * 30


@BOTH
@pytest.mark.parametrize("text", [None, "", "    return None\n", "I cannot do that.", "```python\npass\n```"])
def test_answers_that_answer_nothing_fail(settings: EvaluationSettings, text: str | None):
    assert not any(passes(*program_of(text, settings, problem)) for problem in range(OWN.height))


@pytest.mark.parametrize(
    "around",
    [
        "{block}",
        "Sure! Here it is:\n\n{block}\n\nIt works because ...",
        "First a shell:\n```bash\npip install x\n```\nThen\n{block}",
        "An example of use:\n```python\nprint(1)\n```\n{block}",
        "{unclosed}",
        "{bare}",
    ],
)
def test_code_is_found_in_a_chat_answer(around: str):
    code = OWN["prompt"][0] + OWN["canonical_solution"][0]
    text = around.format(block=f"```python\n{code}\n```", unclosed=f"```py\n{code}", bare=code)
    assert passes(*program_of(text, CHAT))


def test_body_alone_is_set_behind_the_prompt():
    assert passes(*program_of(f"```python\n{OWN['canonical_solution'][0]}```", CHAT))


def test_imports_of_the_prompt_stand_before_a_chat_answer():
    problem = OWN[:1].with_columns(start=pl.lit("import math\nfrom math import floor\n\n") + pl.col("prompt"))
    answer = problem.select(
        "benchmark", "problem_id", sample=0, text=pl.lit("```python\ndef ferry_crossings(a, b): ...\n```")
    )
    code = programs(answer, problem, CHAT)["code"][0]
    assert code.startswith("import math\nfrom math import floor\n\n\ndef ferry_crossings(a, b): ...")


def test_programs_keep_order_and_columns_of_the_answers():
    answers = canonical_answers(OWN, CHAT).with_columns(mark=pl.int_range(pl.len())).reverse()
    judged = programs(answers, OWN, CHAT)
    assert judged["mark"].to_list() == list(reversed(range(30)))
    assert judged.select(answers.columns).equals(answers.select(answers.columns), null_equal=True) or set(
        answers.columns
    ) <= set(judged.columns)


@pytest.mark.parametrize(
    ("language", "prompt", "completion", "kept"),
    [
        ("python", "def f(x):", "\n    return x\n\ndef g():\n    pass", "\n    return x\n"),
        ("python", "def f(x):", "\n    y = 1\n\n    return y\nprint(f(1))", "\n    y = 1\n\n    return y"),
        ("python", "def f(x):", "\n    return x", "\n    return x"),
        (
            "javascript",
            "function f(x){",
            "\n  if (x) { return '}'; }\n}\nf(1);",
            "\n  if (x) { return '}'; }\n}",
        ),
        ("javascript", "function f(x){", "\n  return `${x} {`;\n}\n}", "\n  return `${x} {`;\n}"),
        ("typescript", "const f = (x) => {", " // }\n  return x;\n}", " // }\n  return x;\n}"),
        ("java", "class A {\n  int f() {", "\n    return 1;\n  }\n}\nclass B {}", "\n    return 1;\n  }\n}"),
        ("rust", "fn f<'a>(x: &'a str) -> usize {", "\n    x.len()\n}\nfn main() {}", "\n    x.len()\n}"),
        ("go", "func f(x int) int {", "\n\treturn x\n}\n\nfunc main() {}", "\n\treturn x\n}"),
        (
            "ruby",
            "def f(x)",
            "\n  x.each do |y|\n    y\n  end\nend\nputs f(1)",
            "\n  x.each do |y|\n    y\n  end\nend",
        ),
        ("php", "<?php\nfunction f($x){", "\n  # don't }\n  return 1; }\n?>", "\n  # don't }\n  return 1; }"),
        (
            "cpp",
            "int f(int x){",
            "\n  /* } */ return '\\'' + x;\n}\nint main(){}",
            "\n  /* } */ return '\\'' + x;\n}",
        ),
        ("bash", "f() {", '\n  echo "}" # }\n}\nf', '\n  echo "}" # }\n}'),
        ("swift", "func f(x: Int) -> Int {", "\n    return x", "\n    return x"),
    ],
)
def test_completion_ends_where_the_function_ends(language: str, prompt: str, completion: str, kept: str):
    assert cut(language, prompt, completion).rstrip("\n") == kept.rstrip("\n")
    assert cut(language, prompt, kept) == kept


def test_requests_are_one_a_sample_with_their_own_seeds():
    settings = EvaluationSettings(samples=3, temperature=0.8, k=(1, 3))
    requests = solution_requests(per_sample(OWN, settings), settings)
    assert requests.height == 90
    assert requests.select(REQUEST_SCHEMA.names()).schema == REQUEST_SCHEMA
    assert requests["key"].n_unique() == requests["seed"].n_unique() == 90
    assert requests["sample"].to_list() == [0, 1, 2] * 30
    assert requests["problem_id"].to_list() == [identity for identity in OWN["problem_id"] for _ in range(3)]
    assert requests["prompt"].null_count() == 90
    [message] = requests["messages"][0].to_list()
    assert message["role"] == "user"
    assert OWN["prompt"][0].strip() in message["content"]
    assert "check(candidate)" not in message["content"]
    one = settings.model_copy(update={"samples": 1, "k": (1,)})
    fewer = solution_requests(per_sample(OWN, one), one)
    assert fewer.equals(requests.filter(sample=0))


def test_completion_requests_end_with_the_prompts_last_word():
    requests = solution_requests(per_sample(OWN, COMPLETION), COMPLETION)
    assert requests["prompt"].str.ends_with('"""').all()
    assert requests["messages"].null_count() == 30
    assert solution_sampling(COMPLETION, "python").stop == STOPS["python"]
    assert solution_sampling(CHAT, "python").stop == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": (10,)}, "needs at least 10 samples"),
        ({"k": (0,)}, "different numbers from 1"),
        ({"samples": 2}, "greedy samples are all the same"),
    ],
)
def test_settings_that_cannot_be_scored_are_refused(change: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        EvaluationSettings(**change)  # type: ignore[arg-type]


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no folder of public benchmark files at {SHARED}")
def test_public_canonical_solutions_survive_the_cut():
    """Of every language's canonical solutions the cut leaves all but what follows the function."""
    files = {path.name.split(".")[0]: path for path in sorted((SHARED / "mbxp").glob("*.gz"))}
    files["HumanEval"] = SHARED / "HumanEval.jsonl.gz"
    problems = asked(load_benchmarks(list(files), files)).filter(pl.col("canonical_solution").is_not_null())
    answers = canonical_answers(problems, COMPLETION)
    judged = programs(answers, problems, COMPLETION).with_columns(
        whole=problems["prompt"] + problems["canonical_solution"]
    )
    # some of MBXP's PHP solutions go on after the end of the program
    bare = pl.col("code", "whole").str.replace(r"(?s)\n\?>.*", "").str.replace_all(r"\s", "")
    unlike = judged.with_columns(bare).filter(pl.col("code") != pl.col("whole"))
    shares = unlike.group_by("language").len().join(judged.group_by("language").len("all"), on="language")
    assert shares.filter(pl.col("len") > 0.02 * pl.col("all")).rows() == []
