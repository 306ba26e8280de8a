"""The door of seed filters: rules that a recipe adds to the project's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from assets.rows.outcome import Rule
from resources.doors import Door


@dataclass(frozen=True)
class SeedFilter:
    """Rules over seeds (columns of `filtered_seeds`); the first that rejects a row gives the reason.

    `settings` has a field `filter`, its name in the recipe. `data` gives digests of files that the rules depend on: a
    part of the asset's code version.
    """

    settings: type[BaseModel]
    rules: Callable[[Any], Sequence[Rule]]
    data: Callable[[], Sequence[str]] = tuple


SEED_FILTERS = Door("seed_filters", SeedFilter, {})
"""The project's own filters have fields of their own in `seeds.filters`; what comes in here stands in `more`."""
