"""What a user says about where raw files come from: one frozen model a backend, told apart by `kind`.

Which files are then kept is said in `assets/corpus_dump/settings.py` and `assets/raw_corpus/settings.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class InstalledPackages(BaseModel):
    """The Python standard library and the installed packages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["installed-packages"] = "installed-packages"
    packages: tuple[str, ...] | None = Field(
        None, description="names of packages to read; `python/cpython` is the standard library; null: all"
    )
    max_files: int | None = Field(
        None, ge=1, description="a fixed sample of that many files, spread over all packages; null: all"
    )
    include_tests: bool = Field(False, description="also read test modules and test folders")


SourceSettings = Annotated[InstalledPackages, Field(discriminator="kind")]
"""Settings of any source."""
