"""Training rows that hold benchmark problems: found as text, with the evidence.

Two methods: `verbatim`, case-insensitive (a docstring or canonical solution stands in the row: StarCoder2-Instruct,
Magicoder), and `openai_substrings` (GPT-4 technical report, appendix C: three random substrings of 50 characters
of the question, both sides reduced to letters and digits; here to lower case too, which can only find more).
Paraphrases are not found by either.
"""

import random
from collections.abc import Sequence

import polars as pl

from assets.outcome import Outcome, Rule, apply_rules
from assets.reasons import Reason
from assets.sft_dataset.settings import Decontamination, DecontaminationMethod

STAGE = "decontamination"

EVIDENCE = pl.List(
    pl.Struct({"method": pl.String, "benchmark": pl.String, "problem_id": pl.String, "matched": pl.String})
)
"""What was found in a row: one entry a method and problem, with the text that matched."""

PATTERN_SCHEMA = pl.Schema(
    {"method": pl.String, "benchmark": pl.String, "problem_id": pl.String, "matched": pl.String}
)


def patterns(problems: pl.DataFrame, settings: Decontamination, *, seed: int) -> pl.DataFrame:
    """What to look for (`PATTERN_SCHEMA`), `matched` being normalised as the method normalises rows.

    `problems` has `benchmark, problem_id, question, docstring, canonical_solution`; nulls are passed over.
    Substrings are drawn from `seed` and the problem's id alone.
    """
    found = [_PATTERNS[method](problems, settings, seed) for method in settings.methods]
    return pl.concat([pl.DataFrame(schema=PATTERN_SCHEMA), *found]).unique(maintain_order=True)


def find_contamination(
    rows: pl.DataFrame, looked_for: pl.DataFrame, text: pl.Expr, id_column: str
) -> pl.DataFrame:
    """Every hit: `id_column` with the columns of `PATTERN_SCHEMA`, sorted, one a row, method and problem.

    `text` gives what is searched; `looked_for` comes from `patterns`.
    """
    hits = [pl.DataFrame(schema={id_column: pl.String, **PATTERN_SCHEMA})]
    for method, normalise in _NORMAL.items():
        wanted = looked_for.filter(pl.col("method") == method)
        if not wanted.height or not rows.height:
            continue
        strings = wanted["matched"].unique().sort()
        matches = (
            rows.lazy()
            .select(
                id_column,
                normalise(text).str.extract_many(strings.to_list(), overlapping=True).alias("matched"),
            )
            .explode("matched")
            .drop_nulls("matched")
            .unique()
            .collect()
        )
        hits.append(matches.join(wanted, on="matched").select(hits[0].columns))
    order = [id_column, "method", "benchmark", "problem_id", "matched"]
    return pl.concat(hits).sort(order).unique(order[:-1], keep="first", maintain_order=True)


def chosen_problems(problems: pl.DataFrame, names: Sequence[str] | None) -> pl.DataFrame:
    """The problems of the benchmarks `names` (null: all). Raises `ValueError` for a name that is not there."""
    if names is None:
        return problems
    missing = sorted(set(names) - set(problems["benchmark"].unique()))
    if missing:
        raise ValueError(
            f"decontamination.benchmarks names {', '.join(missing)}, which is not registered; register its file in "
            "the settings (benchmarks), or take the name out of the recipe"
        )
    return problems.filter(pl.col("benchmark").is_in(list(names)))


def decontaminate(
    rows: pl.DataFrame,
    problems: pl.DataFrame,
    settings: Decontamination,
    *,
    text: pl.Expr,
    id_column: str,
    seed: int,
) -> tuple[Outcome, pl.DataFrame]:
    """Rows without the contaminated ones (or with all, where the settings say `mark`), and all hits.

    Kept rows get the column `contamination` (`EVIDENCE`). Rejections carry the evidence as JSON.
    """
    looked_for = patterns(chosen_problems(problems, settings.benchmarks), settings, seed=seed)
    hits = find_contamination(rows, looked_for, text, id_column)
    evidence = hits.group_by(id_column, maintain_order=True).agg(
        pl.struct(*PATTERN_SCHEMA.names()).alias("contamination")
    )
    judged = rows.join(evidence, on=id_column, how="left", maintain_order="left").with_columns(
        pl.coalesce("contamination", pl.lit([], dtype=EVIDENCE)).cast(EVIDENCE)
    )
    dirty = pl.col("contamination").list.len() > 0
    first = pl.col("contamination").list.first().struct.json_encode()
    rules = [Rule(Reason.CONTAMINATED, dirty, first)] if settings.action == "drop" else []
    return apply_rules(judged, rules, stage=STAGE, id_column=id_column), hits


def _lower(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase()


def _letters_and_digits(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


_NORMAL = {"verbatim": _lower, "openai_substrings": _letters_and_digits}


def _verbatim(problems: pl.DataFrame, settings: Decontamination, seed: int) -> pl.DataFrame:
    columns = ("docstring", "canonical_solution")
    return pl.concat([_as_patterns(problems, "verbatim", pl.col(name).str.strip_chars()) for name in columns])


def _openai_substrings(problems: pl.DataFrame, settings: Decontamination, seed: int) -> pl.DataFrame:
    normal = _as_patterns(problems, "openai_substrings", pl.col("question"))
    drawn = pl.struct("benchmark", "problem_id", "matched").map_elements(
        lambda row: _substrings(
            row["matched"],
            f"{seed}/{row['benchmark']}/{row['problem_id']}",
            settings.substrings,
            settings.substring_length,
        ),
        return_dtype=pl.List(pl.String),
    )
    return normal.with_columns(drawn.alias("matched")).explode("matched")


def _as_patterns(problems: pl.DataFrame, method: DecontaminationMethod, text: pl.Expr) -> pl.DataFrame:
    return problems.select(
        pl.lit(method).alias("method"), "benchmark", "problem_id", _NORMAL[method](text).alias("matched")
    ).filter(pl.col("matched").fill_null("") != "")


def _substrings(text: str, seed: str, count: int, length: int) -> Sequence[str]:
    """`count` substrings of `length` characters at places drawn from `seed`; the whole text if it is shorter."""
    if len(text) <= length:
        return [text]
    places = random.Random(seed)
    return [
        text[start : start + length]
        for start in (places.randrange(len(text) - length + 1) for _ in range(count))
    ]


_PATTERNS = {"verbatim": _verbatim, "openai_substrings": _openai_substrings}
