"""A checkpoint handed on: its folder copied whole, with a card of what is known of it now, and pushed where asked."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.checkpoint.card import card
from assets.exports.settings import ExportError
from assets.exports.writing import SUMS
from pipeline_defs.deployment import Deployment
from pipeline_defs.exporting.push import push
from pipeline_defs.graph.resources import build_resources
from pipeline_defs.recipes.model import Recipe
from pipeline_defs.stored.versions import checkpoint_versions
from resources.digests import file_sha256
from resources.model_folder import CARD, MANIFEST, RECORD, BrokenModelFolder, check_against_manifest
from resources.parquet_store import MissingTableError, TableAddress
from resources.whole_files import put_folder_in_place


@dataclass(frozen=True)
class ExportedModel:
    """A checkpoint that was handed on: its folder, its files, rows of its data that were taken down since, and the
    address of the commit where it was pushed."""

    folder: Path
    checkpoint_id: str
    files: tuple[str, ...]
    rows_taken_down: int
    scored: bool
    pushed: str | None = None


def export_model(
    deployment: Deployment, recipe: Recipe, to: Path, *, push_to: str | None = None, private: bool = True
) -> ExportedModel:
    """Write the checkpoint of `recipe` to the folder `to`; see `Deployment.export_model`."""
    store = deployment.store()
    try:
        [made] = store.scan(TableAddress((recipe.name, "checkpoint"))).collect().to_dicts()
    except MissingTableError as error:
        raise ExportError(
            f"recipe {recipe.name} has no checkpoint yet: seedline materialize --recipe {recipe.name}"
        ) from error
    _refuse_another(to, made["checkpoint_id"])
    scores = _scores(deployment, recipe.name, made["checkpoint_id"])
    taken_down = _taken_down(deployment, recipe.name, made["checkpoint_id"])
    terms = deployment.settings.model_terms.get(made["base_model"])
    text = card(made, scores, rows_taken_down=taken_down, base_license=terms.terms if terms else None)
    try:
        source = build_resources(deployment.settings)["trainer"].fetched(made["weights"])
        files = _copied(source, to, text)
    except BrokenModelFolder as error:
        raise ExportError(f"{error}; materialize the checkpoint again") from error
    pushed = None if push_to is None else push(to, files, push_to, private=private, kind="model")
    scored = scores is not None
    return ExportedModel(to, made["checkpoint_id"], tuple(sorted(files)), taken_down, scored, pushed)


def _scores(deployment: Deployment, recipe: str, checkpoint_id: str) -> pl.DataFrame | None:
    """The scores of this checkpoint; None where those that are stored are another's, or there are none."""
    try:
        scores = deployment.store().scan(TableAddress((recipe, "eval_scores"))).collect()
    except MissingTableError:
        return None
    own = scores.filter(pl.col("checkpoint_id") == checkpoint_id)
    return own if own.height else None


def _taken_down(deployment: Deployment, recipe: str, checkpoint_id: str) -> int:
    known = checkpoint_versions(deployment).filter(recipe=recipe, checkpoint_id=checkpoint_id)
    return int(known["rows_taken_down"].max() or 0)  # pyright: ignore[reportArgumentType]


def _refuse_another(to: Path, checkpoint_id: str) -> None:
    """A folder is renewed where it holds a model that was handed on before, and else has to be empty."""
    if to.exists() and any(to.iterdir()) and not (to / SUMS).is_file():
        raise ExportError(
            f"{to} is not empty and holds no model that was exported: give another folder for {checkpoint_id}"
        )


def _copied(source: Path, to: Path, text: str) -> list[str]:
    """The model's files in `to`, whole or not at all; neither its manifest nor how its training went is handed on."""
    check_against_manifest(source)
    partial = to.with_name(f".{to.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    left_out = shutil.ignore_patterns(MANIFEST, RECORD, ".*")
    try:
        shutil.copytree(source, partial, ignore=left_out)
        (partial / CARD).write_text(text, encoding="utf-8")
        names = sorted(path.relative_to(partial).as_posix() for path in partial.rglob("*") if path.is_file())
        sums = "".join(f"{file_sha256(partial / name)}  {name}\n" for name in names)
        (partial / SUMS).write_text(sums, encoding="utf-8")
        put_folder_in_place(partial, to.absolute())
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return names
