"""Recipes: the shipped ones load, and what is wrong in one is named with file, field and remedy."""

from pathlib import Path

import polars as pl
import pytest
import yaml

from assets.checkpoint.identity import checkpoint_id
from pipeline_defs.recipes.files import RecipeError, shipped_recipes
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.languages import LANGUAGES, lacking


@pytest.fixture
def content() -> dict:
    """The demo recipe as plain values."""
    return yaml.safe_load(shipped_recipes()["demo"].read_text(encoding="utf-8"))


def write(folder: Path, content: object) -> str:
    path = folder / "mine.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", sorted(shipped_recipes()))
def test_every_shipped_recipe_loads_under_its_own_name(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert set(recipe.languages) <= set(LANGUAGES)
    assert Recipe.model_validate(recipe.model_dump(mode="json")) == recipe


def test_the_docstring_judge_needs_a_model_and_examples(
    tmp_path: Path, content: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = content | {"seeds": content["seeds"] | {"docstring_judge": {}}}
    with pytest.raises(
        RecipeError, match=r"seeds: .*docstring_judge asks a model, and the engine is offline"
    ) as said:
        load_recipe(write(tmp_path, judged))
    assert len(str(said.value).splitlines()[-1]) < 500
    judged["engine"] = {"backend": "openai", "model": "m"}
    assert load_recipe(write(tmp_path, judged)).seeds.docstring_judge is not None
    examples = [name for name in LANGUAGES if name not in lacking("docstring_examples")]
    judged["languages"] = examples
    assert load_recipe(write(tmp_path, judged)).languages == tuple(examples)
    judged["languages"] = ["python", "rust"]
    monkeypatch.setattr("pipeline_defs.recipes.model.judged_languages", lambda: ("python",))
    with pytest.raises(RecipeError, match=r"seeds: .*examples in python only, not in rust; leave it out"):
        load_recipe(write(tmp_path, judged))


def test_selection_by_judge_needs_a_judge(tmp_path: Path, content: dict) -> None:
    content["sft"]["selection"] = {"choose": "judge"}
    with pytest.raises(RecipeError, match=r"sft: .*by judge needs a judge, and verification is by execution"):
        load_recipe(write(tmp_path, content))
    content |= {"engine": {"backend": "openai", "model": "m"}, "verification": {"method": "both"}}
    assert load_recipe(write(tmp_path, content)).sft.selection.choose == "judge"


def test_a_recipe_may_be_any_file(tmp_path: Path, content: dict) -> None:
    assert load_recipe(write(tmp_path, content | {"name": "mine"})).name == "mine"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"enginee": {}}, r"enginee: no such field; did you mean 'engine'\?"),
        (
            {"sft": {"decontamination": {"method": []}}},
            r"sft.decontamination.method: no such field; did you mean 'methods'\?",
        ),
        (
            {"sft": {"form": {"form": "smart", "drop_explanations": 1}}},
            r"drop_explanations: no such field; did you mean 'drop_explanation'\?",
        ),
        ({"sft": {"form": {"form": "clever"}}}, r"sft.form.*(smart|plain)"),
        ({"languages": ["pyton"]}, r"languages: .*unknown language pyton; known are .*python"),
        ({"languages": ["python", "python"]}, r"languages: .*named twice"),
        ({"languages": []}, r"languages: .*at least 1"),
        ({"languages": "python"}, r"languages: .*\(got 'python'\)"),
        ({"name": "My Recipe"}, r"name: .*\(got 'My Recipe'\)"),
        ({"sft": {"seed": "many"}}, r"sft.seed: .*integer.*\(got 'many'\)"),
        ({"instructions": {"method": "code_ocean"}}, r"instructions: .*code_ocean asks a model.* offline"),
        ({"verification": {"method": "discriminator"}}, r"verification: .*discriminator asks a model"),
        ({"verification": {"method": "both"}}, r"verification: .*both asks a model"),
    ],
)
@pytest.mark.slow(seconds=2)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, content: dict, change: dict, message: str
) -> None:
    path = write(tmp_path, content | change)
    with pytest.raises(RecipeError, match=message) as caught:
        load_recipe(path)
    assert str(caught.value).startswith(path)


def test_a_missing_stage_is_named(tmp_path: Path, content: dict) -> None:
    del content["verification"]
    with pytest.raises(RecipeError, match=r"verification: missing"):
        load_recipe(write(tmp_path, content))


def test_everything_wrong_is_said_at_once(tmp_path: Path, content: dict) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(write(tmp_path, content | {"name": "A", "languages": [], "extra": 1}))
    assert len(str(caught.value).splitlines()) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "not readable as YAML"),
        ("- a list", "a recipe is a mapping of fields, found list"),
        ("", "a recipe is a mapping of fields, found NoneType"),
    ],
)
def test_a_file_that_is_no_recipe_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(RecipeError, match=message) as caught:
        load_recipe(path)
    assert str(caught.value).startswith(path)


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(RecipeError, match=r"no recipe 'demmo'.*shipped are .*demo.*path of a YAML file"):
        load_recipe("demmo")


def test_a_chat_template_lies_beside_the_recipe_and_counts_by_what_is_in_it(
    tmp_path: Path, content: dict
) -> None:
    content["checkpoint"]["training"]["chat_template"] = "own.jinja"
    ids = []
    for folder, end in ((tmp_path / "a", ""), (tmp_path / "b", ""), (tmp_path / "c", "!")):
        folder.mkdir()
        (folder / "own.jinja").write_text(
            f"{{% for m in messages %}}{{{{ m.content }}}}{end}\n{{% endfor %}}"
        )
        training = load_recipe(write(folder, content)).checkpoint.training
        assert training.chat_template == str(folder / "own.jinja")
        ids.append(checkpoint_id(pl.DataFrame({"sft_id": ["a"]}), {"model": "m"}, training))
    assert ids[0] == ids[1] != ids[2]
    (tmp_path / "c" / "own.jinja").unlink()
    with pytest.raises(RecipeError, match=r"chat_template: .*'own.jinja' is no chat template"):
        load_recipe(write(tmp_path / "c", content))
