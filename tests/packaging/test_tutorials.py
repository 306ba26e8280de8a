"""Every code block of the documentation's first page and tutorials: run, or read by what it is written for."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from assets.benchmarks.problem_files import read_problems
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.recipes.model import Recipe, load_recipe
from tests.packaging.conftest import ROOT, Installed

pytestmark = pytest.mark.slow(seconds=4)

PAGES = [ROOT / "docs" / "pages" / "index.md", *sorted((ROOT / "docs" / "pages" / "tutorials").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NEVER_ENDS = "seedline ui"


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    language: str
    text: str


BLOCKS = [
    Block(page.stem, language, text)
    for page in PAGES
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8"))
]


def blocks(*languages: str) -> list[Block]:
    """The blocks in one of `languages`."""
    return [block for block in BLOCKS if block.language in languages]


def name_of(block: Block) -> str:
    """What the test's report shows."""
    return f"{block.page}-{block.text.strip().splitlines()[0][:30]}"


@pytest.fixture(scope="module")
def project(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the first page, made by its commands from the installed wheel."""
    folder = tmp_path_factory.mktemp("reader")
    (begin,) = (block for block in blocks("sh") if block.page == "index")
    run_shell(installed, begin.text, folder)
    return folder / "my-project"


def run_shell(installed: Installed, text: str, folder: Path) -> str:
    """Output of the lines of `text`; a command that never ends is left out. Fails the test where one fails."""
    script = "\n".join(line for line in text.splitlines() if not line.startswith(NEVER_ENDS))
    path = f"{installed.command.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", script],
        cwd=folder,
        env=installed.environment | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in BLOCKS} <= {"sh", "toml", "yaml", "python", "json", "sql", "text"}


def test_the_project_of_the_first_page_has_training_rows(installed: Installed, project: Path) -> None:
    rows = run_shell(installed, "seedline show sft_dataset -n 20 --json", project).splitlines()
    assert len(rows) >= 10
    assert {json.loads(row)["repo"] for row in rows} == {"example_dump"}
    assert "up to date" in run_shell(installed, "seedline plan", project)


@pytest.mark.parametrize("block", [block for block in blocks("sh") if block.page != "index"], ids=name_of)
def test_shell_blocks_run(installed: Installed, project: Path, tmp_path: Path, block: Block) -> None:
    run_shell(installed, block.text, tmp_path if "seedline init" in block.text else project)


@pytest.mark.parametrize("block", blocks("python"), ids=name_of)
def test_python_blocks_run(installed: Installed, project: Path, block: Block) -> None:
    python = installed.command.with_name("python")
    done = subprocess.run(
        [python, "-P", "-c", block.text],
        cwd=project,
        env=installed.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("block", blocks("toml"), ids=name_of)
def test_toml_blocks_are_settings(block: Block) -> None:
    Settings.model_validate(tomllib.loads(block.text))


@pytest.mark.parametrize("block", blocks("yaml"), ids=name_of)
def test_yaml_blocks_are_parts_of_a_recipe(
    block: Block, plugin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(plugin)
    monkeypatch.chdir(tmp_path)
    whole = load_recipe("starcoder2_instruct").model_dump(mode="json")
    part = yaml.safe_load(block.text)
    shutil.copy(ROOT / "docs" / "example_file" / "methods.py", tmp_path)
    for folder in {"prompts", "questions"} & part.keys():
        (tmp_path / part[folder]).mkdir()
    assert part.keys() <= whole.keys()
    Recipe.model_validate(_merged(whole, part))


def _merged(whole: dict, part: dict) -> dict:
    """`whole` with the block's fields; a part that names its method is the whole part itself."""
    if {"backend", "method"} & part.keys():
        return part
    return whole | {
        name: _merged(whole[name], value) if isinstance(value, dict) else value
        for name, value in part.items()
    }


def test_a_question_in_a_folder_is_answered(installed: Installed, project: Path) -> None:
    (sql,) = blocks("sql")
    (setting,) = (tomllib.loads(block.text) for block in blocks("toml") if block.page == sql.page)
    (project / setting["questions"]).mkdir()
    (project / setting["questions"] / "longest_answers.sql").write_text(sql.text, encoding="utf-8")
    told = f"SEEDLINE_QUESTIONS={setting['questions']} seedline audit"
    assert "longest_answers" in run_shell(installed, told, project)
    (row,) = run_shell(installed, f"{told} longest_answers --json", project).splitlines()
    assert json.loads(row)["repo"] == "example_dump"


def test_the_example_plugin_writes_instructions_filters_seeds_and_asks_a_question(
    installed: Installed, project: Path, plugin: Path
) -> None:
    (block,) = (block for block in blocks("yaml") if "from_signature" in block.text)
    recipe = yaml.safe_load((project / "recipe.yaml").read_text(encoding="utf-8"))
    recipe = _merged(recipe, yaml.safe_load(block.text)) | {
        "name": "with_plugin",
        "responses": {"method": "as_written"},
        "verification": {"method": "none"},
    }
    recipe["seeds"]["filters"]["more"][0]["least"] = 6  # clamp has five letters
    (project / "with_plugin.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    run_shell(
        installed,
        "seedline materialize --recipe with_plugin.yaml --select '+key:\"with_plugin/instructions\"'\n"
        "seedline show instructions --recipe with_plugin.yaml -n 20 --json > rows.jsonl\n"
        "seedline show filtered_seeds__rejected --recipe with_plugin.yaml -n 20 --json > rejected.jsonl\n"
        "seedline audit seeds_by_name --recipe with_plugin.yaml --json > names.jsonl",
        project,
    )
    rows = [json.loads(line) for line in (project / "rows.jsonl").read_text().splitlines()]
    assert len(rows) >= 10
    assert all(
        row["instruction"].startswith("Write a Python function that begins with `def ") for row in rows
    )
    rejected = [json.loads(line) for line in (project / "rejected.jsonl").read_text().splitlines()]
    assert ("too_short", "clamp") in {(row["reason"], row["detail"]) for row in rejected}
    names = [json.loads(line) for line in (project / "names.jsonl").read_text().splitlines()]
    assert sum(row["seeds"] for row in names) == len(rows)


def test_a_recipe_takes_its_instructions_from_a_method_in_a_file_beside_it(
    installed: Installed, project: Path
) -> None:
    (block,) = (block for block in blocks("yaml") if "methods.py:" in block.text)
    own = project / "own"
    own.mkdir()
    shutil.copy(ROOT / "docs" / "example_file" / "methods.py", own)
    recipe = yaml.safe_load((project / "recipe.yaml").read_text(encoding="utf-8")) | {
        "name": "with_file",
        **yaml.safe_load(block.text),
    }
    (own / "with_file.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    run_shell(
        installed,
        "seedline materialize --recipe own/with_file.yaml --select '+key:\"with_file/instructions\"'\n"
        "seedline show instructions --recipe own/with_file.yaml -n 20 --json > rows.jsonl",
        project,
    )
    rows = [json.loads(line) for line in (project / "rows.jsonl").read_text().splitlines()]
    assert len(rows) >= 10
    assert all(row["instruction"].startswith("Write a Python function for this. ") for row in rows)
    assert all(row["instruction_id"] and row["round"] == 0 for row in rows)


def test_a_name_that_leads_nowhere_is_refused_with_those_that_there_are(
    installed: Installed, project: Path
) -> None:
    text = (
        (project / "recipe.yaml").read_text(encoding="utf-8").replace("self_oss_instruct", "self_os_instruct")
    )
    (project / "wrong.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [installed.command, "recipes", "wrong.yaml"],
        cwd=project,
        env=installed.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert (
        "no instruction method 'self_os_instruct'; there are self_oss_instruct, from_docstring" in done.stderr
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("block", blocks("json"), ids=name_of)
def test_json_blocks_are_problems(tmp_path: Path, block: Block) -> None:
    (tmp_path / "own.jsonl").write_text(block.text, encoding="utf-8")
    assert read_problems("own", tmp_path / "own.jsonl").height == 1
