"""Passages of benchmark problems, and where they are in texts: the search by many strings at once.

Which rows are searched, and what becomes of those that hold a passage, is the stages' matter: seeds before
anything grows from them, training rows at the end.
"""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

PATTERN_SCHEMA = pl.Schema(
    {"method": pl.String, "benchmark": pl.String, "problem_id": pl.String, "matched": pl.String}
)


class Verbatim(BaseModel):
    """The verbatim search: docstrings and canonical solutions, word by word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case_sensitive: bool = Field(
        default=False,
        description="whether the case of letters counts (StarCoder2-Instruct: it does; Magicoder: it does not)",
    )
    least_length: int = Field(
        default=20,
        ge=0,
        description="characters, white space not counted, below which a docstring or solution is not looked for: it "
        "says nothing (published: none is too short)",
    )
    exceptions: tuple[str, ...] = Field(
        default=("return x + y", "return len(string)", "return n**2", "return ''.join(strings)"),
        description="docstrings and solutions that are not looked for, compared without white space and with one kind "
        "of quotes",
    )  # published, of StarCoder2-Instruct: these and their like, by hand


def find_contamination(
    rows: pl.DataFrame,
    looked_for: pl.DataFrame,
    text: pl.Expr,
    id_column: str,
    *,
    case_sensitive: bool = False,
) -> pl.DataFrame:
    """Every hit: `id_column` with the columns of `PATTERN_SCHEMA`, sorted, one a row, method and problem.

    `text` gives what is searched; `looked_for` comes from `patterns`, `case_sensitive` (of the verbatim method) from
    the same settings.
    """
    hits = [pl.DataFrame(schema={id_column: rows.schema[id_column], **PATTERN_SCHEMA})]
    for method in NORMAL:
        normalize = normal_form(method, case_sensitive=case_sensitive)
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
    problems: pl.DataFrame,
    names: Sequence[str] | None,
    setting: str = "decontamination.benchmarks",
    leave_out: Sequence[str] = (),
) -> pl.DataFrame:
    """The problems of the benchmarks `names` (null: all but those whose name, or edition, a pattern of `leave_out`
    matches).

    Raises `ValueError` for a name that is not there; `setting` is the recipe's field that names them, for the message.
    """
    if names is None:
        called = [name for name in ("benchmark", "edition") if name in problems.columns]
        left = [
            pl.col(column).is_in(
                [
                    name
                    for name in problems[column].unique().drop_nulls()
                    if any(fnmatchcase(name.lower(), pattern.lower()) for pattern in leave_out)
                ]
            )
            for column in called
        ]
        return problems.filter(~pl.any_horizontal(left).fill_null(False))
    missing = sorted(set(names) - set(problems["benchmark"].unique()))
    if missing:
        raise ValueError(
            f"{setting} names {', '.join(missing)}, which is not registered; there are "
            f"{', '.join(sorted(problems['benchmark'].unique())) or 'none'}. Register its file in the settings "
            "(benchmarks), or take the name out of the recipe"
        )
    return problems.filter(pl.col("benchmark").is_in(list(names)))


def verbatim_patterns(problems: pl.DataFrame, settings: Verbatim) -> pl.DataFrame:
    """Docstrings and canonical solutions of `problems` as what is looked for (StarCoder2-Instruct, Magicoder)."""
    columns = ("docstring", "canonical_solution")
    normalize = _as_it_is if settings.case_sensitive else _lower
    found = pl.concat(
        [_patterns(problems, "verbatim", normalize(pl.col(name).str.strip_chars())) for name in columns]
    )
    bare = pl.col("matched").str.replace_all(r"\s+", "").str.replace_all('"', "'", literal=True)
    excepted = ["".join(one.split()).replace('"', "'") for one in settings.exceptions]
    if not settings.case_sensitive:
        excepted = [one.lower() for one in excepted]
    return found.filter((bare.str.len_chars() >= settings.least_length) & ~bare.is_in(excepted))


def as_patterns(problems: pl.DataFrame, method: str, text: pl.Expr) -> pl.DataFrame:
    """`text` of each problem as something to look for (`PATTERN_SCHEMA`), normalised as `method` does rows."""
    return _patterns(problems, method, NORMAL[method](text))


def _patterns(problems: pl.DataFrame, method: str, text: pl.Expr) -> pl.DataFrame:
    return problems.select(
        pl.lit(method).alias("method"), "benchmark", "problem_id", text.alias("matched")
    ).filter(pl.col("matched").fill_null("") != "")


def _as_it_is(text: pl.Expr) -> pl.Expr:
    return text


def _lower(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase()


def _letters_and_digits(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]", "")


NORMAL = {"verbatim": _lower, "openai_substrings": _letters_and_digits}
"""How each method reduces both sides before they are compared."""


def normal_form(method: str, *, case_sensitive: bool) -> Callable[[pl.Expr], pl.Expr]:
    """How `method` reduces both sides; `case_sensitive` is the verbatim method's."""
    return _as_it_is if case_sensitive and method == "verbatim" else NORMAL[method]
