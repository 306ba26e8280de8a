"""The asset `eval_scores`: pass@k of the recipe's checkpoint, raw and clean, with every judged sample beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.asking.model_calls import asking, call_metadata
from assets.asking.prompts import prompts_digest
from assets.checkpoint.card import card
from assets.eval_scores.against_base import BASE, asked_of_base, base_of
from assets.eval_scores.differences import differences
from assets.eval_scores.evaluation import CANONICAL, canonical_samples, checkpoint_samples
from assets.eval_scores.regression import compared, fallen, previous_samples
from assets.eval_scores.scores import score_table, scores_by_month
from assets.eval_scores.settings import EvaluationSettings
from assets.eval_scores.table import TABLE
from assets.eval_scores.tasks import SEPARATOR, chosen, joined_name
from assets.publishing.markdown import markdown_table
from assets.publishing.plots import bar_plot, png_markdown
from assets.publishing.publication import Materialized, cache_of, publish
from assets.publishing.recipe_assets import RecipeAssets
from resources.engines.resource import EnginesResource
from resources.engines.spec import TransformersSpec, VllmServerSpec, VllmSpec
from resources.model_folder import BrokenModelFolder
from resources.parquet_store import ParquetStore, TableAddress
from resources.parquet_store.io_manager import ParquetIOManager
from resources.row_cache.resource import RowCacheResource
from resources.sandbox.resource import SandboxResource
from resources.trainer.resource import TrainerResource

ARTIFACT = "eval_scores"
VERSION = "9"
ENGINES: dict[str, type[TransformersSpec | VllmSpec | VllmServerSpec]] = {
    "transformers": TransformersSpec,
    "vllm": VllmSpec,
    "vllm_server": VllmServerSpec,
}
CANONICAL_CHECK = "canonical_solutions_pass"
NO_FEWER_CHECK = "no_fewer_problems_solved"
ABLE_CHECK = "tests_can_fail"


def build(shared: RecipeAssets, settings: EvaluationSettings) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    key = shared.key(ARTIFACT)
    canonical = dg.AssetCheckSpec(
        CANONICAL_CHECK,
        asset=key,
        blocking=True,
        description="The benchmarks' own solutions score 100 % on the same path from answer to verdict.",
    )

    able = dg.AssetCheckSpec(
        ABLE_CHECK,
        asset=key,
        description="No problem's tests hold for an answer that does nothing.",
    )

    no_fewer = dg.AssetCheckSpec(
        NO_FEWER_CHECK,
        asset=key,
        description="The checkpoint solves no fewer problems than the previous one: the 95 % interval of the paired "
        "difference does not lie below 0.",
    )

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        output=True,
        settings=[settings, prompts_digest("assets.eval_scores")],
        kinds=["huggingface", "bubblewrap"],
        partitioned=False,
        expensive=True,
        ins={
            "checkpoint": dg.AssetIn(shared.key("checkpoint")),
            "benchmarks": dg.AssetIn("benchmarks"),
            "sft_dataset": dg.AssetIn(shared.key("sft_dataset")),
        },
        check_specs=[canonical, able, no_fewer],
        pool="gpu",
    )
    def eval_scores(
        context: dg.AssetExecutionContext,
        checkpoint: pl.LazyFrame,
        benchmarks: pl.LazyFrame,
        sft_dataset: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        row_cache: RowCacheResource,
        engines: dg.ResourceParam[EnginesResource],
        sandbox: SandboxResource,
        trainer: TrainerResource,
    ) -> Materialized:
        """pass@k with 95 % intervals: over all problems, and without those found in the training rows."""
        before = previous_samples(store.store(), TableAddress.of((*key.path[:-1], f"{ARTIFACT}__samples")))
        trained = checkpoint.collect().row(0, named=True)
        model = whole_model(
            store.store(),
            TableAddress.of(tuple(shared.key("checkpoint").path)),
            lambda: trainer.fetched(trained["weights"]),
        )
        problems = chosen(
            benchmarks.collect(),
            settings.benchmarks,
            shared.languages,
            settings.released_from,
            settings.released_until,
            settings.mbpp_split,
        )
        contaminated = sft_dataset.select(pl.col("contamination").explode().struct.unnest()).collect()
        cache = cache_of(context, row_cache)
        # the checkpoint is asked as the recipe says, whatever it was trained from
        spec = ENGINES[settings.backend](
            model=str(model), form="base" if settings.prompt_style == "completion" else "instruct"
        )
        with (
            asking(context, engines, row_cache, spec, what="answers", budgeted=False) as asker,
            sandbox.open() as judge,
        ):
            samples = checkpoint_samples(
                problems, settings, asker, judge, cache, contaminated, checkpoint_id=trained["checkpoint_id"]
            )
            proof = canonical_samples(problems, settings, judge, cache)
        beside: dict[str, pl.DataFrame] = {}
        if settings.against_base is not None:
            own = asked_of_base(settings)
            form = "base" if own.prompt_style == "completion" else "instruct"
            base = ENGINES[settings.backend].model_validate(
                {**base_of(trained, trainer.folder), "form": form}
            )
            with (
                asking(
                    context, engines, row_cache, base, what="answers of the base model", budgeted=False
                ) as ask,
                sandbox.open() as judge,
            ):
                answered = checkpoint_samples(
                    problems, own, ask, judge, cache, contaminated, checkpoint_id=BASE
                )
            compared_with_base = differences(samples, answered, settings.seed)
            beside = {"base_samples": answered, "against_base": compared_with_base}
        scores = score_table(samples, settings.k, seed=settings.seed, preset=settings.preset)
        trainer.put_card(trained["weights"], card(trained, scores))
        by_month = scores_by_month(samples, seed=settings.seed)
        failed = proof.filter(~pl.col("passed"))
        everything = pl.concat([samples, proof])
        empty = everything.filter(pl.col("reason").is_not_null())
        empty = empty.select("benchmark", "problem_id", "task", "language", "reason").unique().sort(pl.all())
        return publish(
            context,
            store,
            TABLE,
            scores,
            beside={"samples": everything, **beside},
            metadata={
                **call_metadata(asker, scores.height),
                **{_score_name(row): row["pass_at_k"] for row in scores.to_dicts()},
                **_months_metadata(by_month),
                **_against_base_metadata(beside),
                "scores": dg.MetadataValue.md(markdown_table(scores.drop("score_id", "checkpoint_id"))),
            },
            comparisons=[_no_fewer_solved(key, compared(samples, before, settings.seed))],
            checks=[
                dg.AssetCheckResult(
                    check_name=CANONICAL_CHECK,
                    asset_key=key,
                    passed=failed.is_empty(),
                    description=f"{proof.height - failed.height} of {proof.height} {CANONICAL} solutions pass",
                    metadata={
                        "failed": dg.MetadataValue.md(
                            markdown_table(failed.select("problem_id", "verdict", "detail"))
                        )
                    },
                ),
                dg.AssetCheckResult(
                    check_name=ABLE_CHECK,
                    asset_key=key,
                    passed=empty.is_empty(),
                    severity=dg.AssetCheckSeverity.WARN,
                    description=f"{empty.height} problems' tests also hold for an answer that does nothing",
                    metadata={"problems": dg.MetadataValue.md(markdown_table(empty))},
                ),
            ],
        )

    return eval_scores


def _no_fewer_solved(key: dg.AssetKey, changes: pl.DataFrame) -> dg.AssetCheckResult:
    fell = fallen(changes)
    shown = markdown_table(changes) if changes.height else "_nothing was scored before_"
    return dg.AssetCheckResult(
        check_name=NO_FEWER_CHECK,
        asset_key=key,
        passed=not fell,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(fell) or f"{changes.height} scores compared with the previous ones",
        metadata={"differences": dg.MetadataValue.md(shown)},
    )


def whole_model(store: ParquetStore, checkpoint: TableAddress, fetch: Callable[[], Path]) -> Path:
    """The folder that `fetch` gives, with all files as they were trained.

    Raises `dg.Failure` where they are not; the checkpoint counts as out of date then, and is trained again.
    """
    try:
        return fetch()
    except BrokenModelFolder as error:
        store.damage.write(checkpoint, store.storage.version(store.uri(checkpoint)) or "", str(error))
        raise dg.Failure(f"{error}; nothing was evaluated, materialize the checkpoint again") from error


def _score_name(row: dict[str, Any]) -> str:
    asked = joined_name(row["benchmark"], row["task"]).replace(SEPARATOR, "_")
    return f"{asked}_{row['language']}_pass_at_{row['k']}"


def _against_base_metadata(beside: dict[str, pl.DataFrame]) -> dict[str, dg.MetadataValue]:
    """The differences to the base model, where it was asked."""
    if "against_base" not in beside:
        return {}
    return {"against_base": dg.MetadataValue.md(markdown_table(beside["against_base"]))}


def _months_metadata(by_month: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    """A picture of the score by month of release, where a benchmark's problems have one."""
    if by_month.is_empty():
        return {}
    labelled = by_month.with_columns(
        pl.format("{} {} ({} problems)", "benchmark", "month", "problems").alias("month")
    )
    return {
        "scores_by_month": dg.MetadataValue.md(
            png_markdown("pass@1 by month of release", bar_plot(labelled, "month", "pass_at_k"))
        )
    }
