"""`seedline sources`: where files would come from, and what they would bring, before anything is kept."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from assets.raw_corpus.survey import Survey, survey_files
from pipeline_defs.resources import build_resources
from pipeline_defs.settings import Settings, load_settings
from resources.corpus_source.backends import open_source
from resources.corpus_source.base import CorpusSource, SourceError
from resources.corpus_source.resource import CorpusSourcesResource
from resources.corpus_source.settings import Directory, Dump


class Kind(StrEnum):
    """Kinds of sources that a path can be."""

    DIRECTORY = "directory"
    DUMP = "dump"


def sources(
    name: Annotated[
        str | None,
        typer.Argument(help="A dump of the settings, or a path or s3:// address; none: list the dumps."),
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(
            help="What a path is. Unless said: a folder is a directory, a file and s3:// are dumps."
        ),
    ] = None,
    files: Annotated[
        int | None, typer.Option("-n", "--files", min=1, help="Look at the first so many files only.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The counts as JSON lines.")] = False,
) -> None:
    """Say where files come from and count what they would bring: languages, licenses, sizes, rejections.

    Reads the source through, and keeps nothing.
    """
    settings = load_settings()
    if name is None:
        _list(settings)
        return
    source = _open(settings, name, kind)
    survey = survey_files(source.read(), settings.corpus, settings.raw_corpus.allow, files)
    if json:
        print(survey.kept.write_ndjson() + survey.rejected.write_ndjson(), end="")
        return
    _print(Console(), name, source, survey)


def _open(settings: Settings, name: str, kind: Kind | None) -> CorpusSource:
    known: CorpusSourcesResource = build_resources(settings)["corpus_sources"]
    is_place = name.startswith("s3://") or Path(name).exists()
    if kind is None and (name in settings.dumps.named or not is_place):
        return known.open(name)
    if kind is None:
        kind = Kind.DIRECTORY if Path(name).is_dir() else Kind.DUMP
    chosen = Directory(path=name) if kind is Kind.DIRECTORY else Dump(path=name)
    return open_source(chosen, settings.s3)


def _list(settings: Settings) -> None:
    known: CorpusSourcesResource = build_resources(settings)["corpus_sources"]
    folder = settings.dumps.folder
    found = (
        sorted(place.name for place in folder.iterdir() if place.is_dir())
        if folder and folder.is_dir()
        else []
    )
    table = Table("dump", "kind", "what it is")
    for name in dict.fromkeys([*settings.dumps.named, *found]):
        try:
            about = known.open(name).describe()
        except SourceError as error:
            about = {"kind": "", "error": str(error)}
        table.add_row(
            name, str(about.pop("kind")), ", ".join(f"{key}: {_short(value)}" for key, value in about.items())
        )
    Console().print(table)
    Console().print(
        "`seedline sources NAME` counts the files of one; NAME may also be a path or an s3:// address."
    )


def _print(console: Console, name: str, source: CorpusSource, survey: Survey) -> None:
    for key, value in source.describe().items():
        console.print(f"{key}: {_short(value)}", highlight=False, markup=False)
    share = "" if survey.complete else " (stopped there, as asked)"
    console.print(f"{survey.read} files read{share}\n", highlight=False)
    by_language = (
        survey.kept.group_by("language").agg(pl.col("files", "bytes").sum()).sort("files", descending=True)
    )
    console.print(_table("languages", by_language))
    by_license = survey.kept.group_by("license", "license_source", "allowed").agg(
        pl.col("files", "bytes").sum()
    )
    console.print(
        _table(
            "licenses, where they are declared, and whether the policy allows them",
            by_license.sort("files", descending=True),
        )
    )
    console.print(_table("not taken in", survey.rejected))


def _table(title: str, rows: pl.DataFrame) -> Table:
    table = Table(title=title, title_justify="left")
    for column in rows.columns:
        table.add_column(column, justify="right" if rows.schema[column].is_integer() else "left")
    for row in rows.iter_rows(named=True):
        table.add_row(*(_cell(column, value) for column, value in row.items()))
    return table


def _cell(column: str, value: object) -> str:
    if value is None:
        return "not known" if column == "license" else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _short(value: object) -> str:
    if isinstance(value, dict) and len(value) > 6:
        return f"{len(value)}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items()) or "none"
    return str(value)
