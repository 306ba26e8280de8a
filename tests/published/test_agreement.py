"""Programs that were judged and published before get the same verdict here, but for differences that are explained."""

import pytest

from resources.sandbox.base import SandboxUnavailable
from resources.sandbox.toolchains import toolchain
from tests.benchmarks.bench_agreement import EXPLAINED, LANGUAGES, SHARED, judged, recorded

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the benchmarks' files are not here")


@pytest.mark.slow(seconds=15)
@pytest.mark.parametrize(("language", "every"), [("sh", 8), ("php", 8), ("java", 40)])
def test_a_part_of_the_recorded_verdicts_is_the_same(language: str, every: int) -> None:
    try:
        toolchain(LANGUAGES[language])
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    records = recorded(language)
    assert records["completion"].null_count() == 0  # every program is prompt, answer and tests
    part = records.gather_every(every)
    assert part["published"].n_unique() == 2
    rows = judged(language, part, workers=1)
    other = rows.filter((rows["verdict"] == "pass") != rows["published"])["task_id"]
    assert set(other) <= set(EXPLAINED)
