"""Gone means gone: needles in a file of a real deployment, and every file below home and store searched afterwards."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from typer.testing import CliRunner

from assets.rows.ledger import accounting_errors
from pipeline_defs.cli import app
from pipeline_defs.planning.plan import take_down_notes
from pipeline_defs.report.asset import write_report
from pipeline_defs.stored.versions import checkpoint_versions, difference, version_list
from pipeline_defs.taking_down.apply import apply_take_downs, pending
from pipeline_defs.taking_down.impact import impact
from pipeline_defs.taking_down.receipts import read_receipts
from resources.parquet_store import StoreWatch, TableAddress
from tests.pipeline_defs.conftest import FILES, SmallLine, _line, write_dump

pytestmark = pytest.mark.slow

NEEDLES = [f"needle{word}{number}" for number, word in enumerate(("ash", "birch", "cedar", "dogwood") * 3)]
FILE = f'''\
# {NEEDLES[0]} stands in a comment at the head
{NEEDLES[1].upper()} = "a constant of {NEEDLES[1]}"


def {NEEDLES[2]}(items: list) -> list:
    """Return the items of {NEEDLES[3]} backwards, as everybody there does it.

    >>> {NEEDLES[2]}(["{NEEDLES[4]}", "b"])
    ['b', '{NEEDLES[4]}']
    """
    {NEEDLES[5]} = list(items)  # {NEEDLES[6]} says why
    return {NEEDLES[5]}[::-1]


def {NEEDLES[7]}(number: int) -> int:
    """Return twice the number of {NEEDLES[8]}; its example is wrong on purpose.

    >>> {NEEDLES[7]}(2)
    5
    """
    return number * 2


class {NEEDLES[9]}:
    """{NEEDLES[10]} is in a docstring that nobody extracts."""


def untyped(value: int) -> int:
    """Return a number plus {NEEDLES[11]}, which no type checker allows."""
    return value + "{NEEDLES[11]}"
'''
RULES = "path example/beta **/needles.py | 2026-11-30 | the owner's wish | ticket 7\nrepo nobody/here\n"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLine]:
    """A deployment with everything made from a dump that has the file, a pilot beside it, and rules not yet there."""
    folder = tmp_path_factory.mktemp("gone")
    (folder / "take_downs.txt").write_text("# none yet\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        line = _line(folder, monkeypatch, settings=f'[raw_corpus]\ntake_downs = "{folder}/take_downs.txt"')
        write_dump(folder / "dumps" / "2026-01", FILES | {"beta/src/needles.py": FILE})
        line.run("2026-01", select='+key:"demo/checkpoint"')
        line.deployment.pilot("demo", size=5, train=False)
        line.run("2026-01", select='key:"demo/audit"')
        write_report(line.deployment, "demo")
        with line.deployment.instance() as instance:  # a preview as an earlier release wrote it
            old = dg.AssetMaterialization("raw_corpus", metadata={"preview": dg.MetadataValue.md(FILE[:80])})
            instance.report_runless_asset_event(old)
            instance.report_runless_asset_event(
                dg.AssetMaterialization("raw_corpus", metadata={"matched": FILE.splitlines()[11]})
            )
        logs = folder / "home" / "engines"
        logs.mkdir(exist_ok=True)
        (logs / "server.log").write_text(f"started\nasked: {FILE.splitlines()[5]}\nended\n", encoding="utf-8")
        yield line


def found(folder: Path) -> dict[str, list[str]]:
    """Files below `folder` that hold a needle, as bytes or as what they are read as."""
    holding: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += str(pl.read_parquet(data).to_dicts()).encode()
        elif path.suffix == ".gz":
            data += gzip.decompress(data)
        held = [needle for needle in NEEDLES if needle.encode() in data.lower()]
        if held:
            holding[str(path.relative_to(folder))] = held
    return holding


def test_the_needles_go_and_the_accounts_stay(line: SmallLine) -> None:
    home, deployment, store = line.folder / "home", line.deployment, line.deployment.store()
    before = found(home)
    where = " ".join(before)
    places = (
        "corpus_dump/",
        "raw_corpus/",
        "sft_dataset/",
        "verified_responses/",
        "pilot/",
        "row_cache/",
        "audit/report/",
    )
    for place in (*places, "dagster/history", "engines/server.log"):
        assert place in where, (place, before)
    assert {needle for held in before.values() for needle in held} == set(NEEDLES)
    calls = line.table("sft_dataset").height
    (line.folder / "take_downs.txt").write_text(RULES, encoding="utf-8")

    assert pending(deployment)
    notes = take_down_notes(deployment)
    assert notes[0].startswith("1 files are to be taken down") and "repo nobody/here" in notes[1]
    foreseen = impact(deployment, "path", "example/beta **/needles.py")
    assert set(foreseen["what"]) >= {"rows", "version", "checkpoint"}
    assert found(home) == before  # an impact and a plan change nothing

    done = apply_take_downs(deployment)

    assert found(home / "store") == {} and found(home / "row_cache") == {}
    assert {path for path in found(home) if not path.startswith("models/")} == set()
    assert not pending(deployment) and "nobody/here" in take_down_notes(deployment)[0]
    assert done.receipt is not None and done.receipt.left == 0
    receipts = read_receipts(store)
    rows = {(row["rule"], row["artifact"]): row for row in receipts.iter_rows(named=True)}
    sft = rows["path example/beta **/needles.py", "demo/sft_dataset/language=python"]
    assert sft["rows_before"] - sft["rows_removed"] == line.table("sft_dataset").height == calls - 1
    assert (sft["date"], sft["reference"]) == ("2026-11-30", "ticket 7")
    assert sft["digest_after"] == store.digest(TableAddress.of(("demo", "sft_dataset"), "python"))
    foreseen_rows = {row["name"]: row["rows"] for row in foreseen.filter(what="rows").iter_rows(named=True)}
    named = {
        place: row["rows_removed"] for (rule, place), row in rows.items() if rule and "/language" in place
    }
    assert len(named) >= 6 and named == {place: foreseen_rows[place] for place in named}
    (learnt,) = sft["trained"]
    assert learnt["rows"] == 1 and learnt["share"] == pytest.approx(1 / calls, abs=1e-6)
    assert any("dumps" in place for place in sft["out_of_reach"])
    statement = json.loads(Path(done.statement).read_text(encoding="utf-8"))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {one["name"] for one in statement["subject"]} >= {"demo/sft_dataset/language=python"}

    for artifact in (
        "filtered_seeds",
        "instructions",
        "candidate_responses",
        "verified_responses",
        "sft_dataset",
    ):
        funnel, rejected = line.table(f"{artifact}__funnel"), line.table(f"{artifact}__rejected")
        assert accounting_errors(funnel, rejected, line.table(artifact).height) == [], artifact
        taken = rejected.filter(reason="taken_down")
        assert taken["detail"].unique().to_list() == ["path example/beta **/needles.py"]


def test_versions_and_checkpoints_are_remembered(line: SmallLine) -> None:
    store, key = line.deployment.store(), ("demo", "sft_dataset")
    listed = version_list(store, key)
    old, new = listed["version"]
    assert listed["current"].to_list() == [False, True]
    assert "demo/checkpoint" in listed["used_by"].to_list()[0][0]
    changed = difference(store, key, old, new)
    assert changed["change"].to_list() == ["removed"] and changed["file_id"].null_count() == 0
    (checkpoint,) = checkpoint_versions(line.deployment).to_dicts()
    assert (checkpoint["rows_taken_down"], checkpoint["rows"]) == (1, listed["rows"][0])
    said = CliRunner().invoke(app, ["checkpoints", "--csv"])
    assert said.exit_code == 0 and ",1," in said.stdout
    record = json.loads(Path(listed["record"][0]).read_text(encoding="utf-8"))
    inside = record["predicate"]["buildDefinition"]["internalParameters"]
    assert set(inside["stages"]) == {
        "filtered_seeds",
        "instructions",
        "candidate_responses",
        "verified_responses",
    }
    assert inside["models"] and inside["sandbox"] and record["subject"][0]["digest"]["sha256"]


def test_the_rebuild_asks_nothing_and_finds_no_needle(line: SmallLine) -> None:
    rebuilt = line.deployment.materialize(dumps=["2026-01"], select='+key:"demo/sft_dataset"').frame()
    assert rebuilt.height and rebuilt["calls"].sum() == 0
    home = line.folder / "home"
    assert {path for path in found(home) if not path.startswith("models/")} == set()
    line.deployment.materialize(dumps=["2026-01"], select='key:"corpus_dump"', force=True)  # from its source
    assert {path for path in found(home) if not path.startswith("models/")} == set()
    store, key = line.deployment.store(), ("demo", "sft_dataset")
    old, new = version_list(store, key)["version"].to_list()[:2]
    gone = difference(store, key, old, new)["sft_id"][0]
    traced = line.deployment.trace_tree(gone)  # no table has it any more: the records of versions do
    assert [node.state for node in traced.walk()] == ["taken_down"] * 6
    assert traced.rejections[0]["detail"].startswith("line 1: path example/beta")
    (seeds,) = (one.children for one in line.deployment.trace_files(path="lists.py"))
    assert {node.artifact for seed in seeds for node in seed.walk()} >= {"filtered_seeds", "sft_dataset"}
    taken = line.table("sft_dataset")
    assert taken.filter(pl.col("path").str.contains("needles")).is_empty() and taken.height
    tables = StoreWatch(line.deployment.store()).look().tables()
    assert TableAddress(("audit", "takedown_receipts")) in tables
    again = CliRunner().invoke(app, ["takedown", "apply"])
    assert again.exit_code == 0 and "nothing that is stored comes from" in again.stdout, again.output
    assert "repo nobody/here" in CliRunner().invoke(app, ["takedown"]).stdout


def test_a_malformed_or_missing_file_is_one_line_and_the_code_location_loads(line: SmallLine) -> None:
    rules = line.folder / "take_downs.txt"
    for text, said in (("rep x/y\n", "1 line(s) are no take-downs"), (None, "cannot be read")):
        rules.unlink(missing_ok=True)
        if text is not None:
            rules.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(app, ["plan"])
        message = f"{result.output}{result.exception or ''}"
        assert result.exit_code and said in message and "Traceback" not in result.output
        line.deployment.definitions().resolve_asset_graph()
    rules.write_text(RULES, encoding="utf-8")
