"""The pipeline and the oracle on the same input: real files of this machine's Python, and made-up responses.

Gives what both keep and what only one keeps; the test and the page of figures read the same numbers.
"""

import random
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assets.asking.draws import uniform
from assets.filtered_seeds.filters import filter_seeds
from assets.filtered_seeds.standalone import standalone_seeds
from assets.rows.outcome import Outcome
from assets.sft_dataset.final_form import with_final_form
from assets.sft_dataset.selection import select_responses
from assets.sft_dataset.settings import SmartForm
from pipeline_defs.recipes.model import load_recipe
from tests.published import oracle

RECIPE = load_recipe("starcoder2_instruct")
Place = tuple[str, int]
"""File and line of a `def`."""


@dataclass
class Pair:
    """Two sets that should be one."""

    ours: set[Place] = field(default_factory=set)
    published: set[Place] = field(default_factory=set)


def real_files(count: int) -> pl.DataFrame:
    """`count` files of the standard library and the installed packages, spread evenly over all of them."""
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")}
    paths = sorted(
        path
        for folder in folders
        for path in Path(folder).rglob("*.py")
        if 200 < path.stat().st_size < 300_000
    )
    paths = list(dict.fromkeys(path.resolve() for path in paths))
    chosen = paths[:: max(1, len(paths) // count)][:count]
    texts = [path.read_bytes() for path in chosen]
    return pl.DataFrame(
        [
            {
                "file_id": str(path),
                "content": text.decode().removeprefix("\ufeff").replace("\r\n", "\n"),
                "language": "python",
            }
            for path, text in zip(chosen, texts, strict=True)
            if _is_utf8(text)
        ]
    )


def _is_utf8(text: bytes) -> bool:
    try:
        return bool(text.decode())
    except UnicodeDecodeError:
        return False


def paired_seeds(files: pl.DataFrame) -> tuple[Pair, Pair]:
    """Extracted functions, and functions that the rules keep."""
    seeds = standalone_seeds(files, RECIPE.seeds.extraction, RECIPE.seeds.imports).kept
    triple_quoted = seeds.filter(pl.col("docstring_form") == "triple_double_quoted")
    ours = filter_seeds(seeds, RECIPE.seeds.filters)
    imports = {(row["file_id"], row["start_line"]): row["imports"] for row in seeds.iter_rows(named=True)}
    extracted, kept = Pair(_places(triple_quoted)), Pair(_places(ours.kept))
    for file_id, content in files.select("file_id", "content").iter_rows():
        found = oracle.top_level_functions(content)
        extracted.published |= {(file_id, seed.line) for seed in found}
        kept.published |= {
            (file_id, seed.line)
            for seed in found
            if oracle.is_kept(seed, imports.get((file_id, seed.line), []))
        }
    return extracted, kept


def _places(seeds: pl.DataFrame) -> set[Place]:
    return set(seeds.select("file_id", "start_line").iter_rows())


def made_up_responses(instructions: int, seed: int = 7) -> pl.DataFrame:
    """Up to ten passing responses for each instruction; texts, names of functions and wording recur as in life."""
    drawn = random.Random(seed)
    rows = []
    for number in range(instructions):
        # some instructions differ in white space alone, some names are everybody's
        wording = number if drawn.random() > 0.05 else drawn.randrange(instructions)
        instruction = f"Write  task {wording}.\n" if drawn.random() < 0.3 else f"Write task {wording}."
        instruction += drawn.choice(
            [""] * 14 + [" Find the latest.", " For example, 1.", " Test it.", " Use assert."]
        )
        for sample in range(drawn.randint(1, 10)):
            sections = _sections(drawn, wording, instructions)
            rows.append(
                {
                    "response_id": f"r{number:05}_{sample}",
                    "instruction_id": f"i{number:05}",
                    "language": "python",
                    "instruction": instruction,
                    "response": "\n\n".join(sections.values()),
                    "tests": sections["section_tests"].removeprefix("```python\n").removesuffix("\n```"),
                    **sections,
                }
            )
    return pl.DataFrame(rows)


def _sections(drawn: random.Random, wording: int, instructions: int) -> dict[str, str]:
    everybodys = drawn.random() < 0.3
    name = f"helper_{drawn.randrange(50)}" if everybodys else f"solve_{drawn.randrange(instructions * 2)}"
    tests = [f"assert {name}({value}) == {value}  # case" for value in range(drawn.randint(1, 9))]
    if drawn.random() < 0.4:
        tests = ["offset = 0", *(["", "# cases"] if drawn.random() < 0.5 else []), *tests]
    body = "# TODO" if drawn.random() < 0.02 else "# the value itself"
    code = f"# {name}\ndef {name}(x):\n    {body}\n    y = x\n\n    # and back\n    return y  # as it is"
    if drawn.random() < 0.2:
        code += f"\n\n\nclass Of{name}:\n    def get(self):\n        return {name}(1)"
    if drawn.random() < 0.02:
        code = f"{name} = abs"
    return {
        "section_reasoning": f"Think of {wording}.",
        "section_implementation": f"```python\n{code}\n```",
        "section_explanation": "It is right.",
        "section_tests": "```python\n" + "\n".join(tests) + "\n```",
    }


def paired_selection(responses: pl.DataFrame) -> tuple[Outcome, list[str]]:
    """What the pipeline chooses, and the oracle's choice over the same random order."""
    order = responses.with_columns(uniform(RECIPE.sft.seed, "selection", "response_id").alias("rank"))
    ordered = order.sort("rank", "response_id").iter_rows(named=True)
    return select_responses(responses, RECIPE.sft.selection, seed=RECIPE.sft.seed), oracle.selected(ordered)


@dataclass
class Forms:
    """Final rows of the pipeline, and ids of those that are not as the oracle has them with the same coins."""

    rows: pl.DataFrame
    other_completion: list[str] = field(default_factory=list)
    other_checks: list[str] = field(default_factory=list)
    with_checks: int = 0


def paired_forms(chosen: pl.DataFrame) -> Forms:
    """The chosen responses in their final form: completions word for word, and the checks that a prompt shows."""
    form, seed = RECIPE.sft.form, RECIPE.sft.seed
    assert isinstance(form, SmartForm)
    coins = {
        "reasoned": uniform(seed, "reasoning", "response_id") >= form.drop_reasoning,
        "explained": uniform(seed, "explanation", "response_id") >= form.drop_explanation,
        "checked": uniform(seed, "examples", "response_id") < form.examples_in_instruction,
    }
    found = Forms(with_final_form(chosen, form, seed=seed).with_columns(**coins))
    for row in found.rows.iter_rows(named=True):
        wanted = oracle.completion(row, reasoned=row["reasoned"], explained=row["explained"])
        if row["completion"] != wanted:
            found.other_completion.append(row["response_id"])
        checks = oracle.shown_checks(row["prompt"], row["instruction"])
        found.with_checks += checks is not None
        if not oracle.may_show(row, checks, coin=row["checked"]):
            found.other_checks.append(row["response_id"])
    return found
