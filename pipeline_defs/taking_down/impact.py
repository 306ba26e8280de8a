"""What rests on a repository, a file, a license, a model, a prompt, a benchmark or a dump: read, never computed.

Rows by table and recipe, versions of data sets that are kept on record, exports, checkpoints that learnt such rows and
the scores that they have.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from assets.asking.own_prompts import ASSETS, template_files
from assets.publishing.versions import versions
from assets.raw_corpus.take_down_rules import KINDS, parse_take_downs
from pipeline_defs.deployment import Deployment
from pipeline_defs.taking_down.named import named_files
from pipeline_defs.taking_down.reach import IDS, readable_tables
from pipeline_defs.taking_down.trained import recipes_recorded, record_everything, trained_on
from resources.parquet_store import ParquetStore, TableAddress

IMPACT = pl.Schema(
    {
        "what": pl.String,
        "recipe": pl.String,
        "name": pl.String,
        "rows": pl.Int64,
        "of": pl.Int64,
        "share": pl.Float64,
        "detail": pl.String,
    }
)
"""Columns of an impact: what (rows, version, export, checkpoint, score), whose, and how many rows of how many."""

GENERATIONS = ("generation", "concepts_generation", "solution_generation")
SENT_BY = {
    "concepts.": "self_oss_instruct",
    "instruction.": "self_oss_instruct",
    "from_docstring.": "from_docstring",
    "oss_instruct.": "oss_instruct",
    "evolution": "evol_instruct",
    "evolved_answer.": "evol_instruct",
    "code_ocean_": "code_ocean",
    "sectioned.": "sectioned",
}
"""How the names of templates begin that one method of their stage sends: the method, as settings name it."""


class ImpactError(ValueError):
    """What was asked for is nothing that rows can be found by; the message says what there is."""


@dataclass(frozen=True)
class Meant:
    """The rows that are meant, by the ids that lead to them; a row is meant where one of its ids is."""

    ids: Mapping[str, pl.Series]
    benchmarks: frozenset[str] = field(default_factory=frozenset)

    def hit(self, names: list[str]) -> pl.Expr | None:
        """The condition over a table with these columns; None where none of them says anything."""
        conditions = [pl.col(name).is_in(ids.implode()) for name, ids in self.ids.items() if name in names]
        return pl.any_horizontal(conditions).fill_null(False) if conditions else None

    def of_ids(self, frame: pl.DataFrame) -> pl.Series:
        """Which rows of a frame of ids are meant."""
        hit = self.hit(frame.columns)
        nothing = pl.Series([False]).new_from_index(0, frame.height)
        return nothing if hit is None else frame.select(hit).to_series()


def impact(deployment: Deployment, kind: str, value: str) -> pl.DataFrame:
    """What rests on `value` (`IMPACT`); `kind` is one of `finders()`. Raises `ImpactError` and `TakeDownError`."""
    finders_ = finders()
    if kind not in finders_:
        raise ImpactError(f"rows are not found by {kind!r}, but by {', '.join(finders_)}")
    store = deployment.store()
    record_everything(store)
    meant = finders_[kind](store, value)
    rows = [*_tables(store, meant), *_kept(store, meant), *_scores(store, meant)]
    return pl.DataFrame(rows, schema=IMPACT, orient="row")


def finders() -> dict[str, Callable[[ParquetStore, str], Meant]]:
    """How rows are found, by kind."""

    def by_rule(kind: str) -> Callable[[ParquetStore, str], Meant]:
        return lambda store, value: _by_rule(store, f"{kind} {value}")

    return {kind: by_rule(kind) for kind in KINDS} | {
        "dump": _by_dump,
        "model": _by_model,
        "prompt": _by_prompt,
        "benchmark": _by_benchmark,
    }


def _by_rule(store: ParquetStore, rule: str) -> Meant:
    if rule.startswith("path ") and len(rule.split()) == 2:
        rule = f"path * {rule.split()[1]}"
    return Meant({"file_id": named_files(store, parse_take_downs(rule, "what was asked for")).file_ids})


def _by_dump(store: ParquetStore, dump: str) -> Meant:
    there = store.partitions(("raw_corpus",))
    files = [store.scan(address).filter(pl.col("dump") == dump).select("file_id") for address in there]
    known = pl.concat(files).collect()["file_id"] if files else pl.Series("file_id", [], pl.String)
    stored = [dict(address.partition).get("dump") for address in store.partitions(("corpus_dump",))]
    if dump not in stored and known.is_empty():
        raise ImpactError(f"no dump {dump!r} is stored; there are {', '.join(map(str, stored)) or 'none'}")
    return Meant({"file_id": known})


def _by_model(store: ParquetStore, model: str) -> Meant:
    """Instructions and responses that the model wrote, and what came of them."""
    ids: dict[str, list[pl.Series]] = {"instruction_id": [], "response_id": []}
    seen: set[str] = set()
    for address, frame in readable_tables(store):
        schema = frame.collect_schema()
        own = {"instructions": "instruction_id", "candidate_responses": "response_id"}.get(address.key[-1])
        there = [name for name in GENERATIONS if name in schema]
        if own is None or not there:
            continue
        models = [pl.col(name).struct.field(of) for name in there for of in ("model", "engine")]
        seen.update(
            frame.select(pl.concat_list(models).explode().drop_nulls().unique()).collect().to_series()
        )
        wrote = frame.filter(pl.any_horizontal([one == model for one in models]).fill_null(False))
        ids[own].append(wrote.select(own).collect()[own])
    if model not in seen:
        raise ImpactError(f"no row was written by {model!r}; there are {', '.join(sorted(seen)) or 'none'}")
    return Meant({name: pl.concat(found) for name, found in ids.items() if found})


def _by_prompt(store: ParquetStore, prompt: str) -> Meant:
    """All rows of the stages that send the prompt, where their method is the one that does; and what came of them."""
    files = template_files()
    if prompt not in files:
        raise ImpactError(f"no stage sends a prompt {prompt!r}; there are {', '.join(files)}")
    stage = files[prompt].relative_to(ASSETS).parts[0]
    stage = {"asking": "verified_responses"}.get(stage, stage)
    method = next((method for begins, method in SENT_BY.items() if prompt.startswith(begins)), "")
    column = {"instructions": "instruction_id", "filtered_seeds": "seed_id"}.get(stage, "response_id")
    found = [pl.Series(column, [], pl.String)]
    for address, frame in readable_tables(store):
        if address.key[-1] != stage or column not in frame.collect_schema().names():
            continue
        if not method or f'"{method}"' in store.facts(address).get("settings", ""):
            found.append(frame.select(column).collect()[column].drop_nulls())
    return Meant({column: pl.concat(found)})


def _by_benchmark(store: ParquetStore, benchmark: str) -> Meant:
    """Responses in which problems of the benchmark were found."""
    found = []
    for address, frame in readable_tables(store):
        if address.key[-1].endswith("__contamination"):
            found.append(frame.filter(pl.col("benchmark") == benchmark).select("response_id").collect())
    ids = pl.concat(found)["response_id"].unique() if found else pl.Series("response_id", [], pl.String)
    return Meant({"response_id": ids}, frozenset({benchmark}))


Row = tuple[str, str | None, str, int, int, float, str]


def _row(what: str, recipe: str | None, name: str, rows: int, of: int, detail: str = "") -> Row:
    return (what, recipe, name, rows, of, rows / of if of else 0.0, detail)


def _tables(store: ParquetStore, meant: Meant) -> Iterator[Row]:
    """Rows of every table, and of the exports."""
    for address, frame in readable_tables(store):
        names = frame.collect_schema().names()
        hit = meant.hit(names)
        if hit is None or not {*IDS, "file_id"} & set(names):
            continue
        rows, of = frame.select(hit.sum(), pl.len()).collect(engine="streaming").row(0)
        if not rows:
            continue
        if address.key[0] == "exports__rows":
            yield _row(
                "export", None, dict(address.partition).get("export", ""), rows, of, _place(store, address)
            )
        else:
            recipe = address.key[0] if len(address.key) > 1 else None
            yield _row("rows", recipe, str(address), rows, of)


def _place(store: ParquetStore, rows: TableAddress) -> str:
    record = TableAddress(("exports",), rows.partition)
    found = store.scan(record).select("place", "made_at").head(1).collect()
    return " ".join(str(value) for value in found.row(0)) if found.height else ""


def _kept(store: ParquetStore, meant: Meant) -> Iterator[Row]:
    """Versions of data sets on record, and checkpoints that learnt such rows."""
    for recipe in recipes_recorded(store):
        for one in versions(store, (recipe, "sft_dataset")):
            ids = one.ids(store)
            rows = 0 if ids is None else int(meant.of_ids(ids).sum())
            if rows:
                yield _row("version", recipe, f"{one.table} {one.digest[:12]}", rows, one.rows, one.made)
        for learnt in trained_on(store, recipe, meant.of_ids):
            yield _row("checkpoint", recipe, learnt.checkpoint_id, learnt.rows, learnt.of, learnt.made)


def _scores(store: ParquetStore, meant: Meant) -> Iterator[Row]:
    """Scores of checkpoints that learnt such rows, and scores on a benchmark that is meant."""
    for recipe in recipes_recorded(store):
        learnt = {one.checkpoint_id: one for one in trained_on(store, recipe, meant.of_ids)}
        for address in store.partitions((recipe, "eval_scores")):
            for row in store.scan(address).collect().iter_rows(named=True):
                one = learnt.get(row["checkpoint_id"])
                if one is None and row["benchmark"] not in meant.benchmarks:
                    continue
                share = "-" if row["pass_at_k"] is None else f"{row['pass_at_k']:.1%}"
                name = f"{row['benchmark']} pass@{row['k']} {share}"
                rows, of = (one.rows, one.of) if one is not None else (0, 0)
                yield _row("score", recipe, name, rows, of, f"checkpoint {row['checkpoint_id']}")
