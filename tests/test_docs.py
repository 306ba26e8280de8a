"""The reference is complete: nothing that a user can set, call or read is without a meaning."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
import pytest
from pydantic import BaseModel

from assets.rows.reasons import MEANING as REASON_MEANING
from assets.rows.reasons import Reason
from pipeline_defs.commands.registry import every_command
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.recipes.files import shipped_recipes
from pipeline_defs.recipes.model import Recipe
from resources.sandbox.base import MEANING as VERDICT_MEANING
from resources.sandbox.base import Verdict

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """`docs/reference.py`, which writes the pages."""
    pytest.importorskip("mkdocs", reason="the documentation's packages are not installed")
    return loaded("reference")


def loaded(name: str) -> ModuleType:
    """The module `docs/NAME.py`."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("model", [Settings, Recipe])
def test_every_field_has_a_meaning(reference: ModuleType, model: type[BaseModel]) -> None:
    models = list(loaded("reference_fields").walk(model))
    assert len(models) > 5
    bare = [
        f"{one.__name__}.{name}"
        for _, one in models
        for name, field in one.model_fields.items()
        if not field.description
    ]
    assert bare == []


@pytest.mark.parametrize(("model", "page"), [(Settings, "settings"), (Recipe, "recipe_fields")])
def test_every_field_stands_on_its_page(reference: ModuleType, model: type[BaseModel], page: str) -> None:
    text = reference.pages()[page]
    for _, one in loaded("reference_fields").walk(model):
        section = re.split(rf"^## (?:`[^`]*`: )?{one.__name__}$", text, maxsplit=1, flags=re.MULTILINE)[
            1
        ].split("\n## ", 1)[0]
        for name, field in one.model_fields.items():
            assert f"| `{name}` |" in section
            assert reference.cell(field.description) in section


def test_every_command_and_option_is_explained(reference: ModuleType) -> None:
    text = reference.pages()["commands"]
    commands = [one for name, command in every_command().items() for one in _commands(command, name)]
    assert len(commands) >= 15
    for name, command in commands:
        assert f"## seedline {name}\n" in text
        assert command.help, name
        unexplained = [one.name for one in command.params if not getattr(one, "help", None)]
        assert unexplained == [], name


def _commands(command: click.Command, prefix: str) -> list[tuple[str, click.Command]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(prefix.strip(), command)]
    return [found for name, one in inner.items() for found in _commands(one, f"{prefix} {name}")]


def test_every_column_is_explained(reference: ModuleType) -> None:
    text = reference.pages()["tables"]
    for artifact, table in reference.tables().items():
        section = text.split(f"## {artifact}\n", 1)[1].split("\n## ", 1)[0]
        for column in table.columns:
            assert column.description, f"{artifact}.{column.name}"
            assert f"| `{column.name}` |" in section


def test_every_reason_and_verdict_is_explained(reference: ModuleType) -> None:
    assert set(REASON_MEANING) == set(Reason)
    assert set(VERDICT_MEANING) == set(Verdict)
    text = reference.pages()["reasons"]
    assert all(f"| `{one.value}` | {reference.cell(REASON_MEANING[one])} |" in text for one in Reason)


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_gives_what_stands_in_it(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = loaded("notebook")
    monkeypatch.chdir(tmp_path)
    for variable in ("SEEDLINE_CONFIG", "DAGSTER_HOME"):
        monkeypatch.delenv(variable, raising=False)
    content = notebook.read(path)
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    for cell, (source, output) in zip(code, notebook.run(content), strict=True):
        assert output == notebook.output_of(cell), f"{source}\nmake it anew: python docs/notebook.py {path}"


def test_every_shipped_recipe_has_a_section() -> None:
    page = (DOCS.parent / "pipeline_defs" / "recipes" / "README.md").read_text(encoding="utf-8")
    assert [name for name in shipped_recipes() if f"`{name}`" not in page] == []
