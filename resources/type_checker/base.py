"""The interface of type checkers: sources in, a verdict for each out.

What a checker is (its version and the settings that can change a verdict) is its identity, so that verdicts can
be cached. How a checker is run is in the files beside this one.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

VERDICT_SCHEMA = pl.Schema(
    {
        "key": pl.String,  # names the row; comes back with the verdict
        "ok": pl.Boolean,  # no error
        "n_errors": pl.Int64,  # null: the checker gave no verdict (see `detail`), which must not be cached
        "detail": pl.String,  # the first errors, as `line: message (rule)`, bounded; null where ok
    }
)
"""Columns of a verdict frame."""

MAX_DETAIL_LENGTH = 500
"""Characters of `detail`."""


@dataclass(frozen=True)
class Judgment:
    """What a checker says of one source: how many errors (None: no verdict), and the first of them in words."""

    n_errors: int | None
    detail: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the source is free of errors."""
        return self.n_errors == 0


class TypeChecker(ABC):
    """Judges sources, each as a file of its own."""

    @abstractmethod
    def identity(self) -> dict[str, str]:
        """What a verdict depends on beside the source: checker, version, settings.

        Raises `TypeCheckerUnavailable` where the checker cannot be run.
        """

    @abstractmethod
    def judge(self, sources: Sequence[str]) -> list[Judgment]:
        """One judgment for each of `sources` (distinct), in their order.

        Raises `TypeCheckerUnavailable` where the checker is missing, was killed, or fails on everything; no
        judgment is lost to that, for none is returned.
        """

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Verdicts (`VERDICT_SCHEMA`) for the rows of `frame` (`key`, `source`: strings without null).

        In the order of the rows; a source that occurs more than once is judged once. Raises `ValueError` for
        nulls, and as `judge` does.
        """
        for column in ("key", "source"):
            if frame[column].null_count():
                raise ValueError(f"{frame[column].null_count()} rows have no {column}: leave them out first")
        distinct = frame["source"].unique(maintain_order=True)
        judgments = self.judge(distinct.to_list())
        verdicts = pl.DataFrame(
            {
                "source": distinct,
                "ok": [judgment.ok for judgment in judgments],
                "n_errors": [judgment.n_errors for judgment in judgments],
                "detail": [judgment.detail for judgment in judgments],
            },
            schema_overrides={name: VERDICT_SCHEMA[name] for name in ("ok", "n_errors", "detail")},
        )
        return (
            frame.select("key", "source")
            .join(verdicts, on="source", how="left", maintain_order="left")
            .select(pl.col(name).cast(dtype) for name, dtype in VERDICT_SCHEMA.items())
        )


class TypeCheckerUnavailable(RuntimeError):
    """The checker is missing, was killed or cannot work here; the message says what to do."""


def first_errors(errors: Sequence[tuple[int, str, str | None]]) -> str:
    """The `detail` for errors given as line (from 1), message and rule."""
    texts = [
        f"{line}: {message.splitlines()[0] if message else ''}" + (f" ({rule})" if rule else "")
        for line, message, rule in sorted(errors, key=lambda error: (error[0], error[1]))[:5]
    ]
    return "; ".join(texts)[:MAX_DETAIL_LENGTH]
