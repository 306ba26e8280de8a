"""Damage to stored tables: found when they are read or verified, named, noted, and never read as truth."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources.parquet_store import DamagedTableError, ParquetStore, StoreWatch, TableAddress
from resources.storage import Storage
from tests.resources.parquet_store.test_store import ADDRESS, SCHEMA, rows


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    store = ParquetStore(Storage(tmp_path / "store"))
    store.commit(ADDRESS, store.stage(ADDRESS, rows(9000), SCHEMA, volatile=["took_ms"]))
    return store


def fresh(store: ParquetStore) -> ParquetStore:
    """The store as another process sees it."""
    return ParquetStore(store.storage)


def test_a_sound_table_passes(store: ParquetStore) -> None:
    store.check(ADDRESS)
    store.check_rows(ADDRESS)
    empty = TableAddress.of(("demo", "nothing"), "python")
    store.commit(empty, store.stage(empty, rows(0), SCHEMA))
    store.check_rows(empty)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.slow(seconds=13)
def test_a_flipped_bit_anywhere_is_found_named_and_noted(store: ParquetStore, seed: int) -> None:
    path = Path(store.uri(ADDRESS))
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)
    pages = pq.ParquetFile(path).metadata.row_group(0).column(0)
    end = len(data) if seed % 2 else pages.dictionary_page_offset + pages.total_compressed_size
    start = 4 if seed % 2 else pages.dictionary_page_offset
    data[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    seen = fresh(store)
    try:
        seen.check_rows(ADDRESS)
    except DamagedTableError as error:
        assert str(path) in str(error) and len(str(error).splitlines()) == 1
        facts = StoreWatch(seen).look().facts(ADDRESS)
        assert facts is not None and facts.damage
        return
    # a bit that no reader looks at: a statistic, or the library's name
    assert seen.scan(ADDRESS).collect().drop("took_ms").equals(rows(9000).drop("took_ms"))


@pytest.mark.slow(seconds=1)
def test_a_page_that_was_changed_stops_a_reader(store: ParquetStore) -> None:
    path = Path(store.uri(ADDRESS))
    data = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(0).column(1)
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(DamagedTableError, match=r"data\.parquet is damaged"):
        fresh(store).scan(ADDRESS)


@pytest.mark.parametrize("left", [0, 3, 100, -1, -8, -200])
@pytest.mark.slow(seconds=7)
def test_a_table_cut_short_is_one_line_that_names_the_file(store: ParquetStore, left: int) -> None:
    path = Path(store.uri(ADDRESS))
    path.write_bytes(path.read_bytes()[:left])
    for read in (store.scan, store.facts, store.check_rows):
        with pytest.raises(DamagedTableError) as caught:
            read(ADDRESS)
        assert str(path) in str(caught.value) and len(str(caught.value).splitlines()) == 1


@pytest.mark.slow(seconds=2)
def test_rows_edited_under_the_same_facts_are_found_by_their_digest(store: ParquetStore) -> None:
    path = Path(store.uri(ADDRESS))
    with pq.ParquetFile(path) as file:
        facts, table = file.metadata.metadata, file.read()
    column = table.schema.get_field_index("text")
    edited = table.set_column(column, "text", pa.array(["mine"] * table.num_rows, pa.large_string()))
    with pq.ParquetWriter(path, edited.schema) as writer:
        writer.write_table(edited)
        writer.add_key_value_metadata(
            {name: value for name, value in facts.items() if name != b"ARROW:schema"}
        )
    store.check(ADDRESS)  # its pages are sound
    with pytest.raises(DamagedTableError, match="not those that were written"):
        store.check_rows(ADDRESS)
    found = StoreWatch(fresh(store)).look().facts(ADDRESS)
    assert found is not None and found.damage
    store.commit(ADDRESS, store.stage(ADDRESS, rows(10), SCHEMA, volatile=["took_ms"]))
    found = StoreWatch(fresh(store)).look().facts(ADDRESS)
    assert found is not None and not found.damage  # the note was about another version
