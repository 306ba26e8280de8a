"""The project's own engines as the door shows them; a backend is imported when one is opened."""

from pathlib import Path
from typing import TypeVar

from resources.engines.base import Engine
from resources.engines.deployment import EngineSettings
from resources.engines.door import EngineKind
from resources.engines.spec import (
    LocalModel,
    OfflineSpec,
    OpenAISpec,
    TransformersSpec,
    VllmServerSpec,
    VllmSpec,
)
from resources.model_folder import located

Spec = TypeVar("Spec", bound=LocalModel)


def _offline(spec: OfflineSpec, settings: EngineSettings, state: Path) -> Engine:
    from resources.engines.offline import OfflineEngine

    return OfflineEngine()


def _transformers(spec: TransformersSpec, settings: EngineSettings, state: Path) -> Engine:
    model = located(spec.model)
    if settings.workers > 1:
        from resources.engines.transformers_copies import TransformersCopies

        return TransformersCopies(
            model,
            workers=settings.workers,
            revision=spec.revision,
            device=settings.device,
            threads=settings.threads or None,
            batch_size=settings.batch_size,
        )
    from resources.engines.transformers import TransformersEngine

    return TransformersEngine(
        model,
        revision=spec.revision,
        device=settings.device,
        threads=settings.threads or None,
        batch_size=settings.batch_size,
    )


def _openai(spec: OpenAISpec, settings: EngineSettings, state: Path) -> Engine:
    from resources.engines.openai import OpenAIEngine

    return OpenAIEngine(spec, settings.openai)


def _vllm(spec: VllmSpec, settings: EngineSettings, state: Path) -> Engine:
    from resources.engines.vllm import VllmEngine

    return VllmEngine(_located(spec), settings.vllm)


def _vllm_server(spec: VllmServerSpec, settings: EngineSettings, state: Path) -> Engine:
    from resources.engines.vllm_server import VllmServerEngine

    return VllmServerEngine(_located(spec), settings.vllm, settings.openai, state=state)


def _located(spec: Spec) -> Spec:
    """`spec` with the folder that its model is in on this machine."""
    return spec.model_copy(update={"model": located(spec.model)})


OFFLINE = EngineKind(OfflineSpec, _offline, is_model=False)
TRANSFORMERS = EngineKind(TransformersSpec, _transformers)
VLLM = EngineKind(VllmSpec, _vllm)
VLLM_SERVER = EngineKind(VllmServerSpec, _vllm_server)
OPENAI = EngineKind(OpenAISpec, _openai)
