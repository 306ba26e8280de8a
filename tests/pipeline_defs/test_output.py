"""Tables of the command: each reads the same as JSON lines and CSV, and fits 80 columns for people."""

import inspect
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import typer.testing
from rich.console import Console

from pipeline_defs.cli import app
from pipeline_defs.commands.output import Output, as_text, print_table
from pipeline_defs.commands.registry import every_command
from pipeline_defs.graph.dumps import NAME
from pipeline_defs.planning.rebuild import Interrupted, Progress
from resources.parquet_store import ParquetStore
from tests.pipeline_defs.conftest import FILES, MakeLine, write_dump

PROGRAM = {"id": "a", "language": "python", "code": "def f(): return 1", "tests": "assert f() == 1"}
PROBLEM = {
    "task_id": "p/0",
    "prompt": "def f():\n",
    "entry_point": "f",
    "canonical_solution": "    return 1\n",
}
CHECK = "def check(candidate):\n    assert candidate() == 1\n"

WALKED = {
    "plan": ["plan", "--dump", "2026-01"],
    "materialize": ["materialize", "--dump", "2026-01", "--select", "key:corpus_dump"],
    "recipes": ["recipes"],
    "engine status": ["engine", "status"],
    "show": ["show", "filtered_seeds"],
    "audit": ["audit", "yield_funnel"],
    "versions": ["versions", "sft_dataset"],
    "checkpoints": ["checkpoints"],
    "impact": ["impact", "--license", "MIT"],
    "takedown rules": ["takedown", "rules"],
    "takedown apply": ["takedown", "apply"],
    "takedown receipts": ["takedown", "receipts"],
    "cache": ["cache"],
    "sources": ["sources", "2026-01"],
    "verify-store": ["verify-store"],
    "dumps list": ["dumps", "list"],
    "verify": ["verify", "programs.jsonl", "verdicts.parquet"],
    "score": ["score", "samples.jsonl", "--problems", "problems.jsonl", "--k", "1"],
    "toolchains": ["toolchains"],
}
"""A call of every command with a table, over the small store and a dump."""
NOTHING_YET = ("engine status", "verify-store", "cache", "checkpoints", "impact", "takedown rules",
               "takedown apply", "takedown receipts")  # fmt: skip
NOT_WALKED = {
    "doctor": "finds other numbers at each call; its own test reads its JSON",
    "lab": "trains for minutes; its own test reads its JSON",
    "export": "writes a folder, once for each form; tests/assets/exports read what it says",
    "evaluate": "asks a model; its own test reads its table",
    "benchmarks": "looks at files that this store has none of",
}


def with_forms() -> set[str]:
    """The commands that have `--json` and `--csv`."""
    found = set()
    for name, command in every_command().items():
        inner = getattr(command, "commands", None) or {"": command}
        for sub, one in inner.items():
            options = {option for parameter in one.params for option in parameter.opts}
            if {"--json", "--csv"} <= options:
                found.add(f"{name} {sub}".strip())
    return found


def test_every_command_with_a_table_is_walked() -> None:
    assert with_forms() == {*WALKED, *NOT_WALKED}
    folder = Path(inspect.getfile(Output)).parent
    printing = {
        path.stem for path in folder.glob("*.py") if "output.table(" in path.read_text(encoding="utf-8")
    }
    homes = {name.split()[0].replace("-", "_") for name in (*WALKED, *NOT_WALKED)} - {
        "plan",
        "engine",
        "dumps",
    }
    # of engine and dumps the modules print by themselves; a pilot is materialize's, costs are plan's
    assert printing - {"pilot", "costs"} == homes


@pytest.fixture
def work(home: Path, store: ParquetStore) -> Path:
    """The store by hand, a dump, programs and samples."""
    write_dump(home / "dumps" / "2026-01", FILES)
    (home / "programs.jsonl").write_text(json.dumps(PROGRAM) + "\n", encoding="utf-8")
    (home / "problems.jsonl").write_text(json.dumps(PROBLEM | {"test": CHECK}) + "\n", encoding="utf-8")
    sample = {"task_id": "p/0", "completion": "    return 1\n"}
    (home / "samples.jsonl").write_text(json.dumps(sample) + "\n", encoding="utf-8")
    return home


def test_tables_are_the_same_for_programs_and_fit_eighty_columns_for_people(work: Path) -> None:
    def run(*arguments: str) -> str:
        result = typer.testing.CliRunner(env={"COLUMNS": "80"}).invoke(app, list(arguments))
        assert result.exit_code == 0, (arguments, result.output, result.exception)
        return result.stdout

    for name, arguments in WALKED.items():
        force = ["--force"] if name == "materialize" else []
        text = run(*arguments, *force)
        too_long = [line for line in text.splitlines() if len(line) > 80 and line[:1] in "│┃┏└─"]
        assert not too_long, (name, too_long)
        rows = [json.loads(line) for line in run(*arguments, *force, "--json").splitlines()]
        csv = run(*arguments, *force, "--csv")
        read = pl.read_csv(io.StringIO(csv), infer_schema=False) if csv.strip() else pl.DataFrame()
        assert len(rows) == read.height, name
        for row, other in zip(rows, read.iter_rows(named=True), strict=True):
            assert list(row) == list(other), name
        assert rows or name in NOTHING_YET, name


def test_wide_tables_are_printed_row_by_row() -> None:
    frame = pl.DataFrame({f"column_number_{n}": [f"value {n} of a row"] for n in range(8)})
    out = io.StringIO()
    print_table(Console(file=out, width=80), frame, "wide")
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert (
        lines[0] == "wide"
        and "row 1" in lines[1]
        and lines[2].split() == ["column_number_0", "value", "0", "of", "a", "row"]
    )


def test_nested_values_and_bytes_survive() -> None:
    frame = pl.DataFrame({"many": [["a", 'b"c'], []], "raw": [b"\x00\xff", None]})
    csv = pl.read_csv(io.StringIO(as_text(frame, nested=True).write_csv()))
    assert [json.loads(value) for value in csv["many"]] == [["a", 'b"c'], []]
    assert csv["raw"].to_list() == ["00ff", None]
    with pytest.raises(typer.BadParameter, match="not both"):
        Output(json=True, csv=True)


def test_ctrl_c_within_a_step_ends_all_of_it_and_not_that_step_alone(make_line: MakeLine) -> None:
    line = make_line()
    for name in ("a", "b"):
        write_dump(line.folder / "dumps" / name, FILES)
    plan = line.deployment.plan(select='key:"corpus_dump"')
    asked: list[str] = []

    def stop(progress: Progress) -> None:
        if progress.step is not None and not progress.step.ended:
            asked.append(progress.step.address)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted, match=r"stopped: 0 of 2 tables were made .*goes on from there"):
        line.deployment.carry_out(plan, stop)
    assert asked == ["corpus_dump/dump=a"]  # Dagster reports it as a failure; the next dump is not begun
    with line.deployment.instance() as instance:
        assert len(instance.get_runs()) == 1 and instance.get_dynamic_partitions(NAME) == []


def test_ctrl_c_says_what_is_kept_and_the_next_call_goes_on(make_line: MakeLine) -> None:
    line = make_line()
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    command = [
        sys.executable,
        "-m",
        "pipeline_defs.cli",
        "materialize",
        "--select",
        '+key:"demo/verified_responses"',
    ]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        command,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # ignored below a shell's background job
    )
    assert process.stdout is not None
    said = ""
    for text in process.stdout:
        said += text
        if "next demo/filtered_seeds" in text:
            process.send_signal(signal.SIGINT)
            break
    said += process.stdout.read()
    assert process.wait(timeout=60) == 130, said
    assert "Traceback" not in said
    assert "stopped: 3 of 7 tables were made and are kept" in said and "goes on from there" in said
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"}
    )
    assert done.returncode == 0, done.stderr
    assert "4 tables made in" in done.stdout and "calls" in done.stdout
    assert "0 of 4 tables, next demo/filtered_seeds" in done.stdout
