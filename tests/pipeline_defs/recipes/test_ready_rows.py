"""Rows that came ready: every form is read, and each row goes the way of the others, with an origin of its own."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.benchmarks.problem import PROBLEM_SCHEMA
from assets.candidate_responses.methods import samples_of, write_responses
from assets.checkpoint.stages import training_stages
from assets.corpus_dump.settings import CorpusDumpSettings
from assets.corpus_dump.source_files import check_files
from assets.filtered_seeds.chain import Chain
from assets.instructions.methods import write_instructions
from assets.rows.ledger import Ledger, accounting_errors
from assets.sft_dataset.rows import training_rows
from assets.verified_responses.door import Means
from assets.verified_responses.methods import verify
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.corpus_source.backends import open_source
from resources.corpus_source.ready_row_forms import exchange, language_of_answer
from resources.corpus_source.settings import ReadyRows
from resources.ready_rows import pack, unpack
from resources.row_cache import RowCache
from resources.storage import Storage
from tests.assets.asking.scripted_ask import ScriptedAsk

QUESTION = "Given a list of whole numbers, return the two that stand farthest apart, in rising order."
PROBLEMS = pl.DataFrame(
    [{"benchmark": "bench", "problem_id": "p/0", "question": QUESTION, "docstring": QUESTION}],
    schema=PROBLEM_SCHEMA,
)
RUST = "Double it.\n```rust\nfn double(x: i32) -> i32 { 2 * x }\n```"
PYTHON = "```python\ndef triple(x):\n    return 3 * x\n```"
ALPACA = [
    {"instruction": "Triple a number.", "input": "x = 4", "output": PYTHON},
    {"instruction": QUESTION, "output": PYTHON + "\nIndeed."},
    {"instruction": "No answer.", "output": " "},
    {"instruction": "Triple  a number.\n\nx = 4", "output": PYTHON + "\nAgain."},
]
SHAREGPT = {
    "conversations": [
        {"from": "system", "value": "Be brief."},
        {"from": "human", "value": "Double a number. " + "It is prose, and long. " * 80},
        {"from": "gpt", "value": RUST},
        {"from": "human", "value": "Thanks."},
    ],
    "license": "MIT",
}


@pytest.mark.parametrize(
    ("record", "pair"),
    [
        ({"instruction": "a", "input": "", "output": "b"}, ("a", "b")),
        ({"instruction": "a", "input": "i", "output": "b"}, ("a\n\ni", "b")),
        ({"prompt": "a", "completion": "b"}, ("a", "b")),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, ("a", "b")),
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}, ("a", "b")),
        ({"messages": [{"role": "assistant", "content": "b"}]}, None),
        ({"instruction": "a"}, None),
        ({}, None),
    ],
)
def test_every_form_is_read(record: dict[str, Any], pair: tuple[str, str] | None) -> None:
    found = exchange(record)
    assert found == pair if pair else isinstance(found, str)


def test_names_of_their_own_and_languages() -> None:
    assert exchange({"ask": "a", "tell": "b"}, {"instruction": "ask", "response": "tell"}) == ("a", "b")
    assert language_of_answer("```text\nx\n```\n```c++\nint x;\n```") == "cpp"
    assert language_of_answer("no code") is None
    assert unpack(pack("a\x1eb", "c\nd")) == ("ab", "c\nd")


def files_of(folder: Path) -> pl.DataFrame:
    """The corpus: a data set of three files, and one file of code."""
    folder.mkdir()
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ALPACA) + "no json\n")
    (folder / "b.json").write_text(json.dumps([SHAREGPT]))
    pl.DataFrame({"prompt": ["Write f."], "response": ["def f(): pass"]}).write_parquet(folder / "c.parquet")
    settings = ReadyRows(path=str(folder), data_set="owner/set", revision="v1", license="Apache-2.0")
    source = open_source(settings)
    assert source.fingerprint() != open_source(settings.model_copy(update={"revision": "v2"})).fingerprint()
    outcome = check_files(pl.concat(list(source.read())), "rows", CorpusDumpSettings())
    assert outcome.rejected["reason"].to_list() == ["unreadable"] * 2
    assert outcome.kept.select("repo", "commit").unique().rows() == [("owner/set", "v1")]
    code = outcome.kept[:1].with_columns(
        file_id=pl.lit("code"),
        path=pl.lit("a.py"),
        content=pl.lit("x = 1\ny = 2\n"),
        repo=pl.lit("owner/code"),
    )
    return pl.concat([outcome.kept, code])


def through(recipe: Recipe, files: pl.DataFrame, cache: RowCache, language: str) -> tuple[Any, Ledger, Any]:
    """Seeds, their ledger, and instructions of a recipe."""
    chain = Chain(recipe.seeds, language, cache)
    seeds = chain.run(files.filter(pl.col("language") == language).lazy())
    kept = pl.concat([pl.DataFrame(schema=seeds.schema), seeds])
    assert (
        accounting_errors(
            chain.ledger.funnel(),
            pl.concat([chain.ledger.rejections[0].clear(), *chain.ledger.rejections])
            if chain.ledger.rejections
            else pl.DataFrame(schema={"stage": pl.String}),
            kept.height,
        )
        == []
    )
    return seeds, chain.ledger, chain


def test_ready_rows_go_the_way_of_all_rows(tmp_path: Path) -> None:
    recipe, cache = load_recipe("magicoder_s"), RowCache(Storage(str(tmp_path / "cache")))
    files = files_of(tmp_path / "set")
    assert files["language"].to_list() == ["python", "python", "python", "rust", "python", "python"]
    ask = ScriptedAsk(lambda _task, _text: f"#### Problem\nAdd two numbers.\n\n#### Solution\n{PYTHON}")
    seeds, _, _ = through(recipe, files, cache, "python")
    assert sorted(seeds["kind"]) == ["ready_row"] * 4 + ["snippet"]
    ledger = Ledger()
    written = write_instructions(seeds, recipe.instructions, ask, ledger)
    assert len(ask.seen) == 1 and ask.seen[0].height == 1  # of ready rows nothing is asked
    assert (
        accounting_errors(
            ledger.funnel(), pl.concat(ledger.rejections or [written.rejected]), written.kept.height
        )
        == []
    )
    answered = write_responses(written.kept, recipe.responses, ask)
    verified = verify(
        answered.kept, recipe.verification, Means(sandbox=ask, asker=ask, row_cache=cache, language="python")
    )
    outcome, hits, *_ = training_rows(verified.verdicts, seeds.lazy(), files.lazy(), PROBLEMS, recipe.sft)
    # decontaminated like the rest; the row is its own seed
    assert set(hits.select("problem_id", "part").rows()) == {("p/0", "instruction"), ("p/0", "seed")}
    assert sorted(outcome.rejected["reason"]) == ["contaminated", "duplicate_instruction"]
    rows = {row["prompt"]: row for row in outcome.kept.to_dicts()}
    lead = "Write a solution to the following coding problem:\n"
    assert set(rows) == {f"{lead}Add two numbers.", "Triple a number.\n\nx = 4", "Write f."} or set(rows) == {
        f"{lead}Add two numbers.",
        "Triple  a number.\n\nx = 4",
        "Write f.",
    }
    ready = rows["Write f."]
    assert (ready["engine"], ready["repo"], ready["commit"], ready["path"], ready["license"]) == (
        "given",
        "owner/set",
        "v1",
        "c.parquet/1.ready_row",
        "Apache-2.0",
    )
    assert ready["completion"] == "def f(): pass" and ready["seed_id"] in set(seeds["seed_id"])
    stages = training_stages(outcome.kept, recipe.checkpoint, written.kept.lazy())
    first, second = (set(part["prompt"]) for part, _ in stages)
    assert first == {f"{lead}Add two numbers."} and second == set(rows) - first
    assert [training.sequence_length for _, training in stages] == [1216, 1024]


def test_other_recipes_leave_ready_rows_and_a_recipe_may_take_them_alone(tmp_path: Path) -> None:
    cache, files = RowCache(Storage(str(tmp_path / "cache"))), files_of(tmp_path / "set")
    seeds, ledger, _ = through(load_recipe("magicoder"), files, cache, "python")
    assert seeds["kind"].to_list() == ["snippet"]
    details = pl.concat(ledger.rejections)["detail"].unique().to_list()
    assert details == ["a ready row, and extraction.ready_rows is false"]
    content = load_recipe("magicoder").model_dump(mode="json")
    content["seeds"]["extraction"] = {"kind": "ready_row"}
    content["instructions"] = {"method": "from_docstring"}
    alone = Recipe.model_validate(content)
    for language, count in (("python", 4), ("rust", 1)):
        seeds, _, _ = through(alone, files, cache, language)
        assert seeds["kind"].to_list() == ["ready_row"] * count
        written = write_instructions(seeds, alone.instructions, ScriptedAsk(lambda *_: ""), Ledger())
        assert written.kept.height == count and written.kept["category"].unique().to_list() == ["ready row"]
    assert RUST in written.kept["solution"].to_list()


@pytest.mark.parametrize("method", ["plain", "sectioned"])
def test_ready_rows_keep_their_response_whatever_the_method(tmp_path: Path, method: str) -> None:
    recipe, cache = load_recipe("magicoder_s"), RowCache(Storage(str(tmp_path / "cache")))
    files = files_of(tmp_path / "set")
    ask = ScriptedAsk(lambda _task, _text: f"#### Problem\nAdd two numbers.\n\n#### Solution\n{PYTHON}")
    seeds, _, _ = through(recipe, files, cache, "python")
    written = write_instructions(seeds, recipe.instructions, ask, Ledger()).kept
    settings = Recipe.model_validate(
        recipe.model_dump(mode="json") | {"responses": {"method": method, "samples": 2}}
    ).responses
    answering = ScriptedAsk(lambda _task, _text: "An answer.")
    outcome = write_responses(written, settings, answering)
    assert outcome.kept.height + outcome.rejected.height == samples_of(written, settings) == 4 + 1 * 2
    ready = outcome.kept.filter(pl.col("generation").struct.field("engine") == "given")
    assert ready.height == 4 and sorted(ready["response"].str.slice(0, 9)) == ["```python"] * 3 + [
        "def f(): "
    ]
    assert sum(frame.height for frame in answering.seen) == 2  # of ready rows nothing is asked


def test_a_recipe_with_two_trainings_has_two_kinds_of_rows() -> None:
    content = load_recipe("magicoder_s").model_dump(mode="json")
    content["seeds"]["extraction"]["ready_rows"] = False
    with pytest.raises(
        ValueError, match=r"set seeds.extraction.ready_rows to true, .* or leave first_stage out"
    ):
        Recipe.model_validate(content)
    Recipe.model_validate(content | {"instructions": load_recipe("magicoder_evol").instructions})
