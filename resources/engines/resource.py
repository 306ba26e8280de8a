"""Engines as a Dagster resource: from what a recipe wants and what this deployment has, an engine.

A plain object and no `ConfigurableResource`, because Dagster shows the fields of those and one setting is a key.
Backends are imported when asked for, so that loading the definitions needs none of them.
"""

from dataclasses import dataclass, field
from pathlib import Path

from resources.engines.base import Engine
from resources.engines.deployment import EngineSettings
from resources.engines.door import ENGINES
from resources.engines.spec import EngineSpec


@dataclass(frozen=True)
class EnginesResource:
    """How this deployment runs models; `state` is the folder where shared servers keep their leases."""

    settings: EngineSettings = field(default_factory=EngineSettings)
    state: Path = Path(".seedline/engines")

    def open(self, spec: EngineSpec) -> Engine:
        """An engine for `spec`, as a context manager; nothing is loaded before the first request."""
        return ENGINES.open(spec.backend).open(spec, self.settings, self.state)
