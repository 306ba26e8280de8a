"""A store with rows that mean harm, and a real row viewer over it."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import polars as pl
import pytest
import uvicorn

from assets.audit.questions import tables
from assets.rows.outcome import REJECTION_SCHEMA
from assets.sft_dataset.report_page import STYLE
from pipeline_defs.deployment import Deployment
from pipeline_defs.rows_page.app import build_app
from pipeline_defs.rows_page.pages import Pages
from resources.parquet_store import ParquetStore, TableAddress
from resources.storage import Storage

HOSTILE_PATH = "<img src=x onerror=alert(1)>.py"
HOSTILE_REPO = '"><script>alert(2)</script>'
HOSTILE_CODE = (
    "def shout(text):\n    # </pre><script>alert(3)</script>\n    return '\u202egnp.exe' + text.upper()\n"
)
LONG = "# filler é\n" * 4000 + "# NEEDLE\n" + "# filler\n" * 4000
FILES = 20_000
"""More than two row groups."""

Answer = tuple[int, str, dict[str, str]]
Get = Callable[..., Answer]


def write(store: ParquetStore, key: tuple[str, ...], frame: pl.DataFrame, partition: str = "python") -> None:
    address = TableAddress.of(key, partition)
    store.commit(address, store.stage(address, frame, frame.schema))


def rows_of(schema: pl.Schema, *rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A deployment with one chain of rows, from a hostile file to a training row."""
    folder = tmp_path_factory.mktemp("viewer")
    settings = f'recipes = ["demo"]\nhome = "{folder}/home"\nrows_page = "http://rows.example:8080"\n'
    (folder / "seedline.toml").write_text(settings, encoding="utf-8")
    schemas = {name: schema for name, (_, schema) in tables("demo").items()}
    store = ParquetStore(Storage(folder / "home" / "store"))
    origin = {
        "file_id": "f1",
        "language": "python",
        "repo": HOSTILE_REPO,
        "path": HOSTILE_PATH,
        "license": "MIT",
    }
    files = rows_of(
        schemas["raw_corpus"], origin | {"content": "import os\n\n" + HOSTILE_CODE, "commit": "c0ffee"}
    )
    many = pl.DataFrame({"number": range(1, FILES)}).select(
        pl.format("g{}", pl.col("number")).alias("file_id"),
        pl.format(
            "value = {}\n{}",
            "number",
            pl.when(pl.col("number") == 1).then(pl.lit(LONG)).otherwise(pl.lit("")),
        ).alias("content"),
        pl.lit("python").alias("language"),
        pl.format("owner/repo{}", pl.col("number") % 7).alias("repo"),
        pl.format("file{}.py", "number").alias("path"),
        pl.lit("c0ffee").alias("commit"),
        pl.when(pl.col("number") % 2 == 0)
        .then(pl.lit("MIT"))
        .otherwise(pl.lit("Apache-2.0"))
        .alias("license"),
        pl.lit(None, pl.String).alias("license_source"),
        pl.lit("2026").alias("dump"),
        (pl.col("number") * 3).cast(pl.Int64).alias("size"),
        pl.lit("0").alias("sha256"),
    )
    write(store, ("raw_corpus",), pl.concat([files, many.select(files.columns)]))
    rust = rows_of(
        schemas["raw_corpus"],
        {"file_id": "r1", "content": "fn main() {}", "language": "rust", "path": "a.rs"},
    )
    write(store, ("raw_corpus",), rust, "rust")
    seed = {"seed_id": "s1", "file_id": "f1", "seed": HOSTILE_CODE, "name": "shout", "kind": "function"}
    seed |= {"language": "python", "start_line": 3, "end_line": 5, "imports": ["import os"]}
    asked = {"instruction_id": "i1", "seed_id": "s1", "file_id": "f1", "instruction": "Shout <b>loudly</b>."}
    answer = {
        "response_id": "p1",
        "instruction_id": "i1",
        "seed_id": "s1",
        "file_id": "f1",
        "code": HOSTILE_CODE,
    }
    trained = origin | {"sft_id": "t1", "response_id": "p1", "instruction_id": "i1", "seed_id": "s1"}
    trained |= {"completion": "```python\n" + HOSTILE_CODE + "```", "prompt": "Shout <b>loudly</b>."}
    for name, row in (
        ("filtered_seeds", seed),
        ("instructions", asked),
        ("candidate_responses", answer),
        ("verified_responses", answer | {"verdict": "pass"}),
        ("sft_dataset", trained),
    ):
        write(store, ("demo", name), rows_of(schemas[name], row))
    page = pl.DataFrame({"html": [f"<style>{STYLE}</style><h1>Contamination</h1>"]})
    write(store, ("demo", "sft_dataset__contamination_page"), page)
    dropped = [
        {"id": "s2", "stage": "filters", "reason": "type_error", "detail": HOSTILE_REPO, "file_id": "f1"},
        {"id": "s3", "stage": "filters", "reason": "no_return_value", "detail": None},
    ]
    write(store, ("demo", "filtered_seeds__rejected"), rows_of(REJECTION_SCHEMA, *dropped))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEEDLINE_CONFIG", str(folder / "seedline.toml"))
        yield folder


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """The address of a running viewer over `home`."""
    app = build_app(Pages(Deployment.open()), ["rows.example"])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def get(address: str) -> Get:
    """Asks the viewer; gives status, text and headers."""

    def ask(path: str, *, method: str = "GET", **headers: str) -> Answer:
        try:
            with urlopen(Request(address + path, method=method, headers=headers), timeout=20) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)

    return ask
