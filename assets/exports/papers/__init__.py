"""Papers beside an export, filled from what its rows know; what needs a person's judgment is a marked blank.

`croissant` is Croissant 1.1 with the vocabulary for responsible AI and PROV-O, `spdx` an SPDX 3.0.1 document of the
dataset profile, `eu_summary` the fields of the European Commission's template for the summary of training content.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.exports.card import Contents

BLANK = "[to be filled in by a person]"
"""Stands wherever a paper asks for an opinion, or for what no table says."""

CROISSANT, SPDX, EU_SUMMARY = "croissant.json", "dataset.spdx.json", "EU_TRAINING_CONTENT.md"
FILES = (CROISSANT, SPDX, EU_SUMMARY)


@dataclass(frozen=True)
class Stated:
    """What papers state beside the contents of the card."""

    contents: Contents
    files: Mapping[str, str]
    """Path to SHA-256 of the data files."""
    date: str
    """Day of the release, YYYY-MM-DD."""
    corpus: Mapping[str, int]
    """Reason to number of files that the corpus left out; `read` and `kept` too."""
    take_down_rules: int
    """Rules in the file of take-downs."""


def licenses(rows: pl.DataFrame) -> list[str]:
    """The licenses of rows, sorted; unknown ones are left out."""
    return sorted(rows["license"].drop_nulls().unique())


def repositories(rows: pl.DataFrame) -> list[tuple[str, str | None, str | None]]:
    """Repository, commit and license, one of each, sorted."""
    named = rows.filter(pl.col("repo").is_not_null())
    return named.select("repo", "commit", "license").unique().sort(pl.all()).rows()


def models(contents: Contents) -> list[tuple[str, str | None]]:
    """Models that were asked, with their revisions; rules are none."""
    asked = pl.concat([one.models for one in contents.recipes])
    found = asked.filter(pl.col("engine") != "offline").select("model", "revision").unique().sort(pl.all())
    return [(str(name), revision) for name, revision in found.iter_rows() if name is not None]
