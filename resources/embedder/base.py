"""The interface of every embedder: a frame of texts in, frames of embeddings out, batch by batch.

An embedding depends on the text and on `identity()`, so a row cache keeps it. Backends are in files of
their own beside this one; what embeddings are used for (coreset, nearest problems) belongs to the stages.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

EMBEDDING = pl.List(pl.Float32)
"""Type of an embedding column: one list a row, of one length for all rows of a model."""


class EmbedderSpec(BaseModel):
    """What a recipe wants: WaveCoder's model is sentence-transformers/all-roberta-large-v1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(
        default="sentence-transformers/all-MiniLM-L6-v2",
        min_length=1,
        description="folder of a sentence-transformers model, or id of a hub model that this machine has",
    )
    """A folder, or the id of a model on the Hugging Face hub that this machine has already."""
    revision: str | None = Field(
        default=None, description="commit, tag or branch of a hub model; null: the default branch"
    )
    """Commit, tag or branch of a hub model."""


class EmbedderUnavailable(RuntimeError):
    """The embedder cannot be used; the message says why and what to do."""


class Embedder(ABC):
    """Turns texts into vectors. Use as a context manager: leaving releases the model."""

    @abstractmethod
    def identity(self) -> dict[str, str]:
        """What an embedding depends on beside its text: backend, model, revision, tokens read."""

    @abstractmethod
    def embed(self, rows: pl.DataFrame, *, key: str = "key", text: str = "text") -> Iterator[pl.DataFrame]:
        """Embed the `text` of every row: frames of `key` and `embedding` (`EMBEDDING`), a batch of rows each.

        The rows come back in their order. Raises `ValueError` where a text is null, `EmbedderUnavailable`
        where the model cannot be loaded; nothing is loaded before the first frame is asked for.
        """

    def __enter__(self) -> "Embedder":
        return self

    def __exit__(self, *_: object) -> None:  # noqa: B027 - an embedder may hold nothing
        """Release what the embedder holds (memory, GPU)."""
