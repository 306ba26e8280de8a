"""`seedline sources`: where files would come from, and what they would bring, before anything is kept."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from assets.raw_corpus.survey import Survey, survey_files
from pipeline_defs.commands.output import AsCsv, AsJson, Output, print_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.configuration.settings import Settings, load_settings
from pipeline_defs.graph.resources import build_resources
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
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Say where files come from and count what they would bring: languages, licenses, sizes, rejections.

    Reads the source through, and keeps nothing.
    """
    output, settings = Output(json, csv), load_settings()
    if name is None:
        _list(settings, output)
        return
    source = _open(settings, name, kind)
    survey = survey_files(source.read(), settings.corpus, settings.raw_corpus.allow, files)
    if not output.for_people:
        output.table(pl.concat([survey.kept, survey.rejected], how="diagonal"))
        return
    _print(output.console, source, survey)


def _open(settings: Settings, name: str, kind: Kind | None) -> CorpusSource:
    known: CorpusSourcesResource = build_resources(settings)["corpus_sources"]
    is_place = name.startswith("s3://") or Path(name).exists()
    if kind is None and (name in settings.dumps.named or not is_place):
        return known.open(name)
    if kind is None:
        kind = Kind.DIRECTORY if Path(name).is_dir() else Kind.DUMP
    chosen = Directory(path=name) if kind is Kind.DIRECTORY else Dump(path=name)
    return open_source(chosen, settings.s3)


def _list(settings: Settings, output: Output) -> None:
    known: CorpusSourcesResource = build_resources(settings)["corpus_sources"]
    folder = settings.dumps.folder
    found = (
        sorted(place.name for place in folder.iterdir() if place.is_dir())
        if folder and folder.is_dir()
        else []
    )
    rows = []
    for name in dict.fromkeys([*settings.dumps.named, *found]):
        try:
            about = known.open(name).describe()
        except SourceError as error:
            about = {"kind": "", "error": str(error)}
        kind = str(about.pop("kind"))
        rows.append((name, kind, ", ".join(f"{key}: {_short(value)}" for key, value in about.items())))
    schema = {"dump": pl.String, "kind": pl.String, "what it is": pl.String}
    output.table(pl.DataFrame(rows, schema=schema, orient="row"), nothing="there is no dump")
    if output.for_people:
        output.say(
            "`seedline sources NAME` counts the files of one; NAME may also be a path or an s3:// address."
        )


def _print(console: Console, source: CorpusSource, survey: Survey) -> None:
    for key, value in source.describe().items():
        console.print(f"{key}: {_short(value)}", highlight=False, markup=False)
    share = "" if survey.complete else " (stopped there, as asked)"
    console.print(f"{survey.read} files read{share}\n", highlight=False)
    by_language = (
        survey.kept.group_by("language").agg(pl.col("files", "bytes").sum()).sort("files", descending=True)
    )
    print_table(console, by_language, "languages")
    by_license = survey.kept.group_by("license", "license_source", "allowed").agg(
        pl.col("files", "bytes").sum()
    )
    licenses = by_license.sort("files", descending=True).with_columns(
        pl.col("license").fill_null("not known")
    )
    print_table(console, licenses, "licenses, where they are declared, and whether the policy allows them")
    print_table(console, survey.rejected, "not taken in")


def _short(value: object) -> str:
    if isinstance(value, dict) and len(value) > 6:
        return f"{len(value)}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items()) or "none"
    return str(value)
