"""Groups of settings that belong to no artifact and no resource alone: the dumps, and the sandbox's machine."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from resources.corpus_source.settings import SourceSettings
from resources.sandbox.base import BackendChoice, Limits


class DumpSettings(BaseModel):
    """Sources of corpus dumps."""

    model_config = ConfigDict(extra="forbid")

    named: dict[str, SourceSettings] = Field(
        default_factory=dict, description="dump name to source; each becomes a partition of corpus_dump"
    )
    folder: Path | None = Field(
        default=None,
        description="folder watched for new dumps: one sub-folder each, complete when it has _SUCCESS",
    )
    s3_prefix: str | None = Field(default=None, description="s3://bucket/prefix watched in the same way")


class SandboxSettings(BaseModel):
    """Resources of this machine for running generated programs."""

    model_config = ConfigDict(extra="forbid")

    backend: BackendChoice = Field(
        default="auto", description="auto: the first of bwrap and landlock whose probe passes here"
    )
    workers: int = Field(default=0, ge=0, description="programs at a time; 0: one a core")
    python: str = Field(default="", description="the Python that programs are judged with; empty: this one")
    limits: Limits = Field(
        default_factory=Limits,
        description="limits of one program in an evaluation; a recipe sets its own for verification",
    )


class TrainingPlaceSettings(BaseModel):
    """Trainings on this deployment; what their weights depend on is the recipe's matter."""

    model_config = ConfigDict(extra="forbid")

    state_every: int = Field(
        default=100,
        ge=0,
        description="optimizer steps from one saved state to the next, which a killed training goes on from; 0: none "
        "is saved. States are beside the models (on S3 too, where these are there) and go when the training is done",
    )


class ModelTerms(BaseModel):
    """Terms of use of a model, as its provider states them."""

    model_config = ConfigDict(extra="forbid")

    terms: str = Field(
        description="license or terms, e.g. Apache-2.0, or what they say of training on answers"
    )
    url: str = Field(default="", description="where they stand")
    date: str = Field(default="", description="date of the terms that were read, e.g. 2026-11-30")

    def as_row(self) -> tuple[str, str, str]:
        """For a table: terms, url, date."""
        return self.terms, self.url, self.date
