"""Type and syntax checkers as a Dagster resource."""

import dagster as dg

from resources.type_checker.base import TypeChecker
from resources.type_checker.choice import Check, checker_for
from resources.type_checker.pyright import PyrightSettings


class TypeCheckerResource(dg.ConfigurableResource):
    """How this machine checks; what a verdict depends on is fixed in the checkers' own settings."""

    workers: int = 0

    def open(self, language: str, check: Check, environment: str | None = None) -> TypeChecker:
        """The checker that a recipe asks for; `environment` is the folder whose packages Python's types see."""
        settings = PyrightSettings(processes=self.workers or None, environment=environment)
        return checker_for(language, check, settings)
