"""A report as one HTML file: its data as JSON, the charts by Plotly, whose script is inside. Nothing is loaded.

Values get into the page as text alone: what Jinja writes is escaped, what the script writes is `textContent`, and the
JSON cannot end its element. A content policy forbids every connection.
"""

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2

from assets.audit.tree import Node, row_tree
from pipeline_defs.deployment import Deployment
from pipeline_defs.report.charts import charts_of
from pipeline_defs.report.facts import ROWS_OF_A_TABLE, Section, sections

TEMPLATES = files(__package__ or "pipeline_defs.report") / "templates"


def report_page(deployment: Deployment, recipe: str | None = None) -> str:
    """The report of a recipe as it stands."""
    from plotly.offline import get_plotlyjs

    chosen = deployment.recipe(recipe)
    found = list(sections(deployment, chosen.name))
    shown: list[dict[str, Any]] = []
    for section in found:
        trees = _trees(deployment, chosen.name, section) if section.name == "sample" else []
        shown.append(
            {"section": section, "charts": charts_of(section), "trees": trees, "table": _table(section)}
        )
    figures = [figure for one in shown for figure in one["charts"]]
    return _template().render(
        recipe=chosen.name,
        description=chosen.description,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        shown=shown,
        figures=as_json(figures),
        script=(TEMPLATES / "report.js").read_text(encoding="utf-8"),
        style=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        plotly=get_plotlyjs(),
    )


def as_json(value: Any) -> str:
    """JSON that can stand in a script element: no character in it begins a tag."""
    text = json.dumps(value, default=str)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((TEMPLATES / "report.html.jinja").read_text(encoding="utf-8"))


def _table(section: Section) -> dict[str, Any] | None:
    """The rows as cells; the sample and the pairs are shown otherwise."""
    if section.name in ("sample", "pairs"):
        return None
    rows = section.rows.head(ROWS_OF_A_TABLE)
    return {
        "columns": rows.columns,
        "rows": [[_cell(value) for value in row] for row in rows.iter_rows()],
        "left_out": section.rows.height - rows.height,
    }


def _cell(value: object) -> tuple[str, object]:
    """What is shown, and what is sorted by."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), int(value)
    if isinstance(value, int):
        return f"{value:,}", value
    if isinstance(value, float):
        return f"{value:,.4g}", value
    return str(value), str(value).lower()


def _trees(deployment: Deployment, recipe: str, section: Section) -> list[Node]:
    store = deployment.store()
    return [row_tree(store, recipe, row_id) for row_id in section.rows["sft_id"]]
