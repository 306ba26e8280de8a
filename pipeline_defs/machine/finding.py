"""What a check of the machine found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    """Something cannot be done here, and the rest goes on without it."""
    PROBLEM = "problem"
    """The pipeline does not run, or not to its end."""


@dataclass(frozen=True)
class Finding:
    """One part of the machine: what was found, and what to do about it (empty: nothing)."""

    part: str
    state: State
    found: str
    remedy: str = ""
