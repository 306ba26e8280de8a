"""`seedline export` over a small store: the folder, the record of it, and what must never be in either."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from assets.exports.settings import ExportError
from assets.exports.table import KEY, ROWS, TABLE
from assets.verified_responses.table import TABLE as VERIFIED
from pipeline_defs.cli import app
from pipeline_defs.deployment import Deployment
from pipeline_defs.operating.store_check import damaged_tables
from resources.parquet_store import ParquetStore
from tests.assets.exports.rows_of import WORDS
from tests.pipeline_defs.hub import served
from tests.pipeline_defs.written_store import home, store, write  # noqa: F401 - fixtures

SECRETS = ("/srv/models", "home/store")


@pytest.fixture
def made(store: ParquetStore) -> ParquetStore:  # noqa: F811
    """Ten rows of ten files, one of which was taken down since, each with its response and verdicts."""
    files, trained, verified, verdicts = [], [], [], []
    for n in range(10):
        ids = {"file_id": f"f{n}", "response_id": f"r{n}", "instruction_id": f"i{n}", "seed_id": f"s{n}"}
        origin = {"repo": f"owner/repo{n}", "path": "a.py", "commit": "c0ffee", "license": "MIT"}
        texts = (f"Write task {n}: {' '.join(f'{word}{n}' for word in WORDS)}.", f"return {n}")
        turns = [
            {"role": role, "content": text} for role, text in zip(("user", "assistant"), texts, strict=True)
        ]
        files.append(
            {"file_id": f"f{n}", **origin, "sha256": f"{n:064x}", "language": "python", "content": "x"}
        )
        about = {"task": "code generation", "engine": "transformers", "start_line": 1, "end_line": 2}
        text = {"sft_id": f"t{n}", "prompt": texts[0], "completion": texts[1], "messages": turns}
        trained.append(ids | origin | about | text | {"language": "python", "contamination": []})
        generation = {"engine": "transformers", "model": "/srv/models/teacher", "revision": "abc"}
        verified.append(
            ids | {"code": f"x = {n}", "tests": "assert x", "verdict": "pass", "generation": generation}
        )
        verdicts += [{"instruction_id": f"i{n}", "verdict": verdict} for verdict in ("pass", "fail", "fail")]
    from assets.audit.questions import tables

    schemas = {name: schema for name, (_, schema) in tables("demo").items()}
    write(store, ("raw_corpus",), pl.DataFrame(files, schema=schemas["raw_corpus"]))
    write(store, ("demo", "sft_dataset"), pl.DataFrame(trained, schema=schemas["sft_dataset"]))
    write(store, ("demo", "verified_responses"), pl.DataFrame(verified, schema=VERIFIED.schema))
    write(store, ("demo", "verified_responses__verdicts"), pl.DataFrame(verdicts))
    return store


def test_an_export_is_written_recorded_and_knows_the_take_downs(
    made: ParquetStore,
    home: Path,  # noqa: F811
) -> None:
    rules = home / "take_downs.txt"
    rules.write_text("repo owner/repo3\n")
    with (home / "seedline.toml").open("a") as file:
        file.write(f'[raw_corpus]\ntake_downs = "{rules}"\n')
        file.write('[model_terms."/srv/models/teacher"]\nterms = "Apache-2.0"\ndate = "2026-11-30"\n')
    arguments = ["export", "demo", "--to", str(home / "out"), "--held-out", "0.25", "--rows", "8"]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.exception
    funnel = {line["step"]: line["reasons"] for line in map(json.loads, result.stdout.splitlines())}
    assert funnel["may be handed on"] == "1 taken_down"
    assert funnel["mixture"] == "1 not_sampled"
    paths = sorted((home / "out" / "data").iterdir())
    exported = pl.concat(pl.read_parquet(path) for path in paths)
    assert exported.height == 8
    assert "t3" not in exported["id"]
    assert set(exported["model"]) == {"teacher"}
    everything = b"".join(path.read_bytes() for path in (home / "out").rglob("*") if path.is_file()).decode(
        errors="replace"
    )
    assert not [secret for secret in (*SECRETS, str(home)) if secret in everything]

    card = (home / "out" / "README.md").read_text()
    assert "Terms of use of what teacher wrote: Apache-2.0, as of 2026-11-30." in card

    (address,) = made.partitions(KEY)
    about, rows = made.scan(address).collect(), made.scan(address.sibling("rows")).collect()
    assert about.select(TABLE.schema.names()).height == 1
    assert about["place"][0] == str(home / "out")
    assert json.loads(about["dataset_version"][0]) == {
        "python": made.digest(made.partitions(("demo", "sft_dataset"))[0])
    }
    assert set(rows.select(ROWS.schema.names())["sft_id"]) == set(exported["id"])
    statement = json.loads(about["statement"][0])
    digests = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
    listed = dict(line.split("  ")[::-1] for line in (home / "out" / "SHA256SUMS").read_text().splitlines())
    assert digests == listed
    assert damaged_tables(made)[1] == []


def test_what_is_asked_wrongly_is_said(made: ParquetStore, home: Path) -> None:  # noqa: F811
    to = ["--to", str(home / "out")]
    cases = {
        ("demo", "--weight", "language=2"): "wanted is DIMENSION:VALUE=WEIGHT",
        ("demo", "--weight", "language:go=1"): "do not speak of python",
        ("demo", "--max-tokens", "10"): "max_tokens needs tokenizer",
        ("demo", "--tokenizer", str(home / "nothing")): "cannot be loaded",
        ("demo", "--rows", "11"): "there are 10 rows",
        ("seedling",): "recipe seedling has no training rows yet",
    }
    for arguments, expected in cases.items():
        result = CliRunner().invoke(app, ["export", *arguments, *to])
        assert result.exit_code != 0
        assert expected in str(result.exception), arguments
    assert not (home / "out").exists()


def test_python_gives_what_the_command_writes(made: ParquetStore, home: Path) -> None:  # noqa: F811
    found = Deployment.open().export("demo", home / "out", {"format": "alpaca"})
    assert found.rows.height == 10
    assert set(found.files) == {
        str(path.relative_to(home / "out")) for path in (home / "out").rglob("*.*")
    } | {"NOTICE"}
    with pytest.raises(ExportError, match="holds other things"):
        Deployment.open().export("demo", home / "dumps" / "..")


@pytest.mark.slow(15)
def test_a_push_is_one_commit_without_what_an_earlier_one_left(
    made: ParquetStore,
    home: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("huggingface_hub")
    monkeypatch.setenv("HF_HOME", str(home / "hf"))
    command = [
        sys.executable,
        "-P",
        "-m",
        "pipeline_defs.cli",
        "export",
        "demo",
        "--to",
        "out",
        "--push",
        "me/rows",
    ]
    with served("a-token") as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_TOKEN", "another")
        refused = subprocess.run(command, capture_output=True, text=True)
        assert refused.returncode == 1
        assert "out is written, but was not pushed to me/rows" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert "another" not in refused.stderr
        assert not hub.repositories
        monkeypatch.setenv("HF_TOKEN", "a-token")
        hub.repositories["me/rows"] = {"data/train-00001-of-00002.parquet": b"old", "notes.md": b"mine"}
        subprocess.run(command, check=True, capture_output=True)
        files = [path for path in (home / "out").rglob("*") if path.is_file()]
        written = {str(path.relative_to(home / "out")): path.read_bytes() for path in files}
        assert hub.repositories["me/rows"] == written | {"notes.md": b"mine"}
        assert hub.private == {"me/rows": True}
        about = pl.concat([made.scan(address).collect() for address in made.partitions(KEY)])
        assert about["pushed_to"].drop_nulls().to_list() == [
            f"{hub.address}/datasets/me/rows/commit/{'1' * 40}"
        ]
