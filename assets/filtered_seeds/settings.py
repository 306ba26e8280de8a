"""Settings of the way from files to seeds: what a seed is, and every step that may reject one.

Each step's settings are declared beside its code; null leaves a step out.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assets.filtered_seeds.extraction import ExtractionSettings
from assets.filtered_seeds.filters import FilterSettings
from assets.filtered_seeds.import_inference import ImportSettings
from assets.filtered_seeds.near_duplicates.settings import NearDuplicateSettings


class SeedSettings(BaseModel):
    """From the files of the corpus to seeds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    extraction: ExtractionSettings
    filters: FilterSettings
    imports: ImportSettings | None = Field(
        description="Python: find the imports that make a function stand alone"
    )
    type_check: Literal["pyright"] | None = Field(description="Python: drop functions with a type error")
    near_duplicates: NearDuplicateSettings | None
