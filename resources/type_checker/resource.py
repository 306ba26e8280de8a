"""The type checker as a Dagster resource."""

import dagster as dg

from resources.type_checker.face import TypeChecker
from resources.type_checker.pyright import Pyright, PyrightSettings


class TypeCheckerResource(dg.ConfigurableResource):
    """How this machine type-checks; what the verdict depends on is fixed in `PyrightSettings`."""

    workers: int = 0

    def open(self) -> TypeChecker:
        """The type checker."""
        return Pyright(PyrightSettings(processes=self.workers or None))
