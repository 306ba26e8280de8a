"""Seeds from source files: documented functions of twelve languages, random lines, comment-code pairs, whole files."""

from assets.filtered_seeds.extraction.extract import extract
from assets.filtered_seeds.extraction.parallel import extract_in_parallel, together
from assets.filtered_seeds.extraction.settings import SEED_SCHEMA, ExtractionSettings

__all__ = ["SEED_SCHEMA", "ExtractionSettings", "extract", "extract_in_parallel", "together"]
