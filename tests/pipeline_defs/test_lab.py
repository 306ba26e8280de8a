"""The lab: its arms differ in one thing, its figures are what they are called, and a tiny one runs to its end."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline_defs.cli import app
from pipeline_defs.lab import experiment
from pipeline_defs.lab.arms import (
    BASE,
    COMMENTS,
    DUPLICATES,
    UNVERIFIED,
    VERIFIED,
    Arm,
    arms,
    second_round,
    varied,
)
from pipeline_defs.lab.picture import draw
from pipeline_defs.lab.scores import Score, evaluations, gain, score
from pipeline_defs.recipes.model import load_recipe

RECIPE = load_recipe("seedling")


def by_label(found: list[Arm]) -> dict[str, dict]:
    return {
        one.label: one.recipe.model_dump() for one in found if one.recipe is not None and not one.replicate
    }


def different(one: object, other: object, place: str = "") -> set[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return set().union(*(different(one.get(n), other.get(n), f"{place}.{n}") for n in {*one, *other}))
    return set() if one == other else {place}


def test_each_arm_changes_one_thing():
    found = by_label(arms(RECIPE, benchmark="held_out"))
    verified = found[VERIFIED]
    assert different(RECIPE.model_dump(), verified) == {".evaluation.benchmarks"}
    assert {place.split(".")[1] for place in different(verified, found[UNVERIFIED])} == {
        "name",
        "verification",
    }
    assert different(verified, found[DUPLICATES]) == {
        ".name",
        ".seeds.near_duplicates",
        ".sft.selection.unique_instructions",
        ".sft.selection.unique_responses",
    }
    comments = {place.split(".")[1] for place in different(verified, found[COMMENTS])}
    assert comments == {"name", "engine", "instructions", "responses", "verification"}


def test_replicates_have_names_and_seeds_of_their_own():
    found = arms(RECIPE, benchmark="held_out", replicates=3)
    names = [one.recipe.name for one in found if one.recipe is not None]
    assert len(names) == len(set(names)) == 12
    seeds = {one.recipe.responses.seed for one in found if one.label == VERIFIED and one.recipe}  # type: ignore[union-attr]
    assert len(seeds) == 3
    assert [one.label for one in found if one.recipe is None] == [BASE]


def test_the_second_round_changes_teacher_and_student_alone():
    first = next(one for one in arms(RECIPE, benchmark="held_out") if one.label == VERIFIED)
    again = second_round(first, "/models/first")
    assert first.recipe is not None and again.recipe is not None
    assert different(first.recipe.model_dump(), again.recipe.model_dump()) == {
        ".name",
        ".engine.model",
        ".checkpoint.base_model.model",
    }


def test_a_variant_is_validated_like_a_file():
    with pytest.raises(ValueError, match="samples"):
        varied(RECIPE, {"responses": {"samples": 0}})


def frame(*shares: float) -> pl.DataFrame:
    return pl.DataFrame({"problem_id": [f"p{n}" for n in range(len(shares))], "share": list(shares)})


def test_scores_are_means_over_problems_and_replicates():
    assert score([frame(1.0, 0.0, 0.5, 0.5)]).share == 0.5
    assert score([frame(1.0, 1.0), frame(0.0, 1.0)]).share == 0.75
    one = score([frame(*[1.0] * 30, *[0.0] * 70)])
    assert one.low == pytest.approx(0.2189, abs=1e-3) and one.high == pytest.approx(
        0.3958, abs=1e-3
    )  # Wilson
    row_order = frame(0.0, 1.0).sort("problem_id", descending=True)
    assert gain([frame(0.0, 1.0)], [row_order]).share == 0


def test_a_gain_is_paired_by_problem():
    before, after = frame(*[0.0] * 50, *[1.0] * 50), frame(*[0.0] * 40, *[1.0] * 60)
    found = gain([after], [before])
    assert found.share == pytest.approx(0.1) and 0 < found.low < 0.1 < found.high < 0.2


def test_the_two_evaluations_ask_the_same_problems():
    ways = evaluations(RECIPE.evaluation)
    assert ways["greedy"].temperature == 0 and ways["sampled"].samples == 10
    assert ways["greedy"].benchmarks == ways["sampled"].benchmarks


def test_the_picture_is_drawn(tmp_path: Path):
    one = Score(0.4, 0.3, 0.5)
    scores = {arm: {"greedy": one, "sampled": one} for arm in (BASE, VERIFIED)}
    draw(tmp_path / "lab.png", list(scores), scores, problems=10, rows={VERIFIED: 100})
    assert (tmp_path / "lab.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def kept(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every Parquet file below the folder, the row cache's too, but for the dump's own.

    The lab writes its corpus anew, so that the dump is read again; what was read is the same.
    """
    found = {file: file.stat() for file in folder.rglob("*.parquet") if "dump=" not in str(file)}
    return {str(file.relative_to(folder)): (said.st_size, said.st_mtime_ns) for file, said in found.items()}


@pytest.mark.slow(seconds=100)
def test_a_tiny_lab_runs_to_its_end_and_costs_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("torch", reason="the lab trains")
    monkeypatch.chdir(tmp_path)
    # `make lab` runs the others too; a training and two evaluations of each are most of the time
    some = (BASE, UNVERIFIED, VERIFIED)
    monkeypatch.setattr(
        experiment, "arms", lambda *given, **named: [a for a in arms(*given, **named) if a.label in some]
    )
    command = [
        "lab",
        "--folder",
        str(tmp_path / "lab"),
        "--functions",
        "30",
        "--problems",
        "8",
        "--one-round",
    ]
    first = CliRunner().invoke(app, command, catch_exceptions=False)
    assert first.exit_code == 0, first.output
    facts = json.loads((tmp_path / "lab" / "lab.json").read_text(encoding="utf-8"))
    assert list(facts["scores"]) == list(some)
    assert 0 < facts["rows"][VERIFIED] < facts["rows"][UNVERIFIED] <= 30
    assert facts["files_of_the_corpus_with_a_held_out_problem"] == 0
    verified = facts["stages"]["seedling"]
    assert verified["verified_responses"]["pass_rate"] < 1
    # the arms share their model calls: what one asked, the next finds
    assert verified["candidate_responses"]["engine_calls"] == 0
    assert (tmp_path / "lab" / "lab.png").stat().st_size > 5000
    before = kept(tmp_path / "lab")
    assert any("cache" in name for name in before) and any("store" in name for name in before)
    again = CliRunner().invoke(app, command, catch_exceptions=False)
    assert again.exit_code == 0
    repeated = json.loads((tmp_path / "lab" / "lab.json").read_text(encoding="utf-8"))
    assert repeated["scores"] == facts["scores"]
    assert repeated["stages"] == facts["stages"]
    assert kept(tmp_path / "lab") == before  # no answer was asked for, no table written again
