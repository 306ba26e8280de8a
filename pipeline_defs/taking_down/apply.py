"""A take-down carried out at once: text out of every table, cache, log, export and pilot, with a receipt.

No model is called and nothing is computed: rows that come from the files are taken out where they stand. What a rebuild
would add, it adds later.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import polars as pl

from assets.raw_corpus.asset import read_take_downs, take_downs_digest
from pipeline_defs.deployment import Deployment
from pipeline_defs.pilot.place import FOLDER as PILOTS
from pipeline_defs.pilot.place import remove_pilots
from pipeline_defs.running.instance import prepare_instance
from pipeline_defs.taking_down.applied import digest_of_dumps, read_applied, write_applied
from pipeline_defs.taking_down.event_log import wipe_event_log
from pipeline_defs.taking_down.exported import sweep_exports
from pipeline_defs.taking_down.named import Named, named_files
from pipeline_defs.taking_down.reach import Reach, reach, readable_tables
from pipeline_defs.taking_down.receipts import KEY, Line, Receipt, write_receipt
from pipeline_defs.taking_down.residue import holding, own_lines, patterns
from pipeline_defs.taking_down.rewriting import Rewritten, rewrite
from pipeline_defs.taking_down.sweeping import (
    Swept,
    sweep_cache,
    sweep_half_made,
    sweep_reports,
    sweep_text_files,
)
from pipeline_defs.taking_down.trained import recipes_recorded, record_everything, trained_on
from resources.parquet_store import ParquetStore, TableAddress
from resources.parquet_store.address import DUMPS

NEVER_REWRITTEN = ("exports", "exports__rows")
"""Records of what was handed on: they hold no text, and say who has to be told."""


@dataclass(frozen=True)
class TakenDown:
    """What an application of the rules came to: the files that they name, and the receipt, where anything went."""

    named: Named
    receipt: Receipt | None = None
    statement: str = ""
    warnings: Sequence[str] = field(default_factory=tuple)


def apply_take_downs(deployment: Deployment, say: Callable[[str], None] = lambda _line: None) -> TakenDown:
    """Take what the rules name out of everything that this deployment keeps. Raises `TakeDownError`."""
    settings, store = deployment.settings, deployment.store()
    digest = take_downs_digest(settings.raw_corpus, settings.s3)
    named = named_files(store, read_take_downs(settings.raw_corpus, settings.s3))
    warnings = named.warnings()
    receipt, statement = None, ""
    found = reach(store, named.file_ids)
    tables = tuple(one for one in found.tables if _has_text_to_lose(store, named, one.address))
    if tables:
        say(
            f"{named.files['file_id'].n_unique():,} files are taken down; their rows stand in {len(tables)} tables"
        )
        record_everything(store)
        receipt = _carry_out(deployment, store, named, Reach(found.files, found.ids, tables), say)
        statement = write_receipt(store, receipt)
    busy = runs_in_progress(deployment)
    if busy and receipt is not None:
        warnings.append(
            f"{len(busy)} runs were going on and may have read the text before: what they write is looked through "
            "when the next rebuild begins, or by another seedline takedown apply"
        )
    else:
        write_applied(store, digest, digest_of_dumps(store), named)
    return TakenDown(named, receipt, statement, warnings)


def runs_in_progress(deployment: Deployment) -> list[str]:
    """Ids of runs that make tables now."""
    with deployment.instance() as instance:
        going_on = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    receipts = dg.AssetKey(KEY)
    return [run.run_id for run in going_on if run.asset_selection and receipts not in run.asset_selection]


def pending(deployment: Deployment) -> bool:
    """Whether the rules are others than those that were applied last, or dumps came since."""
    settings = deployment.settings
    applied = read_applied(deployment.store())
    if settings.raw_corpus.take_downs is None and applied is None:
        return False
    return (
        applied is None
        or applied.rules != take_downs_digest(settings.raw_corpus, settings.s3)
        or applied.dumps != digest_of_dumps(deployment.store())
    )


def _has_text_to_lose(store: ParquetStore, named: Named, address: TableAddress) -> bool:
    """Whether a table that is reached must be written anew: rejected and emptied rows may have lost theirs before."""
    if address.key[0] in NEVER_REWRITTEN:
        return False
    if address.key == DUMPS:
        dump = dict(address.partition).get("dump")
        return bool(named.files.filter(~pl.col("emptied"), dump=dump).height)
    if address.key[-1].endswith("__rejected"):
        hit = pl.col("file_id").is_in(named.file_ids.implode()) & (pl.col("reason") != "taken_down")
        there = store.scan(address).filter(hit & pl.col("detail").is_not_null())
        return bool(there.select(pl.len()).collect().item())
    return True


def _carry_out(
    deployment: Deployment, store: ParquetStore, named: Named, reached: Reach, say: Callable[[str], None]
) -> Receipt:
    settings = deployment.settings
    found_by = patterns(own_lines(store, reached))
    trained = [
        one
        for (rule,), files in named.files.join(named.take_downs.rules, on="line").group_by("rule")
        for recipe in recipes_recorded(store)
        for one in trained_on(store, recipe, _of_files(files["file_id"]), str(rule))
    ]
    rewritten = rewrite(store, reached, named.by_file.select("file_id", "rule"))
    say(f"{len(rewritten)} tables are written anew")
    lines = [line for one in rewritten for line in _lines_of(one, named)]
    lines += _lines_of_places(deployment, store, reached, found_by)
    left = sum(
        int(holding(batch, found_by).sum())
        for address, frame in readable_tables(store)
        if address.key[0] not in NEVER_REWRITTEN
        for batch in frame.collect_batches(maintain_order=False)
    )
    home = Path(settings.home).absolute()
    for folder, leave in _text_folders(deployment, home):
        swept = sweep_text_files(folder, found_by, leave=leave)
        lines += [
            Line(None, f"{folder.name}/{one.place}", one.rows, bytes_rewritten=one.size) for one in swept
        ]
    return Receipt(lines, named.counts(), trained, tuple(_out_of_reach(deployment)), left)


def _of_files(files: pl.Series) -> Callable[[pl.DataFrame], pl.Series]:
    return lambda ids: ids["file_id"].is_in(files.implode())


def _lines_of(one: Rewritten, named: Named) -> Iterator[Line]:
    """A line for each rule with files in the table; one for all where its rows have no file's id."""
    where, size = str(one.address), one.bytes_rewritten
    if one.by_file.is_empty():
        yield Line(None, where, one.rows_removed, one.rows_before, size, one.digest_before, one.digest_after)
        return
    rules = named.files.select("line", "file_id").unique().join(named.take_downs.rules, on="line")
    rows = one.by_file.join(rules, on="file_id").group_by("rule").agg(pl.col("rows").sum()).sort("rule")
    for rule, count in rows.iter_rows():
        yield Line(rule, where, count, one.rows_before, size, one.digest_before, one.digest_after)


def _lines_of_places(
    deployment: Deployment, store: ParquetStore, reached: Reach, found_by: Sequence[str]
) -> Iterator[Line]:
    """What goes outside the tables, and is not told apart by rule."""

    def line(swept: Swept) -> Line:
        return Line(None, swept.place, swept.rows, bytes_rewritten=swept.size)

    yield from map(line, sweep_cache(deployment.cache_storage(), reached.ids, found_by))
    yield from map(line, sweep_exports(store, reached.files, found_by))
    pilots = store.storage.path(PILOTS)
    if store.storage.exists(pilots):
        files = len(store.storage.fs.find(pilots))
        remove_pilots(deployment.settings)
        yield Line(None, f"tables of pilots ({PILOTS})", files)
    yield from map(line, sweep_reports(store.storage))
    events, size = wipe_event_log(prepare_instance(deployment.settings), found_by)
    if events:
        yield Line(None, "event log", events, bytes_rewritten=size)
    half_made = sweep_half_made(store.storage)
    if half_made:
        yield Line(None, "files in the making", half_made)


def _text_folders(deployment: Deployment, home: Path) -> list[tuple[Path, list[Path]]]:
    """Folders with text files, and what in them is left to others."""
    instance = prepare_instance(deployment.settings).absolute()
    leave = [instance / "history", instance / "schedules", Path(deployment.settings.models_root).absolute()]
    folders = [
        home,
        instance,
        *([] if deployment.store().storage.is_s3 else [Path(deployment.store().storage.root)]),
    ]
    outermost = [
        one for one in folders if not any(one != other and one.is_relative_to(other) for other in folders)
    ]
    return [(folder, leave) for folder in dict.fromkeys(outermost) if folder.is_dir()]


def _out_of_reach(deployment: Deployment) -> Iterator[str]:
    """Places that may hold copies, which nobody can write from here."""
    settings = deployment.settings
    for name, root in (("store", settings.store_root), ("row cache", settings.cache_root)):
        if root.startswith("s3://"):
            yield f"former versions of objects of the {name} ({root}), where the bucket keeps them"
    for name in settings.dumps.named:
        yield f"the source of the dump {name}"
    for place in (settings.dumps.folder, settings.dumps.s3_prefix):
        if place is not None:
            yield f"the sources of the dumps below {place}"
    with deployment.instance() as instance:
        kind = type(instance.event_log_storage).__name__
    if not kind.lower().startswith("sqlite"):
        yield f"the event log of the Dagster instance ({kind})"
    yield "the weights of checkpoints that were trained on the rows, and copies that left this deployment"
