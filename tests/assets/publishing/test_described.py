"""What people read of a materialization: nothing is eaten by Markdown, units are not mixed, columns have sources."""

import html
import importlib
import itertools
import re

import dagster as dg
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assets.publishing.described import (
    PREVIEW_WIDTH,
    column_lineage,
    funnel_metadata,
    preview,
    rows_by_unit,
)
from assets.publishing.markdown import fenced, markdown_table
from assets.publishing.plots import bar_plot
from assets.rows.ledger import FUNNEL_SCHEMA, Ledger
from assets.rows.outcome import no_rejections
from assets.rows.table import Table
from pipeline_defs.configuration.settings import Settings
from pipeline_defs.definitions import build_defs
from pipeline_defs.recipes.files import shipped_recipes
from pipeline_defs.recipes.model import load_recipe
from pipeline_defs.rows_page.tables import DECLARED
from resources.printable import OBEYED

MARKDOWN = MarkdownIt().enable("table")
READER = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = (
    *("<img src=x onerror=alert(1)>", "![a](http://evil.example/x.png)", "[a](http://evil.example)"),
    *("<http://evil.example>", "&lt;", "$\\frac{", "\x1b[31m", "\u2028", "\n", "\r"),
    *("`", "```", "\\|", "\\", "|", "*", " "),
)


def cells(markdown: str) -> list[list[str]]:
    """The cells of a Markdown table as a reader sees them."""
    page = MARKDOWN.render(markdown)
    rows = re.findall(r"<tr>(.*?)</tr>", page, flags=re.DOTALL)
    found = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in found]


def foreign(markdown: str) -> list[str]:
    """HTML, links and pictures that Markdown makes of a text; none is expected but the pictures that are drawn here."""
    found = [token for block in READER.parse(markdown) for token in [block, *(block.children or [])]]
    kinds = {"html_block", "html_inline", "link_open", "image"}
    return [token.content or str(token.attrs) for token in found if token.type in kinds and
            not str(token.attrs.get("src", "")).startswith("data:image/png;base64,")]  # fmt: skip


def cells_by_rule(line: str) -> int:
    """Cells of a row as GitHub's rule counts them: a backslash takes the next sign with it, a free bar ends a cell."""
    return len(re.findall(r"(?<=\|)(?:\\.|[^|\\])*\|", line))


def test_names_with_underscores_and_stars_are_shown_as_they_are() -> None:
    rows = pl.DataFrame(
        {"path": ["__main__ and _this_ and *that*", "a | b"], "n": [1, 22], "seed": ["xyz", None]}
    )
    shown = cells(preview(rows))
    assert shown[1] == ["path", "__main__ and _this_ and *that*", "a | b"]
    assert shown[2] == ["n", "1", "22"]
    assert shown[3] == ["seed", "3 characters", ""]  # text of the corpus never gets into the event log
    assert cells(markdown_table(pl.DataFrame({"reason": ["__x__"], "rows": [3]})))[1] == ["__x__", "3"]


@given(st.lists(st.text(max_size=120), min_size=1, max_size=3))
def test_a_preview_is_a_table_whatever_the_rows_hold(values: list[str]) -> None:
    text = preview(pl.DataFrame({"path": values, "n": range(len(values))}))
    shown = cells(text)
    assert [len(row) for row in shown] == [1 + len(values)] * 3
    assert not foreign(text)
    assert max(len(html.unescape(cell)) for row in shown for cell in row) <= PREVIEW_WIDTH + 1


def test_rows_in_kept_and_rejected_are_of_one_unit() -> None:
    ledger = Ledger()
    files = pl.DataFrame({"id": ["a", "b", "c"], "stage": "read", "reason": "empty", "detail": None})
    seeds = pl.DataFrame({"id": ["s", "t"], "stage": "filters", "reason": "secret", "detail": None})
    ledger.record("read", "files", 10, files, rows_out=7)
    ledger.record("extraction", "files", 7, no_rejections(), rows_out=30, kept=7)
    ledger.record("filters", "seeds", 30, seeds, rows_out=28)
    metadata = funnel_metadata(ledger.funnel(), pl.concat(ledger.rejections))
    counts = {
        name: metadata[name] for name in metadata if name.rpartition("_")[2] in ("in", "kept", "rejected")
    }
    assert counts == {
        "files_in": 10,
        "files_kept": 7,
        "files_rejected": 3,
        "rows_in": 30,
        "rows_kept": 28,
        "rows_rejected": 2,
    }
    assert metadata["rows_are"] == "seeds"


STEPS = st.lists(
    st.tuples(st.sampled_from(["files", "seeds"]), st.integers(0, 9), st.integers(0, 9)), max_size=6
)


@given(STEPS)
def test_in_is_kept_and_rejected_in_every_unit(steps: list[tuple[str, int, int]]) -> None:
    rows = [
        {"position": n, "step": str(n), "unit": unit, "rows_in": kept + lost, "kept": kept, "rejected": lost}
        for n, (unit, kept, lost) in enumerate(steps)
    ]
    found = rows_by_unit(pl.DataFrame(rows, schema=FUNNEL_SCHEMA))
    assert all(rows_in == kept + rejected for _, rows_in, kept, rejected in found)
    assert sum(rejected for *_, rejected in found) == sum(lost for *_, lost in steps)
    units = [unit for unit, *_ in found]
    assert all(one != other for one, other in itertools.pairwise(units))


def declared(artifact: str) -> Table:
    if artifact == "raw_corpus":
        return importlib.import_module("assets.raw_corpus.asset").CORPUS
    return importlib.import_module(DECLARED[artifact]).TABLE


@pytest.mark.parametrize("name", sorted(shipped_recipes()))
def test_every_source_of_a_column_is_a_column_of_an_input(name: str, tmp_path) -> None:
    defs = build_defs(Settings.model_validate({"home": tmp_path}), recipes=[load_recipe(name)])
    graph = defs.resolve_asset_graph()
    for artifact in DECLARED:
        table = declared(artifact)
        key = next(key for key in graph.get_all_asset_keys() if key.path[-1] == artifact)
        parents = {parent.path[-1] for parent in graph.get(key).parent_keys}
        for column in table.columns:
            for source in column.sources:
                of, _, source_column = source.partition(".")
                assert of in parents, f"{artifact}.{column.name} from {source}"
                assert source_column in declared(of).schema, f"{artifact}.{column.name} from {source}"


def test_column_lineage_leads_from_a_training_row_to_the_corpus() -> None:
    parents = [dg.AssetKey(["mine", "verified_responses"]), dg.AssetKey("raw_corpus")]
    lineage = column_lineage(declared("sft_dataset"), parents)
    assert lineage is not None
    deps = lineage.deps_by_column
    assert deps["license"] == [dg.TableColumnDep(dg.AssetKey("raw_corpus"), "license")]
    assert deps["prompt"] == [dg.TableColumnDep(parents[0], "instruction")]
    assert "start_line" not in deps  # filtered_seeds is not among the parents here
    assert column_lineage(declared("benchmarks"), parents) is None


@given(
    st.lists(st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=6).map("".join), min_size=1, max_size=3)
)
def test_no_name_becomes_html_a_link_or_a_picture(values: list[str]) -> None:
    rows = pl.DataFrame({"path": values, "tags": [values] * len(values), values[0]: values})
    for text in (preview(rows.select("path")), markdown_table(rows), fenced(values[0], "yaml")):
        assert not foreign(text), text
    assert OBEYED.search(markdown_table(rows)) is None
    lines = markdown_table(rows).splitlines()
    assert {cells_by_rule(line) for line in lines} == {3} and len(lines) == 2 + len(values)


def test_names_with_signs_of_formulas_are_drawn() -> None:
    counts = pl.DataFrame({"category": ["$\\frac{", "a\n$b$ \x1b[31m"], "rows": [2, 1]})
    assert bar_plot(counts, "category", "rows").startswith(b"\x89PNG")
