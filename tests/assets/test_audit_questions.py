"""Every shipped question is answered over a small store, with its parameters; every column of a table is there."""

from pathlib import Path

import polars as pl
import pytest

from assets.audit.context import CONTEXT
from assets.audit.door import Question, QuestionError, questions
from assets.audit.questions import ask
from resources.parquet_store import ParquetStore
from resources.storage import Storage
from tests.pipeline_defs.written_store import home, store  # noqa: F401 - fixtures

GIVEN = {
    "rows_of_repository": {"repo": "Example/ALPHA"},
    "take_down_impact": {"repo": "example/alpha"},
    "cost_per_row": {"prompt_price": "2", "completion_price": "8"},
    "duplicate_families": {"least": "1"},
    "largest_repositories": {"limit": "5"},
}


@pytest.mark.parametrize("name", sorted(questions()))
def test_every_question_is_answered(store: ParquetStore, name: str) -> None:  # noqa: F811
    question = questions()[name]
    assert set(GIVEN.get(name, {})) <= set(question.parameters)
    answer = ask(name, store, "demo", given=GIVEN.get(name))
    assert answer.width > 1
    if name in (
        "largest_repositories",
        "rows_of_repository",
        "license_by_stage",
        "take_down_impact",
        "dumps",
    ):
        assert answer.height or name == "dumps"
    if name == "take_down_impact":
        removed = dict(answer.select("artifact", "rows_removed").iter_rows())
        assert removed["filtered_seeds"] == 2 and removed["sft_dataset"] == 1
    if name == "rows_of_repository":
        assert answer["sft_id"].to_list() == ["t1"]
        assert ask(name, store, "demo", given={"repo": "nobody's'"}).is_empty()  # a quote is a quote


def test_unknown_parameters_are_named_and_context_is_read(store: ParquetStore) -> None:  # noqa: F811
    with pytest.raises(QuestionError, match="has no parameter x; it has repo"):
        ask("rows_of_repository", store, "demo", given={"x": "1"})
    terms = pl.DataFrame([("m", "Apache-2.0", "", "2026-11-30")], schema=CONTEXT["model_terms"], orient="row")
    own = {"terms": Question("-- Which terms?\nSELECT * FROM model_terms", "terms.sql")}
    assert ask("terms", store, "demo", questions=own, context={"model_terms": terms}).height == 1
    assert Question("-- A?\n-- param one: first (default 1)\nSELECT 1", "x").parameters == {
        "one": "first (default 1)"
    }


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{}')",
        "SELECT * FROM read_text('{}')",
        "FROM '{}'",
        "SELECT * FROM glob('{}*')",
        "SELECT * FROM query('FROM read_text(''{}'')')",
        "COPY (SELECT 1) TO '{}.out'",
        "ATTACH '{}.db'",
        "EXPORT DATABASE '{}.folder'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET temp_directory",
        "SELECT * FROM store",
        "SELECT * FROM connection",
    ],
)
def test_sql_of_a_question_reads_no_file_and_changes_no_setting(sql: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("secret\n1\n")
    asked = Question(f"-- What does a file hold?\n{sql.replace('{}', str(file))}", "here")
    with pytest.raises(QuestionError, match="here: "):
        ask("q", ParquetStore(Storage(tmp_path / "store")), "demo", questions={"q": asked})
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_a_parameter_is_a_value_and_never_sql(tmp_path: Path) -> None:
    text = "-- Which?\n-- param word: any\nSELECT getvariable('word') AS word"
    given = {"word": "x'; INSTALL httpfs; SELECT '"}
    asked = Question(text, "here")
    found = ask("q", ParquetStore(Storage(tmp_path)), "demo", questions={"q": asked}, given=given)
    assert found["word"].to_list() == [given["word"]]
