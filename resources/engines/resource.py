"""Engines as a Dagster resource: from what a recipe wants and what this deployment has, an engine.

A plain object and no `ConfigurableResource`, because Dagster shows the fields of those and one setting is a key.
Backends are imported when asked for, so that loading the definitions needs none of them.
"""

from dataclasses import dataclass, field
from pathlib import Path

from resources.engines.base import Engine
from resources.engines.deployment import EngineSettings
from resources.engines.spec import EngineSpec, LocalModel, OfflineSpec, OpenAISpec, TransformersSpec, VllmSpec
from resources.model_folder import located


@dataclass(frozen=True)
class EnginesResource:
    """How this deployment runs models; `state` is the folder where shared servers keep their leases."""

    settings: EngineSettings = field(default_factory=EngineSettings)
    state: Path = Path(".seedline/engines")

    def open(self, spec: EngineSpec) -> Engine:
        """An engine for `spec`, as a context manager; nothing is loaded before the first request."""
        if isinstance(spec, OfflineSpec):
            from resources.engines.offline import OfflineEngine

            return OfflineEngine()
        if isinstance(spec, LocalModel):
            spec = spec.model_copy(update={"model": located(spec.model)})
        if isinstance(spec, TransformersSpec):
            return self._transformers(spec)
        if isinstance(spec, OpenAISpec):
            from resources.engines.openai import OpenAIEngine

            return OpenAIEngine(spec, self.settings.openai)
        if isinstance(spec, VllmSpec):
            from resources.engines.vllm import VllmEngine

            return VllmEngine(spec, self.settings.vllm)
        from resources.engines.vllm_server import VllmServerEngine

        return VllmServerEngine(spec, self.settings.vllm, self.settings.openai, state=self.state)

    def _transformers(self, spec: TransformersSpec) -> Engine:
        settings = self.settings
        if settings.workers > 1:
            from resources.engines.transformers_copies import TransformersCopies

            return TransformersCopies(
                spec.model,
                workers=settings.workers,
                revision=spec.revision,
                device=settings.device,
                threads=settings.threads or None,
                batch_size=settings.batch_size,
            )
        from resources.engines.transformers import TransformersEngine

        return TransformersEngine(
            spec.model,
            revision=spec.revision,
            device=settings.device,
            threads=settings.threads or None,
            batch_size=settings.batch_size,
        )
