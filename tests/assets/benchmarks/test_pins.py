"""Pinned benchmarks, sources with named fields, the hub, and the list of benchmarks."""

import json
from pathlib import Path

import pytest

from assets.benchmarks.digests import place_digest, sources_digest
from assets.benchmarks.pins import Pin, read_pins, write_pins
from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.registered import overview, pin_of, refuse_broken_pins
from assets.benchmarks.registry import load_benchmarks
from assets.benchmarks.source import BenchmarkSource
from assets.benchmarks.well_known import well_known, which

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def problems_file(path: Path, count: int = 3, word: str = "Add") -> Path:
    rows = [
        {"no": n, "ask": f"{word} {n} to it.", "answer": f"def f(x):\n    return x + {n}\n"}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def source(path: Path) -> BenchmarkSource:
    return BenchmarkSource(path=str(path), question="ask", solution="answer", id="no")


def test_fields_named_in_the_settings_are_read_and_missed_by_name(tmp_path: Path):
    path = problems_file(tmp_path / "own.jsonl")
    read = load_benchmarks(["own"], {"own": source(path)})
    assert read.select("problem_id", "question", "language").row(1) == ("1", "Add 1 to it.", "python")
    assert read["canonical_solution"][2] == "def f(x):\n    return x + 2\n"
    other = BenchmarkSource(path=str(path), question="ask", solution="code")
    with pytest.raises(
        BenchmarkError, match=r"line 1 has no code, which the settings name; it has answer, ask, no"
    ):
        load_benchmarks(["own"], {"own": other})
    with pytest.raises(ValueError, match="solution names a field and question names none"):
        BenchmarkSource(path="x", solution="code")


def test_a_required_benchmark_that_is_not_what_it_was_is_refused(tmp_path: Path):
    path, lock = problems_file(tmp_path / "own.jsonl"), tmp_path / "lock.json"
    files = {"own": source(path)}
    write_pins(lock, {"own": pin_of("own", files)})
    pins = read_pins(lock)
    assert pins["own"] == Pin(rows=3, digest=place_digest(path))

    def refused(required: tuple[str, ...] = ("own",), pinned: dict[str, Pin] = pins) -> str:
        try:
            refuse_broken_pins(files, pinned, required, None, "demo")
        except BenchmarkError as error:
            return str(error)
        return ""

    assert refused() == ""
    assert refused(pinned={}).startswith("recipe demo: benchmark 'own' is required and not pinned")
    assert "'gone' is required and not registered" in refused(("own", "gone"))
    problems_file(path, 2)
    assert "benchmark 'own' is shortened: 2 problems, pinned 3" in refused()
    problems_file(path, word="Sub")
    assert "benchmark 'own' has changed" in refused(())  # pinned, so held to it though nobody requires it
    path.unlink()
    with pytest.raises(BenchmarkError, match="no file"):
        refuse_broken_pins(files, pins, ["own"], None, "demo")


def test_pins_that_cannot_be_read_are_named(tmp_path: Path):
    assert read_pins(tmp_path / "none.json") == {}
    (tmp_path / "lock.json").write_text('{"own": {"rows": "3", "digest": "x"}}')
    with pytest.raises(
        BenchmarkError, match=r"lock\.json, the pins of benchmarks, cannot be read: own\.rows"
    ):
        read_pins(tmp_path / "lock.json")


def test_the_list_says_what_is_registered_and_what_cannot_be_read(tmp_path: Path):
    path = problems_file(tmp_path / "own.jsonl")
    files = {"humaneval": source(path), "lost": tmp_path / "lost.jsonl"}
    found = overview(files, {"humaneval": Pin(rows=4, digest="0" * 64)})
    rows = {row["benchmark"]: row for row in found.iter_rows(named=True)}
    assert [rows["humaneval"][name] for name in ("problems", "pin", "license")] == [3, "changed", "MIT"]
    assert "no file" in rows["lost"]["problem"] and rows["lost"]["problems"] is None
    assert rows["seedline"]["registered"] and not rows["mbpp"]["registered"]
    assert found["benchmark"].is_duplicated().sum() == 0
    assert overview(files, {}, others=False)["benchmark"].to_list() == ["seedline", "humaneval", "lost"]


def test_well_known_benchmarks_are_known_by_their_names():
    assert all(one.where and one.form and one.license for one in well_known())
    asked = ("HumanEval", "humaneval-x_cpp", "MBPP+", "multipl-e")
    named = {name: found.name for name in asked if (found := which(name))}
    assert named == {
        "HumanEval": "humaneval", "humaneval-x_cpp": "humaneval_x", "MBPP+": "mbppplus", "multipl-e": "multipl_e",
    }  # fmt: skip
    assert which("mine") is None


def test_the_hub_is_read_from_its_cache_and_a_machine_without_network_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The real client over a cache laid out as it lays it out itself; nothing is asked of the network."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    data = tmp_path / "datasets--owner--set"
    snapshot = data / "snapshots" / COMMIT / "data"
    snapshot.mkdir(parents=True)
    problems_file(snapshot / "test.jsonl")
    (data / "refs").mkdir()
    (data / "refs" / "main").write_text(COMMIT)
    one = BenchmarkSource(path="hf://datasets/owner/set/data", question="ask")
    assert load_benchmarks(["set"], {"set": one}).height == 3
    pin = pin_of("set", {"set": one})
    assert (pin.rows, pin.revision) == (3, COMMIT)
    assert sources_digest({"set": one}) == sources_digest({"set": one}, {"set": pin})
    with pytest.raises(BenchmarkError, match=r"'other': hf://datasets/owner/other .*hf download owner/other"):
        load_benchmarks(["other"], {"other": "hf://datasets/owner/other"})
    with pytest.raises(BenchmarkError, match="is no address"):
        load_benchmarks(["bad"], {"bad": "hf://datasets/owner"})
