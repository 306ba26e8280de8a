"""What a recipe says about the extraction of seeds, and the columns that come out; how it is done is beside.

The kinds are those of the published methods: documented functions (StarCoder2-Instruct), random consecutive
lines (Magicoder), comment-code pairs (CodeSearchNet, Magicoder's baseline), whole files.
"""

from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

SeedKind = Literal["function", "snippet", "comment_pair", "file", "ready_row"]
READY_ROW = "ready_row"

STAGE = "extraction"
"""Name of this step in rejections tables."""

SEED_SCHEMA = pl.Schema(
    {
        "seed_id": pl.String,  # content_id of file_id, kind, start_line, end_line
        "file_id": pl.String,
        "seed": pl.String,  # the text, dedented; lines end with a line feed, the last line with none
        "docstring": pl.String,  # documentation without its markers; null where the kind has none
        "kind": pl.String,  # function, snippet, comment_pair, file or ready_row
        "name": pl.String,  # of the function, as written (`operator+`, `Stack::push`); null for other kinds
        "start_line": pl.Int64,  # 1-based, inclusive
        "end_line": pl.Int64,
        "doc_start_line": pl.Int64,  # lines of the documentation, inclusive; null where the kind has none
        "doc_end_line": pl.Int64,
        "language": pl.String,
        "imports": pl.List(pl.String),  # the file's own import lines that the seed uses
        "docstring_form": pl.String,  # see `languages.rules`; for Python the quotes
        "has_return_value": pl.Boolean,  # some return of the function itself gives a value
        "n_arguments": pl.Int64,  # parameters as written, `self` among them
        "is_nested": pl.Boolean,  # inside another function
        "is_method": pl.Boolean,  # inside a class, trait, interface, ... or with a receiver
        "has_error": pl.Boolean,  # the grammar found an error in the text
        "shares_lines": pl.Boolean,  # other code stands on its first or last line, so the text is not it alone
        "n_lines": pl.Int64,
    }
)
"""Columns of the kept seeds, for every kind; what a kind cannot know is null."""


class ExtractionSettings(BaseModel):
    """Extraction of seeds from a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: SeedKind = Field("function", description="what a seed is")
    ready_rows: bool = Field(
        False,
        description="rows that came ready (a dump of the kind ready-rows) go along beside the seeds; the kind "
        "ready_row takes them alone",
    )
    methods: bool = Field(True, description="function, comment_pair: functions of classes too")
    nested: bool = Field(
        True,
        description="function, comment_pair: functions inside others too, and in Python those that are indented for "
        "another reason (under `if`, `try`)",
    )
    decorated: Literal["whole", "bare", "drop"] = Field(
        "whole",
        description="Python: what becomes of a decorated function; whole: it keeps its decorators; bare: it loses them",
    )
    inner_returns: bool = Field(
        False, description="a value that a function inside returns counts as one of the function around it"
    )
    seed: int = Field(976, ge=0, description="snippet: seed of the random start line and length")
    snippets_per_file: int = Field(1, ge=1, description="snippet: drawn from each file")
    min_lines: int = Field(1, ge=1, description="snippet: fewest lines")
    max_lines: int = Field(15, ge=1, description="snippet: most lines")
    pair_min_lines: int = Field(3, ge=1, description="comment_pair: fewest lines of code (CodeSearchNet: 3)")
    pair_min_words: int = Field(
        3, ge=1, description="comment_pair: fewest words of comment (CodeSearchNet: 3)"
    )
    parse_timeout_s: float = Field(5.0, gt=0, description="most seconds of CPU time for one file")

    @model_validator(mode="after")
    def _check_lengths(self) -> Self:
        if self.max_lines < self.min_lines:
            raise ValueError(f"max_lines ({self.max_lines}) is below min_lines ({self.min_lines})")
        return self
