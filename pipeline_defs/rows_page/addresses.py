"""Addresses of the row viewer's pages: written into links, and read back. What the pages show is said elsewhere."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from resources.ids import text_id
from resources.parquet_store import TableAddress

MOST_LINES_MARKED = 2_000


def identity_of(root: str) -> str:
    """What a row viewer over the store at `root` says of itself."""
    return f"seedline rows {text_id(root)}"


def key_of(path: str) -> tuple[str, ...]:
    """The key of the table that an address names."""
    return tuple(path.split("/"))


def partition_of(address: TableAddress) -> str:
    """The partition as people name it; empty where there is none."""
    return address.partition[0][1] if address.partition else ""


def rows_address(key: Sequence[str], query: str = "") -> str:
    """The address of a list of rows; `query` as `Asked.query` gives it."""
    return "/rows/" + "/".join(quote(part, safe="") for part in key) + (f"?{query}" if query else "")


def row_address(key: Sequence[str], partition: str, number: int) -> str:
    """The address of the row `number` (from 0) of a partition."""
    query = urlencode(
        {name: value for name, value in (("partition", partition), ("n", str(number + 1))) if value}
    )
    return "/row/" + "/".join(quote(part, safe="") for part in key) + f"?{query}"


def id_address(key: Sequence[str], row_id: str, lines: str = "") -> str:
    """The address of a row by its id; `lines` are those to be marked in a file."""
    query = urlencode({name: value for name, value in (("id", row_id), ("lines", lines)) if value})
    return "/row/" + "/".join(quote(part, safe="") for part in key) + f"?{query}"


def lines_of(text: str) -> range:
    """The lines that an address wants marked: `28-45`."""
    first, _, last = text.partition("-")
    if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(text) < 20):
        return range(0)
    return range(int(first), min(int(last), int(first) + MOST_LINES_MARKED) + 1)
