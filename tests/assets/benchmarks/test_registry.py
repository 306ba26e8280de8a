"""The benchmark registry: its own problems, files in other forms, and every way in which a file can be wrong."""

import gzip
import json
import os
from pathlib import Path

import polars as pl
import pytest

from assets.benchmarks.digests import sources_digest
from assets.benchmarks.problem import PROBLEM_SCHEMA, BenchmarkError
from assets.benchmarks.registry import load_benchmarks
from assets.benchmarks.source import BenchmarkSource

SHARED = Path(os.environ.get("SEEDLINE_SHARED", Path(__file__).parents[4] / "shared")) / "benchmarks"
ROW = {
    "task_id": "x/0",
    "prompt": 'def f(a):\n    """Say a."""\n',
    "entry_point": "f",
    "canonical_solution": "    return a\n",
    "test": "def check(candidate):\n    assert candidate(1) == 1\n",
}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_own_benchmark_has_thirty_complete_python_problems():
    problems = load_benchmarks(["seedline"])
    assert problems.schema == PROBLEM_SCHEMA
    assert problems.height == 30
    assert problems["problem_id"].to_list() == [f"Seedline/{number}" for number in range(30)]
    assert problems["entry_point"].n_unique() == 30
    assert set(problems["language"]) == {"python"}
    sometimes = (
        "shown_tests",
        "edition",
        "declaration",
        "buggy_solution",
        "released",
        "timeout_s",
        "memory_mb",
    )
    always = problems.drop(sometimes)
    assert always.null_count().sum_horizontal()[0] == 0


def test_humaneval_form_plain_and_gzipped_are_the_same(tmp_path: Path):
    plain = write(tmp_path / "a.jsonl", ROW)
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    first, second = (load_benchmarks(["mine"], {"mine": path}) for path in (plain, packed))
    assert first.equals(second)
    there = {name: value for name, value in first.row(0, named=True).items() if value is not None}
    assert there == {
        "benchmark": "mine",
        "problem_id": "x/0",
        "language": "python",
        "form": "function",
        "prompt": ROW["prompt"],
        "question": ROW["prompt"],
        "docstring": "Say a.",
        "canonical_solution": ROW["canonical_solution"],
        "entry_point": "f",
        "test": ROW["test"] + "\ncheck(f)\n",
    }


def test_mbxp_form_takes_description_and_language(tmp_path: Path):
    row = ROW | {"language": "Go", "description": "Say it.", "canonical_solution": None}
    problem = load_benchmarks(["go"], {"go": write(tmp_path / "go.jsonl", row)}).row(0, named=True)
    assert (problem["language"], problem["question"], problem["docstring"]) == ("go", "Say it.", "Say it.")
    assert problem["canonical_solution"] is None


def test_docstring_is_the_entry_points_own(tmp_path: Path):
    prompt = 'def other(b):\n    """Not this."""\n    return b\n\n\n' + ROW["prompt"]
    path = write(tmp_path / "a.jsonl", ROW | {"prompt": prompt})
    assert load_benchmarks(["a"], {"a": path})["docstring"].to_list() == ["Say a."]


def test_questions_are_known_without_their_answers(tmp_path: Path):
    path = write(tmp_path / "q.jsonl", {"question": "How many?", "answer": "secret 7"})
    problem = load_benchmarks(["q"], {"q": path}).row(0, named=True)
    assert problem["question"] == problem["docstring"] == "How many?"
    assert "secret 7" not in [value for value in problem.values() if value]
    assert problem["test"] is None


def test_no_names_means_all_registered(tmp_path: Path):
    path = write(tmp_path / "a.jsonl", ROW)
    assert set(load_benchmarks(None, {"mine": path})["benchmark"]) == {"seedline", "mine"}
    assert load_benchmarks([]).is_empty()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no file"),
        (b"", "holds no problem"),
        (b'{"task_id": 1', "line 1 is not JSON"),
        (b"[]", "holds no problem"),
        (b"[1]", "record 1 is not a JSON object"),
        (
            json.dumps(ROW).encode() + b'\n\n{"task_id": "a", "prompt": "p"}',
            "line 3 has no entry_point, test, which HumanEval's form needs",
        ),
        (b"\xff\xfe", "line 1 is not JSON"),
        (gzip.compress(b"{}", mtime=0)[:-6], "cannot be read"),
        ((json.dumps(ROW) + "\n").encode() * 2, "problem 'x/0' more than once"),
    ],
)
def test_broken_file_is_named_with_its_fault(tmp_path: Path, content: bytes | None, message: str):
    path = tmp_path / "broken.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BenchmarkError, match=message) as caught:
        load_benchmarks(["broken"], {"broken": path})
    assert str(path) in str(caught.value)


def test_unregistered_name_lists_what_there_is():
    with pytest.raises(BenchmarkError, match=r"'HumanEval' is not registered \(registered: seedline\)"):
        load_benchmarks(["seedline", "HumanEval"])


def test_built_in_name_cannot_be_taken(tmp_path: Path):
    with pytest.raises(BenchmarkError, match="built in"):
        load_benchmarks(None, {"seedline": write(tmp_path / "a.jsonl", ROW)})


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no folder of public benchmark files at {SHARED}")
def test_public_benchmark_files_load():
    files = {
        "-".join(path.relative_to(SHARED).parts).split(".")[0]: path
        for path in sorted(SHARED.rglob("*.json*.gz"))
        if path.parent.name != "recorded"  # answers, not problems
    }
    assert len(files) > 70
    problems = load_benchmarks(sorted(files), files)
    assert set(problems["benchmark"]) == set(files)
    humaneval = problems.filter(benchmark="HumanEval")
    assert humaneval.height == 164
    assert humaneval.select("docstring", "canonical_solution").null_count().sum_horizontal()[0] == 0
    assert problems.filter(benchmark="gsm8k_test").height == 1319
    assert {"java", "cpp", "go", "python"} <= set(problems["language"].drop_nulls())
    assert problems["question"].null_count() == 0
    # what no one here can run is kept out of the data all the same
    assert set(problems.filter(pl.col("language").is_in(["d", "jl", "lua"]))["form"]) == {None}
    solved = problems.filter(pl.col("canonical_solution").is_not_null() & pl.col("test").is_not_null())
    forms = ("bigcodebench", "evalplus", "humaneval-x-", "humanevalpack")
    counts = [solved.filter(pl.col("benchmark").str.starts_with(name)).height for name in forms]
    assert counts == [148, 399, 6 * 164, 6 * 164]


EXERCISE = {
    "no": "e/1",
    "exercise": 'def twice(x: int) -> int:\n    """Return twice x."""\n',
    "answer": "    return 2 * x\n",
    "function": "twice",
    "assertions": ["assert twice(2) == 4"],
}
FORMS = Path(__file__).parents[3] / "docs" / "example_file" / "forms.py"


def test_a_form_in_a_file_of_ones_own_reads_the_records(tmp_path: Path):
    own = tmp_path / "forms.py"
    own.write_bytes(FORMS.read_bytes())
    (tmp_path / "e.jsonl").write_text(json.dumps(EXERCISE))
    source = BenchmarkSource(path=str(tmp_path / "e.jsonl"), form=f"{own}:EXERCISE")
    (problem,) = load_benchmarks(["exercises"], {"exercises": source}).to_dicts()
    assert (problem["problem_id"], problem["entry_point"]) == ("e/1", "twice")
    before = sources_digest({"exercises": source})
    own.write_text(own.read_text() + "# edited\n")
    assert sources_digest({"exercises": source}) != before


@pytest.mark.parametrize(
    ("record", "edit", "message"),
    [
        ({"no": "1"}, ("", ""), "line 1 has no exercise, answer, function, assertions, which exercise's form needs"),
        (EXERCISE, ('"test"', '"tests"'), "line 1 became a problem with tests by exercise's form; there are .*"),
        (EXERCISE, ("EXERCISE =", "OTHER ="), r"'e': benchmark form 'EXERCISE': .*forms\.py has no such name"),
    ],
)  # fmt: skip
def test_what_a_form_of_ones_own_cannot_do_is_said(
    tmp_path: Path, record: dict, edit: tuple[str, str], message: str
):
    (tmp_path / "forms.py").write_text(FORMS.read_text().replace(*edit) if edit[0] else FORMS.read_text())
    (tmp_path / "e.jsonl").write_text(json.dumps(record))
    source = BenchmarkSource(path=str(tmp_path / "e.jsonl"), form=f"{tmp_path}/forms.py:EXERCISE")
    with pytest.raises(BenchmarkError, match=message):
        load_benchmarks(["e"], {"e": source})
