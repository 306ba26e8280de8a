"""What carrying a plan out would cost, by recipe, artifact and language: calls, tokens, programs, checks, time, money.

What is known is counted exactly (`flow.py`). A row that a stage has no result for yet goes on as those did that it
has results for; where there are too few of those, as in this instance's past (`history.py`); where there is none,
as the recipe says. Each line says which.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import dagster as dg
import polars as pl

from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.staleness import Work
from pipeline_defs.planning.flow import Flow, look_through, stored_rows
from pipeline_defs.planning.history import SECONDS_A_CHECK, History
from pipeline_defs.planning.plan import Plan
from pipeline_defs.recipes.model import Recipe
from resources.parquet_store import DamagedTableError, MissingTableError, ParquetStore, TableAddress
from resources.row_cache.peeking import Peek
from resources.row_cache.stage import StageWork

LINE = (
    "raw_corpus",
    "filtered_seeds",
    "instructions",
    "candidate_responses",
    "verified_responses",
    "sft_dataset",
)
"""Artifacts of one language, each made from the one before."""
FEW = 5
"""With fewer rows that went on or did not, their share says nothing."""

COST = pl.Schema(
    {
        "recipe": pl.String,
        "artifact": pl.String,
        "language": pl.String,
        "why": pl.String,
        "cause": pl.String,
        "rows": pl.Float64,
        "calls": pl.Float64,
        "calls_low": pl.Float64,
        "calls_high": pl.Float64,
        "prompt_tokens": pl.Float64,
        "completion_tokens": pl.Float64,
        "programs": pl.Float64,
        "type_checks": pl.Float64,
        "seconds": pl.Float64,
        "seconds_low": pl.Float64,
        "seconds_high": pl.Float64,
        "money": pl.Float64,
        "money_low": pl.Float64,
        "money_high": pl.Float64,
        "basis": pl.String,
    }
)
"""Columns of the cost of a plan. `why` and its class `cause` are null where it is fresh.

`rows` are those that the row cache does not have.
`basis`: counted (everything is known), history, assumptions, or unknown (the stage does not go on without what is to be
computed, so that its numbers are too low); null where nothing is asked for.
"""

Range = tuple[float, float, float]


@dataclass
class _Line:
    """One artifact of one language on its way."""

    rows: float = 0.0
    calls: Range = (0.0, 0.0, 0.0)
    prompt: Range = (0.0, 0.0, 0.0)
    completion: Range = (0.0, 0.0, 0.0)
    programs: Range = (0.0, 0.0, 0.0)
    checks: float = 0.0
    seconds: Range = (0.0, 0.0, 0.0)
    money: Range = (0.0, 0.0, 0.0)
    bases: set[str] = field(default_factory=set)
    unknown_out: Range = (0.0, 0.0, 0.0)

    @property
    def basis(self) -> str | None:
        """The weakest that any of its numbers rests on."""
        return next(
            (one for one in ("unknown", "assumptions", "history", "counted") if one in self.bases), None
        )


def cost(deployment: Deployment, plan: Plan) -> pl.DataFrame:
    """The cost of `plan` (`COST`): a line for each artifact and language of its recipes, fresh or stale."""
    flow = look_through(deployment, plan) if len(plan) else Flow()
    why = {str(TableAddress.of(tuple(one.key.path), one.partition)): one for one in plan.work}
    estimate = _Estimate(deployment, flow, why)
    rows = [row for recipe in plan.recipes for row in estimate.of_recipe(recipe)]
    return pl.DataFrame(rows, schema=COST, orient="row")


def total(costs: pl.DataFrame) -> dict[str, float]:
    """The sums over all lines; intervals add as they are, since one stage's error goes on to the next."""
    names = [name for name, dtype in COST.items() if dtype == pl.Float64]
    return {name: float(costs[name].sum() or 0.0) for name in names}


@dataclass
class _Estimate:
    deployment: Deployment
    flow: Flow
    why: dict[str, Work]

    def __post_init__(self) -> None:
        self._history = History(self.deployment)
        self._store: ParquetStore = self.deployment.store()

    def of_recipe(self, recipe: Recipe) -> Iterator[dict[str, object]]:
        """The lines of one recipe, in the order in which they are made."""
        for language in recipe.languages:
            unknown: Range = (0.0, 0.0, 0.0)
            before = ""
            seen: set[str] = set()
            for artifact in LINE:
                key = ("raw_corpus",) if artifact == "raw_corpus" else (recipe.name, artifact)
                address = str(TableAddress.of(key, language))
                if address not in self.why and not self._height(address):
                    before = address
                    continue
                line = self._through(recipe, artifact, address, before, unknown, seen)
                unknown, before = line.unknown_out, address
                yield self._row(recipe, artifact, language, address, line)
        for artifact in ("checkpoint", "eval_scores", "audit"):
            address = str(TableAddress.of((recipe.name, artifact)))
            line = self._evaluated(recipe, address) if artifact == "eval_scores" else _Line()
            yield self._row(recipe, artifact, None, address, line)

    def _through(
        self, recipe: Recipe, artifact: str, address: str, before: str, unknown: Range, seen: set[str]
    ) -> _Line:
        """One artifact: what is known to be missing, and what the unknown rows that come in will ask for."""
        line, peeks = _Line(), _together(self.flow.peeks.get(address, []))
        if address not in self.why:
            return line
        if address in self.flow.failed:
            line.bases.add("unknown")
        rows_in, height = self._height(before), self._height(address)
        if not peeks:
            share = self._share(height, rows_in) if rows_in else 1.0
            line.unknown_out = _times(unknown, share)
            return line
        more, first = unknown, True
        previous: Peek | None = None
        for peek in peeks:
            ratio, basis = (
                self._first(recipe, artifact, address, peek, rows_in)
                if first or previous is None
                else self._next(address, previous, peek)
            )
            more = _spread(more, ratio)
            if peek.missing or more[0]:
                line.bases.add("counted" if not more[0] else basis)
            asked = (peek.missing + more[0], peek.missing + more[1], peek.missing + more[2])
            if peek.stage in seen:  # rows that are not known yet were asked about by the artifact before
                counted = float(peek.missing)
                self._add(recipe, address, line, peek, (counted, counted, counted))
            else:
                self._add(recipe, address, line, peek, asked)
            if peek.at_once:  # what was not known is known now
                peek = replace(peek, missing=0)
            else:
                more = asked
            previous, first = peek, False
        seen.update(peek.stage for peek in peeks)
        assert previous is not None
        known = previous.distinct - previous.missing
        ends = previous.distinct + more[0] - previous.missing
        stored = self._stored(address)
        share = (
            self._share(height, known)
            if known >= FEW
            else (min(stored / ends, 1.0) if stored and ends else 1.0)
        )
        line.unknown_out = _spread(more, share)
        return line

    def _first(
        self, recipe: Recipe, artifact: str, address: str, peek: Peek, rows_in: int
    ) -> tuple[float, str]:
        """How many rows of the first stage an unknown row becomes."""
        if rows_in >= FEW and peek.distinct:
            return peek.distinct / rows_in, "history"
        asked, stored = self._history.asked(address, peek.stage), self._stored(address)
        if asked and stored and artifact != "candidate_responses":
            return 1.0, "history"
        return (float(recipe.responses.samples) if artifact == "candidate_responses" else 1.0), "assumptions"

    def _next(self, address: str, previous: Peek, peek: Peek) -> tuple[float, str]:
        """How many rows of a stage a row of the one before becomes."""
        known = previous.distinct - previous.missing
        if known >= FEW:
            return peek.distinct / known, "history"
        asked, before = (self._history.asked(address, one.stage) for one in (peek, previous))
        return (asked / before, "history") if asked and before else (1.0, "assumptions")

    def _add(self, recipe: Recipe, address: str, line: _Line, peek: Peek, count: Range) -> None:
        """What so many rows of a stage take."""
        line.rows += count[0]
        if peek.work is StageWork.TYPE_CHECK:
            line.checks += count[0]
            line.seconds = _sum(line.seconds, _times(count, SECONDS_A_CHECK))
        elif peek.work is StageWork.PROGRAM:
            line.programs = _sum(line.programs, count)
            line.seconds = _sum(line.seconds, _taken(self._history.seconds_a_program().total, count))
        elif peek.work is StageWork.MODEL_CALL and count[2]:
            self._ask(recipe, address, line, peek, count)

    def _ask(self, recipe: Recipe, address: str, line: _Line, peek: Peek, count: Range) -> None:
        line.calls = _sum(line.calls, count)
        prompt, completion = self._history.tokens(
            recipe.name, peek.stage, _most(recipe, peek.stage), peek.characters
        )
        line.bases.add("history" if prompt.is_history else "assumptions")
        tokens = [_taken(one.total, count) for one in (prompt, completion)]
        line.prompt, line.completion = _sum(line.prompt, tokens[0]), _sum(line.completion, tokens[1])
        prices = self.deployment.settings.engines.prices
        for one, price in zip(tokens, (prices.prompt, prices.completion), strict=True):
            line.money = _sum(line.money, _times(one, price / 1e6))
        key = dg.AssetKey(address.split("/")[:2])
        line.seconds = _sum(line.seconds, _taken(self._history.seconds_a_call(key).total, count))

    def _evaluated(self, recipe: Recipe, address: str) -> _Line:
        """Calls of an evaluation: as many as the last one asked for."""
        line = _Line()
        if address not in self.why:
            return line
        samples = self._asked_last(TableAddress((recipe.name, "eval_scores__samples")))
        line.rows = float(samples)
        line.calls = line.programs = (float(samples), float(samples), float(samples))
        line.bases.add("history" if samples else "assumptions")
        return line

    def _asked_last(self, samples: TableAddress) -> int:
        """Answers of the checkpoint that the last evaluation judged; the benchmark's own solutions are none."""
        try:
            frame = self._store.scan(samples).filter(pl.col("checkpoint_id") != "canonical")
            return int(frame.select(pl.len()).collect().item())
        except (MissingTableError, DamagedTableError):
            return 0

    def _row(
        self, recipe: Recipe, artifact: str, language: str | None, address: str, line: _Line
    ) -> dict[str, object]:
        work = self.why.get(address)
        return {
            "recipe": recipe.name,
            "artifact": artifact,
            "language": language,
            "why": None if work is None else work.reason,
            "cause": None if work is None else work.cause.value,
            "rows": line.rows,
            "calls": line.calls[0],
            "calls_low": line.calls[1],
            "calls_high": line.calls[2],
            "prompt_tokens": line.prompt[0],
            "completion_tokens": line.completion[0],
            "programs": line.programs[0],
            "type_checks": line.checks,
            "seconds": line.seconds[0],
            "seconds_low": line.seconds[1],
            "seconds_high": line.seconds[2],
            "money": line.money[0],
            "money_low": line.money[1],
            "money_high": line.money[2],
            "basis": line.basis,
        }

    def _height(self, address: str) -> int:
        """Rows as far as they are known on the way; those that are stored where nothing was led through."""
        return self.flow.rows.get(address, 0) or self._stored(address)

    def _stored(self, address: str) -> int:
        """Rows that are stored now."""
        key = tuple(part for part in address.split("/") if "=" not in part)
        pairs = [part.partition("=") for part in address.split("/") if "=" in part]
        at = TableAddress(key, tuple((name, value) for name, _, value in pairs))
        return stored_rows(self._store, at)

    @staticmethod
    def _share(out: int, of: int) -> float:
        return out / of if of else 0.0


def _together(peeks: Sequence[Peek]) -> list[Peek]:
    """Looks of one stage as one: it may be asked in batches and rounds."""
    found: dict[str, Peek] = {}
    for one in peeks:
        known = found.get(one.stage)
        if known is None:
            found[one.stage] = one
            continue
        missing = known.missing + one.missing
        characters = known.characters * known.missing + one.characters * one.missing
        found[one.stage] = Peek(
            one.user,
            one.stage,
            known.distinct + one.distinct,
            missing,
            characters / missing if missing else 0.0,
            one.work,
        )
    return list(found.values())


def _most(recipe: Recipe, stage: str) -> int:
    """Tokens that the recipe allows an answer of this stage."""
    settings = recipe.responses if stage.startswith("candidate_responses") else recipe.instructions
    return int(getattr(settings, "max_tokens", None) or 1024)


def _spread(unknown: Range, share: float) -> Range:
    """So many of the unknown go on, give or take what chance does to a share."""
    middle = unknown[0] * share
    chance = 1.96 * (unknown[0] * max(share * (1 - share), 0.0)) ** 0.5 if share < 1 else 0.0
    return middle, max(unknown[1] * share - chance, 0.0), unknown[2] * share + chance


def _taken(each: object, count: Range) -> Range:
    low, high = each(count[1]), each(count[2])  # pyright: ignore[reportCallIssue]
    return each(count[0])[0], low[1], high[2]  # pyright: ignore[reportCallIssue]


def _times(one: Range, factor: float) -> Range:
    return one[0] * factor, one[1] * factor, one[2] * factor


def _sum(one: Range, other: Range) -> Range:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]
