"""`seedline verify`: programs with their tests in, verdicts out, in isolation, without Dagster.

Input: JSON lines or Parquet of `id, language, code, tests`, optionally `timeout_s` and `memory_mb`. Output: one
Parquet row a program, in the input's order. Nothing runs before every line has been read and found good.
"""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from assets.verdicts.judged import JUDGED, Repeat
from pipeline_defs.commands.judging import BACKEND_HELP, judged, machine_sandbox, verdict_counts
from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.commands.program_lines import read_programs
from pipeline_defs.commands.tables import TableError, check_output, write_table
from pipeline_defs.commands.terminal import Console
from resources.sandbox.base import Sandbox

_SHOWN = 20

INPUT = typer.Argument(
    metavar="IN.jsonl", help="programs: id, language, code, tests, and timeout_s, memory_mb if set"
)
OUTPUT = typer.Argument(metavar="OUT.parquet", help="verdicts, one row a program")


def verify(
    source: Annotated[Path, INPUT],
    target: Annotated[Path, OUTPUT],
    workers: Annotated[
        int, typer.Option(min=0, help="processes that judge at once; 0: as many as cores")
    ] = 0,
    control: Annotated[
        bool,
        typer.Option(help="where the tests' syntax leaves doubt, run them on an answer made useless as well"),
    ] = True,
    repeat: Annotated[
        Repeat,
        typer.Option(
            help="passes that are run again, in Python with another hash seed: flaky where they differ"
        ),
    ] = "in_doubt",
    backend: Annotated[str, typer.Option(help=BACKEND_HELP)] = "",
    cache: Annotated[
        Path | None, typer.Option(help="folder that remembers verdicts, to go on after a stop")
    ] = None,
    skip_bad: Annotated[
        Path | None, typer.Option(help="write bad lines to this JSON lines file and judge the rest")
    ] = None,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Run every program with its tests in the sandbox and write what they showed."""
    output, console = Output(json, csv), Console(stderr=True)
    check_output(target)
    programs, bad = read_programs(source)
    if len(bad) and skip_bad is None:
        raise TableError(bad_lines_message(source, bad))
    if skip_bad is not None:
        skip_bad.parent.mkdir(parents=True, exist_ok=True)
        bad.write_ndjson(skip_bad)
        console.print(f"{len(bad)} bad lines written to {skip_bad}", markup=False, highlight=False)
    if programs.is_empty():
        raise TableError(f"{source}: holds no program that can be judged")
    with machine_sandbox(workers=workers, backend=backend) as sandbox:
        verdicts = verify_programs(programs, sandbox, cache, console, control=control, repeat=repeat)
    write_table(verdicts, target)
    output.table(verdict_counts(verdicts))
    console.print(f"{len(verdicts)} verdicts written to {target}", markup=False, highlight=False)


def verify_programs(
    programs: pl.DataFrame,
    sandbox: Sandbox,
    cache: Path | None,
    console: Console,
    *,
    control: bool = True,
    repeat: Repeat = "in_doubt",
) -> pl.DataFrame:
    """`programs` (`PROGRAM_LINES`) judged: `id, language` and `JUDGED`, in their order."""
    found = judged(programs, sandbox, cache, console, control=control, repeat=repeat)
    return found.select("id", "language", *JUDGED)


def bad_lines_message(source: Path, bad: pl.DataFrame) -> str:
    """What is wrong with the lines of `source` (`BAD_LINES`), the first of them named, and what to do."""
    shown = [
        f"{source}:{line}: {problem}"
        for line, problem in bad.head(_SHOWN).select("line", "problem").iter_rows()
    ]
    more = [f"... and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
    return "\n".join(
        [
            f"{len(bad)} bad lines, nothing was run",
            *shown,
            *more,
            "correct them, or set them aside with --skip-bad FILE",
        ]
    )
