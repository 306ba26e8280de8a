"""The report of contamination as one page without anything outside it: counts, thresholds, a picture, pairs of texts.

Callable by itself, so that other reports can hold its parts: `render` gives the whole page, `marked_texts` a pair.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from numpy.typing import NDArray

from assets.publishing.plots import figure_with_axes, png

STYLE = (
    "body{font:15px/1.45 sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left;"
    "vertical-align:top}td.number{text-align:right}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;font-size:12px}"
    ".pair{width:100%;table-layout:fixed}mark{background:#ffe08a}small{color:#666}"
)
STYLE_HASH = f"sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}"
"""By which a policy for contents can allow this style and no other."""
LONGEST = 6_000
"""Characters of a text that a pair shows."""
ALIKE_WORDS = 3
"""Words in a row that both texts must have to be marked."""

_WORDS = re.compile(r"\w+|[^\w\s]")


def render(
    *,
    title: str,
    by_benchmark: pl.DataFrame,
    by_method: pl.DataFrame,
    by_source: pl.DataFrame,
    untold: pl.DataFrame,
    pairs: Sequence[dict[str, str]],
    similarities: tuple[str, NDArray[np.float32]],
    waiting: int,
) -> str:
    """The page as HTML. `untold`: `benchmark, problem_id`; `similarities`: of which benchmark, and each row's."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = files("assets.sft_dataset").joinpath("pages/contamination.html.jinja").read_text("utf-8")
    named, values = similarities
    cut = untold.group_by("benchmark").agg(
        pl.len().alias("problems"), pl.col("problem_id").head(8).str.join(", ")
    )
    return environment.from_string(template).render(
        title=title,
        style=Markup(STYLE),
        by_benchmark=by_benchmark.to_dicts(),
        by_method=by_method.to_dicts(),
        by_source=by_source.to_dicts(),
        untold=cut.sort("benchmark").to_dicts(),
        pairs=[_marked(pair) for pair in pairs],
        picture=base64.b64encode(similarity_plot(named, values)).decode() if len(values) else None,
        nearest=named,
        waiting=waiting,
    )


def similarity_plot(benchmark: str, similarities: NDArray[np.float32]) -> bytes:
    """How many rows are how like their nearest problem of `benchmark`."""
    figure, axes = figure_with_axes(height=2.6)
    axes.hist(similarities, bins=[edge / 40 for edge in range(41)], color="#2f7d5b")
    axes.set_yscale("symlog")
    axes.set_xlabel(f"similarity of a row's instruction to its nearest problem of {benchmark}")
    axes.set_ylabel("rows")
    return png(figure)


def marked_texts(one: str, other: str) -> tuple[Markup, Markup]:
    """Both texts, escaped, with the runs of words that they share marked."""
    first, second = list(_WORDS.finditer(one)), list(_WORDS.finditer(other))
    matcher = SequenceMatcher(
        None, [m[0].lower() for m in first], [m[0].lower() for m in second], autojunk=False
    )
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= ALIKE_WORDS]
    return (
        _with_marks(one, [(first[b.a].start(), first[b.a + b.size - 1].end()) for b in blocks]),
        _with_marks(other, [(second[b.b].start(), second[b.b + b.size - 1].end()) for b in blocks]),
    )


def _with_marks(text: str, spans: list[tuple[int, int]]) -> Markup:
    parts, at = [], 0
    for start, end in spans:
        parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*parts, escape(text[at:])])


def _marked(pair: dict[str, str]) -> dict[str, Any]:
    text, problem = marked_texts(pair["text"][:LONGEST], pair["problem"][:LONGEST])
    return {**pair, "text": text, "problem": problem}
