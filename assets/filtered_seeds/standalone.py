"""Seeds of files with the imports that make each stand alone: what is computed file by file, in one function.

Kept apart from the chain so that worker processes can be given it by name.
"""

import polars as pl

from assets.filtered_seeds.extraction import ExtractionSettings, extract
from assets.filtered_seeds.import_inference import ImportSettings, infer_imports
from assets.outcome import Outcome


def standalone_seeds(
    files: pl.DataFrame, settings: ExtractionSettings, imports: ImportSettings | None = None
) -> Outcome:
    """`extract`, and for Python (where `imports` is given) the import lines that each seed needs."""
    outcome = extract(files, settings)
    if imports is None:
        return outcome
    return Outcome(infer_imports(outcome.kept, files, imports).drop("unresolved"), outcome.rejected)
