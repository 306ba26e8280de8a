"""Code that has the shape of a benchmark's solution: names, literals, comments, types, formatting and order aside.

Own method. Each function is a bag of parts (statements and expressions, blanked) and a sequence of token runs
(`shapes`). Its parts weigh by how rare they are in ordinary code (`common_shapes.parquet`, made by
`tests/benchmarks/make_common_shapes.py`), so that `return None` is worth nothing. A row holds a solution if one of
its functions holds enough of the weight of the solution's main function. A solution that weighs too little
(`return x + y`) cannot be told from anybody's code: it is looked for by no shape, and named as such.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import polars as pl

from assets.contamination.shapes import WHOLE, shapes

METHOD = "code_normalised"
ALIKE = 0.78
"""Share of the weight of a solution's parts that a function must hold."""
ALIKE_IN_ORDER = 0.6
"""The same where `RUNS_IN_ORDER` of the token runs, which are in order, are held too."""
RUNS_IN_ORDER = 0.5
LEAST_WEIGHT = 30.0
"""Of a solution that can be told; in nats, as the logarithm of how unlikely its parts are."""
LIGHT, LIGHT_IS_MOST = 50.0, 0.7
"""A solution of less weight must be this share of the weight of the function that holds it."""
HEAVY, IS_MUCH = 120.0, 0.5
"""One of less weight this share; a heavier one is found in whatever stands around it."""
RAREST = 1 / 5000
"""Share of functions that a part is taken to stand in that `common_shapes` does not list."""

SOLUTIONS = pl.Schema(
    {"solution": pl.UInt32, "run": pl.Boolean, "shape": pl.UInt64, "count": pl.UInt32, "weight": pl.Float64}
)


class Solutions:
    """The shapes of the solutions that are looked for."""

    def __init__(self, solutions: pl.DataFrame) -> None:
        """`solutions`: `code, language, entry_point` (null: unknown), one a row; order numbers them."""
        codes = list(solutions.select("code", "language").iter_rows())
        found = weighted(shapes(codes), solutions["language"])
        units = (
            found.filter(~pl.col("run"))
            .group_by("text", "line")
            .agg((pl.col("weight") * pl.col("count")).sum().alias("total"))
        )
        starts = [_line_of(code, name) for code, name in solutions.select("code", "entry_point").iter_rows()]
        main = (
            units.with_columns(
                pl.Series("asked", starts, dtype=pl.Int32).gather(units["text"])
                if units.height
                else pl.lit(0)
            )
            .sort(
                "text",
                pl.col("line") == WHOLE,  # a program without a function is looked for whole
                pl.col("line") != pl.col("asked"),
                "total",
                "line",
                descending=[False, False, False, True, False],
            )
            .unique("text", keep="first", maintain_order=True)
        )
        told = main.filter(pl.col("total") >= LEAST_WEIGHT)
        self.shapes = (
            found.join(told.select("text", "line"), on=["text", "line"])
            .rename({"text": "solution"})
            .select(SOLUTIONS.names())
            .with_columns(pl.col(name).cast(kind) for name, kind in SOLUTIONS.items())
        )
        self.whole = set(told.filter(pl.col("line") == WHOLE)["text"])
        self._totals = self.shapes.group_by("solution").agg(
            (pl.col("weight") * pl.col("count")).filter(~pl.col("run")).sum().alias("parts_total"),
            pl.col("run").sum().alias("runs_total"),
        )
        self._rare = self._prefix()

    def told(self) -> list[int]:
        """Numbers of the solutions that are looked for; the others weigh too little, or no grammar reads them."""
        return self._totals["solution"].sort().to_list()

    def _prefix(self) -> pl.DataFrame:
        """Each solution's rarest parts: whoever holds `ALIKE_IN_ORDER` of its weight holds one of these."""
        ordered = self.shapes.filter(~pl.col("run")).sort(
            "solution", "weight", "shape", descending=[False, True, False]
        )
        value = pl.col("weight") * pl.col("count")
        before = value.cum_sum().over("solution") - value
        return ordered.filter(before <= (1 - ALIKE_IN_ORDER) * value.sum().over("solution")).select(
            "solution", "shape"
        )

    def found_in(self, codes: Sequence[tuple[str, str]]) -> pl.DataFrame:
        """`text, line, solution, parts, runs` for the functions of `codes` (code, language) that hold a solution.

        `parts` and `runs` are shares, 0 to 1; `line` is the function's first, from 0, or `WHOLE`.
        """
        units = shapes(codes)
        parts = units.filter(~pl.col("run"))
        pairs = parts.join(self._rare, on="shape").select("text", "line", "solution").unique()
        pairs = pairs.filter((pl.col("line") != WHOLE) | pl.col("solution").is_in(list(self.whole)))
        shared = (
            pairs.join(self.shapes, on="solution")
            .join(units, on=["text", "line", "run", "shape"], suffix="_there")
            .group_by("text", "line", "solution")
            .agg(
                (pl.col("weight") * pl.min_horizontal("count", "count_there"))
                .filter(~pl.col("run"))
                .sum()
                .alias("parts"),
                pl.col("run").sum().alias("runs"),
            )
            .join(self._totals, on="solution")
            .with_columns(
                pl.col("parts") / pl.col("parts_total"),
                pl.col("runs") / pl.max_horizontal("runs_total", 1),
            )
        )
        own = (
            weighted(parts, pl.Series([language for _, language in codes], dtype=pl.String))
            .group_by("text", "line")
            .agg((pl.col("weight") * pl.col("count")).sum().alias("own"))
        )
        shared = shared.join(own, on=["text", "line"])
        weight = pl.col("parts_total")
        of_the_function = pl.col("parts") * weight / pl.col("own")
        held = (pl.col("parts") >= ALIKE) | (
            (pl.col("parts") >= ALIKE_IN_ORDER) & (pl.col("runs") >= RUNS_IN_ORDER)
        )
        enough = (
            pl.when(weight < LIGHT)
            .then(of_the_function >= LIGHT_IS_MOST)
            .when(weight < HEAVY)
            .then(of_the_function >= IS_MUCH)
            .otherwise(True)
        )
        return (
            shared.filter(held & enough)
            .select("text", "line", "solution", "parts", "runs")
            .sort("text", "solution", "line")
        )


def weighted(found: pl.DataFrame, languages: pl.Series) -> pl.DataFrame:
    """`found` (`SHAPES`) with `weight`: the logarithm of how many functions there are to one with the shape."""
    language = languages.gather(found["text"]).alias("language")
    share = pl.coalesce("share", pl.lit(RAREST)).clip(RAREST, 1.0)
    return (
        found.with_columns(language)
        .join(common_shapes(), on=["language", "shape"], how="left")
        .with_columns((-share.log()).alias("weight"))
        .drop("share", "language")
    )


@cache
def known_languages() -> frozenset[str]:
    """Languages of whose ordinary code something is known."""
    return frozenset(common_shapes()["language"].unique())


@cache
def common_shapes() -> pl.DataFrame:
    """`language, shape, share`: how many functions of ordinary code have a part, where it is more than a few."""
    with files("assets.contamination").joinpath("common_shapes.parquet").open("rb") as file:
        table = pl.read_parquet(file)
    # C's grammar names its nodes as C++'s does, and more of C++ was at hand
    return pl.concat(
        [table, table.filter(pl.col("language") == "cpp").with_columns(pl.lit("c").alias("language"))]
    )


def _line_of(code: str, name: str | None) -> int:
    """The line on which the function `name` is most likely defined; -2: unknown."""
    if not name:
        return -2
    lines = code.split("\n")
    heads = [number for number, line in enumerate(lines) if name in line and ("(" in line or "{" in line)]
    return heads[0] if heads else -2
