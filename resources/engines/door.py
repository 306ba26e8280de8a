"""The door of engines: kinds of models that can be asked, and how this deployment opens one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from resources.doors import Door
from resources.engines.base import Engine
from resources.engines.deployment import EngineSettings


@dataclass(frozen=True)
class EngineKind:
    """A kind of engine.

    `settings` is the model of what a recipe says of it: it has the fields `backend` and `form` (`base` or
    `instruct`). `open` gets those settings, the deployment's, and the folder where shared servers keep their leases;
    nothing is loaded before the first request. `is_model`: it can answer any question, not known tasks alone.
    """

    settings: type[BaseModel]
    open: Callable[[Any, EngineSettings, Path], Engine]
    is_model: bool = True


ENGINES = Door(
    "engines",
    EngineKind,
    {
        "offline": "resources.engines.kinds:OFFLINE",
        "transformers": "resources.engines.kinds:TRANSFORMERS",
        "vllm": "resources.engines.kinds:VLLM",
        "vllm_server": "resources.engines.kinds:VLLM_SERVER",
        "openai": "resources.engines.kinds:OPENAI",
    },
)
