"""A day's work in the browser: a dump is read, one that fails is shown, languages are made, rows are looked at.

One UI for all; the tests follow each other, as a person goes from page to page.
"""

import re
import time
from collections.abc import Callable, Iterator

import dagster as dg
import pytest

from tests.pipeline_defs.browser import chromium, ui
from tests.pipeline_defs.conftest import FILES, MakeSharedLine, SmallLine, short_recipe, write_dump

pytest.importorskip("playwright", reason="the browser's driver is not installed (extra: dev)")
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow(seconds=10)

expect.set_options(timeout=90_000)

SCRIPT = {"delta/greet.sh": '# Says hello to somebody.\n# Takes a name.\ngreet() {\n  echo "hello $1"\n}\n'}


@pytest.fixture(scope="module")
def line(make_shared_line: MakeSharedLine) -> SmallLine:
    """A deployment for two languages with a good dump and one that cannot be read; nothing is made yet."""
    line = make_shared_line(recipe=short_recipe(languages=["python", "bash"]))
    write_dump(line.folder / "dumps" / "2026-01", {**FILES, **SCRIPT})
    bad = line.folder / "dumps" / "2026-02-bad"
    bad.mkdir()
    (bad / "part-0.parquet").write_bytes(b"no Parquet at all")
    (bad / "_SUCCESS").touch()
    return line


@pytest.fixture(scope="module")
def addresses(line: SmallLine) -> Iterator[tuple[str, str]]:
    """Addresses of the UI and of the row viewer."""
    with ui(line.folder / "ui.log") as found:
        yield found


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as page:
        yield page


def wait_until(what: str, holds: Callable[[], bool], seconds: float = 180) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.3)


def is_stored(line: SmallLine, artifact: str, partition: str) -> bool:
    key = (artifact,) if artifact in ("raw_corpus", "corpus_dump") else ("demo", artifact)
    return any(
        one.partition and one.partition[0][1] == partition for one in line.deployment.store().partitions(key)
    )


def test_a_sensor_that_is_switched_on_reads_the_dump(
    line: SmallLine, addresses: tuple[str, str], page: Page
) -> None:
    page.goto(f"{addresses[0]}/locations/seedline/sensors/new_dumps_in_folder")
    expect(page.get_by_text("that has a file _SUCCESS").first).to_be_visible()
    page.locator("label", has=page.get_by_role("checkbox")).first.click()
    wait_until("the dump is read", lambda: is_stored(line, "corpus_dump", "2026-01"))


def test_the_dump_that_fails_has_its_reason_on_its_page(
    line: SmallLine, addresses: tuple[str, str], page: Page
) -> None:
    def reported() -> bool:
        with line.deployment.instance() as instance:
            key = dg.AssetCheckKey(dg.AssetKey("corpus_dump"), "every_dump_was_read")
            found = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])
            event = found[key].event if key in found else None
            return event is not None and "2026-02-bad" in str(event.dagster_event)

    wait_until("the check says so", reported)
    page.goto(f"{addresses[0]}/assets/corpus_dump?view=checks&checkDetail=every_dump_was_read")
    expect(page.get_by_text("could not be read: 2026-02-bad").first).to_be_visible()
    page.goto(f"{addresses[1]}/")
    row = page.get_by_role("row").filter(has_text="2026-02-bad")
    expect(row).to_contain_text("failed")
    expect(row).to_contain_text("part-0.parquet")


def test_a_partition_is_launched(line: SmallLine, addresses: tuple[str, str], page: Page) -> None:
    launch(page, addresses[0], "raw_corpus", "python")
    page.goto(f"{addresses[0]}/assets/raw_corpus?view=partitions&partition=python")
    wait_until("raw_corpus of python", lambda: is_stored(line, "raw_corpus", "python"))
    expect(page.get_by_text("Materialized (1)").first).to_be_visible()
    assert not is_stored(line, "raw_corpus", "bash")


def test_two_languages_are_backfilled(line: SmallLine, addresses: tuple[str, str], page: Page) -> None:
    launch(page, addresses[0], "raw_corpus", None)
    wait_until("raw_corpus of bash", lambda: is_stored(line, "raw_corpus", "bash"))
    page.goto(f"{addresses[0]}/assets/raw_corpus?view=partitions")
    expect(page.get_by_text("Materialized (2)").first).to_be_visible()


def test_a_pilot_of_twenty_is_launched_from_the_launchpad(
    line: SmallLine, addresses: tuple[str, str], page: Page
) -> None:
    page.goto(f"{addresses[0]}/locations/seedline/jobs/pilot/playground")
    page.locator(".CodeMirror-line").filter(has_text="size").locator(".cm-number").dblclick()
    page.keyboard.type("20")
    expect(page.get_by_text("No errors")).to_be_visible()
    page.get_by_role("button", name="Launch Run").click()
    page.wait_for_url("**/runs/**")

    def ended() -> bool:
        with line.deployment.instance() as instance:
            return all(run.is_finished for run in instance.get_runs(dg.RunsFilter(job_name="pilot")))

    wait_until("the pilot is done", ended, seconds=600)
    with line.deployment.instance() as instance:
        (run,) = instance.get_runs(dg.RunsFilter(job_name="pilot"))
    assert run.is_success and run.run_config["ops"]["pilot"]["config"]["size"] == 20
    page.goto(f"{addresses[0]}/assets/pilot/demo?view=events")
    expect(page.get_by_text("training_rows_of_the_whole").first).to_be_visible()
    assert not is_stored(line, "sft_dataset", "python")


def launch(page: Page, address: str, asset: str, partition: str | None) -> None:
    """Materialize one partition, or all of them, from the asset's page."""
    page.goto(f"{address}/assets/{asset}?view=partitions" + (f"&partition={partition}" if partition else ""))
    page.get_by_role("button", name="Materialize").first.click()
    dialog = page.get_by_role("dialog")
    if partition is None:
        dialog.get_by_text("All", exact=True).click()
    dialog.get_by_role("button", name=re.compile("^Launch")).click()
    dialog.wait_for(state="hidden")  # the UI closes it when the run was taken


def test_rows_are_a_click_away_and_can_be_searched(addresses: tuple[str, str], page: Page) -> None:
    page.goto(f"{addresses[0]}/assets/raw_corpus?view=overview")
    link = page.get_by_role("link", name=f"{addresses[1]}/rows/raw_corpus", exact=True).first
    expect(link).to_be_visible()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(str(link.get_attribute("href")))
    page.get_by_label("search").fill("hypotenuse")
    page.get_by_label("partition").select_option("python")
    page.get_by_role("button", name="show").click()
    expect(page.get_by_role("status")).to_contain_text("rows 1 to 1 of 1")
    expect(page.locator("mark").first).to_have_text("hypotenuse")
    page.get_by_role("link", name=re.compile("^open row")).click()
    expect(page.get_by_role("heading", name="Where it comes from")).to_be_visible()
    page.wait_for_load_state()  # its style too
    coloured = page.locator("#content + p + .block .k").first
    colour = "element => getComputedStyle(element).color"
    ink = page.locator("body").evaluate(colour)
    assert coloured.evaluate(colour) != ink
    page.emulate_media(color_scheme="dark")
    assert page.locator("body").evaluate(colour) != ink
    page.emulate_media(color_scheme="light")
    assert errors == []


def test_rejected_rows_say_why_and_where_from(addresses: tuple[str, str], page: Page) -> None:
    page.goto(f"{addresses[1]}/rows/raw_corpus__rejected?partition=python")
    page.get_by_role("link", name="license 1").click()
    expect(page.get_by_text("Only rows with")).to_be_visible()
    expect(page.get_by_role("cell", name="example/gamma")).to_be_visible()
    expect(page.get_by_role("cell", name="secret.py")).to_be_visible()


def test_the_keyboard_reaches_the_rows(addresses: tuple[str, str], page: Page) -> None:
    page.goto(f"{addresses[1]}/rows/raw_corpus")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="to the rows")).to_be_focused()
    named = page.locator("input:not([type=hidden]), select, button")
    for element in named.all():
        assert element.evaluate(
            "one => (one.labels && one.labels.length) || one.textContent.trim().length"
        ), element.evaluate("one => one.outerHTML")
