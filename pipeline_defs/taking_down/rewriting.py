"""Taking rows out of tables where they stand: the file is written anew without them, and the ledger says so.

Dumps keep the row without its text, so that an older state of the same file does not come back in its place. What a
table was made from stays written in it: it counts as out of date, and the next rebuild makes it as if the rows had
never been there.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from assets.rows.ledger import FUNNEL_SCHEMA
from assets.rows.outcome import REJECTION_SCHEMA
from assets.rows.reasons import Reason
from pipeline_defs.taking_down.reach import Reach, Reached, in_ids
from resources.parquet_store import ParquetStore, StagedTable, TableAddress
from resources.parquet_store.locks import TableLock
from resources.parquet_store.writer import json_lines

STEP = "take_down"
BOUND_TO_THE_FILE = ("digest", "table", "volatile", "languages", "beside")
"""Facts of a table that do not hold for another file."""


@dataclass(frozen=True)
class Rewritten:
    """One table that was written anew (or taken away, `after` empty): rows, bytes and digests."""

    address: TableAddress
    rows_before: int
    rows_removed: int
    bytes_rewritten: int
    digest_before: str
    digest_after: str
    by_file: pl.DataFrame = field(default_factory=pl.DataFrame)


def rewrite(store: ParquetStore, reached: Reach, rules: pl.DataFrame) -> list[Rewritten]:
    """Take the rows of `reached` out of every table; `rules` says which rule names a file (file_id, rule).

    The tables beside an artifact go first, then the artifact with their digests.
    """
    done: list[Rewritten] = []
    wanted = {table.address: table for table in reached.tables}
    mains = {TableAddress((*at.key[:-1], at.key[-1].split("__")[0]), at.partition) for at in wanted}
    for main in sorted(mains, key=str):
        with _held(store, main):
            if main.key[-1] == "audit":
                done += _taken_away(store, main)
                continue
            lost = wanted.get(main)
            beside: dict[str, str] = {}
            gone = _removed_rows(store, lost, reached, rules) if lost is not None else None
            for address in _siblings(store, main):
                suffix = address.key[-1].partition("__")[2]
                changed = _beside(store, address, wanted.get(address), reached, gone)
                if changed is not None:
                    done += [changed] if address in wanted else []
                    beside[suffix] = changed.digest_after
            if lost is not None or beside:
                made = _main(store, main, lost, reached, beside)
                done += [made] if lost is not None else []
    return done


def _held(store: ParquetStore, address: TableAddress) -> "_Lock":
    return _Lock(TableLock.take(store.storage, address, "a take-down", lambda _who: None))


@dataclass(frozen=True)
class _Lock:
    lock: TableLock

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def _siblings(store: ParquetStore, main: TableAddress) -> Iterator[TableAddress]:
    for name in store.tables(main.key[:-1]):
        if name.startswith(f"{main.key[-1]}__"):
            address = TableAddress((*main.key[:-1], name), main.partition)
            if store.storage.exists(store.uri(address)):
                yield address


def _removed_rows(
    store: ParquetStore, lost: Reached, reached: Reach, rules: pl.DataFrame
) -> pl.DataFrame | None:
    """The rows that an artifact loses, as rejections; None for dumps, which keep theirs."""
    if lost.address.key == tuple(CORPUS_DUMP.path):
        return None
    frame = store.scan(lost.address)
    names = frame.collect_schema().names()
    if "file_id" not in names:
        return None
    ids = ("sft_id", "response_id", "instruction_id", "seed_id", "file_id")
    # the key of a table is its own id, which stands first
    key = next(name for name in names if name in ids)
    rows = frame.filter(pl.col("file_id").is_in(reached.files.implode())).select(
        pl.col(key).alias("id"),
        "file_id",
        *(
            (pl.col(name) if name in names else pl.lit(None, pl.String)).alias(name)
            for name in ("repo", "path")
        ),
    )
    said = rows.collect().join(rules, on="file_id", how="left", maintain_order="left")
    return said.select(
        "id",
        pl.lit(STEP).alias("stage"),
        pl.lit(Reason.TAKEN_DOWN.value).alias("reason"),
        pl.col("rule").alias("detail"),
        "file_id",
        "repo",
        "path",
    ).cast(REJECTION_SCHEMA)


def _beside(
    store: ParquetStore,
    address: TableAddress,
    lost: Reached | None,
    reached: Reach,
    gone: pl.DataFrame | None,
) -> Rewritten | None:
    """A table beside an artifact, written anew; None where it stays as it is."""
    suffix = address.key[-1].partition("__")[2]
    frame = store.scan(address)
    if suffix == "rejected":
        if lost is None and (gone is None or gone.is_empty()):
            return None
        hit = pl.col("file_id").is_in(reached.files.implode()) & (pl.col("reason") != Reason.TAKEN_DOWN.value)
        rows = frame.with_columns(pl.when(~hit.fill_null(False)).then("detail").alias("detail"))
        changed = pl.concat([rows, *([] if gone is None else [gone.lazy()])])
        return _written(store, address, changed, 0 if lost is None else lost.rows, lost)
    if suffix == "funnel":
        if gone is None or gone.is_empty():
            return None
        return _written(store, address, _funnel(frame.collect(), gone.height).lazy(), 0, None)
    if lost is None:
        return None
    return _written(store, address, frame.filter(~_is_hit(lost, reached)), lost.rows, lost)


def _funnel(funnel: pl.DataFrame, removed: int) -> pl.DataFrame:
    if funnel.is_empty():
        return funnel
    last = funnel.row(-1, named=True)
    left = last["rows_out"] - removed
    step = {
        "position": last["position"] + 1,
        "step": STEP,
        "unit": "rows",
        "rows_in": last["rows_out"],
        "kept": left,
        "rejected": removed,
        "rows_out": left,
    }
    return pl.concat([funnel, pl.DataFrame([step], schema=FUNNEL_SCHEMA)])


def _is_hit(lost: Reached, reached: Reach) -> pl.Expr:
    hit = (
        pl.col("file_id").is_in(reached.files.implode())
        if lost.column == "file_id"
        else in_ids(lost.column, reached.ids)
    )
    return hit.fill_null(False)


def _main(
    store: ParquetStore,
    address: TableAddress,
    lost: Reached | None,
    reached: Reach,
    beside: dict[str, str],
) -> Rewritten:
    frame, languages = store.scan(address), {}
    if lost is None:
        return _written(store, address, frame, 0, None, beside=beside)
    hit = _is_hit(lost, reached)
    if address.key == tuple(CORPUS_DUMP.path):
        frame = frame.with_columns(pl.when(~hit).then("content").otherwise(pl.lit("")).alias("content"))
        languages = _language_digests(frame)
    else:
        frame = frame.filter(~hit)
    return _written(store, address, frame, lost.rows, lost, beside=beside, languages=languages)


def _language_digests(frame: pl.LazyFrame) -> dict[str, str]:
    digests: dict[str, hashlib._Hash] = {}
    for batch in frame.collect_batches(maintain_order=True):
        for (language,), rows in batch.group_by("language", maintain_order=True):
            digests.setdefault(str(language), hashlib.sha256()).update(json_lines(rows))
    return {language: digest.hexdigest() for language, digest in sorted(digests.items())}


def _written(
    store: ParquetStore,
    address: TableAddress,
    rows: pl.LazyFrame,
    removed: int,
    lost: Reached | None,
    *,
    beside: dict[str, str] | None = None,
    languages: dict[str, str] | None = None,
) -> Rewritten:
    facts = store.facts(address)
    before = int(store.scan(address).select(pl.len()).collect().item())
    kept = {name: value for name, value in facts.items() if name not in BOUND_TO_THE_FILE}
    kept["beside"] = json.dumps({**json.loads(facts.get("beside") or "{}"), **(beside or {})}, sort_keys=True)
    kept["languages"] = json.dumps(languages) if languages else facts.get("languages", "{}")
    staged: StagedTable = store.stage(
        address,
        rows,
        rows.collect_schema(),
        volatile=json.loads(facts.get("volatile") or "[]"),
        metadata=kept,
    )
    store.commit(address, staged)
    return Rewritten(
        address,
        before,
        removed,
        staged.size_bytes,
        facts.get("digest", ""),
        staged.digest,
        pl.DataFrame() if lost is None else lost.by_file,
    )


def _taken_away(store: ParquetStore, main: TableAddress) -> Iterator[Rewritten]:
    """The answers to the questions are asked anew: an answer may hold anything of the rows."""
    for address in [*_siblings(store, main), main]:
        if store.storage.exists(store.uri(address)):
            rows = int(store.scan(address).select(pl.len()).collect().item())
            digest = store.digest(address)
            store.remove(address)
            yield Rewritten(address, rows, rows, 0, digest, "")
