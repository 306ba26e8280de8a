"""The door of methods that verify responses: what one may use and returns, and those that the project brings."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import polars as pl
from pydantic import BaseModel

from assets.asking.asker import Ask
from assets.rows.outcome import Outcome
from resources.doors import Door
from resources.row_cache import RowCache
from resources.sandbox.base import Sandbox


@dataclass(frozen=True)
class Means:
    """What verification may use: each opens when a method enters it, and not before."""

    sandbox: Callable[[Any], AbstractContextManager[Sandbox]]  # of the settings of `execution`
    asker: Callable[[], AbstractContextManager[Ask]]
    row_cache: RowCache
    language: str
    progress: Callable[[int, int], None] | None = None


@dataclass(frozen=True)
class Verified:
    """Responses believed and not, every response with its verdict columns, and what that took."""

    outcome: Outcome
    verdicts: pl.DataFrame
    sandbox_runs: int = 0
    sandbox_runs_saved: int = 0
    sandbox_seconds: float = 0.0
    passes_in_doubt: int = 0  # tried on an answer made useless too
    control_runs: int = 0
    second_runs: int = 0


Verify = Callable[[pl.DataFrame, Any, Means], Verified]
"""Gets responses (columns of `candidate_responses`), the method's settings and what it may use."""


@dataclass(frozen=True)
class VerificationMethod:
    """A way to tell which responses hold.

    `settings` has a field `method`. `runs`: programs run in the sandbox. `judges`: rows carry a judgment in `judge`,
    by which one of several responses can be selected; it needs a model. `data` gives digests of files that the verdicts
    depend on, such as prompts.
    """

    settings: type[BaseModel]
    verify: Verify
    runs: bool = False
    judges: bool = False
    data: Callable[[], Sequence[str]] = tuple


VERIFICATION_METHODS = Door(
    "verification_methods",
    VerificationMethod,
    {
        "execution": "assets.verified_responses.methods:EXECUTION",
        "none": "assets.verified_responses.methods:NONE",
        "discriminator": "assets.verified_responses.methods:DISCRIMINATOR",
        "both": "assets.verified_responses.methods:BOTH",
    },
)
