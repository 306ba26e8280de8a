"""The deployment's settings: where things are kept, what this machine may use, which recipes are enabled.

Read once, here, from the environment (`SEEDLINE_...`, nested with two underscores) over an optional TOML file:
the one that SEEDLINE_CONFIG names, else `seedline.toml`, else the demo's. Where both are silent about a model
server, its usual variables OPENAI_BASE_URL and OPENAI_API_KEY count. What changes the data belongs into a
recipe, except what every recipe shares: the corpus with its license policy and take-downs, and the benchmarks.
"""

import os
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pydantic_settings
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from assets.benchmarks.source import BenchmarkSource
from assets.corpus_dump.settings import CorpusDumpSettings
from assets.raw_corpus.settings import RawCorpusSettings
from pipeline_defs.configuration.environment_variables import misspelt_variable
from pipeline_defs.configuration.freshness import FreshnessSettings
from pipeline_defs.configuration.setting_groups import (
    DumpSettings,
    ModelTerms,
    SandboxSettings,
    TrainingPlaceSettings,
)
from pipeline_defs.configuration.validation_messages import problems
from resources.alerts.settings import AlertSettings
from resources.documents import DocumentError, document_text, toml_value
from resources.engines.deployment import EngineSettings
from resources.storage import S3Options, Storage

PREFIX = "SEEDLINE_"
CONFIG_FILE_VARIABLE = "SEEDLINE_CONFIG"
DEFAULT_CONFIG_FILE = "seedline.toml"
OPENAI_VARIABLES = {"base_url": "OPENAI_BASE_URL", "api_key": "OPENAI_API_KEY"}
DEMO_CONFIG_FILE = Path(__file__).parents[1] / "demo.toml"

_READ: ContextVar[Path | Mapping[str, Any] | None] = ContextVar("read", default=None)
"""What settings are being read from: pydantic asks a class method for the sources."""


class SettingsError(ValueError):
    """A setting is wrong; the message names it, where it stands, and what is allowed."""


class Settings(BaseSettings):
    """All settings of a deployment; the reference of the documentation lists them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid")

    home: Path = Field(
        default=Path(".seedline"), description="folder of everything that has no place of its own"
    )
    store: str | None = Field(
        default=None, description="root of the Parquet store, local or s3://; <home>/store"
    )
    cache: str | None = Field(
        default=None, description="root of the row cache, local or s3://; <home>/row_cache"
    )
    models: str | None = Field(
        default=None, description="where checkpoints are kept, local or s3://; <home>/models"
    )
    s3: S3Options = Field(
        default_factory=S3Options,
        description="the S3 server, where the store, the cache or the models are on s3://",
    )
    recipes: list[str] = Field(
        default_factory=lambda: ["demo"], description="names of shipped recipes or paths of files"
    )
    dumps: DumpSettings = Field(default_factory=DumpSettings, description="where corpus dumps come from")
    corpus: CorpusDumpSettings = Field(
        default_factory=lambda: CorpusDumpSettings.model_validate({}),
        description="which files of a dump are read as source text",
    )
    raw_corpus: RawCorpusSettings = Field(
        default_factory=lambda: RawCorpusSettings.model_validate({}),
        description="which files may be used: license policy and take-downs",
    )
    benchmarks: dict[str, BenchmarkSource] = Field(
        default_factory=dict,
        description="benchmark name to its path, or to a path and the names of its fields",
    )
    benchmark_pins: Path = Field(
        default=Path("benchmarks.lock.json"),
        description="file with what benchmarks were when they were pinned, written by `seedline benchmarks --pin`",
    )
    questions: Path | None = Field(
        default=None,
        description="folder of audit questions of your own, one a file: <name>.sql; asked of every recipe",
    )
    model_terms: dict[str, ModelTerms] = Field(
        default_factory=dict,
        description="model name, as rows carry it, to the terms of use that its answers come under",
    )
    sandbox: SandboxSettings = Field(
        default_factory=SandboxSettings,
        description="resources of this machine for running generated programs",
    )
    engines: EngineSettings = Field(
        default_factory=EngineSettings,
        description="where and how models run, their servers, prices and budget",
    )
    training: TrainingPlaceSettings = Field(
        default_factory=TrainingPlaceSettings, description="what trainings keep while they go on"
    )
    workers: int = Field(default=0, ge=0, description="processes of the CPU stages; 0: one a core")
    owners: list[str] = Field(
        default_factory=lambda: ["team:data"],
        description="who answers for the assets, as their pages say: e-mail addresses, or team:NAME",
    )
    tags: dict[str, str] = Field(
        default_factory=dict, description="tags of every asset, for searching the UI"
    )
    rows_page: str = Field(
        default="http://127.0.0.1:3001",
        pattern=r"^https?://[^/\s]+$",
        description="where browsers reach the row viewer: asset pages link there, and it answers to this name",
    )
    sensors_on: bool = Field(
        default=False, description="the sensors run from the start, without being switched on in the UI"
    )
    rebuild_gpu_on_code_change: bool = Field(
        default=False, description="let automation start model stages when only a prompt or setting changed"
    )

    full_check_at: str = Field(
        default="0 3 * * *",
        pattern=r"^\S+( \S+){4}$",
        description="when the schedule nightly_full_check looks through everything, as cron writes it",
    )
    freshness: FreshnessSettings = Field(
        default_factory=FreshnessSettings, description="how long outputs may go without being made again"
    )
    alerts: AlertSettings = Field(
        default_factory=AlertSettings,
        description="who is told of failed runs and of what the full check found",
    )

    @field_validator("store", "cache", "models")
    @classmethod
    def _place_that_can_be_written(cls, root: str | None) -> str | None:
        if root is not None:
            Storage(root)
        return root

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before the TOML file, and that before the variables that are not ours."""
        read = _READ.get() or config_file()
        file = (
            InitSettingsSource(settings_cls, dict(read))
            if isinstance(read, Mapping)
            else InitSettingsSource(settings_cls, toml_value(document_text(read)))
        )
        return init_settings, env_settings, file, InitSettingsSource(settings_cls, _openai_variables())

    @property
    def store_root(self) -> str:
        """Root of the Parquet store."""
        return self.store or str(self.home / "store")

    @property
    def cache_root(self) -> str:
        """Root of the row cache."""
        return self.cache or str(self.home / "row_cache")

    @property
    def models_root(self) -> str:
        """Where checkpoints are kept."""
        return self.models or str(self.home / "models")

    @property
    def dagster_home(self) -> Path:
        """Folder of the Dagster instance that the command and `make ui` share."""
        return self.home.absolute() / "dagster"


def _openai_variables() -> dict[str, Any]:
    """Settings from the variables that name an OpenAI-compatible server for every program; empty ones are none."""
    found = {field: os.environ.get(variable) for field, variable in OPENAI_VARIABLES.items()}
    named = {field: value for field, value in found.items() if value}
    return {"engines": {"openai": named}} if named else {}


def config_file() -> Path:
    """The TOML file settings are read from: the one SEEDLINE_CONFIG names, `seedline.toml`, or the demo's."""
    named = os.environ.get(CONFIG_FILE_VARIABLE)
    if named and not Path(named).exists():
        raise SettingsError(f"{CONFIG_FILE_VARIABLE} names {named}, which is not a file")
    own = Path(named or DEFAULT_CONFIG_FILE)
    return own if os.path.lexists(own) and not own.is_dir() else DEMO_CONFIG_FILE


def load_settings(given: Path | Mapping[str, Any] | None = None, **overrides: Any) -> Settings:
    """Settings of this process; a file or mapping that is `given` stands for the file that `config_file` finds.

    `overrides` go before everything else. Raises `SettingsError` naming every wrong setting.
    """
    if isinstance(given, Path) and not given.exists():
        raise SettingsError(f"{given}: there is no such file of settings")
    read = config_file() if given is None else given
    file = "given as a mapping" if isinstance(read, Mapping) else f"file {read}"
    misspelt = misspelt_variable(Settings, PREFIX, CONFIG_FILE_VARIABLE)
    if misspelt is not None:
        raise SettingsError(misspelt)
    token = _READ.set(read)
    try:
        return Settings(**overrides)
    except ValidationError as error:
        found = "\n".join(problems(error, Settings, noun="setting"))
        raise SettingsError(
            f"settings are wrong (environment {PREFIX}*, which goes first, and {file}):\n{found}"
        ) from error
    except DocumentError as error:
        raise SettingsError(f"{read}: {error}") from error
    except pydantic_settings.SettingsError as error:
        raise SettingsError(
            f"a variable {PREFIX}* of the environment is not readable: {error}; lists and tables are written as "
            f"JSON, e.g. {PREFIX}RECIPES='[\"demo\"]'"
        ) from error
    finally:
        _READ.reset(token)
