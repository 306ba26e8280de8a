"""Rows that came ready, told from files of code: which of the two a recipe takes, and what becomes of the others."""

import polars as pl

from assets.filtered_seeds.extraction.settings import READY_ROW, ExtractionSettings
from assets.filtered_seeds.filters import FilterSettings, filter_files
from assets.filtered_seeds.filters.recipe import FILES_STAGE
from assets.rows.outcome import Outcome, as_rejections, reject
from assets.rows.reasons import Reason
from resources.ready_rows import is_ready_row


def files_and_rows(
    files: pl.DataFrame, settings: ExtractionSettings, filters: FilterSettings
) -> tuple[pl.DataFrame, Outcome]:
    """Of `files` (`file_id, content, language, path`) the ready rows that the recipe takes, and the files of code after
    their filters, with all that was rejected of either."""
    alone = settings.kind == READY_ROW
    ready, code = files.filter(is_ready_row()), files.filter(~is_ready_row())
    taken = alone or settings.ready_rows
    outcome = filter_files(code.clear() if alone else code, filters)
    unwanted = [
        reject(rows, Reason.NO_SEED, stage=FILES_STAGE, id_column="file_id", detail=pl.lit(why))
        for rows, why in (
            (ready.clear() if taken else ready, "a ready row, and extraction.ready_rows is false"),
            (code if alone else code.clear(), "a file of code, and the recipe takes ready rows alone"),
        )
    ]
    rejected = pl.concat([as_rejections(one) for one in (outcome.rejected, *unwanted)])
    return ready if taken else ready.clear(), Outcome(outcome.kept, rejected)
