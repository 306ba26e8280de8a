"""One file in, its seeds out, with the exactness of lines checked for every seed that any test looks at."""

from collections.abc import Callable

import polars as pl
import pytest

from assets.filtered_seeds.extraction import ExtractionSettings, extract
from assets.filtered_seeds.extraction.lines import dedent


def lines_of(content: str) -> list[str]:
    """The lines that start_line and end_line count."""
    return content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


@pytest.fixture
def seeds_of() -> Callable[..., dict]:
    """`seeds_of(language, source, **settings)`: seeds of one file by their names."""

    def seeds(language: str, source: str, **settings: object) -> dict:
        files = pl.DataFrame({"file_id": ["f"], "content": [source], "language": [language]})
        outcome = extract(files, ExtractionSettings.model_validate(settings))
        assert (outcome.kept.height > 0) != (outcome.rejected.height == 1)
        rows = outcome.kept.to_dicts()
        for row in rows:
            if row["kind"] == "function":
                lines = lines_of(source)[row["start_line"] - 1 : row["end_line"]]
                assert dedent("\n".join(lines)) == row["seed"]
        assert len({row["name"] for row in rows}) == len(rows), "the test's functions need names of their own"
        return {row["name"]: row for row in rows}

    return seeds
