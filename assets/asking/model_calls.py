"""Where a stage that asks a model meets Dagster: the asker opened, its cost shown, its budget checked.

How requests are made and answered is in `asker.py`, what they cost in `spending.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from assets.asking.asker import Asker
from assets.asking.spending import Spending
from assets.publishing.progress import LogProgress, Paid
from assets.publishing.publication import cache_of
from assets.publishing.step import PILOT, current_step
from resources.engines.deployment import Budget
from resources.engines.resource import EnginesResource
from resources.engines.spec import EngineSpec, ModelForm
from resources.row_cache.resource import RowCacheResource

BUDGET_CHECK = "asked_in_full"
"""Warns where a budget ended the asking before every row had its answer."""


@contextmanager
def asking(
    context: dg.AssetExecutionContext,
    engines: EnginesResource,
    row_cache: RowCacheResource,
    spec: EngineSpec,
    *,
    form: ModelForm | None = None,
    what: str = "model calls",
    budgeted: bool = True,
) -> Iterator[Asker]:
    """The asker of the running asset; leaving releases the model.

    `form` overrides the spec's; `budgeted` is false where half an answer is worse than none (an evaluation).
    """
    spending = Spending(engines.settings.prices, engines.settings.budget if budgeted else Budget())
    progress = LogProgress(context.log, what, paid=lambda: _paid(spending))
    with engines.open(spec) as engine:
        asker = Asker(engine, cache_of(context, row_cache), progress, form or spec.form, spending)
        if PILOT in context.run.tags:
            asker.note = current_step().answers.append
        yield asker


def _paid(spending: Spending) -> Paid:
    return Paid(spending.answered, spending.prompt_tokens + spending.completion_tokens, spending.money)


def call_metadata(asker: Asker, kept: int) -> dict[str, Any]:
    """What a stage asked of its engine: answers computed and reused, tokens, rate and cost; `kept` rows came of it."""
    spending = asker.spending
    seconds = sum(call.seconds for call in asker.calls)
    tokens = spending.prompt_tokens + spending.completion_tokens
    described: dict[str, Any] = {
        "engine": asker.engine.name,
        "engine_calls": spending.answered,
        "engine_calls_saved": sum(call.reused for call in asker.calls),
        "engine_seconds": round(seconds, 2),
        "prompt_tokens": spending.prompt_tokens,
        "completion_tokens": spending.completion_tokens,
        "tokens_per_second": round(tokens / seconds, 1) if seconds else 0.0,
        "tokens_per_kept_row": round(tokens / kept, 1) if kept else None,
    }
    if spending.prices.prompt or spending.prices.completion:
        described["cost"] = round(spending.money, 6)
        described["cost_per_kept_row"] = round(spending.money / kept, 6) if kept else None
    if spending.refused:
        described["calls_not_sent"] = spending.refused
    return described


def budget_check(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """The spec of the check that `budget_result` answers."""
    return dg.AssetCheckSpec(
        BUDGET_CHECK, asset=key, description="No request was left out because the budget had been spent."
    )


def budget_result(key: dg.AssetKey, asker: Asker) -> dg.AssetCheckResult:
    """Whether every request was sent."""
    refused = asker.spending.refused
    return dg.AssetCheckResult(
        check_name=BUDGET_CHECK,
        asset_key=key,
        passed=refused == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{refused} requests were not sent: the budget had been spent. Materialize again to go on "
        "from here; what was answered is not paid for twice."
        if refused
        else "every request was sent",
    )
