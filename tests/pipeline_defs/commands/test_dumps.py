"""`seedline dumps` and `seedline verify-store` over a deployment with a bad dump, and what happens to damage."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from pipeline_defs.cli import app
from pipeline_defs.graph.dumps import NAME
from pipeline_defs.running.runs import RunFailedError
from resources.corpus_source.base import SourceError
from resources.parquet_store import TableAddress
from tests.pipeline_defs.conftest import FILES, MakeLine, SmallLine, write_dump

CORPUS = 'key:"corpus_dump" or key:"raw_corpus" or key:"benchmarks"'


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def states() -> dict[str, dict]:
    lines = command("dumps", "list", "--json").output.splitlines()
    return {state["dump"]: state for state in map(json.loads, lines)}


def raw_rows(line: SmallLine) -> int:
    return line.deployment.store().scan(TableAddress.of(("raw_corpus",), "python")).collect().height


@pytest.fixture
def line(make_line: MakeLine) -> SmallLine:
    """A good dump and one that is no Parquet."""
    line = make_line()
    write_dump(line.folder / "dumps" / "good", FILES)
    bad = write_dump(
        line.folder / "dumps" / "bad", {"alpha/more.py": "def more(x: int) -> int:\n    return x\n"}
    )
    (bad / "part-0.jsonl").rename(bad / "part-0.parquet")
    return line


@pytest.mark.slow(seconds=9)
def test_a_bad_dump_is_told_retried_mended_and_forgotten(line: SmallLine) -> None:
    dumps = line.folder / "dumps"
    planned = command("plan")
    assert planned.exit_code == 0 and "corpus_dump" in planned.output
    with line.deployment.instance() as instance:
        assert instance.get_dynamic_partitions(NAME) == []  # a plan changes nothing
    for _ in range(2):
        with pytest.raises(
            RunFailedError, match=r"dump bad: .*part-0\.parquet[\s\S]*1 dump could not be read"
        ):
            line.run("good", "bad", select=CORPUS)
    assert raw_rows(line) > 0
    with line.deployment.instance() as instance:
        assert instance.get_dynamic_partitions(NAME) == ["good"]
    assert {name: state["state"] for name, state in states().items()} == {"bad": "failed", "good": "read"}
    assert states()["good"]["languages"] == ["python"]
    assert any("part-0.parquet" in str(value) for value in states()["bad"].values())
    again = command("materialize", "--select", CORPUS)
    assert again.exit_code == 0 and "dump bad is left out" in again.output  # and nobody is held up
    assert command("dumps", "retry", "bad").exit_code == 0
    assert states()["bad"]["state"] == "new"
    pilot = line.deployment.pilot("demo", size=2, train=False)  # its sample is drawn from what could be read
    assert any("1 dump could not be read" in note for note in pilot.notes) and not pilot.failure
    (dumps / "bad" / "part-0.parquet").rename(dumps / "bad" / "part-0.jsonl")
    before = raw_rows(line)
    assert command("materialize", "--select", CORPUS).exit_code == 0
    assert raw_rows(line) == before + 1
    shutil.rmtree(dumps / "bad")  # its source goes, what is stored stays
    kept = command("materialize", "--select", CORPUS)
    assert kept.exit_code == 0 and "its source is gone" in kept.output
    assert command("dumps", "forget", "bad").exit_code == 0
    assert command("materialize", "--select", CORPUS).exit_code == 0
    assert raw_rows(line) == before
    assert isinstance(command("dumps", "forget", "nobody").exception, SourceError)


@pytest.mark.slow(seconds=3)
def test_damage_is_named_and_what_is_damaged_is_made_again(line: SmallLine) -> None:
    shutil.rmtree(line.folder / "dumps" / "bad")
    line.run("good", select=CORPUS)
    assert command("verify-store").exit_code == 0
    store = line.deployment.store()
    raw = Path(store.uri(TableAddress.of(("raw_corpus",), "python")))
    rejected = Path(store.uri(TableAddress.of(("corpus_dump",), "good").sibling("rejected")))
    data = bytearray(raw.read_bytes())
    ids = pq.ParquetFile(raw).metadata.row_group(0).column(0)
    data[(ids.dictionary_page_offset or ids.data_page_offset) + ids.total_compressed_size - 1] ^= 0x55
    raw.write_bytes(data)
    rejected.unlink()
    found = command("verify-store", "--json")
    assert found.exit_code == 1
    assert str(raw) in found.output and "__rejected" in found.output
    work = line.run("good", select=CORPUS)
    assert {(item.key.to_user_string(), item.partition) for item in work} == {
        ("corpus_dump", "good"),
        ("raw_corpus", "python"),
    }
    assert command("verify-store").exit_code == 0
    raw.write_bytes(raw.read_bytes()[:-100])
    shown = command("show", "raw_corpus", "--json")
    assert shown.exit_code == 1 and str(raw) in str(shown.exception)
