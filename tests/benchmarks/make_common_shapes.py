"""Make `assets/contamination/common_shapes.parquet`: in how many functions of ordinary code each part stands.

    python tests/benchmarks/make_common_shapes.py python=/usr/lib/python3.11 go=/usr/share/go/src java=mbjp.jsonl.gz

Each argument names a language and a folder of source files, or a file of benchmark problems whose canonical
solutions stand for ordinary code, for languages of which there is no other code at hand. What is kept are hashes of
shapes and their shares: no code.
"""

import gzip
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from assets.contamination.shapes import WHOLE, shapes
from resources.languages import BY_EXTENSION

PLACE = Path(__file__).parents[2] / "assets" / "contamination" / "common_shapes.parquet"
MOST_FILES = 3000
MOST_BYTES = 60_000
TEXTS_AT_ONCE = 200
LEAST_SHARE = 1 / 2500
FEWEST = 3
"""Functions that a part must stand in to be listed."""


def texts(language: str, place: Path) -> Iterator[str]:
    """Source texts of `language` below `place`."""
    if place.is_file():
        with gzip.open(place, "rt") as lines:
            for line in lines:
                row = json.loads(line)
                yield (row.get("prompt") or "") + (row.get("canonical_solution") or "")
        return
    paths = [
        path
        for path in sorted(place.rglob("*"))
        if path.is_file()
        and path.stat().st_size <= MOST_BYTES
        and (BY_EXTENSION.get(path.suffix[1:]) == language or _is_script(language, path))
    ]
    random.Random(0).shuffle(paths)
    for path in paths[:MOST_FILES]:
        yield path.read_text(errors="replace")


def _is_script(language: str, path: Path) -> bool:
    """Whether `path` has no ending and begins as a script of Bash, or is one of C++'s own headers."""
    if path.suffix:
        return language == "cpp" and path.suffix in (".h", ".tcc")
    if language == "cpp":
        return "c++" in path.parts
    if language != "bash":
        return False
    with path.open("rb") as file:
        return file.read(64).split(b"\n")[0].rstrip().endswith((b"/bash", b"/sh", b"/sh -e"))


def main() -> None:
    """Read every place named on the command line and write the table."""
    places: dict[str, list[Path]] = {}
    for argument in sys.argv[1:]:
        language, _, place = argument.partition("=")
        places.setdefault(language, []).append(Path(place))
    tables = []
    for language, folders in sorted(places.items()):
        counted, functions, batch = [], 0, list[str]()
        sources = [text for folder in folders for text in texts(language, folder)]
        for start in range(0, len(sources), TEXTS_AT_ONCE):
            batch = sources[start : start + TEXTS_AT_ONCE]
            # a script's own text counts as a function: few have any
            found = shapes([(text, language) for text in batch]).filter(
                ~pl.col("run") & ((pl.col("line") != WHOLE) | (language == "bash"))
            )
            functions += found.select("text", "line").n_unique()
            counted.append(found.group_by("shape").len())
        if not functions:
            print(f"{language}: no function in {len(sources)} texts")
            continue
        table = (
            pl.concat(counted)
            .group_by("shape")
            .agg(pl.col("len").sum())
            .with_columns(
                (pl.col("len") / functions).cast(pl.Float32).alias("share"),
                pl.lit(language).alias("language"),
            )
            .filter((pl.col("share") >= LEAST_SHARE) & (pl.col("len") >= FEWEST))
        )
        print(f"{language}: {len(sources)} texts, {functions} functions, {table.height} common parts")
        tables.append(
            table.select("language", "shape", "share").sort("share", "shape", descending=[True, False])
        )
    pl.concat(tables).write_parquet(PLACE, compression="zstd", compression_level=19)
    print(f"{PLACE}: {PLACE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
