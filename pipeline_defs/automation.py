"""When an asset is rebuilt without anybody asking: the one condition, and the reasoning behind it.

Dagster's `eager()` fires when something upstream merely ran, ignores failed checks of earlier runs and never
sees a code version. Here a change is a new *data version* upstream or a new code version of the asset itself,
remembered until a run was requested for it.
"""

import dagster as dg


def rebuild_when_inputs_change(*, on_code_change: bool = True) -> dg.AutomationCondition:
    """Rebuild a partition when an input's content changed, when it is new, or once after a failed run.

    Held while an input is missing, being built or about to be, or has a failed blocking check. `on_code_change`
    also rebuilds for a new code version; assets that cost GPU hours leave it out, so that editing a prompt
    never starts them.
    """
    inputs = dg.AutomationCondition.any_deps_match(dg.AutomationCondition.data_version_changed())
    change = inputs | dg.AutomationCondition.code_version_changed() if on_code_change else inputs
    # `since` remembers a change that lands while the asset cannot run yet
    pending = change.since(
        dg.AutomationCondition.newly_requested() | dg.AutomationCondition.initial_evaluation()
    )
    missing = dg.AutomationCondition.newly_missing().since_last_handled()
    retry_once = dg.AutomationCondition.execution_failed().newly_true()
    may_run = (
        ~dg.AutomationCondition.any_deps_missing()
        # what joins an input's run would be asked for again when that run turns out to have changed the input
        & ~dg.AutomationCondition.any_deps_match(dg.AutomationCondition.will_be_requested())
        & ~dg.AutomationCondition.any_deps_in_progress()
        & ~dg.AutomationCondition.in_progress()
        & dg.AutomationCondition.all_deps_blocking_checks_passed()
    )
    name = "rebuild when inputs change" if on_code_change else "rebuild when input data change"
    return ((pending | missing | retry_once) & may_run).with_label(name)
