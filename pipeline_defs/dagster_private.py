"""Every private name of Dagster that the project uses, in one place: what to look at when its version moves.

Dagster is pinned to one version for their sake. `tests/pipeline_defs/test_dagster_private.py` says which is gone.
"""

from dagster._core.definitions.assets.graph.asset_graph import AssetGraph, executable_in_same_run
from dagster._core.definitions.assets.graph.base_asset_graph import BaseAssetGraph
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

__all__ = [
    "NOT_FINISHED_STATUSES",  # runs that may still be reading a dump
    "AssetGraph",  # type of a resolved graph
    "BaseAssetGraph",  # type of what a staleness look walks over
    "UnresolvedAssetJobDefinition",  # type of what define_asset_job returns
    "executable_in_same_run",  # whether automation may ask for two assets in one run
]
