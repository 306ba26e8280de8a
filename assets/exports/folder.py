"""The files of an export: data in the form that was asked for, card, notice, license texts, funnel, chat template."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from assets.exports import card, notice, training_template
from assets.exports.card import Contents
from assets.exports.forms import FORMS, ORIGIN, origin, shaped
from assets.exports.lengths import open_tokenizer
from assets.exports.papers import CROISSANT, EU_SUMMARY, SPDX, Stated
from assets.exports.papers.croissant import croissant
from assets.exports.papers.eu_summary import eu_summary
from assets.exports.papers.spdx import spdx
from assets.exports.settings import ExportSettings
from assets.exports.split import TEST, TRAIN
from assets.exports.writing import shards

FUNNEL = "funnel.csv"


@dataclass(frozen=True)
class Data:
    """The data files of an export and what the card says of them."""

    files: Mapping[str, bytes]
    columns: Mapping[str, str]
    """Column to meaning."""
    configs: Mapping[str, Mapping[str, list[str]]]
    """Configuration to split to paths; the first is the default."""
    executable: frozenset[str] = field(default_factory=frozenset)
    """Paths of scripts."""


def conversations(rows: pl.DataFrame, settings: ExportSettings) -> Data:
    """The data files of a form of conversations."""
    form = FORMS[settings.format]
    files: dict[str, bytes] = {}
    splits: dict[str, list[str]] = {}
    for split in (TRAIN, TEST):
        part = rows.filter(split=split)
        if part.is_empty():
            continue
        made = shards(shaped(part, form), split, settings.shard_rows, lines=form.lines)
        splits[split] = sorted(made)
        files |= made
        if form.lines:
            files |= shards(origin(part), split, settings.shard_rows, folder="origin")
    columns = form.columns if form.lines else form.columns | ORIGIN
    return Data(files, columns, {"default": splits})


def explained(data: Data, contents: Contents) -> dict[str, bytes]:
    """All files of the folder: those of `data`, and what explains them."""
    rows, settings = contents.rows, contents.settings
    files = dict(data.files)
    files[FUNNEL] = contents.funnel.write_csv().encode()
    files[notice.FILE] = notice.notice(rows).encode()
    files |= notice.license_texts(rows["license"].drop_nulls().unique().to_list())
    if settings.format == "messages":
        own = None
        if settings.tokenizer is not None:
            own = open_tokenizer(settings).chat_template
        text = training_template.training_template(settings.chat_template, own)
        files[training_template.FILE] = text.encode()
    files[card.FILE] = card.card(replace(contents, columns=data.columns, configs=data.configs)).encode()
    return files


def papers_of(data: Data, stated: Stated) -> dict[str, bytes]:
    """The papers about `data`; `stated` has its columns and the digests of its files."""
    listed = [path for splits in data.configs.values() for paths in splits.values() for path in paths]
    schemas = {path: _schema(path, data.files[path]) for path in listed}
    return {
        CROISSANT: croissant(stated, schemas).encode(),
        SPDX: spdx(stated).encode(),
        EU_SUMMARY: eu_summary(stated).encode(),
    }


def _schema(path: str, content: bytes) -> pl.Schema:
    if path.endswith(".jsonl"):
        return pl.read_ndjson(content, n_rows=1).schema
    return pl.read_parquet_schema(io.BytesIO(content))  # pyright: ignore[reportReturnType]
