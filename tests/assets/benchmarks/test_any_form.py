"""Benchmarks in no form of their own: read well enough to keep data clean of them."""

import gzip
import json
from pathlib import Path

import pytest

from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.problem_files import read_problems

SOLUTION = "def f(a):\n    return a + 1\n"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            {"id": 7, "code": SOLUTION, "input": "1", "output": "2"},
            {"problem_id": "7", "language": "python", "prompt": None, "canonical_solution": SOLUTION},
        ),
        (
            {"task_id": "CPP/0", "prompt": "int f(int a){\n", "canonical_solution": "return a;}", "test": ""},
            {"language": "cpp", "prompt": "int f(int a){\n", "canonical_solution": "return a;}"},
        ),
        (
            {"problem_id": "a", "description": "Add one.", "solutions": [SOLUTION, "x"], "difficulty": 3},
            {"question": "Add one.", "docstring": "Add one.", "canonical_solution": SOLUTION},
        ),
        (
            {"task_id": "x", "prompt": "Add one.", "canonical_solution": float("nan"), "lang": "Rust"},
            {"language": "rust", "canonical_solution": None, "question": "Add one."},
        ),
    ],
)  # fmt: skip
def test_fields_are_known_by_the_names_that_benchmarks_give_them(
    tmp_path: Path, record: dict[str, object], expected: dict[str, object]
):
    (tmp_path / "b.jsonl").write_text(json.dumps(record) + "\n")
    problem = read_problems("b", tmp_path / "b.jsonl").row(0, named=True)
    assert {name: problem[name] for name in expected} == expected
    assert problem["form"] is None


def test_one_json_value_is_a_file_too(tmp_path: Path):
    records = [{"task_id": f"T/{n}", "prompt": f"Add {n}."} for n in range(3)]
    listed, named, packed = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "c.json.gz"
    listed.write_text(json.dumps(records, indent=2))
    named.write_text(json.dumps({record["task_id"]: record for record in records}))
    packed.write_bytes(gzip.compress(json.dumps(records).encode()))
    for path in (listed, named, packed):
        assert read_problems("x", path)["problem_id"].to_list() == ["T/0", "T/1", "T/2"]


def test_a_record_that_asks_nothing_is_refused_by_place(tmp_path: Path):
    (tmp_path / "b.json").write_text(json.dumps([{"task_id": "a", "prompt": "Add."}, {"task_id": "b"}]))
    with pytest.raises(BenchmarkError, match=r"b\.json, record 2 has no "):
        read_problems("b", tmp_path / "b.json")
