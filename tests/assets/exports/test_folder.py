"""The folder of an export: what others' libraries read of it, and that it says nothing of the machine."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from assets.exports.card import Contents, reasons_left
from assets.exports.choice import choose
from assets.exports.facts import BENCHMARKS, MODELS, RecipeFacts
from assets.exports.folder import conversations, explained
from assets.exports.settings import ExportError, ExportSettings
from assets.exports.tasks import tasks
from assets.exports.training_template import training_template
from assets.exports.writing import SUMS, write_folder
from assets.rows.ledger import Ledger
from assets.rows.outcome import no_rejections
from resources.model_folder import public_name
from resources.trainer.chat_templates import NAMES, template_text
from tests.assets.exports.rows_of import row, rows

HOSTILE = "a|b`<script>\n# heading"


def facts(name: str = "mine") -> RecipeFacts:
    asked = {"recipe": name, "step": "responses", "model": "org/teacher", "revision": "1", "engine": "openai"}
    tokens = {"calls": 3, "prompt_tokens": 10, "completion_tokens": 20, "cost": 0.5}
    found = {"benchmark": "humaneval", "problems": 164, "problems_found": 2, "rows_found": 3}
    return RecipeFacts(
        name=name,
        description="What it does.",
        links={},
        methods={"instructions": "self_oss_instruct"},
        decontamination=("verbatim",),
        funnel=pl.DataFrame(
            {
                "artifact": ["raw_corpus"],
                "step": ["x"],
                "unit": ["files"],
                "rows_in": [5],
                "kept": [4],
                "rejected": [1],
            }
        ),
        models=pl.DataFrame([asked | tokens], schema=MODELS),
        verdicts=pl.DataFrame({"language": ["python"], "verdict": ["pass"], "responses": [3]}),
        benchmarks=pl.DataFrame([found], schema=BENCHMARKS),
        version={"python": "0f" * 32},
    )


def exported(folder: Path, made: pl.DataFrame, **said: Any) -> pl.DataFrame:
    """The chosen rows, written to `folder` with all that explains them."""
    settings, ledger = ExportSettings.model_validate(said), Ledger()
    chosen = choose(made, settings, ledger)
    rejected = pl.concat([no_rejections(), *ledger.rejections])
    contents = Contents(
        title="A title",
        rows=chosen,
        settings=settings,
        recipes=[facts()],
        funnel=reasons_left(ledger.funnel(), rejected),
        columns={},
        configs={},
        terms={},
        seedline="0",
    )
    data = tasks(chosen, settings) if settings.format == "rlvr" else conversations(chosen, settings)
    write_folder(folder, explained(data, replace(contents, columns=data.columns, configs=data.configs)))
    return chosen


@pytest.mark.parametrize("form", ["messages", "prompt_completion", "openai", "sharegpt", "alpaca"])
def test_datasets_loads_every_form_and_the_text_is_the_rows_own(form: str, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    made = rows(*(row(n) for n in range(30)))
    chosen = exported(tmp_path / "out", made, format=form, held_out=0.2, shard_rows=10, system=["Be brief."])
    assert len(list((tmp_path / "out" / "data").glob("train-0000?-of-00003.*"))) == 3
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(part) for name, part in loaded.items()} == {"train": 24, "test": 6}
    for split, part in loaded.items():
        expected = chosen.filter(split=split)
        assert [_turns(one) for one in part] == expected["messages"].to_list()
        if form != "openai":
            assert part["id"] == expected["sft_id"].to_list()
        else:
            assert part.column_names == ["messages"]
            origin = datasets.load_dataset(
                "parquet", data_files=str(tmp_path / f"out/origin/{split}-*.parquet")
            )
            assert origin["train"]["id"] == expected["sft_id"].to_list()


def _turns(one: dict[str, Any]) -> list[dict[str, str]]:
    if "conversations" in one:
        names = {"human": "user", "gpt": "assistant", "system": "system"}
        return [{"role": names[turn["from"]], "content": turn["value"]} for turn in one["conversations"]]
    if "instruction" in one:
        turns = [("system", one["system"]), ("user", one["instruction"]), ("assistant", one["output"])]
        return [{"role": role, "content": text} for role, text in turns]
    return one["messages"] if "messages" in one else one["prompt"] + one["completion"]


def test_the_same_rows_give_the_same_bytes_and_an_old_export_is_renewed(tmp_path: Path) -> None:
    made = rows(*(row(n) for n in range(20)))
    exported(tmp_path / "one", made, held_out=0.2, shard_rows=5)
    exported(tmp_path / "two", rows(*(row(n) for n in range(3))))
    (tmp_path / "two" / ".git").mkdir()
    (tmp_path / "two" / ".git" / "HEAD").write_text("x")
    exported(tmp_path / "two", made.reverse(), held_out=0.2, shard_rows=5)
    assert (tmp_path / "two" / ".git" / "HEAD").read_text() == "x"
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")
    write_folder(tmp_path / "two", {"a/b/c.txt": b"x", "d.txt": b"y"})
    write_folder(tmp_path / "two", {"d.txt": b"y"})
    assert sorted(path.name for path in (tmp_path / "two").iterdir()) == [".git", SUMS, "d.txt"]
    assert str(tmp_path) not in "".join(_texts(tmp_path / "one"))
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / "thesis.tex").write_text("years of work")
    with pytest.raises(ExportError, match=r"thesis\.tex"):
        exported(tmp_path / "three", made)


def _bytes(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _texts(folder: Path) -> list[str]:
    return [data.decode(errors="replace") for data in _bytes(folder).values()]


def test_the_card_counts_and_hostile_names_stay_text(tmp_path: Path) -> None:
    made = rows(
        *(row(n, license="Apache-2.0") for n in range(3)),
        row(9, repo=HOSTILE, license=None, task=HOSTILE),
        row(10, engine="offline", license="MIT OR Apache-2.0"),
        row(11, contamination=[{"method": "m", "benchmark": "b", "problem_id": "p", "matched": "x"}]),
    )
    exported(tmp_path / "out", made)
    card = (tmp_path / "out" / "README.md").read_text()
    head = yaml.safe_load(card.split("---\n")[1])
    assert head["license"] == "other"
    assert head["seedline"]["rows"] == 5
    assert head["seedline"]["licenses"] == {"Apache-2.0": 3, "MIT OR Apache-2.0": 1, "unknown": 1}
    assert head["seedline"]["recipes"] == {"mine": {"sft_dataset": {"python": "0f" * 32}}}
    assert "| may be handed on | 6 | 5 | 1 | 1 contaminated |" in card
    assert "| humaneval | 164 | 2 | 3 |" in card
    assert "Terms of use of what org/teacher wrote: unknown." in card
    assert "1 of these rows were written by rule" in card
    assert "<script>" not in card
    assert "\n# heading" not in card
    assert card.count("\n# ") == 1
    notice = (tmp_path / "out" / "NOTICE").read_text()
    assert "Apache-2.0: 3 files, 3 rows\n  owner/repo0 (c0ffee): 1 file, 1 row\n" in notice
    assert {path.name for path in (tmp_path / "out" / "LICENSES").iterdir()} == {"Apache-2.0.txt", "MIT.txt"}
    listed = (tmp_path / "out" / SUMS).read_text().splitlines()
    assert len(listed) == len(_bytes(tmp_path / "out")) - 1


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("/srv/models/mine", "mine"),
        ("~/m/", "m"),
        ("./a/b", "b"),
        ("C:\\x\\y", "y"),
        ("org/name", "org/name"),
    ],
)
def test_a_model_in_a_folder_goes_by_its_name_alone(name: str, public: str) -> None:
    assert public_name(name) == public


@pytest.mark.parametrize("name", [*NAMES, "model"])
def test_a_marked_template_says_the_same_and_marks_what_the_assistant_says(name: str) -> None:
    pytest.importorskip("transformers")
    from transformers.utils.chat_template_utils import render_jinja_template

    turns = [("system", "S"), ("user", "Hi\n"), ("assistant", "  yes\n"), ("user", "x"), ("assistant", "b")]
    chat = [{"role": role, "content": text} for role, text in turns]
    marked = training_template(name)
    for shown in (chat, chat[1:4]):
        both = [
            render_jinja_template(
                conversations=[shown], chat_template=text, bos_token="<s>", eos_token="</s>",
                add_generation_prompt=len(shown) == 3, return_assistant_tokens_mask=True,
            )
            for text in (template_text(name) or training_template("model"), marked)
        ]  # fmt: skip
        assert both[0][0] == both[1][0]
    text, spans = both[1][0][0], both[1][1][0]
    end = "<|im_end|>\n" if name == "chatml" else "</s>"
    assert [text[start:stop] for start, stop in spans] == [f"  yes\n{end}"]


def test_a_template_of_another_make_is_refused_with_the_ways_out() -> None:
    with pytest.raises(ExportError, match="prompt_completion, which needs none"):
        training_template("model", "{{ messages }}")
