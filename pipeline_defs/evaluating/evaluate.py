"""Any model on any benchmarks, without a recipe: asked, cut, judged and scored as the asset `eval_scores` does it.

Answers and verdicts come from the deployment's row cache, so that a second evaluation pays for what is new in it. No
training rows are known here, so nothing is taken for contaminated: clean scores equal the raw ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import ValidationError

from assets.asking.asker import Asker
from assets.asking.spending import Spending
from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.registry import benchmark_files, load_benchmarks
from assets.benchmarks.source import as_source
from assets.eval_scores.differences import differences
from assets.eval_scores.evaluation import canonical_samples, checkpoint_samples
from assets.eval_scores.scores import score_table
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.tasks import chosen, split_name
from pipeline_defs.configuration.validation_messages import problems as problems_in
from pipeline_defs.graph.resources import build_resources
from resources.doors import DoorError
from resources.engines.base import EngineUnavailable
from resources.engines.deployment import Budget
from resources.engines.door import ENGINES
from resources.engines.spec import EngineSpec
from resources.languages import LANGUAGES

if TYPE_CHECKING:
    from pipeline_defs.configuration.settings import Settings

NO_CONTAMINATION = pl.DataFrame(schema={"benchmark": pl.String, "problem_id": pl.String})

Progress = Callable[[str, int, int], None]
"""Told what is done, how many of how many."""


@dataclass(frozen=True)
class Evaluated:
    """What came of an evaluation."""

    model: str
    scores: pl.DataFrame
    """A row a benchmark, task, language and k (columns of `eval_scores`)."""
    samples: pl.DataFrame
    """A row an answer: its problem, the answer, the code taken from it, the verdict (`eval_scores__samples`)."""
    failing_references: pl.DataFrame
    """Samples of the benchmarks' own solutions that do not pass here: no answer to those problems can."""
    calls: int
    """Answers that were computed, not taken from the cache."""

    def against(self, base: "Evaluated", seed: int = 0) -> pl.DataFrame:
        """How much more of the problems this model solves than `base` (`differences.DIFFERENCES`)."""
        return differences(self.samples, base.samples, seed)


def registered(
    settings: "Settings", names: Sequence[str], files: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Problems to evaluate `names` on, with those of all registered benchmarks, of which MBPP's splits are told.

    `files` are benchmarks by path beside the registered ones. Raises `BenchmarkError`.
    """
    given = {**settings.benchmarks, **{name: as_source(path) for name, path in (files or {}).items()}}
    wanted = {split_name(name)[0] for name in names}
    known = benchmark_files(given)
    if unknown := sorted(wanted - known.keys()):
        raise BenchmarkError(
            f"benchmark {unknown[0]!r} is not registered (registered: {', '.join(sorted(known))}); "
            f"give its file: -b {unknown[0]}=PATH"
        )
    return load_benchmarks(None if settings.benchmarks else sorted(wanted), given)


def engine_of(backend: str, model: str, settings: EvaluationSettings, **more: Any) -> EngineSpec:
    """The engine that runs `model` for an evaluation; `more` are fields of its spec.

    Raises `EngineUnavailable` for a backend that is none or runs no model, and for a field that it does not have.
    """
    form = "base" if settings.prompt_style == "completion" else "instruct"
    try:
        wanted = ENGINES.open(backend).settings
    except DoorError as error:
        raise EngineUnavailable(str(error)) from error
    if "model" not in wanted.model_fields:
        raise EngineUnavailable(f"engine {backend!r} runs no model that could be scored")
    given = {"model": model, "form": form, **more}
    try:
        return wanted.model_validate(given)
    except ValidationError as error:
        lines = problems_in(error, wanted, given)
        raise EngineUnavailable("\n".join([f"engine {backend} cannot be opened so", *lines])) from error


def evaluate(
    settings: "Settings",
    model: str,
    problems: pl.DataFrame,
    evaluation: EvaluationSettings,
    *,
    backend: str = "transformers",
    languages: Sequence[str] | None = None,
    limit: int | None = None,
    progress: Progress = lambda _what, _done, _of: None,
    engine: Mapping[str, Any] | None = None,
) -> Evaluated:
    """Score `model` (folder, hub id, or name on a server) on those of `problems` that `evaluation` names.

    `limit` takes that many problems of each benchmark, spread evenly over it; `engine` are more fields of the engine's
    spec, such as a revision. Raises `BenchmarkError`, `EngineUnavailable`, `SandboxUnavailable`.
    """
    asked = chosen(
        problems,
        evaluation.benchmarks,
        languages or list(LANGUAGES),
        evaluation.released_from,
        evaluation.released_until,
        evaluation.mbpp_split,
    )
    if limit is not None:
        asked = spread(asked, limit)
    resources = build_resources(settings)
    cache = resources["row_cache"].for_user(f"evaluate/{model}")
    spec = engine_of(backend, model, evaluation, **(engine or {}))
    spending = Spending(settings.engines.prices, Budget())
    with resources["sandbox"].open() as sandbox:
        for language in asked["language"].unique().sort():
            sandbox.identity(language)  # a language without a toolchain is refused before a model is asked
        proof = canonical_samples(asked, evaluation, sandbox, cache)
        with resources["engines"].open(spec) as opened:
            asker = Asker(opened, cache, lambda done, of: progress("answers", done, of), spec.form, spending)
            samples = checkpoint_samples(
                asked, evaluation, asker, sandbox, cache, NO_CONTAMINATION, checkpoint_id=model
            )
    return Evaluated(
        model,
        score_table(samples, evaluation.k, seed=evaluation.seed, preset=evaluation.preset),
        samples,
        proof.filter(~pl.col("passed") & ~pl.col("unverified")),
        sum(call.computed for call in asker.calls),
    )


def spread(problems: pl.DataFrame, limit: int) -> pl.DataFrame:
    """`limit` problems of each benchmark, task and language, at even distances in the file's order.

    Raises `BenchmarkError` for a limit below 1.
    """
    if limit < 1:
        raise BenchmarkError(f"a limit of {limit} problems leaves nothing to score; give 1 or more")
    group = ["benchmark", "task", "language"]
    number, of = pl.int_range(pl.len()).over(group), pl.len().over(group)
    # the first of each of `limit` equal parts of the file
    takes = (number * limit) // of != ((number - 1) * limit) // of
    return problems.filter((number == 0) | takes)
