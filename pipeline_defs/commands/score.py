"""`seedline score`: samples of a benchmark judged and scored with the unbiased pass@k, without Dagster.

Samples in HumanEval's form: `task_id` with `completion` (continues the prompt) or `solution` (stands alone), one a
line; problems in the benchmark's own file. Output: one Parquet row a sample, and the scores.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from assets.benchmarks.problem_files import read_problems
from assets.benchmarks.registry import benchmark_files, load_benchmarks
from assets.eval_scores.pass_at_k import scores
from assets.eval_scores.sample_programs import sample_programs, unanswered_tasks, unknown_tasks
from assets.verdicts.reasons import Unproven
from pipeline_defs.commands.judging import BACKEND_HELP, judged, machine_sandbox, unproven, verdict_counts
from pipeline_defs.commands.output import AsCsv, AsJson, Output, print_table
from pipeline_defs.commands.program_lines import read_lines
from pipeline_defs.commands.tables import PARQUET, TableError, check_output, read_table, write_table
from pipeline_defs.commands.terminal import Console, say
from pipeline_defs.configuration.settings import load_settings
from resources.sandbox.base import TRANSIENT, VERDICT_SCHEMA, Sandbox, Verdict

SAMPLES = pl.Schema(
    {"task_id": pl.String, "sample": pl.Int64, "completion": pl.String, "solution": pl.String}
)
"""Columns of the samples read; `sample` counts a task's samples from 0 in the file's order."""

_SHOWN = 20
_SAMPLES = typer.Argument(
    metavar="SAMPLES.jsonl", help="task_id with completion or solution, one sample a line"
)
_PROBLEMS = typer.Option(
    help="a registered benchmark, or a file of its problems: .jsonl, .jsonl.gz or .parquet of HumanEval(+), MBPP(+), "
    "MBXP, MultiPL-E, HumanEvalPack, DS-1000 or LiveCodeBench"
)


def score(
    samples: Annotated[Path, _SAMPLES],
    problems: Annotated[Path, _PROBLEMS],
    k: Annotated[str, typer.Option(help="pass@k for these, with commas between")] = "1,10,100",
    out: Annotated[Path | None, typer.Option(help="write each sample's verdict to this Parquet file")] = None,
    workers: Annotated[
        int, typer.Option(min=0, help="processes that judge at once; 0: as many as cores")
    ] = 0,
    cache: Annotated[
        Path | None, typer.Option(help="folder that remembers verdicts, to go on after a stop")
    ] = None,
    control: Annotated[
        bool,
        typer.Option(
            help="try each solved problem's tests on an answer made useless, where their syntax leaves doubt"
        ),
    ] = True,
    partial: Annotated[
        bool, typer.Option("--partial", help="score only the problems that have samples")
    ] = False,
    backend: Annotated[str, typer.Option(help=BACKEND_HELP)] = "",
    seed: Annotated[int, typer.Option(help="of the interval's draws")] = 0,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Judge samples against a benchmark's tests and print pass@k with its 95 % interval."""
    output, console, ks = Output(json, csv), Console(stderr=True), _ks(k)
    if out is not None:
        check_output(out)
    read = read_samples(samples)
    known = _problems_of(problems)
    check_tasks(samples, problems, read, known, partial)
    programs = sample_programs(read, known)
    attainable = _attainable(programs, ks, console)
    with machine_sandbox(workers=workers, backend=backend) as sandbox:
        for language in programs["language"].unique().sort():
            sandbox.identity(language)  # a language without a toolchain is refused before anything runs
        judged_ones = judge_samples(programs, sandbox, cache, console)
        broken_problems = failing_references(judged_ones, known, sandbox, cache, console)
        vacuous = judged_ones.clear().select("task_id", "reason")
        if control:
            vacuous = unproven(judged_ones, "task_id", sandbox, cache, console)
    verdicts = with_reasons(judged_ones, broken_problems, vacuous)
    if vacuous.height:
        names = sorted(vacuous["task_id"])
        console.print(
            f"{len(names)} problems' tests also hold for an answer that does nothing, so a pass says nothing there: "
            f"{_some(names)}",
            highlight=False,
            markup=False,
        )
    if broken_problems:
        console.print(
            f"{len(broken_problems)} problems' own solution fails their tests here, so no sample can pass: "
            f"{_some(broken_problems)}",
            highlight=False,
            markup=False,
        )
    if out is not None:
        write_table(verdicts, out)
        console.print(f"{len(verdicts)} verdicts written to {out}", highlight=False, markup=False)
    print_table(console, verdict_counts(verdicts))
    broken = verdicts.filter(pl.col("verdict").is_in([str(verdict) for verdict in TRANSIENT]))
    if len(broken):
        first = broken.row(0, named=True)
        say(
            f"{len(broken)} samples could not be judged, so there is no score; the first is {first['task_id']}, "
            f"sample {first['sample']}: {first['verdict']}: {first['detail']}. "
            "Run again (with --cache, only these are run)",
            error=True,
        )
        raise typer.Exit(1)
    found = scores(passes(verdicts), attainable, seed)
    output.table(found, shown=_readable(found))


def read_samples(path: Path) -> pl.DataFrame:
    """`SAMPLES` of the JSON lines or Parquet file at `path`, in its order.

    Raises `TableError` that names the first bad lines.
    """
    rows, bad = [], []
    counts: dict[str, int] = {}
    for number, record in _records(path):
        problem = _problem(record)
        if problem:
            bad.append(f"{path}:{number}: {problem}")
            continue
        assert isinstance(record, dict)
        task = record["task_id"]
        counts[task] = counts.get(task, -1) + 1
        has_solution = isinstance(record.get("solution"), str)
        rows.append(
            {
                "task_id": task,
                "sample": counts[task],
                "completion": None if has_solution else record["completion"],
                "solution": record["solution"] if has_solution else None,
            }
        )
    if bad:
        more = [f"... and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
        raise TableError("\n".join([f"{len(bad)} bad lines, nothing was run", *bad[:_SHOWN], *more]))
    if not rows:
        raise TableError(f"{path}: holds no sample")
    return pl.DataFrame(rows, schema=SAMPLES)


def _problems_of(place: Path) -> pl.DataFrame:
    """The problems of a file or folder, or of the benchmark that the settings register under that name."""
    if place.exists():
        return read_problems(place.name.split(".")[0], place)
    settings = load_settings()
    names = benchmark_files(settings.benchmarks)
    if str(place) in names:
        return load_benchmarks([str(place)], settings.benchmarks)
    raise TableError(
        f"--problems {place}: no such file, and no registered benchmark; there are {', '.join(names)}"
    )


def check_tasks(
    samples: Path, problems: Path, read: pl.DataFrame, known: pl.DataFrame, partial: bool
) -> None:
    """Raise `TableError` where a sample has no problem, or (unless `partial`) a problem has no sample."""
    if unknown := unknown_tasks(read, known):
        raise TableError(f"{samples}: {len(unknown)} task ids are not in {problems}: {_some(unknown)}")
    missing = unanswered_tasks(read, known)
    if missing and not partial:
        raise TableError(
            f"{samples}: no sample for {len(missing)} problems of {problems}: {_some(missing)}; "
            "add them, or score the others alone with --partial"
        )
    if untested := known.filter(pl.col("test").is_null())["problem_id"].to_list():
        raise TableError(f"{problems}: {len(untested)} problems have no tests: {_some(untested)}")


def judge_samples(
    programs: pl.DataFrame, sandbox: Sandbox, cache: Path | None, console: Console
) -> pl.DataFrame:
    """`programs` of `sample_programs` judged: `task_id, sample, language` and `VERDICT_SCHEMA` without its key."""
    return judged(programs, sandbox, cache, console, control=False, repeat="never")


def failing_references(
    verdicts: pl.DataFrame, known: pl.DataFrame, sandbox: Sandbox, cache: Path | None, console: Console
) -> list[str]:
    """Problems that no sample passed and whose own solution, where there is one, does not pass either."""
    passed = passes(verdicts).filter(pl.col("c") > 0)["task_id"]
    asked = verdicts.filter(~pl.col("task_id").is_in(passed.implode()))["task_id"].unique()
    own = known.filter(
        pl.col("problem_id").is_in(asked.implode()) & pl.col("canonical_solution").is_not_null()
    ).select(
        task_id="problem_id", sample=0, completion="canonical_solution", solution=pl.lit(None, pl.String)
    )
    if own.is_empty():
        return []
    found = judge_samples(sample_programs(own, known), sandbox, cache, console)
    told = [str(verdict) for verdict in (Verdict.PASS, *TRANSIENT)]
    return sorted(found.filter(~pl.col("verdict").is_in(told))["task_id"])


def with_reasons(
    judged_ones: pl.DataFrame, broken_problems: list[str], vacuous: pl.DataFrame
) -> pl.DataFrame:
    """Verdicts with `reason`: `reference_fails` on every sample of a problem whose own solution fails.

    On passes of `vacuous` problems (`task_id, reason`) it is theirs; verdicts and scores stay as they are.
    """
    is_broken = pl.col("task_id").is_in(broken_problems)
    is_pass = pl.col("verdict") == str(Verdict.PASS)
    told = judged_ones.drop("reason").join(vacuous, on="task_id", how="left", maintain_order="left")
    return told.select(
        "task_id",
        "sample",
        "language",
        *[name for name in VERDICT_SCHEMA if name != "key"],
        reason=pl.when(is_broken).then(pl.lit(Unproven.REFERENCE_FAILS.value)).when(is_pass).then("reason"),
    )


def passes(verdicts: pl.DataFrame) -> pl.DataFrame:
    """`task_id, n, c`: samples and passing samples of each task."""
    return verdicts.group_by("task_id").agg(
        pl.len().cast(pl.Int64).alias("n"),
        (pl.col("verdict") == str(Verdict.PASS)).sum().cast(pl.Int64).alias("c"),
    )


def _records(path: Path) -> Iterator[tuple[int, object]]:
    if path.name.lower().endswith(PARQUET):
        yield from enumerate(read_table(path, ["task_id"]).collect().iter_rows(named=True), start=1)
    else:
        for number, _, record in read_lines(path):
            yield number, record


def _problem(record: object) -> str:
    if isinstance(record, ValueError):
        return str(record)
    if not isinstance(record, dict):
        return "not a JSON object"
    if not isinstance(record.get("task_id"), str) or not record["task_id"]:
        return "no task_id, or it is not text"
    texts = [name for name in ("completion", "solution") if isinstance(record.get(name), str)]
    return "" if texts else "neither completion nor solution is there as text"


def _ks(text: str) -> tuple[int, ...]:
    try:
        ks = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError as error:
        raise typer.BadParameter(
            f"--k {text!r}: numbers with commas between are needed, e.g. 1,10"
        ) from error
    if ks[0] < 1:
        raise typer.BadParameter(f"--k {text!r}: k starts at 1")
    return ks


def _attainable(programs: pl.DataFrame, ks: tuple[int, ...], console: Console) -> tuple[int, ...]:
    """Those of `ks` for which every problem has samples enough; says which are left out."""
    fewest = programs.group_by("task_id").len().sort("len", "task_id").row(0, named=True)
    left_out = [k for k in ks if k > fewest["len"]]
    if len(left_out) == len(ks):
        raise TableError(
            f"pass@{left_out[0]} needs {left_out[0]} samples a problem; {fewest['task_id']} has {fewest['len']}"
        )
    if left_out:
        names = ", ".join(f"pass@{k}" for k in left_out)
        console.print(
            f"left out: {names} ({fewest['task_id']} has {fewest['len']} samples)",
            highlight=False,
            markup=False,
        )
    return tuple(k for k in ks if k not in left_out)


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _readable(found: pl.DataFrame) -> pl.DataFrame:
    def digits(name: str) -> pl.Expr:
        return pl.col(name).map_elements("{:.4f}".format, pl.String)

    return found.select(
        pl.format("pass@{}", "k").alias("score"),
        digits("pass_at_k").alias("value"),
        pl.format("{} to {}", digits("low"), digits("high")).alias("95 % interval"),
        "problems",
        "samples",
    )
