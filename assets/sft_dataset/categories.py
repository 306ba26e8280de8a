"""The category of a row: the one of ten descriptions that its instruction's embedding is nearest to.

Method: Magicoder (ise-uiuc/magicoder), which embeds with INSTRUCTOR and takes the cosine similarity; the ten
categories are its own, their descriptions ours (`categories.yaml`). Embedding itself is handed in.
"""

import hashlib
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
import yaml

from assets.texts.embedding import Embed, directions, embedding_matrix

_DATA = files("assets.sft_dataset") / "categories.yaml"


@cache
def descriptions() -> pl.DataFrame:
    """The categories: `category, description`, in the file's order."""
    entries = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return pl.DataFrame(
        {
            "category": [entry["name"] for entry in entries],
            "description": [" ".join(entry["description"].split()) for entry in entries],
        }
    )


def categories_digest() -> str:
    """SHA-256 of the descriptions' file: part of the code version."""
    return hashlib.sha256(_DATA.read_bytes()).hexdigest()


def with_category(rows: pl.DataFrame, embed: Embed | None, *, text: str = "prompt") -> pl.DataFrame:
    """`rows` (`response_id` and `text`) with `category` and `category_similarity` (cosine, -1 to 1).

    Both are null without `embed`. Of categories equally near, the first of the file counts.
    """
    if embed is None or not rows.height:
        return rows.with_columns(
            pl.lit(None, pl.String).alias("category"), pl.lit(None, pl.Float64).alias("category_similarity")
        )
    known = descriptions()
    centres = directions(embedding_matrix(embed(known, "description"), "category"))
    vectors = directions(embedding_matrix(embed(rows, text), "response_id"))
    # not the matrix product, whose last bits depend on how many rows stand beside a row
    similarity = np.einsum("ij,kj->ik", vectors, centres).round(6)
    nearest = similarity.argmax(axis=1)
    return rows.with_columns(
        known["category"].gather(nearest).alias("category"),
        pl.Series("category_similarity", similarity.max(axis=1), dtype=pl.Float64),
    )
