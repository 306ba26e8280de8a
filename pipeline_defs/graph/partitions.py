"""Partitions: dumps as they arrive, and programming languages.

Languages alone partition everything after `corpus_dump`; what is new within a language is found by row, in
the row cache, so finer partitions would buy nothing and cost runs.
"""

from collections.abc import Sequence

import dagster as dg

CORPUS_DUMPS = dg.DynamicPartitionsDefinition(name="corpus_dumps")
"""One partition a dump; sensors and `seedline` add them."""


def language_partitions(languages: Sequence[str]) -> dg.StaticPartitionsDefinition:
    """One partition a language, in the order given."""
    return dg.StaticPartitionsDefinition(list(languages))
