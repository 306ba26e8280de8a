"""Versions of data sets and checkpoints that the store has records of, though their rows were replaced."""

import polars as pl

from assets.publishing.versions import Version, versions
from assets.raw_corpus.asset import read_take_downs
from pipeline_defs.deployment import Deployment
from pipeline_defs.taking_down.named import named_files
from pipeline_defs.taking_down.trained import data_of, recipes_recorded, record_everything
from resources.parquet_store import MissingTableError, ParquetStore

VERSIONS = pl.Schema(
    {
        "version": pl.String,
        "table": pl.String,
        "made": pl.String,
        "rows": pl.Int64,
        "current": pl.Boolean,
        "code_version": pl.String,
        "inputs": pl.List(pl.Struct({"table": pl.String, "digest": pl.String})),
        "used_by": pl.List(pl.String),
        "record": pl.String,
    }
)
"""Columns of the list of versions; `used_by` are ids of checkpoints and digests of scores that were made from it."""

SCORE = pl.Struct({"benchmark": pl.String, "k": pl.Int64, "pass_at_k": pl.Float64, "text": pl.String})
CHECKPOINTS = pl.Schema(
    {
        "recipe": pl.String,
        "checkpoint_id": pl.String,
        "made": pl.String,
        "current": pl.Boolean,
        "rows": pl.Int64,
        "rows_taken_down": pl.Int64,
        "data": pl.List(pl.Struct({"table": pl.String, "digest": pl.String})),
        "scores": pl.List(SCORE),
    }
)
"""Columns of the list of checkpoints; scores are those of the checkpoint that stands now."""


class UnknownVersionError(KeyError):
    """There is no record of such a version; the message names those that there are."""

    def __str__(self) -> str:
        """The message without the quotes that KeyError puts around it."""
        return str(self.args[0])


def version_list(store: ParquetStore, key: tuple[str, ...]) -> pl.DataFrame:
    """Every recorded version of a table (`VERSIONS`), the oldest first."""
    record_everything(store)
    current = {(str(address), store.digest(address)) for address in store.partitions(key)}
    users = [one for name in ("checkpoint", "eval_scores") for one in versions(store, (*key[:-1], name))]
    rows = [
        {
            "version": one.digest[:12],
            "table": one.table,
            "made": one.made,
            "rows": one.rows,
            "current": (one.table, one.digest) in current,
            "code_version": one.code_version,
            "inputs": [{"table": name, "digest": digest} for name, digest in sorted(one.inputs.items())],
            "used_by": [
                f"{user.table} {user.first_id or user.digest[:12]}"
                for user in users
                if user.inputs.get(one.table) == one.digest
            ],
            "record": one.path,
        }
        for one in versions(store, key)
    ]
    return pl.DataFrame(rows, schema=VERSIONS)


def difference(store: ParquetStore, key: tuple[str, ...], before: str, after: str) -> pl.DataFrame:
    """Rows that two versions do not share: change (added, removed), and the ids of each. Raises `UnknownVersionError`.

    A version is named by the beginning of its digest.
    """
    record_everything(store)
    known = versions(store, key)
    old, new = (_ids(store, _named(known, name, key)) for name in (before, after))
    return pl.concat(
        [
            new.join(old, on="sft_id", how="anti").select(pl.lit("added").alias("change"), pl.all()),
            old.join(new, on="sft_id", how="anti").select(pl.lit("removed").alias("change"), pl.all()),
        ]
    ).sort("change", "sft_id")


def _named(known: list[Version], name: str, key: tuple[str, ...]) -> Version:
    found = [one for one in known if len(name) >= 4 and one.digest.startswith(name)]
    if len(found) == 1:
        return found[0]
    there = ", ".join(one.digest[:12] for one in known) or "none"
    what = "names several versions" if found else "names no version"
    raise UnknownVersionError(f"{name!r} {what} of {'/'.join(key)}; there are {there}")


def _ids(store: ParquetStore, version: Version) -> pl.DataFrame:
    ids = version.ids(store)
    if ids is None:
        raise UnknownVersionError(
            f"no ids of rows are kept for version {version.digest[:12]} of {version.table}"
        )
    return ids


def checkpoint_versions(deployment: Deployment) -> pl.DataFrame:
    """Every recorded checkpoint (`CHECKPOINTS`), the oldest first, with what of its data is taken down now."""
    store, settings = deployment.store(), deployment.settings
    record_everything(store)
    gone = named_files(store, read_take_downs(settings.raw_corpus, settings.s3)).file_ids
    rows = []
    for recipe in recipes_recorded(store):
        data, scores = data_of(store, recipe), _scores(store, recipe)
        current = {store.digest(address) for address in store.partitions((recipe, "checkpoint"))}
        for one in versions(store, (recipe, "checkpoint")):
            used = [data[pair] for pair in one.inputs.items() if pair in data]
            ids = [found for version in used if (found := version.ids(store)) is not None]
            rows.append(
                {
                    "recipe": recipe,
                    "checkpoint_id": one.first_id,
                    "made": one.made,
                    "current": one.digest in current,
                    "rows": sum(version.rows for version in used),
                    "rows_taken_down": sum(
                        int(frame["file_id"].is_in(gone.implode()).sum()) for frame in ids
                    ),
                    "data": [{"table": version.table, "digest": version.digest} for version in used],
                    "scores": scores.get(one.first_id, []),
                }
            )
    return pl.DataFrame(rows, schema=CHECKPOINTS)


def _scores(store: ParquetStore, recipe: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for address in store.partitions((recipe, "eval_scores")):
        try:
            scores = store.scan(address).collect()
        except MissingTableError:
            continue
        for row in scores.iter_rows(named=True):
            share = row["pass_at_k"]
            said = f"{row['benchmark']} pass@{row['k']} " + ("-" if share is None else f"{share:.1%}")
            found.setdefault(row["checkpoint_id"], []).append(
                {"benchmark": row["benchmark"], "k": row["k"], "pass_at_k": share, "text": said}
            )
    return found
