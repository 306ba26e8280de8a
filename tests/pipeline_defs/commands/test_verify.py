"""`seedline verify`: programs in, verdicts out, bad lines named before anything runs."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import pipeline_defs.commands.judging as judging
import pipeline_defs.commands.verify as command
from assets.verdicts.judged import JUDGED
from pipeline_defs.commands.program_lines import read_programs
from pipeline_defs.commands.toolchains import toolchains

ROOT = Path(__file__).resolve().parents[3]

app = typer.Typer()
app.command("verify")(command.verify)
app.command("toolchains")(toolchains)

ADD = {"language": "python", "code": "def add(a, b):\n    return a + b\n", "tests": "assert add(1, 2) == 3\n"}
SH = {"language": "sh", "code": "add() { echo $(($1 + $2)); }", "tests": '[ "$(add 1 2)" = 3 ] || exit 1'}


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    return lines(
        tmp_path / "in.jsonl",
        {"id": "b", **ADD},
        {"id": "a", **ADD, "tests": "assert add(1, 2) == 4"},
        "",
        {"id": 3, **SH, "timeout_s": 1.5, "memory_mb": 256},
        {"id": "swift", **ADD, "language": "Swift"},
    )


def test_verdicts_come_in_the_order_of_the_input(programs: Path, tmp_path: Path):
    done = run("verify", programs, tmp_path / "out.parquet", "--workers", 1)
    assert done.exit_code == 0, done.output
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out.columns == ["id", "language", *JUDGED]
    assert out["id"].to_list() == ["b", "a", "3", "swift"]
    assert out["language"].to_list() == ["python", "python", "bash", "swift"]
    assert out["verdict"].to_list() == ["pass", "fail", "pass", "unsupported"]
    assert "4 verdicts written" in done.output


def test_parquet_and_gzip_give_the_same(programs: Path, tmp_path: Path):
    read, bad = read_programs(programs)
    assert bad.is_empty()
    read.write_parquet(tmp_path / "in.parquet")
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(programs.read_bytes()))
    for name in ("in.parquet", "in.jsonl.gz"):
        assert read_programs(tmp_path / name)[0].equals(read), name


BAD = [
    ("{", "not JSON"),
    ("[1]", "not a JSON object"),
    ({"id": "x", "language": "go", "code": "x"}, "no tests"),
    ({"id": "x", "language": "go", "code": 1, "tests": ""}, "code must be text"),
    ({"id": "", **ADD}, "id is empty"),
    ({"id": True, **ADD}, "id must be text"),
    ({"id": "x", **ADD, "language": " "}, "language is empty"),
    ({"id": "x", **ADD, "timeout_s": 0}, "timeout_s must be a number above 0"),
    ({"id": "x", **ADD, "timeout_s": "5"}, "timeout_s must be a number above 0"),
    ({"id": "x", **ADD, "memory_mb": 1.5}, "memory_mb must be a whole number"),
    ({"id": "good", **ADD}, "id 'good' stands already on line 1"),
    ('{"id": "\\ud800", "language": "go", "code": "", "tests": ""}', "not valid Unicode"),
    (
        '{"id": "x", "timeout_s": NaN, "language": "go", "code": "", "tests": ""}',
        "timeout_s must be a number",
    ),
]


@pytest.mark.parametrize(("line", "problem"), BAD)
def test_a_bad_line_is_named_and_nothing_runs(line: object, problem: str, tmp_path: Path):
    source = lines(tmp_path / "in.jsonl", {"id": "good", **ADD}, line)
    done = run("verify", source, tmp_path / "out.parquet")
    assert done.exit_code == 2
    told = " ".join(done.output.replace("│", " ").split())
    assert "in.jsonl:2: " + problem in told and "--skip-bad" in told
    assert not (tmp_path / "out.parquet").exists()


def test_bad_lines_can_be_set_aside_and_none_is_lost(tmp_path: Path):
    source = lines(tmp_path / "in.jsonl", {"id": "good", **ADD}, *[line for line, _ in BAD])
    done = run(
        "verify", source, tmp_path / "out.parquet", "--skip-bad", tmp_path / "bad.jsonl", "--workers", 1
    )
    assert done.exit_code == 0, done.output
    assert pl.read_parquet(tmp_path / "out.parquet")["id"].to_list() == ["good"]
    bad = pl.read_ndjson(tmp_path / "bad.jsonl")
    assert bad["line"].to_list() == list(range(2, len(BAD) + 2))
    assert bad["text"][0] == "{"


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        ("missing.jsonl", "out.parquet", "cannot be read"),
        (".", "out.parquet", "is a folder"),
        ("empty.jsonl", "out.parquet", "holds no program"),
        ("good.jsonl", "out.csv", "must end in .parquet"),
        ("torn.jsonl.gz", "out.parquet", "cannot be read"),
    ],
)
def test_files_that_cannot_be_used_are_named(source: str, target: str, told: str, tmp_path: Path):
    lines(tmp_path / "good.jsonl", {"id": "a", **ADD})
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "torn.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1}' * 100)[:25])
    done = run("verify", tmp_path / source, tmp_path / target)
    assert done.exit_code == 2
    assert told in " ".join(done.output.replace("│", " ").split())


def test_a_cache_folder_remembers_verdicts(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    arguments = ("verify", programs, tmp_path / "out.parquet", "--cache", tmp_path / "cache", "--workers", 1)
    assert run(*arguments).exit_code == 0
    first = pl.read_parquet(tmp_path / "out.parquet")
    asked: list[str] = []
    real = judging.open_sandbox

    def watched(*limits: object, **options: object):
        sandbox = real(*limits, **options)  # type: ignore[arg-type]
        verify = sandbox.verify

        def counted(frame: pl.DataFrame):
            asked.extend(frame["language"])
            return verify(frame)

        sandbox.verify = counted  # type: ignore[method-assign]
        return sandbox

    monkeypatch.setattr(judging, "open_sandbox", watched)
    assert run(*arguments).exit_code == 0
    # a language without a toolchain is asked for again: one may have been installed meanwhile
    assert asked == ["swift"]
    assert pl.read_parquet(tmp_path / "out.parquet").equals(first)


@pytest.mark.slow(seconds=2)
def test_toolchains_lists_every_language():
    done = run("toolchains")
    assert done.exit_code == 0, done.output
    for language in (
        "python",
        "javascript",
        "typescript",
        "bash",
        "cpp",
        "java",
        "go",
        "rust",
        "php",
        "csharp",
    ):
        assert language in done.output
    assert "GNU bash" in done.output


def test_the_settings_backend_is_the_one_that_judges(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    lines(tmp_path / "one.jsonl", {"id": "a", **SH})
    monkeypatch.setenv("SEEDLINE_SANDBOX__BACKEND", "landlock")
    if (done := run("verify", tmp_path / "one.jsonl", tmp_path / "out.parquet")).exit_code:
        pytest.skip(f"no Landlock on this machine: {done.exception}")
    assert pl.read_parquet(tmp_path / "out.parquet")["isolation"].to_list() == ["landlock"]
    asked = run("verify", tmp_path / "one.jsonl", tmp_path / "out.parquet", "--backend", "bwrap")
    assert asked.exit_code == 0
    assert pl.read_parquet(tmp_path / "out.parquet")["isolation"].to_list() == ["bwrap"]


@pytest.mark.slow(seconds=5)
def test_a_low_limit_of_open_files_is_raised_or_named(tmp_path: Path):
    lines(tmp_path / "one.jsonl", {"id": "a", **SH})
    judge = (
        "import sys; sys.argv = ['seedline', 'verify', 'one.jsonl', 'out.parquet']; "
        "from pipeline_defs.cli import main; main()"
    )
    shell = f'ulimit -{{}} 300; exec {sys.executable} -c "{judge}"'
    for which, status in (("Sn", 0), ("n", 1)):
        done = subprocess.run(
            ["bash", "-c", shell.format(which)], cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == status, done.stderr
    assert "at most 300 files may be open here" in done.stderr
    assert "no isolation" not in done.stderr
