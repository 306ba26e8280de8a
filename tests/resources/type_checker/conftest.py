"""Real functions to judge: documented ones of the standard library and the installed packages."""

import random
import sysconfig
from pathlib import Path

import polars as pl
import pytest

from assets.filtered_seeds.extraction import ExtractionSettings, extract
from assets.filtered_seeds.import_inference import ImportSettings, infer_imports, standalone_source

N_FUNCTIONS = 5200


@pytest.fixture(scope="session")
def real_functions() -> pl.DataFrame:
    """`key` and `source` of functions that return a value, with their imports inferred; all different."""
    folders = {Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))}
    paths = sorted({path for folder in folders for path in folder.rglob("*.py")})
    random.Random(2024).shuffle(paths)
    found: list[pl.DataFrame] = []
    while paths and sum(frame.height for frame in found) < N_FUNCTIONS:
        chunk, paths = paths[:400], paths[400:]
        files = pl.DataFrame(
            {
                "file_id": [str(path) for path in chunk],
                "content": [path.read_text(errors="replace") for path in chunk],
                "language": ["python"] * len(chunk),
            }
        )
        seeds = extract(files, ExtractionSettings()).kept.filter(pl.col("has_return_value"))
        seeds = infer_imports(seeds, files, ImportSettings())
        found.append(seeds.select(pl.col("seed_id").alias("key"), standalone_source().alias("source")))
    return pl.concat(found).unique("source", keep="first", maintain_order=True).head(N_FUNCTIONS)
