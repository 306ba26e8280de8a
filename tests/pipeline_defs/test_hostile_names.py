"""Names, texts and errors of strangers on the terminal: nothing of them is obeyed, whichever command shows them."""

import io
import json
import logging
import shutil
import sys
from pathlib import Path

import coloredlogs
import pytest
import typer.testing
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipeline_defs.cli import app, main
from pipeline_defs.commands.registry import every_command
from pipeline_defs.commands.terminal import Console, say_trace
from resources.printable import OBEYED, PrintableRecord, escaped_json, visible
from tests.pipeline_defs.conftest import FILES, write_dump
from tests.pipeline_defs.test_output import CHECK, PROBLEM, PROGRAM, WALKED
from tests.pipeline_defs.written_store import write_store

LINK = "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x07"
HOSTILE = f"\x1b[2J\x1b[31mred\x9b1A\x07\r\x7f{LINK}\u202egnp\u2066\u2028\U000e0041\nerror: forged[/][link=http://x]"
"""Clears the screen, colours, moves, rings, links, turns round, breaks lines, and closes Rich's markup."""
OTHERS = {
    "trace": ["trace", "t1"],
    "trace by path": ["trace", "--path", f"a.py{HOSTILE}"],
    "trace, unknown": ["trace", f"t9{HOSTILE}"],
    "show, wide": ["show", "sft_dataset"],
    "show, condition": ["show", "sft_dataset", "--where", f"repo = '{HOSTILE}"],
    "show, no column": ["show", "sft_dataset", "--columns", HOSTILE],
    "no table": ["show", f"x{HOSTILE}"],
    "no dump": ["dumps", "retry", f"x{HOSTILE}"],
    "seeds": ["seeds", "files.jsonl", "--out", "seeds.parquet"],
    "dedup": ["dedup", "files.jsonl", "--text", "content", "--out", "kept.parquet"],
    "no file": ["verify", f"none{HOSTILE}.jsonl", "verdicts.parquet"],
    "bad line": ["verify", "bad.jsonl", "verdicts.parquet"],
    "demo's end": ["report", "--no-browser"],
}
"""Calls without a table, and refusals, that show a stranger's name."""
SHOWN = {"show", "show --json", "show, wide", "show, no column", "trace", "trace by path", "sources", "dumps list",
         "no dump", "no file", "bad line"}  # fmt: skip
"""Calls in which the names must be seen, or the walk proves nothing."""
SLOW_AND_OWN = ("toolchains", "engine status", "cache")
"""Tables of this machine, in which nothing is a stranger's."""


@pytest.fixture
def work(home: Path) -> Path:
    """A store, a dump, programs and samples with hostile names in every place."""
    write_store(home, HOSTILE)
    write_dump(home / "dumps" / "2026-01", FILES)
    rows = [
        json.loads(line) for line in (home / "dumps" / "2026-01" / "part-0.jsonl").read_text().splitlines()
    ]
    for row in rows:
        row |= {"max_stars_repo_name": f"a{HOSTILE}", "max_stars_repo_licenses": [f"MIT{HOSTILE}"]}
        row |= {"max_stars_repo_path": row["max_stars_repo_path"] + HOSTILE}
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (home / "dumps" / "2026-01" / "part-0.jsonl").write_text(lines)
    shutil.copytree(home / "dumps" / "2026-01", home / "dumps" / f"x{HOSTILE.replace('/', '')}")
    own = {"task_id": f"p{HOSTILE}"}
    (home / "programs.jsonl").write_text(json.dumps(PROGRAM | {"id": HOSTILE}) + "\n")
    (home / "problems.jsonl").write_text(json.dumps(PROBLEM | own | {"test": CHECK}) + "\n")
    (home / "samples.jsonl").write_text(
        json.dumps(own | {"completion": f"    raise OSError({HOSTILE!r})\n"}) + "\n"
    )
    file = {"file_id": HOSTILE, "content": FILES["alpha/words.py"], "language": "python", "path": HOSTILE}
    (home / "files.jsonl").write_text(json.dumps(file) + "\n")
    (home / "bad.jsonl").write_text(json.dumps(PROGRAM | {"language": HOSTILE}) + "\n")
    return home


def test_no_command_prints_what_a_terminal_would_obey(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    runner = typer.testing.CliRunner(env={"COLUMNS": "100"})
    shown: set[str] = set()
    calls = {name: call for name, call in WALKED.items() if name not in SLOW_AND_OWN} | OTHERS
    calls |= {f"{name} --json": [*calls[name], "--json"] for name in ("show", "verify", "sources", "trace")}
    for name, call in calls.items():
        result = runner.invoke(app, call)
        said = result.output + (str(result.exception) if result.exit_code and not result.output else "")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            said = _said_by_main(call, monkeypatch)
        assert OBEYED.search(said) is None, (name, OBEYED.search(said), said)
        assert said.strip(), name
        if "␛" in said or "\\u001b" in said:
            shown.add(name)
    assert shown >= SHOWN, SHOWN - shown  # the names were there to be seen


def _said_by_main(call: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command itself prints where it ends in an error."""
    said = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["seedline", *call])
        patch.setattr(sys, "stderr", said)
        patch.setattr(sys, "stdout", said)
        with pytest.raises(SystemExit):
            main()
    assert "Traceback" not in said.getvalue(), said.getvalue()
    assert not [line for line in said.getvalue().splitlines()[1:] if line.startswith("error:")], (
        "a forged line"
    )
    return said.getvalue()


def test_every_command_is_walked_or_shows_nothing_of_strangers() -> None:
    walked = {call[0] for call in (WALKED | OTHERS).values()}
    shows_none = {"init", "demo", "ui", "rows", "lab", "prompts", "doctor", "export", "export-model", "benchmarks",
                  "evaluate", "typecheck", "decontaminate", "coreset"}  # fmt: skip
    assert set(every_command()) == walked | shows_none


def test_json_reads_the_same_with_every_such_character_escaped(work: Path) -> None:
    result = typer.testing.CliRunner().invoke(app, ["show", "sft_dataset", "--json"])
    assert OBEYED.search(result.stdout) is None
    assert json.loads(result.stdout)["repo"] == f"example/alpha{HOSTILE}"
    every = "".join(chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000) + "\U000e0001"
    assert json.loads(escaped_json(json.dumps(every, ensure_ascii=False))) == every


def test_own_styles_stay_and_no_other() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=200)
    table = Table("[bold]head[/]")
    table.add_row(Text(HOSTILE))
    table.add_row("[link=http://evil.example]text[/]")
    console.print(table)
    console.print(f"[red]own[/] {escape(HOSTILE)}", highlight=False)
    said = out.getvalue()
    assert "\x1b[31mown\x1b[0m" in said and "\x1b[31mred" not in said
    assert "\x1b]8" not in said and "\x9b" not in said and "\x1b[2J" not in said
    assert len(visible("\x1b\u202e\u2028")) == 3, "one for one, so that columns stay"


def test_logs_are_printable_and_keep_their_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_logRecordFactory", PrintableRecord)
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        coloredlogs.ColoredFormatter("%(message)s", level_styles={"error": {"color": "red"}})
    )
    logger = logging.Logger("own")
    logger.addHandler(handler)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logger.exception("name %s", HOSTILE)
    message, _, rest = out.getvalue().partition("Traceback")
    assert message.startswith("\x1b[31mname ␛[2J") and message.rstrip().endswith("\x1b[0m")
    assert OBEYED.search(rest) is None and "␛[2J" in rest


def test_a_trace_of_an_unexpected_error_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    error = RuntimeError(HOSTILE)
    say_trace(RuntimeError, error, None)
    said = capsys.readouterr().err
    assert "␛[2J" in said and OBEYED.search(said) is None
