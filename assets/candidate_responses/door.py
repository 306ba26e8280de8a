"""The door of methods that write responses: what a method is, and those that the project brings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from pydantic import BaseModel

from assets.asking.asker import Ask
from assets.rows.outcome import Outcome
from resources.doors import Door

Respond = Callable[[pl.DataFrame, Any, Ask], Outcome]
"""Gets instructions, the method's settings and a way to ask the engine; returns responses kept and samples rejected."""


@dataclass(frozen=True)
class ResponseMethod:
    """A way from instructions to responses.

    `settings` has a field `method`, and `samples`, the responses of an instruction. `data` gives digests of prompts
    and other files that its rows depend on.
    """

    settings: type[BaseModel]
    respond: Respond
    data: Callable[[], Sequence[str]] = tuple


RESPONSE_METHODS = Door(
    "response_methods",
    ResponseMethod,
    {
        "sectioned": "assets.candidate_responses.methods:SECTIONED",
        "plain": "assets.candidate_responses.methods:PLAIN",
        "as_written": "assets.candidate_responses.methods:AS_WRITTEN",
    },
)
