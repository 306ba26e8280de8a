"""Passages of benchmark problems, and where they stand in texts: the search by many strings at once.

Which rows are searched, and what becomes of those that hold a passage, is the stages' matter: seeds before
anything grows from them, training rows at the end.
"""

from collections.abc import Sequence

import polars as pl

PATTERN_SCHEMA = pl.Schema(
    {"method": pl.String, "benchmark": pl.String, "problem_id": pl.String, "matched": pl.String}
)


def find_contamination(
    rows: pl.DataFrame, looked_for: pl.DataFrame, text: pl.Expr, id_column: str
) -> pl.DataFrame:
    """Every hit: `id_column` with the columns of `PATTERN_SCHEMA`, sorted, one a row, method and problem.

    `text` gives what is searched; `looked_for` comes from `patterns`.
    """
    hits = [pl.DataFrame(schema={id_column: pl.String, **PATTERN_SCHEMA})]
    for method, normalize in NORMAL.items():
        wanted = looked_for.filter(pl.col("method") == method)
        if not wanted.height or not rows.height:
            continue
        strings = wanted["matched"].unique().sort()
        matches = (
            rows.lazy()
            .select(
                id_column,
                normalize(text).str.extract_many(strings.to_list(), overlapping=True).alias("matched"),
            )
            .explode("matched")
            .drop_nulls("matched")
            .unique()
            .collect()
        )
        hits.append(matches.join(wanted, on="matched").select(hits[0].columns))
    order = [id_column, "method", "benchmark", "problem_id", "matched"]
    return pl.concat(hits).sort(order).unique(order[:-1], keep="first", maintain_order=True)


def chosen_problems(
    problems: pl.DataFrame, names: Sequence[str] | None, setting: str = "decontamination.benchmarks"
) -> pl.DataFrame:
    """The problems of the benchmarks `names` (null: all). Raises `ValueError` for a name that is not there.

    `setting` is the recipe's field that names them, for the message.
    """
    if names is None:
        return problems
    missing = sorted(set(names) - set(problems["benchmark"].unique()))
    if missing:
        raise ValueError(
            f"{setting} names {', '.join(missing)}, which is not registered; there are "
            f"{', '.join(sorted(problems['benchmark'].unique())) or 'none'}. Register its file in the settings "
            "(benchmarks), or take the name out of the recipe"
        )
    return problems.filter(pl.col("benchmark").is_in(list(names)))


def verbatim_patterns(problems: pl.DataFrame) -> pl.DataFrame:
    """Docstrings and canonical solutions of `problems` as what is looked for (StarCoder2-Instruct, Magicoder)."""
    columns = ("docstring", "canonical_solution")
    return pl.concat([as_patterns(problems, "verbatim", pl.col(name).str.strip_chars()) for name in columns])


def as_patterns(problems: pl.DataFrame, method: str, text: pl.Expr) -> pl.DataFrame:
    """`text` of each problem as something to look for (`PATTERN_SCHEMA`), normalised as `method` does rows."""
    return problems.select(
        pl.lit(method).alias("method"), "benchmark", "problem_id", NORMAL[method](text).alias("matched")
    ).filter(pl.col("matched").fill_null("") != "")


def _lower(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase()


def _letters_and_digits(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]", "")


NORMAL = {"verbatim": _lower, "openai_substrings": _letters_and_digits}
"""How each method reduces both sides before they are compared."""
