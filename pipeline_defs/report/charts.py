"""Charts of a report, as Plotly figures in JSON; labels are text, whatever a name holds."""

from collections.abc import Callable
from html import escape
from typing import Any

import polars as pl

from pipeline_defs.report.facts import Section

Figure = dict[str, Any]
LONGEST = 48
"""Characters of a label."""
MOST_BARS = 30


def charts_of(section: Section) -> list[Figure]:
    """The figures of a section."""
    made = _CHARTS.get(section.name)
    return made(section.rows) if made is not None else []


def label(value: object) -> str:
    """A name as a label: Plotly reads some HTML, so that all of it is escaped; nothing is `unknown`."""
    text = "unknown" if value is None else str(value).replace("\n", " ")
    return escape(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _figure(data: list[Figure], **layout: Any) -> Figure:
    return {"data": data, "layout": {"margin": {"l": 8, "r": 8, "t": 24, "b": 32}, **layout}}


def _bars(names: list[Any], values: list[Any], *, title: str = "") -> Figure:
    """Horizontal bars, the first on top."""
    shown = [label(name) for name in names[:MOST_BARS]]
    places = list(range(len(shown)))
    bar = {"type": "bar", "orientation": "h", "x": values[:MOST_BARS], "y": places, "customdata": shown,
           "hovertemplate": "%{customdata}: %{x:,}<extra></extra>"}  # fmt: skip
    axis = {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": shown,
        "autorange": "reversed",
        "automargin": True,
    }
    return _figure([bar], title={"text": title}, yaxis=axis, height=max(160, 24 * len(shown) + 80))


def _funnel(rows: pl.DataFrame) -> list[Figure]:
    """Of every step what was kept and what was rejected, with the reasons of it."""
    steps = rows.group_by("artifact", "step", maintain_order=True).agg(
        pl.col("kept", "rejected").first(),
        pl.format("{} {}", "rejected_for_reason", "reason").drop_nulls().alias("reasons"),
    )
    names = [label(f"{one['artifact']}: {one['step']}") for one in steps.iter_rows(named=True)]
    places = list(range(len(names)))
    reasons = ["<br>".join(label(reason) for reason in some[:12]) for some in steps["reasons"].to_list()]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": steps[name].to_list(),
            "y": places,
            "customdata": reasons if name == "rejected" else names,
            "hovertemplate": f"%{{x:,}} {name}<br>%{{customdata}}<extra></extra>",
        }
        for name in ("kept", "rejected")
    ]
    axis = {"tickmode": "array", "tickvals": places, "ticktext": names, "autorange": "reversed"}
    legend = {"orientation": "h"}
    return [_figure(bars, barmode="stack", yaxis=axis, legend=legend, height=max(240, 28 * len(names) + 110))]


def _languages(rows: pl.DataFrame) -> list[Figure]:
    names = [label(name) for name in rows["language"]]
    bars = [
        {"type": "bar", "name": artifact, "x": names, "y": rows[artifact].to_list()}
        for artifact in rows.columns
        if artifact not in ("language", "rows of a seed")
    ]
    return [_figure(bars, barmode="group", legend={"orientation": "h"}, height=380)]


def _counted(name: str, count: str) -> Callable[[pl.DataFrame], list[Figure]]:
    def made(rows: pl.DataFrame) -> list[Figure]:
        summed = rows.group_by(name).agg(pl.col(count).sum()).sort(count, name, descending=[True, False])
        return [_bars(summed[name].to_list(), summed[count].to_list())]

    return made


def _lengths(rows: pl.DataFrame) -> list[Figure]:
    step = rows["to"][0] - rows["from"][0]
    bar = {
        "type": "bar",
        "x": (rows["from"] + step / 2).to_list(),
        "y": rows["rows"].to_list(),
        "width": step,
    }
    return [_figure([bar], bargap=0.02, xaxis={"title": {"text": rows["unit"][0]}}, height=320)]


def _licenses(rows: pl.DataFrame) -> list[Figure]:
    artifacts = rows["artifact"].unique(maintain_order=True).to_list()
    bars = []
    for (license,), some in rows.group_by("license", maintain_order=True):
        shares = dict(some.select("artifact", "share").iter_rows())
        bars.append(
            {
                "type": "bar",
                "name": label(license),
                "x": artifacts,
                "y": [shares.get(one, 0) for one in artifacts],
            }
        )
    return [
        _figure(bars, barmode="stack", yaxis={"tickformat": ".0%"}, legend={"orientation": "h"}, height=420)
    ]


def _scores(rows: pl.DataFrame) -> list[Figure]:
    keys = rows.select("benchmark", "task", "language", "k").iter_rows()
    names = [label(" ".join(str(one) for one in row if one is not None)) for row in keys]
    kinds = [
        ("all problems", "pass_at_k", "low", "high"),
        ("clean", "clean_pass_at_k", "clean_low", "clean_high"),
    ]
    dots = []
    for name, middle, low, high in kinds:
        if middle not in rows.columns:
            continue
        dot = {"type": "scatter", "mode": "markers", "name": name, "x": names, "y": rows[middle].to_list()}
        if {low, high} <= set(rows.columns):
            above, below = rows[high] - rows[middle], rows[middle] - rows[low]
            dot["error_y"] = {
                "type": "data",
                "symmetric": False,
                "array": above.to_list(),
                "arrayminus": below.to_list(),
            }
        dots.append(dot)
    return [
        _figure(
            dots, yaxis={"tickformat": ".0%", "rangemode": "tozero"}, legend={"orientation": "h"}, height=380
        )
    ]


_CHARTS: dict[str, Callable[[pl.DataFrame], list[Figure]]] = {
    "funnel": _funnel,
    "languages": _languages,
    "verdicts": _counted("verdict", "responses"),
    "categories": _counted("category", "rows"),
    "lengths": _lengths,
    "licenses": _licenses,
    "repositories": lambda rows: [_bars(rows["repo"].to_list(), rows["rows"].to_list())],
    "contamination": _counted("benchmark", "rows_found"),
    "costs": _counted("stage", "tokens_per_training_row"),
    "scores": _scores,
}
