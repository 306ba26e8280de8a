"""The way from files to seeds: the steps in their published order, each written into the ledger.

A step decides in the module that its function comes from. `file_steps.py` has those that go file by file,
`seed_steps.py` what each of the others takes from the settings and puts through the row cache.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from assets.filtered_seeds import seed_steps
from assets.filtered_seeds.coreset.select import STAGE as CORESET
from assets.filtered_seeds.docstring_judge.judge import STAGE as DOCSTRING_JUDGE
from assets.filtered_seeds.extraction.settings import READY_ROW
from assets.filtered_seeds.file_steps import seeds_of
from assets.filtered_seeds.filters.recipe import SEEDS_STAGE
from assets.filtered_seeds.filters.type_check import STAGE as TYPE_CHECK
from assets.filtered_seeds.means import Means
from assets.filtered_seeds.verbatim_benchmarks import STAGE as VERBATIM_BENCHMARKS
from assets.rows.outcome import Outcome
from assets.texts.near_duplicates.find import STAGE as NEAR_DUPLICATES


@dataclass(frozen=True)
class Step:
    """A step over seeds: its name in the ledger, the field of the settings that turns it on, and what it does."""

    name: str
    setting: str
    run: Callable[[pl.DataFrame, Means], Outcome]
    of_code: bool = False
    """Rows that came ready go past it."""


STEPS = (
    # before these, file by file: filters on files, extraction, imports (file_steps.py)
    Step(SEEDS_STAGE, "filters", seed_steps.filters),
    Step(TYPE_CHECK, "check", seed_steps.type_check, of_code=True),
    Step(VERBATIM_BENCHMARKS, "verbatim_benchmarks", seed_steps.verbatim_benchmarks),
    Step(NEAR_DUPLICATES, "near_duplicates", seed_steps.near_duplicates, of_code=True),
    # after them, so that nobody is asked about a duplicate
    Step(DOCSTRING_JUDGE, "docstring_judge", seed_steps.docstring_judge, of_code=True),
    Step(CORESET, "coreset", seed_steps.coreset, of_code=True),
)
"""The steps over seeds in their order."""


class Chain(Means):
    """The steps over one language's files."""

    def run(self, files: pl.LazyFrame) -> pl.DataFrame:
        """Seeds (columns of extraction, `imports` completed) from `files` (columns of `raw_corpus`)."""
        self.files = files
        seeds = seeds_of(files, self).with_columns(pl.lit(None, pl.String).alias("judged_by"))
        for step in STEPS:
            if getattr(self.settings, step.setting) is not None:
                past = (pl.col("kind") == READY_ROW) & step.of_code
                ready = seeds.filter(past)
                judged = step.run(seeds.filter(~past), self)
                outcome = Outcome(
                    pl.concat([judged.kept, ready]) if ready.height else judged.kept, judged.rejected
                )
                self.ledger.record(
                    step.name, "seeds", seeds.height, outcome.rejected, rows_out=outcome.kept.height
                )
                seeds = outcome.kept
        return seeds.sort("seed_id")
