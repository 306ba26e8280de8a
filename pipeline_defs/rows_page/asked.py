"""What a person asked of a table: read from an address's query, and written back into one.

Belongs here: the names of the parameters and what is allowed in them. How rows are found is in `found.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

ROWS_A_PAGE = 25
MOST_ROWS_A_PAGE = 200
LONGEST = 2_000
"""Characters of a search or a condition that are read; more is nobody's typing."""


@dataclass(frozen=True)
class Asked:
    """Which rows of a table, in which order, and which of their columns (none: the usual ones)."""

    partition: str = ""
    search: str = ""
    within: str = ""
    """Column that is searched; empty: every column of text."""
    where: str = ""
    """Condition in SQL, as in `seedline show --where`."""
    exactly: tuple[tuple[str, str], ...] = ()
    """Columns that have exactly this value."""
    sort: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()
    page: int = 1
    rows: int = ROWS_A_PAGE

    @classmethod
    def read(cls, query: Sequence[tuple[str, str]]) -> "Asked":
        """From the parameters of an address; what makes no sense there counts as not said."""
        last = dict(query)
        pairs = [value.partition("=") for name, value in query if name == "is"]
        return cls(
            partition=last.get("partition", ""),
            search=last.get("search", "")[:LONGEST],
            within=last.get("in", ""),
            where=last.get("where", "").strip()[:LONGEST],
            exactly=tuple((column, value) for column, equals, value in pairs if equals),
            sort=last.get("sort", ""),
            descending=last.get("down", "") == "1",
            columns=tuple(dict.fromkeys(value for name, value in query if name == "column")),
            page=_number(last.get("page"), 1, 10**9),
            rows=_number(last.get("rows"), ROWS_A_PAGE, MOST_ROWS_A_PAGE),
        )

    def query(self) -> str:
        """As the query of an address, without what is not said."""
        pairs = [
            ("partition", self.partition),
            ("search", self.search),
            ("in", self.within),
            ("where", self.where),
            *(("is", f"{column}={value}") for column, value in self.exactly),
            ("sort", self.sort),
            ("down", "1" if self.descending else ""),
            *(("column", name) for name in self.columns),
            ("page", str(self.page) if self.page != 1 else ""),
            ("rows", str(self.rows) if self.rows != ROWS_A_PAGE else ""),
        ]
        return urlencode([(name, value) for name, value in pairs if value])

    def at(self, page: int) -> "Asked":
        """The same on another page."""
        return replace(self, page=page)

    def only(self, column: str, value: str) -> "Asked":
        """The same, with `value` in `column`; with no other value there any more."""
        others = tuple(pair for pair in self.exactly if pair[0] != column)
        return replace(self, exactly=(*others, (column, value)), page=1)

    def without(self, column: str) -> "Asked":
        """The same, whatever is in `column`."""
        return replace(self, exactly=tuple(pair for pair in self.exactly if pair[0] != column), page=1)

    def sorted_by(self, column: str) -> "Asked":
        """The same, sorted by `column`: upwards first, then downwards, then as the file has them."""
        if self.sort != column:
            return replace(self, sort=column, descending=False, page=1)
        if not self.descending:
            return replace(self, descending=True, page=1)
        return replace(self, sort="", descending=False, page=1)


def _number(given: str | None, otherwise: int, most: int) -> int:
    try:
        return min(max(int(given or ""), 1), most)
    except ValueError:
        return otherwise
