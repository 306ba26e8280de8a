"""What a cached result depends on beside its row: the stage, its version and its settings, as a space of keys."""

import json
from dataclasses import dataclass, field

from resources.ids import text_id


@dataclass(frozen=True)
class CacheStage:
    """What is computed: a stage's name, its version and every setting that a result depends on."""

    name: str
    version: str
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def space(self) -> str:
        """Folder of this stage's results: name, then a digest of version and settings."""
        settings = json.dumps(self.settings, sort_keys=True, ensure_ascii=True)
        return f"{self.name}/{text_id(self.name, self.version, settings)}"
