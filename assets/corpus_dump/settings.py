"""What a user says about which raw files count as source text. Where they come from is said elsewhere."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from resources.languages import LANGUAGES

MOST_BYTES = 16 * 1024 * 1024
"""No source reads larger files, so no limit can be above this."""


class CorpusDumpSettings(BaseModel):
    """Limits of what is taken in. The values are those of The Stack and StarCoderData."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(
        default=1_000_000, ge=1, le=MOST_BYTES, description="larger files are rejected: too_large"
    )
    max_mean_line_length: float = Field(
        default=100.0, gt=0, description="characters a line on average above which a file counts as minified"
    )
    max_line_length: int = Field(
        default=1000, ge=1, description="characters in the longest line above which a file counts as minified"
    )
    languages: tuple[str, ...] = Field(
        default=LANGUAGES, min_length=1, description="files in other languages are rejected: unknown_language"
    )

    @field_validator("languages")
    @classmethod
    def _are_ours(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in languages if name not in LANGUAGES]
        if unknown:
            raise ValueError(f"no such language: {', '.join(unknown)}; there are {', '.join(LANGUAGES)}")
        return tuple(name for name in LANGUAGES if name in languages)
