"""Settings of the detectors: which are used, and what each of them takes for a find."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assets.benchmarks.passages import Verbatim

DetectorMethod = Literal["verbatim", "openai_substrings", "ngram_overlap", "code_normalised", "reworded"]


class DetectorSettings(BaseModel):
    """What counts as holding a benchmark's problem."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    methods: tuple[DetectorMethod, ...] = Field(
        default=("verbatim", "openai_substrings", "ngram_overlap", "code_normalised", "reworded"),
        description="verbatim, openai_substrings (3 substrings of 50 characters) and ngram_overlap find text as it is; "
        "code_normalised finds solutions with other names, formatting or order; reworded finds problems told in other "
        "words",
    )
    verbatim: Verbatim = Field(default=Verbatim(), description="of the method verbatim")
    substrings: int = Field(default=3, ge=1, description="random substrings a problem")  # GPT-4 report: 3
    substring_length: int = Field(
        default=50, ge=1, description="characters after normalisation"
    )  # GPT-4 report: 50
    ngram: int = Field(default=13, ge=5, description="words in a row, for ngram_overlap")  # GPT-3 report: 13

    def detectors(self) -> "DetectorSettings":
        """What of these settings decides what is found: those of a subclass say what becomes of it."""
        return DetectorSettings(**{name: getattr(self, name) for name in DetectorSettings.model_fields})
