"""What a user says about where raw files come from: one frozen model a backend, told apart by `kind`.

Which files are then kept is said in `assets/corpus_dump/settings.py` and `assets/raw_corpus/settings.py`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from resources.corpus_source.door import CORPUS_SOURCES
from resources.doors import Chosen
from resources.former_names import COLUMNS, present_names
from resources.languages import BY_NAME, LANGUAGES

DumpColumn = Literal["content", "repo", "path", "commit", "license", "language"]
"""What can be mapped to a column of a dump."""


class InstalledPackages(BaseModel):
    """The Python standard library and the installed packages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["installed-packages"] = Field(
        default="installed-packages",
        description="installed-packages: the Python source of the packages of an environment",
    )
    packages: tuple[str, ...] | None = Field(
        default=None,
        description="names of packages to read; `python/cpython` is the standard library; null: all",
    )
    max_files: int | None = Field(
        default=None,
        ge=1,
        description="a fixed sample of that many files, spread over all packages; null: all",
    )
    include_tests: bool = Field(default=False, description="also read test modules and test folders")


class Directory(BaseModel):
    """A directory tree, one git checkout, or a folder of git checkouts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["directory"] = Field(
        default="directory",
        description="directory: a tree of files, a git checkout, or a folder of checkouts",
    )
    path: str = Field(min_length=1, description="the folder")
    skip_folders: tuple[str, ...] = Field(
        default=(".git", ".hg", ".svn", ".tox", ".venv", "venv", "node_modules", "__pycache__"),
        description="names of folders that are left out outside git checkouts",
    )


class Dump(BaseModel):
    """A dump in The Stack's form: Parquet or JSON lines, plain, .gz or .zst, a file or a folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["dump"] = Field(default="dump", description="dump: rows of files in The Stack's form")
    path: str = Field(min_length=1, description="path or s3:// address of a file or a folder")
    columns: dict[DumpColumn, str] = Field(
        default_factory=dict,
        description="the dump's name of a column, for columns whose names are not recognized",
    )

    @field_validator("columns", mode="before")
    @classmethod
    def _present_columns(cls, columns: object) -> object:
        return present_names(columns, COLUMNS) if isinstance(columns, dict) else columns


class ReadyRows(BaseModel):
    """Instruction data that exists: rows of an instruction with its response, in files of a data set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["ready-rows"] = Field(
        default="ready-rows",
        description="ready-rows: rows of instruction and response (Alpaca, ShareGPT or messages form)",
    )
    path: str = Field(
        min_length=1,
        description="path or s3:// address of a file or a folder: Parquet, JSON lines or a JSON list (plain, .gz, "
        ".zst), or a Hugging Face data set saved to disk (Arrow)",
    )
    splits: tuple[str, ...] | None = Field(
        default=None,
        description="splits of the data set that are read, by names of files and folders (train, validation, test, "
        "...); null: where there is a split train, it and what names no split, else all",
    )
    data_set: str = Field(min_length=1, description="name of the data set: the rows' repository")
    revision: str | None = Field(
        default=None, description="commit or version of the data set: the rows' commit"
    )
    license: str | None = Field(
        default=None, description="SPDX expression of rows that have no `license` of their own; null: unknown"
    )
    language: str = Field(
        default="python",
        description="programming language of rows whose response has no block of code that names one",
    )
    columns: dict[Literal["instruction", "response"], str] = Field(
        default_factory=dict, description="the data set's names of the two, where they are not recognized"
    )

    @field_validator("language")
    @classmethod
    def _is_known(cls, language: str) -> str:
        if language.lower() not in BY_NAME:
            raise ValueError(f"unknown language {language!r}; there are {', '.join(LANGUAGES)}")
        return BY_NAME[language.lower()]


SourceSettings = Annotated[Any, Chosen(CORPUS_SOURCES, "kind")]
"""Settings of any source, the project's or another's; `kind` names it."""
