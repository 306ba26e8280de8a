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


def paired_seeds(files: pl.DataFrame) -> tuple[Pair, Pair, int]:
    """Extracted functions, functions that the rules keep, and files that Python itself does not parse (left out)."""
    extracted, kept, unparsed = Pair(), Pair(), 0
    seeds = standalone_seeds(files, RECIPE.seeds.extraction, RECIPE.seeds.imports).kept
    sound = seeds.filter(
        pl.col("docstring").is_not_null() & (pl.col("docstring_form") == "triple_double_quoted")
    )
    ours = filter_seeds(seeds, RECIPE.seeds.filters)
    imports = {(row["file_id"], row["start_line"]): row["imports"] for row in seeds.iter_rows(named=True)}
    for file_id, content in files.select("file_id", "content").iter_rows():
        found = oracle.top_level_functions(content)
        if found is None:
            unparsed += 1
            continue
        extracted.published |= {(file_id, seed.line) for seed in found}
        kept.published |= {
            (file_id, seed.line)
            for seed in found
            if oracle.is_kept(seed, imports.get((file_id, seed.line), []))
        }
        extracted.ours |= _places(sound, file_id)
        kept.ours |= _places(ours.kept, file_id)
    return extracted, kept, unparsed


def _places(seeds: pl.DataFrame, file_id: str) -> set[Place]:
    return set(seeds.filter(pl.col("file_id") == file_id).select("file_id", "start_line").iter_rows())


def made_up_responses(instructions: int, seed: int = 7) -> pl.DataFrame:
    """Up to ten passing responses for each instruction; texts, names of functions and wording recur as in life."""
    drawn = random.Random(seed)
    rows = []
    for number in range(instructions):
        # some instructions differ in white space alone, some names are everybody's
        wording = number if drawn.random() > 0.05 else drawn.randrange(instructions)
        instruction = f"Write  task {wording}.\n" if drawn.random() < 0.3 else f"Write task {wording}."
        if drawn.random() < 0.1:
            instruction += " Show an example."
        for sample in range(drawn.randint(1, 10)):
            name = (
                f"solve_{drawn.randrange(instructions * 2)}"
                if drawn.random() > 0.3
                else f"helper_{drawn.randrange(50)}"
            )
            asserts = [f"assert {name}({value}) == {value}  # case" for value in range(drawn.randint(1, 9))]
            tests = "\n".join(
                [
                    *(["offset = 0"] if drawn.random() < 0.4 else []),
                    *(["# cases"] if drawn.random() < 0.4 else []),
                    *asserts,
                ]
            )
            body = "# TODO" if drawn.random() < 0.02 else "# the value itself"
            code = f"def {name}(x):\n    {body}\n    return x  # as it is"
            sections = {
                "section_reasoning": f"Think of {wording}.",
                "section_implementation": f"```python\n{code}\n```",
                "section_explanation": "It is right.",
                "section_tests": f"```python\n{tests}\n```",
            }
            rows.append(
                {
                    "response_id": f"r{number:05}_{sample}",
                    "instruction_id": f"i{number:05}",
                    "language": "python",
                    "instruction": instruction,
                    "response": "\n\n".join(sections.values()),
                    "tests": tests,
                    **sections,
                }
            )
    return pl.DataFrame(rows)


def paired_selection(responses: pl.DataFrame) -> tuple[Outcome, list[str]]:
    """What the pipeline chooses, and the oracle's choice over the same random order."""
    order = responses.with_columns(uniform(RECIPE.sft.seed, "selection", "response_id").alias("rank"))
    ordered = order.sort("rank", "response_id").iter_rows(named=True)
    return select_responses(responses, RECIPE.sft.selection, seed=RECIPE.sft.seed), oracle.selected(ordered)


def final_rows(chosen: pl.DataFrame) -> pl.DataFrame:
    """The chosen responses in their final form."""
    assert isinstance(RECIPE.sft.form, SmartForm)
    return with_final_form(chosen, RECIPE.sft.form, seed=RECIPE.sft.seed)
