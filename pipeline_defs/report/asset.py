"""The asset `audit/report`: the report of every recipe that is on, as pages in the store, linked from the asset."""

import dagster as dg

from pipeline_defs.deployment import Deployment
from pipeline_defs.expected_errors import is_expected
from pipeline_defs.report.page import report_page

KEY = dg.AssetKey(["audit", "report"])


def report_asset(deployment: Deployment) -> dg.AssetsDefinition:
    """The asset over `deployment`; made when somebody asks for it."""

    @dg.asset(key=KEY, group_name="operations", owners=deployment.settings.owners, kinds={"python"})
    def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """One self-contained page a recipe: funnel, yields, verdicts, licenses, contamination, costs, scores, rows."""
        places: dict[str, dg.MetadataValue] = {}
        for recipe in deployment.recipes:
            try:
                places[recipe.name] = dg.MetadataValue.path(write_report(deployment, recipe.name))
            except Exception as error:
                if not is_expected(error):
                    raise
                raise dg.Failure(f"recipe {recipe.name}: {error}", allow_retries=False) from None
        return dg.MaterializeResult(metadata=places)

    return report


def write_report(deployment: Deployment, recipe: str) -> str:
    """Write the report of a recipe into the store; returns its place."""
    storage = deployment.store().storage
    path = storage.path(*KEY.path, f"{recipe}.html")
    storage.write_bytes(path, report_page(deployment, recipe).encode())
    return path
