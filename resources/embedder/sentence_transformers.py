"""Embeddings by sentence-transformers: models such as all-MiniLM-L6-v2 and all-roberta-large-v1, on CPU or GPU.

Texts longer than the model reads are cut by it. Rows of similar length share a forward pass; which rows those
are changes an embedding in its last bits at most. Finding the model is in `model_location`.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from resources.embedder.base import EMBEDDING, Embedder, EmbedderSpec, EmbedderUnavailable
from resources.embedder.model_location import ModelLocation, locate_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformersEmbedder(Embedder):
    """`batch_rows` rows are embedded and handed out at once, `pass_rows` of them in one forward pass."""

    def __init__(
        self,
        spec: EmbedderSpec,
        *,
        device: str = "auto",
        batch_rows: int = 4096,
        pass_rows: int = 64,
        threads: int | None = None,
    ) -> None:
        self._spec = spec
        self._device = device
        self._batch_rows = batch_rows
        self._pass_rows = pass_rows
        self._threads = threads
        self._location: ModelLocation | None = None
        self._model: SentenceTransformer | None = None

    def identity(self) -> dict[str, str]:
        """See `Embedder`; the model is found for it but not loaded."""
        location = self._locate()
        return {
            "embedder": "sentence-transformers",
            "model": location.model,
            "revision": location.revision,
            "dtype": "float32",
        }

    def embed(self, rows: pl.DataFrame, *, key: str = "key", text: str = "text") -> Iterator[pl.DataFrame]:
        """See `Embedder`."""
        without = rows.filter(pl.col(text).is_null())
        if without.height:
            raise ValueError(
                f"{key} {without[key][0]!r}: its {text} is null; drop such rows before embedding"
            )
        if not rows.height:
            yield rows.select(pl.col(key), pl.lit(None, EMBEDDING).alias("embedding"))
            return
        model = self._load()
        for start in range(0, rows.height, self._batch_rows):
            batch = rows[start : start + self._batch_rows]
            vectors = model.encode(batch[text].to_list(), batch_size=self._pass_rows, show_progress_bar=False)
            array = pl.Series("embedding", np.asarray(vectors, np.float32))
            yield batch.select(pl.col(key), array.cast(EMBEDDING))

    def __exit__(self, *_: object) -> None:
        """Release the model and, on a GPU, its memory."""
        if self._model is None:
            return
        import gc

        import torch

        self._model = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _locate(self) -> ModelLocation:
        if self._location is None:
            self._location = locate_model(self._spec)
        return self._location

    def _load(self) -> "SentenceTransformer":
        if self._model is None:
            self._model = _load(self._locate(), self._device, self._threads)
        return self._model


def _load(location: ModelLocation, device: str, threads: int | None) -> "SentenceTransformer":
    # read when torch is first loaded: threads that spin while they wait starve the machine's other processes
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EmbedderUnavailable(f"{error}; embeddings need: pip install 'seedline[embed]'") from error
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise EmbedderUnavailable("device cuda is set but torch sees no GPU; set the device to cpu or auto")
    if threads:
        torch.set_num_threads(threads)
    try:
        model = SentenceTransformer(str(location.folder), device=device, local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EmbedderUnavailable(
            f"{location.folder}: cannot be loaded as a sentence-transformers model ({reason}); the folder must "
            "hold modules.json, config.json, a tokenizer and model.safetensors"
        ) from error
    return model.float().eval()
