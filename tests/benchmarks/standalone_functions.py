"""Real Python functions with the imports they need: what the type check is given in the pipeline.

Documented functions that return a value, of the standard library and the installed packages, through the
project's own extraction and import inference; the same rows in the same order on the same installation.
"""

import random
import sysconfig
from pathlib import Path

import polars as pl

from assets.filtered_seeds.extraction import ExtractionSettings, extract
from assets.filtered_seeds.import_inference import ImportSettings, infer_imports, standalone_source

SEED = 2024
"""Draws the files."""


def standalone_functions(n_functions: int) -> pl.DataFrame:
    """`key` and `source` of that many functions, all different (fewer where fewer are installed)."""
    folders = {Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))}
    paths = sorted({path for folder in folders for path in folder.rglob("*.py")})
    random.Random(SEED).shuffle(paths)
    found: list[pl.DataFrame] = []
    while paths and sum(frame.height for frame in found) < 1.1 * n_functions:
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
    functions = pl.concat(found).unique("source", keep="first", maintain_order=True)
    return functions.sample(fraction=1, shuffle=True, seed=SEED).head(n_functions)
