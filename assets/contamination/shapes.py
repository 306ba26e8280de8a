"""Code to the shapes it is made of: one row for each kind of statement or expression, and for each run of tokens.

A unit is a function, however deep it stands, or the whole text. Its `parts` are its statements and expressions with
names and literals blanked, in no order; a compound statement is one part, what is in its body others. Its `runs`
are `RUN` blanked tokens in a row, in which order counts. Parse errors cost what they touch.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from tree_sitter import Node, Tree

from assets.contamination.shape_rules import Kinds, kinds_of
from assets.source_code.languages import rules_of
from assets.source_code.parsing import Deadline, ParseTimeout, parse

RUN = 8
FEWEST_NODES = 3
"""A part of fewer nodes (`x`, `f()`) says nothing."""
PARSE_SECONDS = 5.0
WHOLE = -1
"""The first line of a unit that is the whole text."""

SHAPES = pl.Schema(
    {
        "text": pl.UInt32,  # place of the text
        "line": pl.Int32,  # first line of the function, from 0; WHOLE: the whole text
        "run": pl.Boolean,  # a run of tokens; else a part
        "shape": pl.UInt64,
        "count": pl.UInt32,  # how often it stands in the unit; 1 for runs
    }
)

_SPREAD, _FIRST, _SECOND = (
    np.uint64(value) for value in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


@dataclass
class _Nodes:
    """The nodes of many trees in the order in which they are written, those that say nothing left out."""

    symbol: list[int] = field(default_factory=list)  # hash of what the node is
    parent: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)  # among its parent's children
    depth: list[int] = field(default_factory=list)
    leaf: list[bool] = field(default_factory=list)
    body: list[bool] = field(default_factory=list)
    functions: list[tuple[int, int, int]] = field(default_factory=list)  # node, text, first line
    first: list[int] = field(default_factory=list)  # node of each text


def shapes(codes: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """The shapes (`SHAPES`) of each (code, language); a language without a grammar has none."""
    nodes = _Nodes()
    for text, (code, language) in enumerate(codes):
        nodes.first.append(len(nodes.symbol))
        _read(nodes, code, language, text)
    nodes.first.append(len(nodes.symbol))
    return _shapes_of(nodes)


def _read(nodes: _Nodes, code: str, language: str, text: int) -> None:
    source = code.encode("utf-8", "replace")
    if language == "php" and b"<?" not in source:
        source = b"<?php " + source
    trees: list[tuple[int, Tree, Kinds]] = []
    for dialect in rules_of(language).dialects:
        try:
            tree = parse(source, dialect, Deadline(PARSE_SECONDS))
        except ParseTimeout:
            continue
        trees.append((tree.root_node.has_error, tree, kinds_of(language, dialect.parser.language)))
        if not tree.root_node.has_error:
            break
    if trees:
        _, tree, kinds = min(trees, key=lambda found: found[0])
        _walk(nodes, tree, kinds, source, text)


def _walk(nodes: _Nodes, tree: Tree, kinds: Kinds, source: bytes, text: int) -> None:
    """Append the nodes of `tree`: one loop over all nodes, so what it does for each is kept small."""
    symbols = kinds.symbols.tolist()
    nothing, unseen, names, literals = kinds.nothing, kinds.unseen, kinds.names, kinds.literals
    bodies, functions, named, library = kinds.bodies, kinds.functions, kinds.named, kinds.library
    uses, everywhere = kinds.uses, kinds.everywhere
    symbol, parent, place, depth = nodes.symbol, nodes.parent, nodes.place, nodes.depth
    children = [0]
    base = len(symbol) - 1  # `children[n - base]` counts those of node n; the first is for the root's parent
    around, hidden, inside = [base], [False], [-1]
    cursor = tree.walk()
    while True:
        node: Any = cursor.node
        kind: int = node.kind_id
        down = False
        if kind not in nothing and not (hidden[-1] and kind not in named):
            if kind in unseen:
                down = cursor.goto_first_child()
                if down:
                    around.append(around[-1])
                    hidden.append(True)
                    inside.append(inside[-1])
            elif kind != kinds.statement or not _is_documentation(node, literals):
                above, here = around[-1], len(symbol)
                whole = kind in names or kind in literals
                if kind in names:
                    name = source[node.start_byte : node.end_byte]
                    if inside[-1] in uses or name in everywhere:
                        kind = library.get(name, kind)
                elif kind in functions:
                    nodes.functions.append((here, text, node.start_point.row))
                symbol.append(symbols[kind])
                parent.append(above)
                place.append(children[above - base])
                depth.append(depth[above] + 1 if above > base else 0)
                children[above - base] += 1
                children.append(0)
                nodes.body.append(kind in bodies)
                if not whole:
                    down = cursor.goto_first_child()
                    if down:
                        around.append(here)
                        hidden.append(False)
                        inside.append(kind)
                nodes.leaf.append(not down)
        if down:
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            around.pop()
            hidden.pop()
            inside.pop()


def _is_documentation(statement: Node, literals: frozenset[int]) -> bool:
    child = statement.child(0) if statement.child_count == 1 else None
    return child is not None and child.kind_id in literals


def _shapes_of(nodes: _Nodes) -> pl.DataFrame:
    symbol = np.array(nodes.symbol, np.uint64)
    parent, depth = np.array(nodes.parent, np.int64), np.array(nodes.depth, np.int64)
    body = np.array(nodes.body, np.bool_)
    place = np.array(nodes.place, np.uint64)
    shape, size = _mixed(symbol), np.ones(len(symbol), np.int64)
    deepest = int(depth.max(initial=0))
    by_depth = np.argsort(depth, kind="stable")
    bounds = np.searchsorted(depth[by_depth], np.arange(deepest + 2))
    for level in range(deepest, 0, -1):  # a node is whole before its parent asks
        at = by_depth[bounds[level] : bounds[level + 1]]
        np.add.at(size, parent[at], size[at])
        counted = at[~body[parent[at]]]
        np.add.at(shape, parent[counted], _mixed(shape[counted] + place[counted] * _SECOND))
    shape = _mixed(shape)
    said = (size >= FEWEST_NODES) & ~body
    leaf = np.array(nodes.leaf, np.bool_)
    token = _mixed(symbol + np.where(parent >= 0, symbol[np.maximum(parent, 0)], 0) * _SECOND)
    node, text, line = (
        (np.array(column, np.int64) for column in zip(*nodes.functions, strict=True))
        if (nodes.functions)
        else (np.zeros(0, np.int64),) * 3
    )
    first = np.array(nodes.first, np.int64)
    starts, ends = np.concatenate([node, first[:-1]]), np.concatenate([node + size[node], first[1:]])
    units = pl.DataFrame(
        {
            "text": np.concatenate([text, np.arange(len(first) - 1)]),
            "line": np.concatenate([line, np.full(len(first) - 1, WHOLE)]),
        },
        schema_overrides=SHAPES,
    )
    found = [
        _of_units(starts, ends, np.flatnonzero(said), shape[said], 1, False),
        _of_units(starts, ends, np.flatnonzero(leaf), token[leaf], RUN, True),
    ]
    unit = pl.concat(found)
    return (
        unit.select(units[name].gather(unit["unit"]).alias(name) for name in units.columns)
        .hstack(unit.drop("unit"))
        .select(SHAPES.names())
    )


def _of_units(
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    nodes: NDArray[np.int64],
    values: NDArray[np.uint64],
    together: int,
    run: bool,
) -> pl.DataFrame:
    """The values (those of `nodes`, `together` in a row as one) that stand in each unit, counted."""
    first, last = np.searchsorted(nodes, starts), np.searchsorted(nodes, ends)
    if together > 1:
        values = _runs(values, together)
        last = np.maximum(last - (together - 1), first)
    lengths = last - first
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], lengths)
    counted = pl.DataFrame(
        {"unit": np.repeat(np.arange(len(starts), dtype=np.uint32), lengths), "shape": values[places]}
    )
    return (
        counted.group_by("unit", "shape")
        .len("count")
        .select(
            "unit", pl.lit(run).alias("run"), "shape", pl.lit(1, pl.UInt32).alias("count") if run else "count"
        )
    )


def _runs(tokens: NDArray[np.uint64], together: int) -> NDArray[np.uint64]:
    """For each token the hash of it and those after it, `together` in all; fewer at the end."""
    padded = np.concatenate([tokens, np.zeros(together - 1, np.uint64)])
    hashes = np.zeros(len(tokens), np.uint64)
    for step in range(together):
        hashes = _mixed(hashes + padded[step : step + len(tokens)])
    return hashes


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        values = values + _SPREAD
        values = (values ^ (values >> np.uint64(30))) * _FIRST
        values = (values ^ (values >> np.uint64(27))) * _SECOND
        return values ^ (values >> np.uint64(31))
