"""Verification by tests and judge together: only what passed is asked about, and both verdicts stand in one row."""

from contextlib import nullcontext

import polars as pl
import pytest

from assets.asking.judging.settings import RULES
from assets.verified_responses.door import Means
from assets.verified_responses.methods import verify
from assets.verified_responses.settings import ExecutedAndJudged
from resources.row_cache import RowCache
from resources.sandbox.local import open_sandbox
from resources.storage import Storage
from tests.assets.asking.scripted_ask import ScriptedAsk


@pytest.fixture
def responses() -> pl.DataFrame:
    code = ["def f(x):\n    return x", "def f(x):\n    return x + 1", "def f(x):\n    return x  # ugly"]
    return pl.DataFrame(
        {
            "response_id": ["good", "wrong", "ugly"],
            "instruction_id": ["i0", "i1", "i2"],
            "language": ["python"] * 3,
            "task": ["code generation"] * 3,
            "instruction": ["Write f in Python."] * 3,
            "response": [f"```python\n{text}\n```" for text in code],
            "code": code,
            "tests": ["assert f(2) == 2"] * 3,
        }
    )


def judge(task: str, text: str) -> str:
    verdict = "no" if "ugly" in text else "yes"
    return "\n".join(
        [*(f"Rule {n}: {verdict} - so" for n in range(1, len(RULES) + 1)), f"Overall: {verdict}"]
    )


def test_only_what_passed_is_asked_about(tmp_path, responses: pl.DataFrame) -> None:
    ask = ScriptedAsk(judge)
    means = Means(
        lambda asked: open_sandbox(asked.limits, workers=1),
        lambda: nullcontext(ask),
        RowCache(Storage(tmp_path)),
        "python",
    )
    verified = verify(responses, ExecutedAndJudged(), means)
    assert len(ask.texts("judge")) == 2
    assert verified.outcome.kept["response_id"].to_list() == ["good"]
    assert verified.outcome.kept["verdict"].to_list() == ["pass"]
    assert verified.outcome.rejected.select("id", "stage", "reason").rows() == [
        ("wrong", "execution", "not_passed"),
        ("ugly", "discriminator", "judged_bad"),
    ]
    said = verified.verdicts.select(
        "response_id", "verdict", pl.col("judge").struct.field("verdict").alias("judge")
    )
    assert said.rows() == [("good", "pass", "yes"), ("wrong", "fail", None), ("ugly", "pass", "no")]
    assert verified.sandbox_runs == 3
