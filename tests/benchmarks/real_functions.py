"""Real Python functions for the benchmarks: every function of the standard library and of the installed packages.

The rows are extracted once and kept as Parquet in the system's temporary folder, so that paired runs and later
runs see the same rows. Only the benchmarks use this; the pipeline's own extraction stands in filtered_seeds.
"""

import sysconfig
import tempfile
from pathlib import Path

import polars as pl
import tree_sitter_python
from tree_sitter import Language, Parser, Query, QueryCursor

LARGEST_FILE_BYTES = 1_000_000


def real_functions(rows: int | None = None) -> pl.DataFrame:
    """Functions (id, text) in a fixed order, exact copies removed; the first `rows` of them.

    `id` counts from 0 as a string of nine digits; `text` is the function's source, not dedented.
    """
    cached = Path(tempfile.gettempdir()) / "seedline_real_functions.parquet"
    if not cached.exists():
        half_made = cached.with_suffix(f".{id(cached)}.part")
        _extract().write_parquet(half_made)
        half_made.rename(cached)
    functions = pl.read_parquet(cached)
    if rows is not None and rows > functions.height:
        raise SystemExit(f"only {functions.height} functions are installed here, {rows} were asked for")
    return functions.head(rows) if rows is not None else functions


def _extract() -> pl.DataFrame:
    language = Language(tree_sitter_python.language())
    parser, query = Parser(language), Query(language, "(function_definition) @function")
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    files = sorted({path for folder in folders for path in Path(folder).rglob("*.py")})
    texts: list[str] = []
    for path in files:
        content = path.read_bytes()
        if len(content) > LARGEST_FILE_BYTES:
            continue
        tree = parser.parse(content)
        for node in QueryCursor(query).captures(tree.root_node).get("function", []):
            texts.append(content[node.start_byte : node.end_byte].decode("utf-8", errors="replace"))
    functions = (
        pl.DataFrame({"text": texts}).unique(maintain_order=True).sample(fraction=1, shuffle=True, seed=0)
    )
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(9).alias("id")
    return functions.select(number, "text")


if __name__ == "__main__":
    found = real_functions()
    print(found.height, "functions,", found["text"].str.len_bytes().sum() // 2**20, "MiB")
