"""A recipe with every judge there is, materialized against a scripted server: docstrings, CodeOcean, verification."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.asking.judging.settings import RULES
from assets.asking.own_prompts import shipped_template
from tests.pipeline_defs.conftest import FILES, MakeLine, short_recipe, write_dump
from tests.resources.engines.scripted_server import ScriptedServer, asked


def rule(body: dict) -> str:
    """The judge of docstrings dislikes `pairs`, the discriminator `initials`; the generator does as it is asked."""
    prompt = asked(body)
    if "You are shown functions" in prompt:
        return "No" if "def pairs" in prompt.split("## Example 8")[1] else "Yes"
    if prompt.startswith("You review cases"):
        verdict = "no" if "initials" in prompt else "yes"
        return "\n".join(
            [*(f"Rule {n}: {verdict} - so" for n in range(1, len(RULES) + 1)), f"Overall: {verdict}"]
        )
    name = prompt.split("## Your case")[1].split("def ")[1].split("(")[0]
    task = prompt.split("### Task name\n")[1].split("\n")[0]
    return (
        f"### Task name\n{task}\n### Instruction\nDo {name} in Python.\n### Information\nNone\n"
        f"### Solution\n```python\n{name} = 1\n```"
    )


@pytest.mark.timeout(600)
@pytest.mark.slow(seconds=12)
def test_judges_are_asked_once_and_their_no_is_accounted_for(make_line: MakeLine, tmp_path: Path) -> None:
    recipe = short_recipe(
        engine={"backend": "openai", "model": "scripted"},
        instructions={"method": "code_ocean", "wave": 2},
        responses={"method": "as_written"},
        verification={"method": "discriminator"},
    )
    recipe["seeds"] |= {"check": "grammar", "docstring_judge": {}, "verbatim_benchmarks": {}}
    own, review = tmp_path / "prompts", "Go through every rule with care."
    own.mkdir()
    shipped = shipped_template("discriminator.jinja").read_text()
    (own / "discriminator.jinja").write_text(f"{shipped.rstrip()}\n{review}\n")
    with ScriptedServer(rule) as server:
        line = make_line(
            recipe=recipe | {"prompts": "prompts"},
            settings=f'[engines.openai]\nbase_url = "{server.base_url}"',
        )
        write_dump(line.folder / "dumps" / "2026-01", FILES)
        line.run("2026-01", select='+key:"demo/verified_responses"')
        calls = server.total
        line.run("2026-01", select='key:"demo/instructions"', force=True)
        assert server.total == calls
        sent = server.asked()
    reviews = [prompt for prompt in sent if prompt.startswith("You review cases")]
    assert reviews
    assert [prompt for prompt in sent if review in prompt] == reviews  # the recipe's own prompt, and no other
    seeds, instructions = line.table("filtered_seeds"), line.table("instructions")
    verified = line.table("verified_responses")
    dropped = line.table("filtered_seeds__rejected").filter(pl.col("stage") == "docstring_judge")
    assert dropped["reason"].to_list() == ["docstring_quality"]
    assert "pairs" not in seeds["name"].to_list() and "initials" in seeds["name"].to_list()
    assert instructions.height == seeds.height
    assert verified.height == instructions.height - 1
    assert line.table("verified_responses__rejected")["reason"].to_list() == ["judged_bad"]
    assert set(verified["verdict"]) == {"judged_good"}
    # one call for each docstring, one and one for each seed; verification makes none
    assert calls == seeds.height + 1 + 2 * seeds.height
    assert line.metadata("verified_responses")["engine_calls"] == 0
    assert line.metadata("verified_responses")["engine_calls_saved"] == instructions.height
    assert line.metadata("instructions")["engine_calls"] == 0  # of the second time
    funnel = line.table("filtered_seeds__funnel")["step"].to_list()
    order = ["type_check", "verbatim_benchmarks", "near_duplicates", "docstring_judge"]
    assert [step for step in funnel if step in order] == order
    graph = line.deployment.definitions().resolve_asset_graph()
    node = graph.get(dg.AssetKey(["demo", "filtered_seeds"]))
    assert dg.AssetKey("benchmarks") in node.parent_keys and node.pools == {"engine"}
