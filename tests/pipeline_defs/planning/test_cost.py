"""What a plan says that it will ask for, against what is then asked of a server: three recipes."""

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.asking.judging.settings import RULES
from pipeline_defs.cli import app
from tests.pipeline_defs.conftest import MakeLine, SmallLine, short_recipe, write_dump
from tests.resources.engines.scripted_server import ScriptedServer, asked

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SFT = '+key:"demo/sft_dataset"'
VERIFIED = '+key:"demo/verified_responses"'
OPENAI = {"backend": "openai", "model": "scripted"}


def function(name: str) -> str:
    words = random.Random(name).choices(("apples", "birches", "cedars", "daisies", "elms", "ferns"), k=5)
    return (
        f"def {name}(items: list) -> list:\n"
        f'    """Return the items of {" ".join(words)} backwards, {name} first.\n\n'
        f'    >>> {name}([1, 2])\n    [2, 1]\n    """\n'
        f"    {words[0]} = [{words[1]!r}, {words[2]!r}, {len(name)}]\n"
        f"    return list(reversed(items)) if {words[0]} else [{words[3]!r}, {words[4]!r}]\n"
    )


def files(start: int, stop: int) -> dict[str, str]:
    return {
        f"alpha/file{number}.py": function(f"turn_{number}_{number % 7}") for number in range(start, stop)
    }


def sections(code: str, test: str) -> str:
    """An answer of four sections, as the published prompt asks for it."""
    return (
        f"### Reasoning\nTurn them.\n\n### Implementation\n```python\n{code}\n```\n\n"
        f"### Explanation\nIt turns.\n\n### Tests\n```python\n{test}\n```"
    )


def judged(body: dict) -> str:
    """The judges of the recipe, and CodeOcean's generator; every seventh function is disliked."""
    prompt = asked(body)
    if prompt.startswith("You review cases"):
        verdict = "no" if "_3" in prompt else "yes"
        return "\n".join(
            [*(f"Rule {n}: {verdict} - so" for n in range(1, len(RULES) + 1)), f"Overall: {verdict}"]
        )
    name = prompt.split("## Your case")[1].split("def ")[1].split("(")[0]
    task = prompt.split("### Task name\n")[1].split("\n")[0]
    return (
        f"### Task name\n{task}\n### Instruction\nDo {name} in Python.\n### Information\nNone\n"
        f"### Solution\n```python\n{name} = 1\n```"
    )


def evolved(body: dict) -> str | dict:
    """A problem named after its fragment; each evolution adds a word, and some fragments give none."""
    prompt = asked(body)
    if "### Rewritten prompt" in prompt:
        given = prompt.split("### Given prompt\n")[1].split("\n\n### Rewritten")[0]
        return f"{given} Harder."
    if "### Second task" in prompt:
        return "DIFFERENT"
    if "def turn_" not in prompt:
        return f"```python\nanswer = {prompt!r}\n```"
    name = prompt.split("def ")[1].split("(")[0]
    if name.endswith("_3"):
        return "What a nice fragment!"
    return f"#### Problem\nGrow one {name}.\n#### Solution\n```python\n{name} = 'grown'\n```"


def code_ocean_recipe() -> dict:
    recipe = short_recipe(
        engine=OPENAI,
        instructions={"method": "code_ocean", "wave": 4},
        responses={"method": "as_written"},
        verification={"method": "discriminator"},
    )
    recipe["seeds"] |= {"check": "grammar"}
    return recipe


def evol_recipe() -> dict:
    import yaml

    from pipeline_defs.recipes.files import shipped_recipes

    recipe = yaml.safe_load(shipped_recipes()["magicoder_evol"].read_text(encoding="utf-8"))
    recipe |= {"name": "demo", "languages": ["python"], "engine": OPENAI}
    recipe["instructions"]["rounds"] = 2
    recipe["sft"]["near_duplicates"] = None
    return recipe


def docstring_recipe() -> dict:
    """Instructions are the documentation; the model answers them."""
    recipe = short_recipe(engine=OPENAI)
    recipe["instructions"] = {"method": "from_docstring"}
    recipe["responses"] |= {"samples": 2}
    recipe["seeds"] |= {"check": "grammar"}
    return recipe


def planned(*arguments: str) -> dict[str, dict]:
    """`seedline plan --json`, by asset."""
    result = CliRunner().invoke(app, ["plan", "--json", *arguments])
    assert result.exit_code == 0, (result.output, result.exception)
    rows = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return {row["asset"]: row for row in rows}


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file of store and cache."""
    kept = [folder / "home" / "store", folder / "home" / "row_cache"]
    found = [
        path for one in kept for path in one.rglob("*") if path.is_file() and ".staging" not in path.parts
    ]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


@pytest.mark.parametrize(
    ("recipe", "rule", "last"),
    [(code_ocean_recipe, judged, VERIFIED), (evol_recipe, evolved, SFT), (docstring_recipe, None, SFT)],
    ids=["code_ocean", "evol_instruct", "from_docstring"],
)
def test_calls_are_foreseen(make_line: MakeLine, recipe: object, rule: object, last: str) -> None:
    answer = rule or (
        lambda body: sections("def f(items):\n    return items[::-1]", "assert f([1, 2]) == [2, 1]")
    )
    with ScriptedServer(answer) as server:  # pyright: ignore[reportArgumentType]
        line: SmallLine = make_line(
            recipe=recipe(),  # pyright: ignore[reportCallIssue]
            settings=f'[engines.openai]\nbase_url = "{server.base_url}"\n[engines.prices]\nprompt = 1.0',
        )
        write_dump(line.folder / "dumps" / "2026-01", files(0, 40))
        line.run("2026-01", select=last)
        assert not any(
            row["calls"] for row in planned("--dump", "2026-01").values() if row["calls"] is not None
        )
        write_dump(line.folder / "dumps" / "2026-02", files(40, 80))
        line.run("2026-01", "2026-02", select='key:"corpus_dump"')
        before, calls = state(line.folder), server.total

        foreseen = planned("--dump", "2026-01", "--dump", "2026-02")

        assert state(line.folder) == before and server.total == calls  # a plan writes and asks nothing
        line.run("2026-01", "2026-02", select=last)
        made = server.total - calls
    said = sum(row["calls"] or 0 for asset, row in foreseen.items() if not asset.endswith("eval_scores"))
    assert said == pytest.approx(made, rel=0.2), (said, made)
    low = sum(row["calls_low"] or 0 for asset, row in foreseen.items() if not asset.endswith("eval_scores"))
    high = sum(row["calls_high"] or 0 for asset, row in foreseen.items() if not asset.endswith("eval_scores"))
    assert low <= said <= high
    money = sum(row["money"] or 0 for row in foreseen.values())
    assert money > 0


def test_if_is_answered_exactly_where_the_inputs_are_known(make_line: MakeLine) -> None:
    with ScriptedServer(
        lambda body: sections(
            "def f(items):\n    return items[::-1]", f"assert f([1]) == [1]  # {body.get('seed')}"
        )
    ) as server:
        line = make_line(
            recipe=docstring_recipe(), settings=f'[engines.openai]\nbase_url = "{server.base_url}"'
        )
        write_dump(line.folder / "dumps" / "2026-01", files(0, 12))
        line.run("2026-01", select=SFT)
        asked_before = server.total
        foreseen = planned("--dump", "2026-01", "--if", "recipe.responses.samples=5")
        changed = line.deployment.with_changes({"recipe.responses.samples": 5})
        changed.materialize(dumps=["2026-01"], select=SFT)
        assert foreseen["demo/candidate_responses"]["calls"] == server.total - asked_before == 12 * 3
    assert foreseen["demo/candidate_responses"]["basis"] == "history"  # tokens; the calls were counted
    assert foreseen["demo/verified_responses"]["programs"] >= 12 * 3
