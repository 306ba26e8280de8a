"""Seeds of files with the imports that make each stand alone: what is computed file by file, in one function.

Kept apart from the chain so that worker processes can be given it by name.
"""

import polars as pl

from assets.filtered_seeds.extraction import ExtractionSettings, extract
from assets.filtered_seeds.import_inference import ImportSettings, infer_imports
from assets.rows.outcome import Outcome


def standalone_seeds(
    files: pl.DataFrame, settings: ExtractionSettings, imports: ImportSettings | None = None
) -> Outcome:
    """`extract`, and where `imports` is given the import lines that each Python seed needs; the order stays."""
    outcome = extract(files, settings)
    if imports is None:
        return outcome
    seeds = outcome.kept.with_row_index("__place")
    is_python = pl.col("language") == "python"
    inferred = infer_imports(seeds.filter(is_python), files, imports).drop("unresolved")
    both = pl.concat([inferred, seeds.filter(~is_python)]).sort("__place").drop("__place")
    return Outcome(both, outcome.rejected)
