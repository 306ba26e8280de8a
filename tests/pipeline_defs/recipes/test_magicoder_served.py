"""`magicoder_evol` as assets over the real `openai` engine, a scripted server behind it: paid for once, accounted."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml

from pipeline_defs.recipes.files import shipped_recipes
from resources.model_folder import RECORD
from tests.pipeline_defs.conftest import MakeLine, SmallLine, write_dump
from tests.resources.engines.scripted_server import ScriptedServer, asked

FILES = {f"alpha/{name}.py": f"{name} = 1\n" for name in ("apple", "birch", "cedar", "refused", "chatter")}
ROUNDS = 2
UP_TO_ROWS = '+key:"demo/sft_dataset"'


def rule(body: dict) -> str | dict:
    """A problem named after its fragment; each evolution adds a word."""
    text = asked(body)
    if "### Rewritten prompt" in text:
        given = text.split("### Given prompt\n")[1].split("\n\n### Rewritten")[0]
        return f"{given} Harder."
    if "### Second task" in text:
        return "DIFFERENT"
    fragment = re.search(r"```python\n(\w+) = 1\n```", text)
    if fragment is None:
        return f"```python\nanswer = {text!r}\n```"
    if fragment[1] == "refused":
        return {"text": "#### Problem\nhalf a", "finish_reason": "length"}
    if fragment[1] == "chatter":
        return "What a nice fragment!"
    name = fragment[1]
    return f"#### Problem\nGrow one {name}.\n#### Solution\n```python\n{name} = 'grown'\n```"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """The model behind its two variables."""
    with ScriptedServer(rule, models=["scripted"], api_key="sk-test") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        yield server


TRAINING = {
    "epochs": 1,
    "learning_rate": 1e-3,
    "schedule": "constant",
    "batch_size": 1,
    "sequence_length": 128,
    "optimizer": "adamw",
    "seed": 1,
}
TINY = {
    "kind": "tiny",
    "vocabulary": 320,
    "hidden_size": 16,
    "intermediate_size": 32,
    "layers": 1,
    "heads": 2,
}


@pytest.fixture
def line(make_line: MakeLine, server: ScriptedServer) -> SmallLine:
    """The recipe as shipped, but for language, name, engine and rounds; near-duplicates off, the texts are short."""
    recipe = yaml.safe_load(shipped_recipes()["magicoder_evol"].read_text(encoding="utf-8"))
    recipe |= {"name": "demo", "languages": ["python"], "engine": {"backend": "openai", "model": "scripted"}}
    recipe["instructions"]["rounds"] = ROUNDS
    recipe["sft"]["near_duplicates"] = None
    recipe["checkpoint"] = {
        "base_model": TINY,
        "first_stage": TRAINING,
        "training": {**TRAINING, "epochs": 2},
    }
    line = make_line(recipe=recipe)
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    return line


@pytest.mark.slow(seconds=5)
def test_rows_counts_and_calls_over_http(line: SmallLine, server: ScriptedServer) -> None:
    line.run("2026-01", select=UP_TO_ROWS)
    calls = len(FILES) + 3 * 3 * ROUNDS  # a problem each; three calls an evolution of the three that have one
    assert (server.total, server.distinct) == (calls, calls)
    written = line.table("instructions")
    assert sorted(written["round"].to_list()) == [0] * 3 + [1] * 3 + [2] * 3
    assert written.filter(pl.col("round") == 0)["solution_generation"].null_count() == 3
    parents = written.filter(pl.col("round") > 0).join(
        written, left_on="parent_id", right_on="instruction_id", suffix="_of_parent"
    )
    assert (parents["instruction"] == parents["instruction_of_parent"] + " Harder.").all()
    assert (parents["round"] == parents["round_of_parent"] + 1).all()
    rejected = line.table("instructions__rejected")
    assert sorted(rejected["reason"]) == ["malformed", "unfinished"]
    funnel = line.table("instructions__funnel")
    assert funnel.select("rows_in", "kept", "rejected", "rows_out").rows()[-2:] == [
        (3, 3, 0, 9),
        (9, 9, 0, 9),
    ]
    rows = line.table("sft_dataset")
    assert rows.height == 9
    assert set(rows["engine"]) == {"openai"}
    assert set(rows["code_language"]) == {"python"}
    evolved = rows.filter(pl.col("prompt").str.contains("Harder"))
    assert evolved["completion"].str.contains("Harder").all()  # answered by a call of its own
    record = line.table("candidate_responses").filter(pl.col("instruction").str.contains("Harder"))
    assert set(record["generation"].struct.field("max_tokens")) == {2048}
    assert line.metadata("instructions")["engine_calls"] == calls
    # again, from the cache alone
    line.run("2026-01", select='key:"demo/instructions"', force=True)
    assert server.total == calls
    assert line.table("instructions").equals(written)
    assert line.metadata("instructions")["engine_calls_saved"] == calls


@pytest.mark.slow(seconds=19)
def test_the_model_learns_problems_first_and_what_they_became_then(line: SmallLine) -> None:
    pytest.importorskip("torch", reason="the checkpoint needs the extra `train`")
    line.run("2026-01", select='+key:"demo/checkpoint"')
    row = line.table("checkpoint", None).row(0, named=True)
    assert row["rows"] == 9 and line.metadata("checkpoint")["trainings"] == 2
    assert row["steps"] == 3 + 2 * 6  # an epoch over three problems, two over six evolutions, a row a step
    assert [point["step"] for point in row["curve"]] == list(range(1, 16))
    assert [point["tokens"] for point in row["curve"]] == sorted(point["tokens"] for point in row["curve"])
    records = sorted(
        Path(row["weights"]).parent.glob(f"*/{RECORD}"), key=lambda record: record.stat().st_mtime
    )
    assert records[-1].parent == Path(row["weights"])
    _, first, last = (json.loads(record.read_text(encoding="utf-8")) for record in records)
    assert (first["steps"], last["steps"]) == (3, 12)
