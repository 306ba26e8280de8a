"""Settings of one run: what they change, and what is refused with a remedy."""

import pytest

from pipeline_defs.configuration.run_settings import parse_changes, with_changes
from pipeline_defs.configuration.settings import SettingsError, load_settings
from pipeline_defs.deployment import Deployment
from pipeline_defs.recipes.files import shipped_recipes
from pipeline_defs.recipes.model import load_recipe


@pytest.mark.parametrize("name", sorted(shipped_recipes()))
def test_no_change_changes_nothing_and_a_change_only_what_it_names(name: str) -> None:
    settings, recipe = load_settings(recipes=[name]), load_recipe(name)
    assert with_changes(settings, recipe, {}) == (settings, recipe)
    changes = parse_changes(
        [
            "recipe.evaluation.max_tokens=77",
            "engines.budget.tokens=5",
            "workers=3",
            "sandbox.limits.cpu_s=2.5",
        ]
    )
    other, changed = with_changes(settings, recipe, changes)
    assert changed.evaluation.max_tokens == 77
    assert changed.model_dump(exclude={"evaluation"}) == recipe.model_dump(exclude={"evaluation"})
    assert (other.engines.budget.tokens, other.workers, other.sandbox.limits.cpu_s) == (5, 3, 2.5)
    assert other.model_dump(exclude={"engines", "workers", "sandbox"}) == settings.model_dump(
        exclude={"engines", "workers", "sandbox"}
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recipe.responses.sample=4", "responses.sample: no such field; did you mean 'samples'"),
        ("recipe.responses.samples=0", "responses.samples: Input should be greater"),
        ("recipe.responses.samples.more=1", "samples holds no further settings"),
        ("recipe.name=other", "copy the recipe to a file of another name"),
        ("recipe.languages=[go]", "--language"),
        ("engines.budgt.tokens=4", "engines.budgt: no such setting; did you mean 'budget'"),
        ("engines.openai.api_key=abc", "OPENAI_API_KEY"),
        (
            "store=elsewhere",
            "everything else is said in seedline.toml|Everything else is said in seedline.toml",
        ),
        ("workers.more=2", "workers holds no further settings"),
        ("recipe.responses.samples", "write it as recipe.responses.samples=4"),
        ("workers=[", "not readable as YAML"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        with_changes(load_settings(recipes=["demo"]), load_recipe("demo"), parse_changes([text]))


def test_a_deployment_changes_the_recipes_that_are_meant() -> None:
    deployment = Deployment.open(recipes=["demo", "magicoder"])
    changed = deployment.with_changes({"recipe.evaluation.max_tokens": 77, "workers": 2}, "demo")
    assert [one.evaluation.max_tokens for one in changed.recipes] == [
        77,
        deployment.recipes[1].evaluation.max_tokens,
    ]
    assert changed.settings.workers == 2 and deployment.settings.workers != 2
    assert changed.run_settings == {"recipe.evaluation.max_tokens": 77, "workers": 2}
