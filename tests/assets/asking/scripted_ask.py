"""An `Ask` for tests that answers by a plain rule from what is asked, and keeps what it saw. No engine, no cache."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from assets.asking.asker import GENERATION
from assets.asking.spending import BUDGET_SPENT
from resources.engines.base import REQUEST_SCHEMA, Sampling

Rule = Callable[[str, str], "str | tuple[str | None, str]"]
"""Gets a request's task and the text it asks with; gives the answer's text, or text and finish_reason."""


@dataclass
class ScriptedAsk:
    """Answers requests by `rule`; `seen` has every request, `samplings` one entry a call with its name."""

    rule: Rule
    seen: list[pl.DataFrame] = field(default_factory=list)
    samplings: list[tuple[str, Sampling]] = field(default_factory=list)

    def __call__(self, requests: pl.DataFrame, sampling: Sampling, stage: str) -> pl.DataFrame:
        """As `assets.asking.asker.Ask`."""
        assert requests.match_to_schema(REQUEST_SCHEMA, extra_columns="ignore")["key"].is_unique().all()
        self.seen.append(requests)
        self.samplings.append((stage, sampling))
        said = [self.rule(row["task"], text_of(row)) for row in requests.iter_rows(named=True)]
        answers = [(one, "stop") if isinstance(one, str) else one for one in said]
        made = pl.Series([{"engine": "scripted", "finish_reason": reason} for _, reason in answers])
        generation = pl.struct(
            [
                made.struct.field(name).cast(dtype).alias(name)
                if name in ("engine", "finish_reason")
                else (pl.col("seed") if name == "seed" else pl.lit(None, dtype)).alias(name)
                for name, dtype in GENERATION.to_schema().items()
            ]
            if answers
            else [pl.lit(None, dtype).alias(name) for name, dtype in GENERATION.to_schema().items()]
        )
        return requests.with_columns(
            pl.Series("text", [text for text, _ in answers], dtype=pl.String),
            pl.Series("finish_reason", [reason for _, reason in answers], dtype=pl.String),
            pl.Series(
                "detail", ["not sent" if r == BUDGET_SPENT else None for _, r in answers], dtype=pl.String
            ),
            generation.cast(GENERATION).alias("generation"),
        )

    def texts(self, task: str | None = None) -> list[str]:
        """What was asked with, in the order of asking; of one task or of all."""
        return [
            text_of(row)
            for frame in self.seen
            for row in frame.iter_rows(named=True)
            if task in (None, row["task"])
        ]


def text_of(request: dict) -> str:
    """The text that a request asks with: its prompt, or its last message."""
    return request["prompt"] if request["messages"] is None else request["messages"][-1]["content"]
