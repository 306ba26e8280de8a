"""`seedline decontaminate`: benchmark problems in any table of texts, with the evidence.

Only the command: reading in batches, progress, writing. The detectors are in `assets/sft_dataset/decontamination`
and `assets/contamination`.
"""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from assets.benchmarks.problem import BenchmarkError
from assets.benchmarks.registry import BUILT_IN, load_benchmarks
from assets.contamination.hits import Detectors
from assets.contamination.settings import DetectorMethod
from assets.sft_dataset.decontamination import decontaminate as find
from assets.sft_dataset.settings import Decontamination
from pipeline_defs.commands.tables import TableError, check_output, read_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.commands.text_batches import map_texts, progress_bars, write_with_evidence
from resources.languages import LANGUAGES, language_named

METHODS = Decontamination().methods


def decontaminate(
    table: Annotated[Path, typer.Argument(help="Parquet or JSON lines: a file, or a folder of them")],
    out: Annotated[
        Path, typer.Argument(help="Parquet file to write: the rows with the evidence beside them")
    ],
    benchmarks: Annotated[
        list[str],
        typer.Option(
            help="a file or folder of problems, NAME=PATH or PATH; or a built-in benchmark's name; may be given again"
        ),
    ],
    columns: Annotated[
        str, typer.Option(help="columns whose texts are looked at, separated by commas")
    ] = "instruction,response",
    id_column: Annotated[
        str | None, typer.Option("--id", help="column with each row's own id; the row number by default")
    ] = None,
    detectors: Annotated[
        str, typer.Option(help="methods, separated by commas: " + ", ".join(METHODS))
    ] = ",".join(METHODS),
    language: Annotated[
        str, typer.Option(help="programming language of code whose fence names none, or that has no fence")
    ] = "python",
    batch: Annotated[int, typer.Option(help="rows read at once", min=1)] = 20_000,
) -> None:
    """Find the rows that hold a benchmark's problems: as they are, under other names, or in other words.

    Writes every row of TABLE to OUT with the columns contaminated and contamination (a list of method, benchmark,
    problem_id, column and what matched). No row is left out. Memory: one batch of texts, and the benchmarks' problems.
    """
    console = Console(stderr=True)
    check_output(out)
    settings = Decontamination(methods=_methods(detectors), action="mark")
    known = language_named(language)
    if known is None:
        raise TableError(f"--language {language!r} is none of ours; there are {', '.join(LANGUAGES)}")
    names = [name.strip() for name in columns.split(",") if name.strip()]
    problems = problems_of(benchmarks)
    rows = read_table(table, [*names, *([id_column] if id_column else [])])
    for name in names:
        if (kind := rows.collect_schema()[name]) != pl.String:
            raise TableError(
                f"{table}: column {name!r} is {kind}, not text; name columns of text with --columns"
            )
    joined = rows.with_columns(pl.concat_str(names, separator="\n", ignore_nulls=True).alias("_texts"))

    places = {name: f"_{number}" for number, name in enumerate(names)}
    joined = joined.with_columns(pl.col(name).alias(place) for name, place in places.items())
    ready = Detectors(problems, settings)

    def compute(part: pl.DataFrame) -> pl.DataFrame:
        found = find(
            part.select("id", *places.values()), problems, settings, id_column="id", seed=0, detectors=ready,
            text={name: pl.col(place) for name, place in places.items()}, language=pl.lit(known),
        )  # fmt: skip
        return found.outcome.kept.select(
            (pl.col("contamination").list.len() > 0).alias("contaminated"), "contamination"
        )

    with progress_bars(console) as progress:
        evidence = map_texts(
            joined, compute, table=table, column="_texts", id_column=id_column, batch=batch, progress=progress,
            description="decontamination", others=tuple(places.values()),
        )  # fmt: skip
    write_with_evidence(rows, evidence, table=table, out=out, batch=batch)
    _tell(evidence, ready, problems.height, settings, out, console)


def problems_of(places: list[str]) -> pl.DataFrame:
    """The problems of the benchmarks that are named as `NAME=PATH`, as `PATH`, or by a built-in name.

    Raises `BenchmarkError` with what is wrong.
    """
    built_in, files = list[str](), dict[str, Path]()
    for place in places:
        name, separator, path = place.partition("=")
        if place in BUILT_IN and not Path(place).exists():
            built_in.append(place)
            continue
        path = path if separator else place
        name = name if separator else Path(place).name.split(".")[0]
        if name in files:
            raise BenchmarkError(f"two benchmarks are called {name!r}; name one with NAME=PATH")
        files[name] = Path(path)
    return load_benchmarks([*built_in, *files], files)


def _methods(text: str) -> tuple[DetectorMethod, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in METHODS]:
        raise TableError(f"--detectors {unknown[0]!r} is unknown; there are {', '.join(METHODS)}")
    return tuple(method for method in METHODS if method in names)


def _tell(
    evidence: pl.DataFrame,
    detectors: Detectors,
    problems: int,
    settings: Decontamination,
    out: Path,
    console: Console,
) -> None:
    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True, markup=False)

    say(
        f"{evidence['contaminated'].sum()} of {evidence.height} rows hold benchmark problems, written to {out}"
    )
    found = (
        evidence.select("contamination")
        .with_row_index("row")
        .explode("contamination")
        .drop_nulls("contamination")
        .unnest("contamination")
    )
    for method in settings.methods:
        own = found.filter(pl.col("method") == method)
        say(
            f"  {method}: {own['row'].n_unique()} rows, {own.select('benchmark', 'problem_id').n_unique()} problems"
        )
    if (left := detectors.untold()).height:
        say(f"  {left.height} of {problems} solutions are too short, absent or in a language without a table: "
            "their shape is anybody's and is not looked for")  # fmt: skip
