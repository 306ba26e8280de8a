"""`seedline decontaminate` as a person runs it: a table in, the same rows with what they hold of benchmarks out."""

import json
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from pipeline_defs.commands.decontaminate import decontaminate, problems_of

PROBLEM = {
    "task_id": "T/1",
    "prompt": "def runs(values, limit):\n"
    '    """Length of the longest run of consecutive values that are all below the given limit."""\n',
    "canonical_solution": "    best = current = 0\n    for value in values:\n        if value < limit:\n"
    "            current += 1\n            best = max(best, current)\n        else:\n            current = 0\n"
    "    return best\n",
    "entry_point": "runs",
    "test": "def check(candidate):\n    assert candidate([1], 2) == 1\n",
}
RENAMED = (
    "```python\ndef streak(xs, top):\n    longest = now = 0\n    for x in xs:\n        if x < top:\n"
    "            now += 1\n            longest = max(longest, now)\n        else:\n            now = 0\n"
    "    return longest\n```"
)
TOLD = "Given a limit, give back the length of the longest run of consecutive values which all lie below the limit."
CLEAN = "Write a parser for dates in the ISO format, and raise ValueError with the place of the first wrong character."


def run(*arguments: object) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(decontaminate)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "300"})
    return result.exit_code, " ".join((result.stdout + result.stderr).split()) + str(result.exception or "")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decontaminate")
    (folder / "bench.jsonl").write_text(json.dumps(PROBLEM) + "\n")
    pl.DataFrame(
        {
            "key": ["clean", "renamed", "told", "verbatim", "empty"],
            "instruction": [CLEAN, "Do it.", TOLD, "Solve.", None],
            "response": [CLEAN, RENAMED, None, PROBLEM["prompt"] + PROBLEM["canonical_solution"], None],
        }
    ).write_parquet(folder / "rows.parquet")
    return folder


def test_rows_come_back_with_what_they_hold(place: Path):
    code, said = run(
        place / "rows.parquet", place / "out.parquet", "--benchmarks", place / "bench.jsonl", "--id", "key"
    )
    assert code == 0, said
    out = pl.read_parquet(place / "out.parquet")
    assert out.columns == ["key", "instruction", "response", "contaminated", "contamination"]
    methods = {
        row["key"]: {found["method"] for found in row["contamination"]} for row in out.iter_rows(named=True)
    }
    assert methods["clean"] == methods["empty"] == set()
    assert methods["renamed"] == {"code_normalised"}
    assert methods["told"] == {"reworded"}
    assert {"verbatim", "code_normalised", "openai_substrings"} <= methods["verbatim"]
    assert out["contaminated"].to_list() == [False, True, True, True, False]
    found = out.explode("contamination").unnest("contamination").drop_nulls("method")
    assert set(found["benchmark"]) == {"bench"}
    assert set(found["problem_id"]) == {"T/1"}
    assert "3 of 5 rows hold benchmark problems" in said
    assert "code_normalised: 2 rows, 1 problems" in said


def test_detectors_and_columns_are_chosen(place: Path):
    arguments = ("--benchmarks", f"named={place / 'bench.jsonl'}", "--columns", "response")
    code, said = run(
        place / "rows.parquet", place / "few.parquet", *arguments, "--detectors", "verbatim,code_normalised"
    )
    assert code == 0, said
    out = pl.read_parquet(place / "few.parquet")
    assert out["contaminated"].to_list() == [False, True, False, True, False]
    assert "reworded" not in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--detectors", "magic"), "'magic' is unknown; there are verbatim, "),
        (("--columns", "instruction,answer"), "answer"),
        (("--columns", "key,number"), "column 'number' is Int64, not text"),
        (("--language", "cobol"), "'cobol' is none of ours; there are python, "),
    ],
)
def test_wrong_arguments_are_named(place: Path, arguments: tuple[str, str], message: str):
    table = place / "numbers.parquet"
    pl.DataFrame({"key": ["a"], "instruction": ["b"], "number": [1]}).write_parquet(table)
    columns = () if arguments[0] == "--columns" else ("--columns", "instruction")
    code, said = run(table, place / "no.parquet", "--benchmarks", place / "bench.jsonl", *columns, *arguments)
    assert code != 0
    assert message in said
    assert not (place / "no.parquet").exists()


def test_benchmarks_are_files_or_built_in_names(place: Path):
    problems = problems_of(["seedline", str(place / "bench.jsonl")])
    assert set(problems["benchmark"]) == {"seedline", "bench"}
    with pytest.raises(ValueError, match="two benchmarks are called 'bench'"):
        problems_of([str(place / "bench.jsonl"), f"bench={place / 'bench.jsonl'}"])
    with pytest.raises(ValueError, match="no file"):
        problems_of([str(place / "absent.jsonl")])
