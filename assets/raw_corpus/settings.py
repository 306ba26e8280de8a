"""What a user says about which files of the corpus may be used: the license policy and the take-downs."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assets.raw_corpus.license_policy import known_identifier


class RawCorpusSettings(BaseModel):
    """The license policy and the list of take-downs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow: Literal["permissive", "any-known", "any"] | tuple[str, ...] = Field(
        default="permissive",
        description="permissive: the list in permissive.py; any-known: any file whose license is known; "
        "any: every file; or a list of SPDX identifiers",
    )
    take_downs: str | None = Field(
        default=None, description="path or s3:// address of the file of take-downs; null: no take-downs"
    )

    @field_validator("allow")
    @classmethod
    def _names_licenses(cls, allow: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(allow, str):
            return allow
        if not allow:
            raise ValueError("an empty list allows nothing; name SPDX identifiers, or write `permissive`")
        unknown = [name for name in allow if known_identifier(name) is None]
        if unknown:
            raise ValueError(
                f"no SPDX license identifiers: {', '.join(unknown)}. Write identifiers such as MIT or "
                "Apache-2.0 (https://spdx.org/licenses), or one of: permissive, any-known, any"
            )
        return tuple(sorted({str(known_identifier(name)) for name in allow}))
