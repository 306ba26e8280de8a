"""What a report says of a recipe: tables as they stand in the store, each with a name and a sentence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from pipeline_defs.deployment import Deployment
from pipeline_defs.stored.versions import checkpoint_versions
from resources.parquet_store import MissingTableError

SAMPLED = 20
PAIRS = 20
ROWS_OF_A_TABLE = 500


@dataclass(frozen=True)
class Section:
    """A heading, a sentence, its rows, and the names of its charts."""

    name: str
    title: str
    says: str
    rows: pl.DataFrame


def sections(deployment: Deployment, recipe: str) -> Iterator[Section]:
    """Every section that has rows, in order."""
    for name, title, says, read in _SECTIONS:
        try:
            rows = read(deployment, recipe)
        except (MissingTableError, pl.exceptions.ColumnNotFoundError):
            continue
        if rows.height:
            yield Section(name, title, says, rows)


def _asked(question: str, **given: str) -> Callable[[Deployment, str], pl.DataFrame]:
    return lambda deployment, recipe: deployment.audit(question, recipe, **given)


def _funnel(deployment: Deployment, recipe: str) -> pl.DataFrame:
    found = deployment.audit("yield_funnel", recipe)
    numbers = [pl.col(name).cast(pl.Int64) for name in ("rows_in", "kept", "rejected", "rows_out")]
    return found.with_columns(numbers)


def _by_language(deployment: Deployment, recipe: str) -> pl.DataFrame:
    artifacts = ("filtered_seeds", "instructions", "candidate_responses", "verified_responses", "sft_dataset")
    found: pl.DataFrame | None = None
    for artifact in artifacts:
        counts = deployment.scan(artifact, recipe).group_by("language").len(artifact).collect()
        found = counts if found is None else found.join(counts, on="language", how="full", coalesce=True)
    assert found is not None
    share = (pl.col("sft_dataset") / pl.col("filtered_seeds")).round(4).alias("rows of a seed")
    return found.fill_null(0).with_columns(share).sort("sft_dataset", "language", descending=[True, False])


def _categories(deployment: Deployment, recipe: str) -> pl.DataFrame:
    rows = deployment.scan("sft_dataset", recipe)
    counted = rows.group_by("category", "task").len("rows").collect()
    return counted.sort("rows", "category", descending=[True, False], nulls_last=True)


def _lengths(deployment: Deployment, recipe: str) -> pl.DataFrame:
    """Rows by the length of their completion: in the model's own tokens where they were counted, else in characters."""
    rows = deployment.scan("sft_dataset", recipe).select("response_id", "completion")
    verified = deployment.scan("verified_responses", recipe).select(
        "response_id", tokens=pl.col("generation").struct.field("completion_tokens")
    )
    joined = rows.join(verified, on="response_id", how="left").collect()
    tokens = joined["tokens"].fill_null(0)
    unit, values = (
        ("tokens", tokens) if tokens.sum() else ("characters", joined["completion"].str.len_chars())
    )
    if values.is_empty():
        return pl.DataFrame()
    step = max(int(values.max() or 0) // 30, 1)  # pyright: ignore[reportArgumentType]
    counted = pl.DataFrame({"from": values // step * step}).group_by("from").len("rows").sort("from")
    return counted.select(pl.lit(unit).alias("unit"), "from", (pl.col("from") + step).alias("to"), "rows")


def _pairs(deployment: Deployment, recipe: str) -> pl.DataFrame:
    """The finds of the detectors beside the benchmark's own text, the longest match first."""
    hits = deployment.scan("sft_dataset__contamination", recipe).collect()
    if hits.is_empty():
        return hits
    responses = (
        deployment.scan("verified_responses", recipe)
        .select("response_id", "instruction", "response")
        .collect()
    )
    problems = (
        deployment.scan("benchmarks")
        .select("benchmark", "problem_id", "question", "canonical_solution")
        .collect()
    )
    joined = hits.join(responses, on="response_id", how="left").join(
        problems, on=["benchmark", "problem_id"], how="left"
    )
    longest = pl.col("matched").cast(pl.String).str.len_chars().fill_null(0)
    return (
        joined.sort(longest, descending=True)
        .head(PAIRS)
        .select(
            "benchmark",
            "problem_id",
            "method",
            "matched",
            "instruction",
            "response",
            "question",
            "canonical_solution",
        )
    )


def _scores(deployment: Deployment, recipe: str) -> pl.DataFrame:
    wanted = ["benchmark", "task", "language", "k", "pass_at_k", "low", "high", "problems", "clean_pass_at_k"]
    wanted += ["clean_low", "clean_high", "clean_problems"]
    scores = deployment.scan("eval_scores", recipe).collect()
    return scores.select([name for name in wanted if name in scores.columns])


def _checkpoints(deployment: Deployment, recipe: str) -> pl.DataFrame:
    found = checkpoint_versions(deployment).filter(recipe=recipe)
    return found.select("checkpoint_id", "made", "current", "rows", "rows_taken_down")


def _stale(deployment: Deployment, recipe: str) -> pl.DataFrame:
    from pipeline_defs.expected_errors import is_expected

    try:
        return deployment.plan(recipe).frame()
    except Exception as error:
        if not is_expected(error):
            raise
        return pl.DataFrame(
            {"asset": [recipe], "partition": [None], "why": [f"no plan can be made: {error}"]}
        )


def _sample(deployment: Deployment, recipe: str) -> pl.DataFrame:
    rows = deployment.scan("sft_dataset", recipe).collect()
    drawn = rows.sample(min(SAMPLED, rows.height), seed=0, shuffle=True)
    return drawn.select(
        *("sft_id", "prompt", "completion", "language", "task", "engine", "proof"),
        *("repo", "commit", "path", "start_line", "end_line", "license"),
        *("file_id", "seed_id", "instruction_id", "response_id"),
    )


_SECTIONS: tuple[tuple[str, str, str, Callable[[Deployment, str], pl.DataFrame]], ...] = (
    ("funnel", "Funnel", "Rows in, kept and rejected at every step; nothing vanishes between them.", _funnel),
    ("languages", "Yields by language", "Rows of each artifact, and training rows a seed.", _by_language),
    ("verdicts", "Verdicts", "What the sandbox said of every response, by toolchain.", _asked("verdicts")),
    ("categories", "Categories and tasks", "What the training rows ask for.", _categories),
    ("lengths", "Lengths of the completions", "Training rows by length.", _lengths),
    (
        "licenses",
        "Licenses",
        "Rows of each artifact by the license of their file.",
        _asked("license_by_stage"),
    ),
    (
        "repositories",
        "Largest repositories",
        "Where most training rows come from.",
        _asked("largest_repositories"),
    ),
    (
        "contamination",
        "Contamination",
        "Benchmark problems found among candidate rows.",
        _asked("contamination"),
    ),
    ("pairs", "Worst pairs", "The longest finds, the row's text beside the benchmark's.", _pairs),
    ("costs", "Costs", "Tokens of the answers that are kept, for each training row.", _asked("cost_per_row")),
    (
        "models",
        "Models and their terms",
        "Who wrote the rows, and under which terms.",
        _asked("models_and_terms"),
    ),
    (
        "scores",
        "Scores",
        "Of the checkpoint, with 95 % intervals: all problems, and those not found in the data.",
        _scores,
    ),
    (
        "checkpoints",
        "Checkpoints",
        "What was trained on this data, and how much of it was taken down since.",
        _checkpoints,
    ),
    ("dumps", "Dumps", "What each dump brought.", _asked("dumps")),
    ("stale", "Out of date", "What a rebuild would make again, and why.", _stale),
    ("sample", "Twenty rows", "Drawn at random, each with its whole origin.", _sample),
)
