"""Engines as a Dagster resource: from what a recipe wants and what this deployment has, an engine.

Backends are imported when asked for, so that loading the definitions needs none of them.
"""

import dagster as dg

from resources.engines.face import Engine
from resources.engines.spec import EngineSpec, OfflineSpec


class EnginesResource(dg.ConfigurableResource):
    """How this deployment runs models."""

    device: str = "auto"
    threads: int = 0

    def open(self, spec: EngineSpec) -> Engine:
        """An engine for `spec`, as a context manager; nothing is loaded before the first request."""
        if isinstance(spec, OfflineSpec):
            from resources.engines.offline import OfflineEngine

            return OfflineEngine()
        from resources.engines.transformers import TransformersEngine

        return TransformersEngine(
            spec.model, revision=spec.revision, device=self.device, threads=self.threads or None
        )
