"""The report of a small store in a real browser: nothing is loaded, hostile names stay text, tables sort and search."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline_defs.cli import app
from pipeline_defs.report.page import as_json
from resources.parquet_store import ParquetStore, TableAddress
from tests.pipeline_defs.browser import chromium
from tests.pipeline_defs.conftest import write_dump

HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"


@pytest.mark.slow
def test_a_report_stands_alone_in_a_browser(home: Path, store: ParquetStore) -> None:
    write_dump(home / "dumps" / "2026-01", {"alpha/a.py": "x = 1\n"})
    address = TableAddress.of(("demo", "sft_dataset"), "python")
    rows = store.scan(address).collect()
    hostile = rows.with_columns(
        pl.lit("t2").alias("sft_id"), pl.lit(f"evil/{HOSTILE}").alias("repo"), pl.lit(HOSTILE).alias("prompt")
    )
    store.commit(address, store.stage(address, pl.concat([rows, rows, hostile]), rows.schema))
    page = home / "report.html"

    result = CliRunner().invoke(app, ["report", "--to", str(page), "--no-browser"])

    assert result.exit_code == 0, (result.output, result.exception)
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"""<(?:script|link|img)[^>]+(?:src|href)=["']https?:""", text)
    with chromium() as browser:
        asked: list[str] = []
        broken: list[str] = []
        browser.on("request", lambda request: asked.append(request.url))
        browser.on("pageerror", lambda error: broken.append(str(error)))
        browser.goto(page.as_uri())
        browser.wait_for_selector("#funnel .main-svg, #repositories .main-svg")
        assert browser.title() == "demo: report"
        assert not [url for url in asked if url.startswith("http")] and not broken
        assert "document.title='broken'" in browser.inner_text("body")
        table = "#repositories table"
        browser.click("#repositories summary")
        browser.click(f"{table} th:nth-child(4) button")  # rows, upwards
        first = browser.inner_text(f"{table} tbody tr:first-child td:first-child")
        assert first.startswith("evil/")
        browser.fill("#repositories input[type=search]", "alpha")
        assert browser.locator(f"{table} tbody tr:visible").count() == 1
        for scheme in ("dark", "light"):
            browser.emulate_media(color_scheme=scheme)  # pyright: ignore[reportArgumentType]
            ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == {"dark": "rgb(20, 24, 29)", "light": "rgb(255, 255, 255)"}[scheme]
        browser.set_viewport_size({"width": 360, "height": 740})
        browser.wait_for_function("document.documentElement.scrollWidth <= 361")  # a phone scrolls one way


def test_json_cannot_end_its_element() -> None:
    text = as_json({"name": HOSTILE, "line": "\u2028"})
    assert "<" not in text and ">" not in text and json.loads(text)["name"] == HOSTILE
