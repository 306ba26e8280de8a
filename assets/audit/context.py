"""Tables that a question may read besides the artifacts: what stands in records, in the row cache and in the settings.

They are given when a question is asked by somebody; the audit asset, which knows the store alone, does not ask those.
"""

from collections.abc import Iterator

import polars as pl

from assets.audit.door import Question
from assets.audit.staleness import TABLE as STALENESS
from assets.publishing.versions import RECORDED, versions
from resources.parquet_store import ParquetStore

CONTEXT: dict[str, pl.Schema] = {
    "versions": pl.Schema(
        {
            "artifact": pl.String,
            "table_name": pl.String,
            "digest": pl.String,
            "rows": pl.Int64,
            "made": pl.String,
            "code_version": pl.String,
            "first_id": pl.String,
        }
    ),
    "version_inputs": pl.Schema(
        {"table_name": pl.String, "digest": pl.String, "input": pl.String, "input_digest": pl.String}
    ),
    "cache_spaces": pl.Schema(
        {
            "space": pl.String,
            "files": pl.Int64,
            "rows": pl.Int64,
            "megabytes": pl.Float64,
            "last_used": pl.String,
            "last_user": pl.String,
            "wanted": pl.Boolean,
        }
    ),
    "staleness": STALENESS.schema,
    "model_terms": pl.Schema({"model": pl.String, "terms": pl.String, "url": pl.String, "date": pl.String}),
}
"""Name to columns: recorded versions and what each was made from, spaces of the row cache, what is stale,
terms of models."""


def of_tables_alone(question: Question) -> bool:
    """Whether a question reads artifacts alone and needs no parameter: the audit asset asks it whenever they change."""
    return not (question.words & set(CONTEXT)) and all(
        "(default" in said for said in question.parameters.values()
    )


def version_tables(store: ParquetStore, recipe: str) -> dict[str, pl.DataFrame]:
    """The tables `versions` and `version_inputs` of a recipe."""
    found = [(artifact, one) for artifact in RECORDED for one in versions(store, (recipe, artifact))]
    rows = [
        (artifact, one.table, one.digest, one.rows, one.made, one.code_version, one.first_id)
        for artifact, one in found
    ]
    inputs = [
        (one.table, one.digest, name, digest) for _, one in found for name, digest in one.inputs.items()
    ]
    return {
        "versions": pl.DataFrame(rows, schema=CONTEXT["versions"], orient="row"),
        "version_inputs": pl.DataFrame(inputs, schema=CONTEXT["version_inputs"], orient="row"),
    }


def empty_context() -> Iterator[tuple[str, pl.DataFrame]]:
    """Every table of the context without a row."""
    for name, schema in CONTEXT.items():
        yield name, pl.DataFrame(schema=schema)
