"""The category of a row: the one of ten descriptions that its instruction's embedding is nearest to.

Method: Magicoder (ise-uiuc/magicoder), which embeds with INSTRUCTOR and takes the cosine similarity; the ten
categories are its own, their descriptions ours (`categories.yaml`). Embedding itself is handed in.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
import yaml
from numpy.typing import NDArray

from assets.filtered_seeds.coreset.k_center import Points
from assets.filtered_seeds.coreset.select import embedding_matrix

Embed = Callable[[pl.DataFrame, str], pl.DataFrame]
"""A frame and the name of its text column in; the same rows with `embedding` out, in order."""

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


def directions(vectors: Points) -> NDArray[np.float64]:
    """The vectors at length one; a null vector stays one."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return vectors / np.where(lengths == 0, 1.0, lengths)
