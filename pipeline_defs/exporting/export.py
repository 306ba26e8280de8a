"""An export from a deployment: its recipes' rows chosen, written as a folder, recorded in its store."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import polars as pl

from assets.audit.questions import ask
from assets.exports.card import Contents, reasons_left
from assets.exports.choice import choose
from assets.exports.facts import RecipeFacts, corpus_counts, recipe_facts
from assets.exports.folder import Data, conversations, explained, papers_of
from assets.exports.harbor.data import harbor
from assets.exports.papers import FILES, Stated
from assets.exports.record import Made, write_record
from assets.exports.rows import export_rows
from assets.exports.settings import ExportSettings
from assets.exports.tasks import tasks
from assets.exports.writing import refuse_foreign_folder, write_folder
from assets.raw_corpus.asset import read_take_downs
from assets.rows.ledger import Ledger
from assets.rows.outcome import no_rejections
from pipeline_defs.configuration.setting_groups import ModelTerms
from pipeline_defs.deployment import Deployment
from pipeline_defs.exporting.push import push
from pipeline_defs.recipes.model import Recipe
from resources.model_folder import public_name


@dataclass(frozen=True)
class Exported:
    """An export that was made: its folder, its files with their SHA-256, its rows, how many left at which step, and
    the address of the commit where it was pushed."""

    folder: Path
    export_id: str
    files: Mapping[str, str]
    rows: pl.DataFrame
    funnel: pl.DataFrame
    pushed: str | None = None


def export(
    deployment: Deployment,
    recipes: Sequence[Recipe],
    to: Path,
    settings: ExportSettings,
    *,
    title: str | None = None,
    papers: bool = False,
    push_to: str | None = None,
    private: bool = True,
    date: datetime.date | None = None,
) -> Exported:
    """Write the training rows of `recipes` to the folder `to` and record it; see `Deployment.export`."""
    refuse_foreign_folder(to)
    store = deployment.store()
    take_downs = read_take_downs(deployment.settings.raw_corpus, deployment.settings.s3)
    ordered = sorted(recipes, key=lambda recipe: recipe.name)
    ledger = Ledger()
    rows = choose(
        pl.concat([export_rows(store, recipe.name, take_downs) for recipe in ordered]), settings, ledger
    )
    data, rows = _data(rows, settings, ledger)
    facts = [facts_of(deployment, recipe) for recipe in ordered]
    rejected = pl.concat(ledger.rejections) if ledger.rejections else no_rejections()
    names = ", ".join(recipe.name for recipe in ordered)
    contents = Contents(
        title=title or f"Code instructions from {names}",
        rows=rows,
        settings=settings,
        recipes=facts,
        funnel=reasons_left(ledger.funnel(), rejected),
        columns={},
        configs={},
        terms={public_name(name): _in_words(one) for name, one in deployment.settings.model_terms.items()},
        seedline=version("seedline"),
        papers=FILES if papers else (),
    )
    contents = replace(contents, columns=data.columns, configs=data.configs)
    files = explained(data, contents)
    if papers:
        stated = Stated(
            contents=contents,
            files=_digests(data.files),
            date=(date or datetime.datetime.now(datetime.UTC).date()).isoformat(),
            corpus=corpus_counts(store),
            take_down_rules=take_downs.rules.height,
        )
        files |= papers_of(data, stated)
    write_folder(to, files, data.executable)
    digests = _digests(files)
    pushed = None if push_to is None else push(to, files, push_to, private=private)
    made = Made(
        rows=rows,
        files=digests,
        settings=settings,
        recipes=facts,
        place=str(to.absolute()),
        made_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seedline=contents.seedline,
        pushed_to=pushed,
    )
    return Exported(to, write_record(store, made), digests, rows, contents.funnel, pushed)


def _in_words(terms: ModelTerms) -> str:
    """Terms of a model with where they stand and when they were read."""
    return ", ".join(part for part in (terms.terms, terms.url, terms.date and f"as of {terms.date}") if part)


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def _data(rows: pl.DataFrame, settings: ExportSettings, ledger: Ledger) -> tuple[Data, pl.DataFrame]:
    """The data files in the form that was asked for, and the rows that are in them."""
    if settings.format == "harbor":
        return harbor(rows, settings, ledger)
    return (tasks if settings.format == "rlvr" else conversations)(rows, settings), rows


def facts_of(deployment: Deployment, recipe: Recipe) -> RecipeFacts:
    """What a recipe's file and its tables say of it."""
    store = deployment.store()
    funnel = ask("yield_funnel", store, recipe.name)
    steps = funnel.select("artifact", "step", "unit", "rows_in", "kept", "rejected").unique(
        maintain_order=True
    )
    stages = {
        "instructions": recipe.instructions.method,
        "responses": recipe.responses.method,
        "verification": recipe.verification.method,
        "final form": recipe.sft.form.form,
    }
    methods = recipe.sft.decontamination.methods
    more = ["paraphrase"] if recipe.sft.decontamination.paraphrases is not None else []
    return recipe_facts(
        store,
        recipe.name,
        description=recipe.description,
        links=recipe.links,
        methods=stages,
        decontamination=[*methods, *more],
        funnel=steps.with_columns(pl.col("rows_in", "kept", "rejected").cast(pl.Int64)),
        prices=deployment.settings.engines.prices,
    )
