"""What a cached result depends on beside its row: the stage, its version and its settings, as a space of keys."""

import json
from dataclasses import dataclass, field
from enum import StrEnum

from resources.ids import text_id


class StageWork(StrEnum):
    """What a stage does for a row that the cache does not have, and so what a plan counts it as."""

    TEXT = "text"
    """Plain arithmetic on text: so cheap that a plan computes it on the spot."""
    COMPUTATION = "computation"
    """Work of this process (embeddings, comparisons with all benchmarks), too long for a plan."""
    TYPE_CHECK = "type_check"
    PROGRAM = "program"
    """A run in the sandbox."""
    MODEL_CALL = "model_call"


@dataclass(frozen=True)
class CacheStage:
    """What is computed: a stage's name, its version and every setting that a result depends on.

    `work` is no part of the key: it says what a missing row takes.
    """

    name: str
    version: str
    settings: dict[str, object] = field(default_factory=dict)
    work: StageWork = StageWork.COMPUTATION

    @property
    def space(self) -> str:
        """Folder of this stage's results: name, then a digest of version and settings."""
        settings = json.dumps(self.settings, sort_keys=True, ensure_ascii=True)
        return f"{self.name}/{text_id(self.name, self.version, settings)}"
