"""The corpus source `grammar`, and the problems that come with it."""

import json
from itertools import islice
from pathlib import Path

import polars as pl

from assets.benchmarks.registry import load_benchmarks
from pipeline_defs.lab.seedling.corpus import problems, write_dump
from resources.corpus_source.resource import CorpusSourcesResource


def test_the_source_gives_what_the_lab_writes(tmp_path: Path) -> None:
    settings = CorpusSourcesResource(
        named={
            "g": {"kind": "grammar", "functions": 20, "seed": 3},
            "d": {"kind": "dump", "path": str(tmp_path)},
        }
    )
    write_dump(tmp_path, seed=3, functions=20)
    columns = ["content", "repo", "path", "commit", "license", "language"]
    generated, written = (pl.concat(settings.open(name).read()).select(columns) for name in ("g", "d"))
    assert generated.equals(written)
    assert generated.height == 5


def test_another_seed_is_another_source() -> None:
    named = {f"g{number}": {"kind": "grammar", "seed": seed} for number, seed in enumerate((1, 2, 2))}
    sources = CorpusSourcesResource(named=named)
    prints = {sources.open(name).fingerprint() for name in named}
    assert len(prints) == 2


def test_the_shipped_problems_are_those_that_the_lab_draws() -> None:
    found = load_benchmarks(["held_out"], {"held_out": "shipped:seedling_held_out"})
    assert found.height == 800
    drawn = [one["prompt"] for one in islice(problems(7, 800, "test"), 10)]
    assert set(drawn) <= set(found["prompt"]), json.dumps(drawn[:1])
