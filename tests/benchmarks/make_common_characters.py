"""Make `assets/contamination/common_characters.npz`: in how many ordinary docstrings each character n-gram stands.

    python tests/benchmarks/make_common_characters.py /usr/lib/python3.11 .venv/lib/python3.11/site-packages

Each argument is a folder of Python files. What is kept is one number for each bucket: no text.
"""

import ast
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from assets.contamination.characters import BUCKETS, grams
from assets.contamination.descriptions import without_examples

PLACE = Path(__file__).parents[2] / "assets" / "contamination" / "common_characters.npz"
MOST = 20_000
STEPS = 20
"""Of an inverse document frequency (natural logarithm), to one: it is kept as a byte."""


def docstrings(folders: list[Path]) -> Iterator[str]:
    """Docstrings of functions, without their examples."""
    paths = [
        path for folder in folders for path in sorted(folder.rglob("*.py")) if path.stat().st_size < 200_000
    ]
    random.Random(0).shuffle(paths)
    for path in paths:
        try:
            tree = ast.parse(path.read_text())
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (text := ast.get_docstring(node)):
                yield without_examples(text)


def main() -> None:
    """Read the folders named on the command line and write the table."""
    warnings.simplefilter("ignore")
    texts: dict[str, None] = {}
    for text in docstrings([Path(argument) for argument in sys.argv[1:]]):
        texts[text] = None
        if len(texts) >= MOST:
            break
    found = grams(pl.Series(list(texts)), np.ones(BUCKETS, np.float32))
    stands_in = np.bincount(found.buckets, minlength=BUCKETS)
    idf = np.log((len(texts) + 1) / (stands_in + 1))
    np.savez_compressed(PLACE, idf=np.round(idf * STEPS).astype(np.uint8))
    print(
        f"{len(texts)} docstrings, {np.count_nonzero(stands_in)} buckets; {PLACE}: {PLACE.stat().st_size} bytes"
    )


if __name__ == "__main__":
    main()
