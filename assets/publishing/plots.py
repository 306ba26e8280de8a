"""The pictures in the metadata: small PNGs drawn from frames, with no display and no state.

Pictures live in Dagster's event log, so each stays under about 60 KB.
"""

import base64
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import polars as pl

from resources.printable import one_line

LABEL = 36
"""Characters of a label."""


_undrawn = ContextVar("undrawn", default=False)


@contextmanager
def without_plots() -> Iterator[None]:
    """Bar plots and funnels are empty in here: for who runs a step and shows nobody its metadata."""
    token = _undrawn.set(True)
    try:
        yield
    finally:
        _undrawn.reset(token)


def png_markdown(title: str, picture: bytes) -> str:
    """`picture`, a PNG, as Markdown that the Dagster UI shows inline."""
    return f"![{title}](data:image/png;base64,{base64.b64encode(picture).decode()})"


def funnel_plot(funnel: pl.DataFrame) -> bytes:
    """Horizontal bars of rows kept and rejected a step; `funnel` has the columns of `FUNNEL_SCHEMA`."""
    if _undrawn.get():
        return b""
    figure, axes = figure_with_axes(height=0.9 + 0.36 * funnel.height)
    labels = [f"{step} ({unit})" for step, unit in zip(funnel["step"], funnel["unit"], strict=True)]
    places = range(funnel.height)
    axes.barh(places, funnel["kept"].to_list(), color="#2f7d5b", label="kept")
    axes.barh(
        places, funnel["rejected"].to_list(), left=funnel["kept"].to_list(), color="#d9a066", label="rejected"
    )
    axes.set_yticks(list(places), labels)
    axes.invert_yaxis()
    axes.legend(loc="lower right", frameon=False)
    return png(figure)


def counts_frame(counts: Mapping[str, int], label: str, value: str) -> pl.DataFrame:
    """Counts by name as a frame with the columns `label` and `value`."""
    return pl.DataFrame(
        {label: list(counts), value: list(counts.values())}, schema={label: pl.String, value: pl.Int64}
    )


def bar_plot(counts: pl.DataFrame, label: str, value: str) -> bytes:
    """Horizontal bars of `value` by `label`, in the frame's order."""
    if _undrawn.get():
        return b""
    figure, axes = figure_with_axes(height=0.9 + 0.3 * max(counts.height, 1))
    places = range(counts.height)
    axes.barh(places, counts[value].to_list(), color="#2f7d5b")
    axes.set_yticks(list(places), [short(name) for name in counts[label].cast(pl.String)])
    axes.invert_yaxis()
    axes.set_xlabel(value)
    return png(figure)


def short(label: str | None) -> str:
    """A label that leaves room for its bar: at most `LABEL` characters, cut in the middle."""
    text = "null" if label is None else one_line(label)
    if len(text) <= LABEL:
        return text
    return f"{text[: LABEL // 2]}…{text[-(LABEL // 2 - 1) :]}"


def figure_with_axes(height: float, width: float = 7):
    """A new figure of so many inches, drawn without a display, and its one plain pair of axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def png(figure, dpi: int = 80) -> bytes:
    """The figure as a PNG; the same drawing gives the same bytes."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_parse_math(False)  # a `$` in a name is no formula
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=dpi, metadata={"Software": None})  # no version of the library
    return sink.getvalue()
