"""The asset `checkpoint`: a base model fine-tuned on the recipe's training rows, all its languages together."""

from pathlib import Path

import dagster as dg
import polars as pl

from assets.checkpoint.card import card
from assets.checkpoint.identity import (
    checkpoint_id,
    corpus_sample,
    rows_digest,
    tiny_model_id,
)
from assets.checkpoint.plot import loss_plot
from assets.checkpoint.settings import CheckpointSettings, NamedModel
from assets.checkpoint.stages import altogether, training_stages
from assets.checkpoint.table import TABLE, checkpoint_row
from assets.publishing.plots import png_markdown
from assets.publishing.progress import LogProgress
from assets.publishing.publication import Materialized, publish
from assets.publishing.recipe_assets import RecipeAssets
from resources.model_folder import located, model_digest
from resources.model_licenses import license_of
from resources.parquet_store import ParquetStore
from resources.parquet_store.io_manager import ParquetIOManager
from resources.trainer.base import OnProgress, Progress, Trainer, TrainingSettings
from resources.trainer.chat_templates import template_digest
from resources.trainer.resource import TrainerResource

ARTIFACT = "checkpoint"
VERSION = "4"


def build(shared: RecipeAssets, settings: CheckpointSettings) -> dg.AssetsDefinition:
    """The asset of one recipe."""
    languages = dg.SpecificPartitionsPartitionMapping(list(shared.languages))
    beside = {"raw_corpus": dg.AssetIn("raw_corpus", partition_mapping=languages)}
    if settings.first_stage is not None:
        beside["instructions"] = dg.AssetIn(shared.key("instructions"))

    @shared.asset(
        ARTIFACT,
        TABLE,
        version=VERSION,
        output=True,
        settings=[settings, *(template_digest(one.chat_template) for one in trainings(settings))],
        kinds=["pytorch", "huggingface"],
        partitioned=False,
        expensive=True,
        ins={"sft_dataset": dg.AssetIn(shared.key("sft_dataset")), **beside},
        pool="gpu",
    )
    def checkpoint(
        context: dg.AssetExecutionContext,
        sft_dataset: pl.LazyFrame,
        store: dg.ResourceParam[ParquetIOManager],
        trainer: TrainerResource,
        **beside: pl.LazyFrame,
    ) -> Materialized:
        """A model folder (safetensors, tokenizer, chat template) trained on the completions of the SFT set."""
        columns = ["sft_id", "instruction_id", "prompt", "completion", "messages", "license"]
        rows = sft_dataset.select(columns).collect()
        stages = training_stages(rows, settings, beside.get("instructions"))
        if not stages:
            raise dg.Failure(
                f"{shared.recipe}/sft_dataset has no rows to train on; its funnel shows where they went "
                f"(seedline audit yield_funnel --recipe {shared.recipe})"
            )
        if len(stages) < len(trainings(settings)):
            context.log.warning(
                f"one training in place of two: all {rows.height} rows belong to "
                f"{'the first stage' if stages[0][1] is settings.first_stage else 'the second'}. The second takes rows "
                "that evolved or came ready (a dump of the kind ready-rows), the first all others"
            )
        progress = _logged(context)
        local = trainer.open()
        base, of_base = base_model(local, trainer, settings, beside["raw_corpus"], progress)
        revision = settings.base_model.revision if isinstance(settings.base_model, NamedModel) else None
        known, address, results, published = base, of_base, [], ""
        for ordered, training in stages:
            made = checkpoint_id(ordered, known, training, settings.trainer)
            results.append(
                local.train(
                    ordered,
                    training,
                    trainer.folder(made),
                    base=address,
                    model_id=made,
                    revision=revision,
                    trainer=settings.trainer,
                    on_progress=progress,
                )
            )
            published = trainer.publish(made)
            known, address, revision = {"model": "stage", "revision": made}, str(results[-1].folder), None
        result = altogether(results)
        row = checkpoint_row(
            result,
            settings,
            base,
            recipe=shared.recipe,
            weights=published,
            rows=rows,
            rows_digest=rows_digest(pl.concat([ordered for ordered, _ in stages])),
            base_license=license_of(base["model"], Path(of_base)),
            data=data_versions(store.store(), shared),
        )
        trainer.put_card(published, card(row.row(0, named=True)))
        curve = loss_plot(
            result.curve, result.loss_before, result.loss_after, result.loss_on, result.evaluations
        )
        return publish(
            context,
            store,
            TABLE,
            row,
            metadata={
                "weights": dg.MetadataValue.path(published),
                "training_rows": rows.height,
                "trainings": len(stages),
                "loss_before": result.loss_before,
                "loss_after": result.loss_after,
                "parameters": result.parameters,
                "steps": result.steps,
                "training_seconds": round(result.seconds, 1),
                "trained_before": result.reused,
                **({} if result.resumed_from is None else {"resumed_from_step": result.resumed_from}),
                "loss_curve": dg.MetadataValue.md(png_markdown("loss curve", curve)),
            },
        )

    return checkpoint


def trainings(settings: CheckpointSettings) -> list[TrainingSettings]:
    """The trainings of a checkpoint in their order."""
    return [one for one in (settings.first_stage, settings.training) if one is not None]


def base_model(
    local: Trainer,
    trainer: TrainerResource,
    settings: CheckpointSettings,
    corpus: pl.LazyFrame,
    progress: OnProgress,
) -> tuple[dict[str, str], str]:
    """What identifies the base model, and its folder or hub id; a tiny one is made from the corpus."""
    chosen = settings.base_model
    if isinstance(chosen, NamedModel):
        folder = Path(located(chosen.model)).expanduser()
        digest = model_digest(folder) if folder.is_dir() else chosen.revision or "default branch"
        return {"model": chosen.model, "revision": digest}, str(folder) if folder.is_dir() else chosen.model
    texts = corpus_sample(corpus, settings.corpus_sample_bytes)
    made = tiny_model_id(chosen, texts)
    result = local.make_base(texts, chosen, trainer.folder(made), model_id=made, on_progress=progress)
    trainer.publish(made)
    return {"model": "tiny", "revision": made}, str(result.folder)


def data_versions(store: ParquetStore, shared: RecipeAssets) -> dict[str, str]:
    """Digest of the rows of each table of the recipe's data set, by its address."""
    found = store.partitions(tuple(shared.key("sft_dataset").path))
    return {
        str(one): store.digest(one)
        for one in found
        if dict(one.partition).get("language") in shared.languages
    }


def _logged(context: dg.AssetExecutionContext) -> OnProgress:
    told = LogProgress(context.log, "training steps", every_s=float("inf"))  # the log has the loss too

    def note(progress: Progress) -> None:
        context.log.info(
            f"{progress.phase}: step {progress.step} of {progress.steps}, loss {progress.loss:.3f}, "
            f"{progress.tokens_per_second:,.0f} tokens/s, about {progress.seconds_left:,.0f} s left"
        )
        told(progress.step, progress.steps)

    return note
