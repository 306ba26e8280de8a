"""All filters in their order: whole files first, then seeds, cheap rules before dear ones.

Each step is a list of named rules, and the first that matches gives the reason, so that counts by reason add up
to the rows rejected. The type check, near-duplicates and the coreset are steps of their own.
"""

from typing import Annotated, Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.filtered_seeds.filters.banned import BannedSettings, banned_rules
from assets.filtered_seeds.filters.door import SEED_FILTERS
from assets.filtered_seeds.filters.function_form import FunctionFormSettings, function_form_rules
from assets.filtered_seeds.filters.not_handwritten import NotHandwrittenSettings, not_handwritten_rules
from assets.filtered_seeds.filters.personal_data import PersonalDataSettings, personal_data_rules
from assets.filtered_seeds.filters.repositories import RepositorySettings, repository_rules
from assets.filtered_seeds.filters.secrets import SECRET, SecretSettings, secret_rules, with_secret
from assets.rows.outcome import Outcome, apply_rules
from resources.doors import Chosen

FILES_STAGE = "file_filters"
SEEDS_STAGE = "seed_filters"


class FilterSettings(BaseModel):
    """The filters of a recipe; null leaves a filter out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repositories: RepositorySettings | None = Field(
        default=None, description="whose files are taken, where a recipe is for a part of the corpus"
    )
    not_handwritten: NotHandwrittenSettings | None = Field(
        default_factory=NotHandwrittenSettings, description="generated and vendored files are rejected"
    )
    function_form: FunctionFormSettings | None = Field(
        default_factory=FunctionFormSettings,
        description="a function has arguments, returns a value and has a documentation of a certain form",
    )
    banned: BannedSettings | None = Field(
        default_factory=BannedSettings, description="words and imports that no seed may hold"
    )
    secrets: SecretSettings | None = Field(
        default_factory=SecretSettings, description="seeds that hold keys or passwords are rejected"
    )
    personal_data: PersonalDataSettings | None = Field(
        default_factory=PersonalDataSettings,
        description="seeds that hold addresses, numbers or names of persons are rejected",
    )
    more: tuple[Annotated[Any, Chosen(SEED_FILTERS, "filter")], ...] = Field(
        default=(), description="filters of other packages, each with its name in `filter`; after those above"
    )


def data_of_filters(settings: FilterSettings) -> list[str]:
    """Digests of the files that filters from elsewhere depend on."""
    return [digest for more in settings.more for digest in SEED_FILTERS.open(more.filter).data()]


def filter_files(files: pl.DataFrame, settings: FilterSettings) -> Outcome:
    """Files (`file_id, content, path, repo`) worth taking seeds from; to be asked before extraction."""
    rules = [
        *(repository_rules(settings.repositories) if settings.repositories else []),
        *(not_handwritten_rules(settings.not_handwritten) if settings.not_handwritten else []),
    ]
    return apply_rules(files, rules, stage=FILES_STAGE, id_column="file_id")


def filter_seeds(seeds: pl.DataFrame, settings: FilterSettings) -> Outcome:
    """Seeds worth keeping (the columns of extraction, with the imports inferred); the columns stay as they are."""
    cheap = [
        *(function_form_rules(settings.function_form) if settings.function_form else []),
        *(banned_rules(settings.banned) if settings.banned else []),
        *(personal_data_rules(settings.personal_data) if settings.personal_data else []),
        *(rule for more in settings.more for rule in SEED_FILTERS.open(more.filter).rules(more)),
    ]
    outcome = apply_rules(seeds, cheap, stage=SEEDS_STAGE, id_column="seed_id")
    if settings.secrets is None:
        return outcome
    searched = with_secret(outcome.kept, settings.secrets)
    found = apply_rules(searched, secret_rules(), stage=SEEDS_STAGE, id_column="seed_id")
    return outcome.then(Outcome(found.kept.drop(SECRET), found.rejected))
