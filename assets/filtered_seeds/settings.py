"""Settings of the way from files to seeds: what a seed is, and every step that may reject one.

Each step's settings are declared beside its code; null leaves a step out.
"""

from pydantic import BaseModel, ConfigDict, Field

from assets.filtered_seeds.coreset.select import CoresetSettings
from assets.filtered_seeds.docstring_judge.settings import DocstringJudge
from assets.filtered_seeds.extraction import ExtractionSettings
from assets.filtered_seeds.filters import FilterSettings
from assets.filtered_seeds.import_inference import ImportSettings
from assets.filtered_seeds.verbatim_benchmarks import VerbatimBenchmarks
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from resources.embedder.base import EmbedderSpec
from resources.type_checker.choice import Check


class Coreset(BaseModel):
    """A k-center coreset over embeddings (WaveCoder)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedder: EmbedderSpec = Field(description="the model that turns seeds into vectors")
    select: CoresetSettings = Field(description="how many seeds are chosen")


class SeedSettings(BaseModel):
    """From the files of the corpus to seeds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    extraction: ExtractionSettings = Field(description="what a seed is")
    filters: FilterSettings = Field(description="rules that reject files and seeds")
    imports: ImportSettings | None = Field(
        description="Python: find the imports that make a function stand alone"
    )
    check: Check | None = Field(
        description="types (Python: Pyright's verdict, else the grammar's), pyright (alone), grammar or toolchain"
    )
    check_environment: str | None = Field(
        default=None,
        description="Python: folder of a virtual environment whose packages the type check sees; null: the standard "
        "library and the stubs that Pyright ships alone, so that a function with any other import is dropped",
    )
    verbatim_benchmarks: VerbatimBenchmarks | None = Field(
        default=None, description="drop what holds a docstring or solution of a benchmark"
    )
    docstring_judge: DocstringJudge | None = Field(
        default=None,
        description="drop functions that the engine's model could not write from their docstring",
    )
    near_duplicates: NearDuplicateSettings | None = Field(
        description="of near-duplicates one is kept; null leaves the step out"
    )
    coreset: Coreset | None = Field(default=None, description="keep so many seeds, spread as wide as can be")
