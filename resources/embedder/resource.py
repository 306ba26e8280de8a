"""The embedder as a Dagster resource: how this deployment embeds; which model, the recipe says."""

import dagster as dg

from resources.embedder.base import Embedder, EmbedderSpec


class EmbedderResource(dg.ConfigurableResource):
    """Device and batches; none of them changes an embedding by more than its last bits."""

    device: str = "auto"
    batch_rows: int = 4096
    pass_rows: int = 64
    threads: int = 0

    def open(self, spec: EmbedderSpec) -> Embedder:
        """An embedder for `spec`, as a context manager; nothing is loaded before the first text."""
        from resources.embedder.sentence_transformers import SentenceTransformersEmbedder

        return SentenceTransformersEmbedder(
            spec,
            device=self.device,
            batch_rows=self.batch_rows,
            pass_rows=self.pass_rows,
            threads=self.threads or None,
        )
