"""A recipe's own prompts and questions: taken from its folders, a part of the versions, and wrong ones refused."""

import shutil
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
import yaml

from assets.asking.own_prompts import shipped_template, template_files
from assets.audit.door import QuestionError
from assets.audit.questions import ask, tables
from assets.instructions.methods import write_instructions
from assets.publishing.step import ALSO_READS
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.definitions import build_defs
from pipeline_defs.deployment import Deployment
from pipeline_defs.recipes.files import RecipeError, shipped_recipes
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.parquet_store import TableAddress

AUDIT = dg.AssetKey(["wavecoder", "audit"])
LARGEST = (
    "-- Which repositories have most rows?\nSELECT repo, count(*) AS rows FROM sft_dataset GROUP BY repo\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipe's folder with empty folders for prompts and questions."""
    for name in ("prompts", "sql"):
        (tmp_path / "mine" / name).mkdir(parents=True)
    return tmp_path / "mine"


def recipe_in(folder: Path, **fields: object) -> Recipe:
    """WaveCoder's recipe, which judges, with `fields` more, from a file in `folder`."""
    content = yaml.safe_load(shipped_recipes()["wavecoder"].read_text(encoding="utf-8")) | fields
    (folder / "recipe.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_recipe(str(folder / "recipe.yaml"))


def definitions(recipe: Recipe, **settings: object) -> dg.Definitions:
    """The graph over that recipe alone."""
    return build_defs(Settings.model_validate({"home": Path("home"), **settings}), recipes=[recipe])


def versions(recipe: Recipe) -> dict[str, str]:
    """Asset to code version."""
    graph = definitions(recipe).resolve_asset_graph()
    return {key.to_user_string(): str(graph.get(key).code_version) for key in graph.materializable_asset_keys}


def test_a_changed_prompt_changes_the_versions_of_the_stages_that_send_it(folder: Path) -> None:
    before = versions(recipe_in(folder))
    own = folder / "prompts" / "discriminator.jinja"
    shutil.copy(shipped_template("discriminator.jinja"), own)
    assert versions(recipe_in(folder, prompts="prompts")) == before  # the same words
    own.write_text(own.read_text() + "Take care.\n")
    changed = versions(recipe_in(folder, prompts="prompts"))
    different = {name for name in before if before[name] != changed[name]}
    assert different == {"wavecoder/instructions", "wavecoder/verified_responses"}
    moved = folder.rename(folder.with_name("elsewhere"))
    assert versions(load_recipe(str(moved / "recipe.yaml"))) == changed
    own = moved / "prompts" / "solve.jinja"
    shutil.copy(shipped_template("question.jinja"), own)
    scored = versions(load_recipe(str(moved / "recipe.yaml")))
    assert {name for name in scored if scored[name] != changed[name]} == {"wavecoder/eval_scores"}


def test_no_two_stages_send_prompts_of_one_name() -> None:
    root = Path(__file__).parents[2] / "assets"
    assert len(list(root.rglob("prompts/*.jinja"))) == len(template_files()) > 20


def test_prompts_that_nothing_sends_are_refused(folder: Path) -> None:
    (folder / "prompts" / "concept.jinja").write_text("x")
    with pytest.raises(
        RecipeError, match=r"prompts: .*concept\.jinja: no stage sends .*there are .*concepts\.jinja"
    ):
        recipe_in(folder, prompts="prompts")
    with pytest.raises(RecipeError, match=r"there is no folder of prompts .*/mine/prompt "):
        recipe_in(folder, prompts="prompt")


def test_questions_of_recipe_and_project_are_asked(folder: Path, tmp_path: Path) -> None:
    project = tmp_path / "questions"
    project.mkdir()
    (folder / "sql" / "largest.sql").write_text(LARGEST)
    (project / "tasks.sql").write_text(
        "-- How many tasks?\nSELECT count(*) AS n FROM instructions__rejected\n"
    )
    recipe = recipe_in(folder, questions="sql")
    audit = definitions(recipe, questions=project).resolve_asset_graph().get(AUDIT)
    assert "wavecoder/instructions" in audit.metadata[ALSO_READS]
    deployment = Deployment(
        Settings.model_validate({"home": tmp_path / "home", "questions": project}), (recipe,)
    )
    found, store = deployment.questions(), deployment.store()
    assert {"largest", "tasks", "yield_funnel"} <= found.keys()
    key, schema = tables("wavecoder")["sft_dataset"]
    rows = pl.DataFrame({"repo": ["a", "a"]}).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name != "repo"
    )
    address = TableAddress.of(key, "python")
    store.commit(address, store.stage(address, rows.select(schema.names()), schema))
    answer = ask("largest", store, "wavecoder", questions=found)
    assert answer.rows() == [("a", 2)]
    (folder / "sql" / "largest.sql").write_text(LARGEST.replace("count(*)", "count(*) + 0"))
    changed = definitions(recipe_in(folder, questions="sql"), questions=project).resolve_asset_graph()
    assert changed.get(AUDIT).code_version != audit.code_version


@pytest.mark.parametrize(
    ("name", "sql", "message"),
    [
        ("mine.sql", "SELECT 1", r"mine\.sql: the first line of a question is a comment"),
        ("Mine.sql", LARGEST, r"Mine\.sql: the file's name becomes an asset's"),
        (
            "yield_funnel.sql",
            LARGEST,
            r"a question 'yield_funnel' already .*yield_funnel\.sql.*; rename the file",
        ),
    ],
)
def test_what_is_no_question_is_refused(folder: Path, name: str, sql: str, message: str) -> None:
    (folder / "sql" / name).write_text(sql)
    with pytest.raises(RecipeError, match=message):
        recipe_in(folder, questions="sql")


def test_sql_that_is_refused_is_named_by_its_file(folder: Path, tmp_path: Path) -> None:
    (folder / "sql" / "mine.sql").write_text("-- What?\nSELECT x FROM sft_dataset\n")
    deployment = Deployment(
        Settings.model_validate({"home": tmp_path}), (recipe_in(folder, questions="sql"),)
    )
    with pytest.raises(QuestionError, match=r"(?s)sql/mine\.sql: .*x"):
        ask("mine", deployment.store(), "wavecoder", questions=deployment.questions())


METHOD = (Path(__file__).parents[2] / "docs" / "example_file" / "methods.py").read_text(encoding="utf-8")


def with_method(folder: Path, text: str = METHOD, name: str = "FIRST_SENTENCE") -> Recipe:
    """A recipe in `folder` whose instructions come from a file beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "methods.py").write_text(text, encoding="utf-8")
    return recipe_in(folder, instructions={"method": f"methods.py:{name}", "words": "Do this."})


def test_a_method_in_a_file_is_that_of_its_own_folder_and_part_of_the_version(
    folder: Path, tmp_path: Path
) -> None:
    first = with_method(folder)
    other = with_method(tmp_path / "other", METHOD.replace('"{} {}: `{}`."', '"{} {} ({})"'))
    seeds = pl.DataFrame({"seed_id": ["a"], "docstring": ["Add both. More."], "name": ["add"]})
    written = [
        write_instructions(seeds, recipe.instructions, lambda *_: pl.DataFrame()).kept["instruction"].item()
        for recipe in (first, other)
    ]
    assert written == ["Do this. Add both: `add`.", "Do this. Add both (add)"]
    before = versions(first)
    (folder / "methods.py").write_text(METHOD + "# edited\n", encoding="utf-8")
    changed = versions(first)
    assert {name for name in before if before[name] != changed[name]} == {"wavecoder/instructions"}
    edited = with_method(folder, METHOD.replace('"{} {}: `{}`."', '"{} {}!{}"'))
    rows = write_instructions(seeds, edited.instructions, lambda *_: pl.DataFrame()).kept
    assert rows["instruction"].item() == "Do this. Add both!add"  # and not the file as it was first read


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (METHOD, "NONE", r"methods\.py has no such name; it has .*FIRST_SENTENCE"),
        ("import nowhere\n", "X", r"methods\.py cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
        ("X = 1\n", "X", r"is of type int; it must be a assets\.instructions\.door\.InstructionMethod"),
        (METHOD.replace("method: str", 'method: Literal["a"] = "a"').replace("import Any", "import Any, Literal"),
         "FIRST_SENTENCE", r"FirstSentence, the settings of .*, needs a field `method: str`"),
    ],
)  # fmt: skip
def test_a_file_without_the_method_is_refused_with_the_reason(
    folder: Path, text: str, name: str, message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        with_method(folder, text, name)


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(RecipeError, match=r"there is no file .*mine/nothing\.py"):
        recipe_in(folder, instructions={"method": "nothing.py:X"})
