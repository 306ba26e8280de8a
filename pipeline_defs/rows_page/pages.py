"""The pages: the tables with their states, a table's rows, one row with all that it came from, and a recipe.

Each is text made from a template (`templates/`), with everything escaped that comes from a table.
"""

from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from assets.audit.origin import Link, Origin, UnknownIdError, trace_id
from assets.audit.questions import SHARED
from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.waiting import MEANING
from pipeline_defs.recipes.about import methods_of
from pipeline_defs.rows_page import marked_up, tables
from pipeline_defs.rows_page.addresses import (
    id_address,
    identity_of,
    key_of,
    lines_of,
    partition_of,
    row_address,
    rows_address,
)
from pipeline_defs.rows_page.asked import Asked
from pipeline_defs.rows_page.found import CELL, Finder, sortable
from pipeline_defs.rows_page.opened import AskedError, Spot, Tables
from pipeline_defs.rows_page.overview import Overview
from resources.parquet_store import TableAddress

IDS = ("sft_id", "response_id", "instruction_id", "seed_id", "file_id", "id")
"""Columns that lead to a row of the chain, the nearest first."""


class Pages:
    """Makes the pages over one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._store = deployment.store()
        self._overview = Overview(deployment)
        self._finder = Finder()
        self._templates = Environment(
            loader=PackageLoader("pipeline_defs.rows_page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "store": self._store.storage.root,
            "recipes": [recipe.name for recipe in deployment.recipes],
            "coloured": marked_up.coloured,
            "marked": marked_up.marked,
            "seen": marked_up.seen,
            "rows_address": rows_address,
        }

    @property
    def identity(self) -> str:
        """What the server says to the question whether it is the one of this store."""
        return identity_of(self._store.storage.root)

    def style(self) -> str:
        """The style sheet."""
        own = files("pipeline_defs.rows_page").joinpath("templates/style.css").read_text(encoding="utf-8")
        return marked_up.style() + own  # what is ours comes last

    def overview(self) -> str:
        """Every table with its rows and its state."""
        return self._made("overview.html.jinja", groups=self._overview.groups(), meanings=MEANING)

    def rows(self, path: str, query: Sequence[tuple[str, str]]) -> str:
        """A page of rows of the table `path`. Raises `AskedError` where there is no such table."""
        asked, key = Asked.read(query), key_of(path)
        everything = tables.partitions(self._store, key)
        opened = self._open(key, everything, asked.partition)
        known = list(opened.schema)
        chosen = [name for name in asked.columns if name in known] or tables.first_columns(
            key[-1], opened.schema
        )
        problem, page = "", None
        try:
            page = self._finder.page(opened, asked, _with_language(chosen, known))
        except AskedError as error:
            problem = str(error)
        rows = [] if page is None else [
            (spot, partition_of(opened.addresses[spot.part]), cells)
            for spot, cells in zip(page.spots, page.cells.iter_rows(named=True), strict=True)
        ]  # fmt: skip
        total = page.total if page else 0
        return self._made(
            "rows.html.jinja",
            key=key,
            asked=asked,
            chosen=chosen,
            columns=known,
            sortable=[name for name, kind in opened.schema.items() if sortable(kind)],
            texts=[name for name, kind in opened.schema.items() if not kind.is_nested()],
            meanings=tables.meanings(key[-1]),
            partitions=[partition_of(one) for one in everything if one.partition],
            several=len(opened.addresses) > 1,
            rows=rows,
            total=total,
            last=max(-(-total // asked.rows), 1),
            problem=problem,
            counts=self._finder.counts(opened) if page else {},
            cell=_cell,
            row_address=row_address,
            beside=self._beside(key),
        )

    def row(self, path: str, query: Sequence[tuple[str, str]]) -> str:
        """One row of the table `path`, by `partition` and `n` (from 1) or by `id`. Raises `AskedError`."""
        key, given = key_of(path), dict(query)
        opened = self._open(key, tables.partitions(self._store, key), given.get("partition", ""))
        spot = self._spot(opened, key[-1], given)
        row = opened.row(spot)
        lines = lines_of(given.get("lines", ""))
        meaning = tables.meanings(key[-1])
        values = [
            {
                "name": name,
                "meaning": meaning.get(name, ""),
                "is_block": marked_up.is_code(name) or isinstance(value, list | dict),
                "value": value,
                "first": (row.get("start_line") if name == "seed" else None) or 1,
                "lines": lines if name == "content" else (),
                "text": marked_up.value_text(value),
            }
            for name, value in row.items()
        ]
        values.sort(key=lambda one: bool(one["is_block"]))
        return self._made(
            "row.html.jinja",
            key=key,
            spot=spot,
            partition=partition_of(opened.addresses[spot.part]),
            height=opened.heights[spot.part],
            row_address=row_address,
            values=values,
            language=row.get("language") or partition_of(opened.addresses[spot.part]),
            origins=[(recipe, self._shown(recipe, origin)) for recipe, origin in self._origins(key, row)],
        )

    def contamination(self, path: str, partition: str | None) -> str:
        """The report of contamination of the data set `path`, as it was published. Raises `AskedError`."""
        key = key_of(path)
        beside = (*key[:-1], f"{key[-1]}__contamination_page")
        found = tables.partitions(self._store, beside)
        names = [partition_of(one) for one in found]
        if not found or (partition is not None and partition not in names):
            raise AskedError(
                f"{path} has no report of contamination{f' for {partition}' if partition else ''}"
            )
        at = found[0 if partition is None else names.index(partition)]
        return str(self._store.scan(at).collect()["html"][0])

    def recipe(self, name: str) -> str:
        """A recipe with its settings and what its methods do. Raises `AskedError`."""
        known = {recipe.name: recipe for recipe in self._deployment.recipes}
        if name not in known:
            raise AskedError(f"no recipe {name!r} is on; on are {', '.join(known)}")
        recipe = known[name]
        return self._made("recipe.html.jinja", recipe=recipe, methods=methods_of(recipe))

    def failure(self, message: str) -> str:
        """A page that says what went wrong."""
        return self._made("failure.html.jinja", message=message)

    def _made(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)

    def _open(self, key: tuple[str, ...], everything: list[TableAddress], partition: str) -> Tables:
        wanted = [one for one in everything if not partition or partition_of(one) == partition]
        if not wanted:
            known = ", ".join(partition_of(one) for one in everything)
            raise AskedError(f"{'/'.join(key)} has no partition {partition!r}; there are {known}")
        return Tables.open(self._store, wanted)

    def _spot(self, opened: Tables, name: str, given: dict[str, str]) -> Spot:
        column = tables.key_column(name)
        if "id" in given and column is not None:
            spot = opened.spot_of(column, given["id"])
            if spot is None:
                raise AskedError(
                    f"no row of {name} has the {column} {given['id']!r}; it may have been rejected since"
                )
            return spot
        number = given.get("n", "")
        if not number.isascii() or not number.isdigit() or len(number) > 12 or int(number) < 1:
            raise AskedError("which row? An address has n (the row's number, from 1) or id")
        if len(opened.addresses) > 1:
            raise AskedError("a number alone says no row where there are several partitions; add partition=")
        return Spot(0, int(number) - 1)

    def _beside(self, key: tuple[str, ...]) -> list[tuple[str, ...]]:
        name = key[-1].partition("__")[0]
        found = [one for one in self._store.tables(key[:-1]) if one.partition("__")[0] == name]
        return [(*key[:-1], one) for one in found if one != key[-1]]

    def _origins(self, key: tuple[str, ...], row: dict[str, object]) -> list[tuple[str, Origin]]:
        """The chain of the row in its recipe; of a row that all recipes share, in each that made something of it."""
        names = [key[0]] if len(key) > 1 else [recipe.name for recipe in self._deployment.recipes]
        ids = [str(row[column]) for column in IDS if row.get(column)]
        found = []
        for name in names:
            for row_id in ids:
                try:
                    found.append((name, trace_id(row_id, self._store, name)))
                    break
                except UnknownIdError:
                    continue
        return found

    def _shown(self, recipe: str, origin: Origin) -> dict[str, object]:
        seeds = [link for link in origin.chain if link.artifact == "filtered_seeds"]
        lines = f"{seeds[0].facts['start_line']}-{seeds[0].facts['end_line']}" if seeds else ""
        chain = [(link, _link_address(recipe, link, lines)) for link in origin.chain]
        derived = [
            (artifact, len(ids), [(one, id_address((recipe, artifact), one)) for one in ids[:50]])
            for artifact, ids in origin.derived.items()
        ]
        return {"chain": chain, "derived": derived}


def _link_address(recipe: str, link: Link, lines: str) -> str:
    if link.artifact in SHARED:
        return id_address((link.artifact,), link.row_id, lines) + ("#content" if lines else "")
    return id_address((recipe, link.artifact), link.row_id)


def _with_language(chosen: Sequence[str], known: Sequence[str]) -> list[str]:
    """`chosen`, and the column that says in which language a row's code is."""
    return [*chosen, *(["language"] if "language" in known and "language" not in chosen else [])]


def _cell(name: str, value: object) -> dict[str, object]:
    """What a list shows of a value: its text, cut, and whether it is code."""
    text = marked_up.messages_text(value) if name == "messages" else marked_up.value_text(value)
    return {"text": marked_up.cut(text, CELL), "null": value is None, "code": marked_up.is_code(name)}
