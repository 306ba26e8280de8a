"""The sandbox as a Dagster resource: its settings, and a context that holds it open.

Belongs here: typed settings alone. How programs are isolated and judged is in the files beside this one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import Field

from resources.sandbox.base import BackendChoice, Limits, Sandbox
from resources.sandbox.local import open_sandbox


class SandboxResource(dg.ConfigurableResource):
    """Judges model-written programs in isolation; see `resources.sandbox.base`."""

    workers: int = Field(0, ge=0, description="programs that run at the same time; 0: one a core")
    backend: BackendChoice = Field("auto", description="anything that cannot isolate is refused")
    python: str = Field("", description="the Python that programs are judged with; empty: this one")
    cpu_s: float = Field(2.0, gt=0, description="CPU seconds at the first try")
    retry_cpu_s: float = Field(10.0, ge=0, description="CPU seconds when a time-out is tried again; 0: never")
    memory_mb: int = Field(1024, gt=0, description="memory of all of a program's processes together")
    processes: int = Field(32, gt=0, description="processes and threads a program may have at a time")
    files: int = Field(64, gt=0, description="files that a process of a program may have open")
    disk_mb: int = Field(32, gt=0, description="a program's private /tmp")
    output_kb: int = Field(1024, gt=0, description="output before a program is ended")

    def limits(self) -> Limits:
        """What one program may use."""
        return Limits(**{name: getattr(self, name) for name in Limits.model_fields})

    @contextmanager
    def open(self, limits: Limits | None = None) -> Iterator[Sandbox]:
        """The sandbox, held open; leaving ends every process it started.

        What a recipe says (limits change verdicts) comes before this machine's settings.
        Raises `SandboxUnavailable` with the remedy where nothing can isolate.
        """
        with open_sandbox(
            limits or self.limits(),
            workers=self.workers,
            backend=self.backend,
            python=self.python,
        ) as sandbox:
            yield sandbox
