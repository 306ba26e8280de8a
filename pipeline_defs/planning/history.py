"""What this instance knows of the past: tokens an answer, seconds a call and a program, how many rows go on.

Read from the row cache and the materializations; where there is nothing yet, a recipe's own numbers stand in.
"""

from dataclasses import dataclass
from functools import cache

import dagster as dg
import numpy as np
import polars as pl

from pipeline_defs.deployment import Deployment
from pipeline_defs.running.runs import figures_of
from resources.row_cache.fragments import FragmentFolder
from resources.row_cache.spaces import list_spaces
from resources.row_cache.usage import read_usage

SAMPLED = 5000
"""Answers of one stage that its mean is taken over, the newest first."""
CHARACTERS_A_TOKEN = 4.0
SECONDS_A_CALL = 2.0
SECONDS_A_PROGRAM = 1.0
SECONDS_A_CHECK = 0.05
"""What is assumed where nothing was measured here yet."""
MATERIALIZATIONS = 20


@dataclass(frozen=True)
class Sample:
    """Numbers that were measured here (`values`), or one that is assumed, with the range that it may lie in."""

    values: np.ndarray
    assumed: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def is_history(self) -> bool:
        """Whether anything was measured."""
        return len(self.values) > 0

    def total(self, count: float) -> tuple[float, float, float]:
        """The sum over `count` new ones, with its 95 % interval: of the new ones, and of the mean itself."""
        if not self.is_history:
            return tuple(count * one for one in self.assumed)  # pyright: ignore[reportReturnType]
        mean, spread = (
            float(self.values.mean()),
            float(self.values.std(ddof=1)) if len(self.values) > 1 else 0.0,
        )
        error = 1.96 * spread * np.sqrt(count + count * count / len(self.values))
        return count * mean, max(count * mean - error, 0.0), count * mean + error


class History:
    """Of one deployment; everything is read once."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._storage = deployment.cache_storage()
        self._usage = read_usage(self._storage)
        self._spaces = list_spaces(self._storage)
        self.tokens = cache(self._tokens)
        self.seconds_a_call = cache(self._seconds_a_call)
        self.seconds_a_program = cache(self._seconds_a_program)

    def asked(self, user: str, stage: str) -> int:
        """How many rows this table has asked this stage for, in all its runs."""
        return sum(
            int(str(one.get("computed", 0))) + int(str(one.get("reused", 0)))
            for one in self._usage
            if one.get("user") == user and one.get("stage") == stage
        )

    def _tokens(self, recipe: str, stage: str, most: int, characters: float) -> tuple[Sample, Sample]:
        """Prompt and completion tokens of an answer: this recipe's, else anybody's, else what the recipe allows."""
        own = {
            str(one["space"])
            for one in self._usage
            if one.get("stage") == stage
            and str(one.get("user")).removeprefix("pilot/").startswith(f"{recipe}/")
        }
        every = [space for space in self._spaces if space.rpartition("/")[0] == stage]
        for spaces in ([space for space in every if space in own], every):
            found = self._read(spaces, ["prompt_tokens", "completion_tokens"])
            if found is not None and found.height:
                return tuple(Sample(found[name].cast(pl.Float64).to_numpy()) for name in found.columns)  # pyright: ignore[reportReturnType]
        prompt = characters / CHARACTERS_A_TOKEN
        nothing = np.array([])
        return (
            Sample(nothing, (prompt, 0.5 * prompt, 2 * prompt)),
            Sample(nothing, (0.5 * most, 0.0, float(most))),
        )

    def _read(self, spaces: list[str], columns: list[str]) -> pl.DataFrame | None:
        frames, rows = [], 0
        for space in spaces:
            for path in reversed(FragmentFolder(self._storage, self._storage.path(space)).names()):
                try:
                    with self._storage.fs.open(path, "rb") as file:
                        frame = pl.read_parquet(file.read(), columns=columns).drop_nulls()
                except (OSError, pl.exceptions.PolarsError):
                    continue
                frames.append(frame)
                rows += frame.height
                if rows >= SAMPLED:
                    return pl.concat(frames, how="vertical_relaxed")
        return pl.concat(frames, how="vertical_relaxed") if frames else None

    def _seconds_a_call(self, key: dg.AssetKey) -> Sample:
        """Seconds that a call takes, as many at once as there were: of the last materializations that paid for some."""
        with self._deployment.instance() as instance:
            records = instance.fetch_materializations(key, limit=MATERIALIZATIONS).records
        found = [figures_of(one.asset_materialization) for one in records if one.asset_materialization]
        rates = [one["engine_seconds"] / one["engine_calls"] for one in found if one.get("engine_calls")]
        at_once = max(self._deployment.settings.engines.openai.concurrency or 1, 1)
        assumed = SECONDS_A_CALL / at_once
        return Sample(np.array(rates), (assumed, assumed / 4, assumed * 4))

    def _seconds_a_program(self) -> Sample:
        """Seconds of a program, as many at once as the sandbox runs."""
        spaces = [space for space in self._spaces if space.startswith("verdicts")]
        found = self._read(spaces, ["duration_ms"])
        workers = max(self._deployment.settings.sandbox.workers or 1, 1)
        values = (
            np.array([])
            if found is None
            else found["duration_ms"].cast(pl.Float64).to_numpy() / 1000 / workers
        )
        return Sample(values, (SECONDS_A_PROGRAM, 0.1, 4 * SECONDS_A_PROGRAM))
