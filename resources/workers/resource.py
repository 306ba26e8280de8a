"""How many worker processes the CPU stages of this machine use, as a Dagster resource."""

import dagster as dg
from pydantic import Field


class WorkersResource(dg.ConfigurableResource):
    """Processes of extraction, type checks and the final form; they change no result."""

    processes: int = Field(default=0, ge=0, description="0: one a core that the process may use")

    def count(self) -> int | None:
        """What `resources.workers.frames` takes: a number, or null for one a core."""
        return self.processes or None
