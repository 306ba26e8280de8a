"""When an asset is rebuilt without anybody asking: the one condition, and the reasoning behind it.

Dagster's own conditions follow events: what was missed while a sensor was off, a daemon was down or a tick
failed is forgotten. Here every tick looks at what *is*: the files in the store say what they were made from
(`graph/staleness.py`), so a change is found whenever somebody looks, and only a finished rebuild ends it. What failed
is tried once more and then left until its inputs or its code change, or somebody asks.

Assets of one language that wait for each other are asked for together, as one run. A step of such a run that
finds its inputs unchanged leaves its table as it is (`assets/step.py`).
"""

from collections.abc import Callable
from datetime import datetime

import dagster as dg

from pipeline_defs.dagster_private import executable_in_same_run
from pipeline_defs.graph.staleness import Judge, SourceFingerprint
from resources.parquet_store import StoreWatch
from resources.parquet_store.address import DUMPS


class Looks:
    """The judge for what is being evaluated: a look into a local store for each asset, one a tick into one on S3."""

    def __init__(self, watch: StoreWatch, source: SourceFingerprint) -> None:
        self._watch = watch
        self._source = source
        self._judge: tuple[tuple[datetime, dg.AssetKey | None], Judge] | None = None

    def judge(self, context: dg.AutomationContext) -> Judge:
        """The judge for the evaluation that `context` belongs to."""
        asset = None if self._watch.store.storage.is_s3 else context.root_context.key
        now = (context.evaluation_time, asset)
        if self._judge is None or self._judge[0] != now:
            self._judge = (now, Judge(context.asset_graph, self._watch.look(), self._source))
        return self._judge[1]


class JudgedCondition(dg.AutomationCondition):
    """A condition that a function decides, partition by partition."""

    def __init__(self, name: str, holds: Callable[[dg.AutomationContext, str | None], bool]) -> None:
        self._name = name
        self._holds = holds

    @property
    def name(self) -> str:
        """As the evaluation's page shows it."""
        return self._name

    def __repr__(self) -> str:
        """Its name: two graphs of one deployment read alike."""
        return f"JudgedCondition({self._name!r})"

    def evaluate(self, context: dg.AutomationContext) -> dg.AutomationResult:
        """The partitions among the candidates for which it holds."""
        candidates = context.candidate_subset
        if context.partitions_def is None:
            holds = not candidates.is_empty and self._holds(context, None)
            return dg.AutomationResult(context, candidates if holds else context.get_empty_subset())
        keys = {key for key in candidates.expensively_compute_partition_keys() if self._holds(context, key)}
        subset = context.asset_graph_view.get_subset_from_partition_keys(
            context.key, context.partitions_def, keys
        )
        return dg.AutomationResult(context, subset)


def rebuild_when_inputs_change(looks: Looks, *, on_code_change: bool = True) -> dg.AutomationCondition:
    """Rebuild a partition that is missing or out of date, alone or with the inputs that it waits for.

    Held while an input is missing, being built or about to be in another run, or has a failed blocking check.
    `on_code_change` also rebuilds for a new code version; assets that cost GPU hours leave it out, so that
    editing a prompt never starts them.
    """

    def out_of_date(context: dg.AutomationContext, partition: str | None) -> bool:
        judge, key = looks.judge(context), context.key
        return (
            judge.has_something_to_come(key, partition)
            and judge.out_of_date(key, partition, code_matters=on_code_change) is not None
            and judge.given_up(key, partition) is None
        )

    def unknown(context: dg.AutomationContext, partition: str | None) -> bool:
        return looks.judge(context).has_something_to_come(context.key, partition)

    def not_readable(context: dg.AutomationContext, partition: str | None) -> bool:
        if tuple(context.key.path) == DUMPS:  # what was read of the dumps is enough to go on
            return False
        return not looks.judge(context).readable(context.key, partition)

    def asked_elsewhere(context: dg.AutomationContext, partition: str | None) -> bool:
        return _asked(context, context.key, partition) and not executable_in_same_run(
            context.asset_graph, child_key=context.root_context.key, parent_key=context.key
        )

    def about_to_change(context: dg.AutomationContext, partition: str | None) -> bool:
        ancestors = context.asset_graph.get_ancestor_asset_keys(context.key)
        return any(_asked(context, key, partition) for key in ancestors)

    condition = dg.AutomationCondition
    to_do = JudgedCondition("missing or out of date", out_of_date)
    new_here = condition.missing() & JudgedCondition("has something to come", unknown)
    joins = condition.any_deps_match(condition.will_be_requested())
    unready = (
        JudgedCondition("not readable", not_readable)
        | _being_built()
        | JudgedCondition("an input of it is asked for", about_to_change)
    )
    waits = condition.any_deps_match(
        (unready & ~condition.will_be_requested())
        | JudgedCondition("asked for in another run", asked_elsewhere)
    )
    name = "rebuild when inputs change" if on_code_change else "rebuild when input data change"
    # progress first: a run that ends while this is evaluated has then written what the look into the store sees
    return (~condition.in_progress() & ~waits & (to_do | new_here | joins)).with_label(name)


def _being_built() -> dg.AutomationCondition:
    """In progress; dumps that are being read hold nobody up."""

    def is_dump(context: dg.AutomationContext, _partition: str | None) -> bool:
        return tuple(context.key.path) == DUMPS

    return dg.AutomationCondition.in_progress() & ~JudgedCondition("a dump", is_dump)


def _asked(context: dg.AutomationContext, key: dg.AssetKey, partition: str | None) -> bool:
    """Whether this tick asks for `key`, in that partition where it has such partitions."""
    asked = context.request_subsets_by_key.get(key)
    if asked is None or asked.is_empty:
        return False
    return (
        partition is None
        or not asked.is_partitioned
        or partition in asked.expensively_compute_partition_keys()
    )
