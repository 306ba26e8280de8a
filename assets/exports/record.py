"""The record of an export in the store: what was handed on, made of what, when and where.

As a table for questions and take-downs, and as an in-toto Statement with SLSA provenance, which others' tools read and
sign. None of it is in the exported folder, which has neither time nor place.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from assets.exports.facts import RecipeFacts
from assets.exports.settings import ExportSettings
from assets.exports.table import KEY, ROWS, TABLE
from resources.ids import text_id
from resources.parquet_store import ParquetStore, TableAddress

STATEMENT = "https://in-toto.io/Statement/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:seedline:export:1"


@dataclass(frozen=True)
class Made:
    """An export as it was made: what the record says of it."""

    rows: pl.DataFrame
    """Chosen rows (`choice.CHOSEN`)."""
    files: Mapping[str, str]
    """Path to SHA-256 of every file."""
    settings: ExportSettings
    recipes: Sequence[RecipeFacts]
    place: str
    made_at: str
    seedline: str
    pushed_to: str | None = None

    @property
    def content_digest(self) -> str:
        """SHA-256 over the digests of all files: the same content, the same digest."""
        listing = "".join(f"{self.files[path]}  {path}\n" for path in sorted(self.files))
        return hashlib.sha256(listing.encode()).hexdigest()

    @property
    def export_id(self) -> str:
        """Id of this export: content, place and time."""
        return text_id("export", self.content_digest, self.place, self.pushed_to, self.made_at)


def statement(made: Made) -> dict[str, Any]:
    """The in-toto Statement: the files made, the tables that they were made from, settings and version."""
    inputs = [
        {
            "name": f"{one.name}/sft_dataset/language={language}",
            "digest": {"seedlineContent": digest},
        }
        for one in made.recipes
        for language, digest in one.version.items()
    ]
    return {
        "_type": STATEMENT,
        "subject": [{"name": path, "digest": {"sha256": made.files[path]}} for path in sorted(made.files)],
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "recipes": [one.name for one in made.recipes],
                    "settings": made.settings.model_dump(mode="json"),
                },
                "resolvedDependencies": inputs,
            },
            "runDetails": {
                "builder": {"id": BUILD_TYPE, "version": {"seedline": made.seedline}},
                "metadata": {"invocationId": made.export_id, "finishedOn": made.made_at},
            },
        },
    }


def write_record(store: ParquetStore, made: Made) -> str:
    """Write the record of an export into the store; its id."""
    said = json.dumps(statement(made), sort_keys=True)
    counts = dict(made.rows.group_by("recipe").len().iter_rows())
    common = {
        "export_id": made.export_id,
        "format": made.settings.format,
        "place": made.place,
        "pushed_to": made.pushed_to,
        "made_at": made.made_at,
        "content_digest": made.content_digest,
        "settings": json.dumps(made.settings.model_dump(mode="json"), sort_keys=True),
        "seedline": made.seedline,
        "statement": said,
    }
    about = pl.DataFrame(
        [
            common
            | {
                "recipe": one.name,
                "rows": counts.get(one.name, 0),
                "dataset_version": json.dumps(dict(one.version), sort_keys=True),
            }
            for one in made.recipes
        ],
        schema=TABLE.schema,
    )
    address = TableAddress(KEY, (("export", made.export_id),))
    rows = made.rows.with_columns(pl.lit(made.export_id).alias("export_id")).select(ROWS.schema.names())
    # the rows first: a record without its rows would name nothing in a take-down
    store.commit(address.sibling("rows"), store.stage(address.sibling("rows"), rows, ROWS.schema))
    store.commit(address, store.stage(address, about, TABLE.schema))
    return made.export_id
