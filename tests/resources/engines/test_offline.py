"""The offline engine through the real stages and the real row cache: from seeds to responses that pass."""

import json

import polars as pl
import pytest

from assets.asking.asker import Asker, requests_frame
from assets.candidate_responses.methods import write_responses
from assets.candidate_responses.settings import Sectioned
from assets.instructions.methods import write_instructions
from assets.instructions.settings import SelfOssInstruct
from resources.engines.base import COMPLETION_SCHEMA, Sampling
from resources.engines.offline import OfflineEngine
from resources.row_cache import RowCache
from resources.storage import Storage

SEEDS = {
    "doctest": '''
def shout(text):
    """Return the text in capital letters, with a mark.

    >>> shout("so")
    'SO!'
    """
    return text.upper() + "!"
''',
    "guard": '''
def first(items):
    """Give the first item, or nothing."""
    if items == "none":
        return "nothing"
    return items[0]
''',
    "fences": '''
def fence(code):
    """Wrap code in a Markdown block.

    >>> len(fence("a"))
    9
    """
    return f"```\\n{code}\\n```"
''',
    "untestable": '''
def mix(one, other):
    """Mix two things."""
    return one.mix(other)
''',
    "method": '''
def close(self, hard):
    """Close it.

    >>> close(1, 2)
    3
    """
    return self.stream.close(hard)
''',
    "import": '''
def area(radius):
    """Compute the area of a circle.

    >>> round(area(2), 3)
    12.566
    """
    return math.pi * radius**2
''',
    "undocumented": '''
def plain(x):
    """ """
    return x
''',
}


@pytest.fixture
def seeds() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "seed_id": list(SEEDS),
            "file_id": ["f"] * len(SEEDS),
            "language": ["python"] * len(SEEDS),
            "seed": [text.strip() for text in SEEDS.values()],
            "docstring": [None] * len(SEEDS),
            "imports": [["import math"] if name == "import" else [] for name in SEEDS],
        },
        schema_overrides={"docstring": pl.String, "imports": pl.List(pl.String)},
    )


def test_seeds_become_responses_that_pass_their_tests(seeds, tmp_path):
    asker = Asker(OfflineEngine(), RowCache(Storage(tmp_path)))
    instructions = write_instructions(seeds, SelfOssInstruct(), asker)
    assert instructions.rejected.select("id", "reason").rows() == [("undocumented", "malformed")]
    outcome = write_responses(instructions.kept, Sectioned(samples=1), asker)
    assert sorted(outcome.kept["seed_id"]) == ["doctest", "fences", "guard", "import"]
    assert outcome.rejected["reason"].to_list() == ["malformed", "malformed"]
    assert all("no section tests" in detail for detail in outcome.rejected["detail"])
    assert set(outcome.kept["generation"].struct.field("engine")) == {"offline"}
    for code, tests in outcome.kept.select("code", "tests").iter_rows():
        exec(f"{code}\n{tests}", {})  # written above, by us
        assert "assert" in tests
    assert sum(call.computed for call in asker.calls) == 7 + 7 + 6


def test_a_second_run_asks_nothing_and_gives_the_same(seeds, tmp_path):
    def run():
        asker = Asker(OfflineEngine(), RowCache(Storage(tmp_path)))
        kept = write_responses(
            write_instructions(seeds, SelfOssInstruct(), asker).kept, Sectioned(samples=2), asker
        ).kept
        return kept, sum(call.computed for call in asker.calls)

    first, paid = run()
    second, paid_again = run()
    assert first.equals(second)
    assert paid > 0 and paid_again == 0


def test_every_request_is_answered_once_whatever_it_asks():
    facts = json.dumps({"language": "python", "seed": "def f(:", "docstring": None, "imports": None})
    tasks = ["concepts", "instruction", "response", "judge", "concepts"]
    requests = requests_frame(
        [
            {
                "key": str(number),
                "prompt": "p",
                "task": task,
                "facts": None if number == 4 else facts.replace("}", ', "headings": {}}'),
                "sample": 0,
                "seed": 1,
            }
            for number, task in enumerate(tasks)
        ]
    )
    answered = pl.concat(OfflineEngine().complete(requests, Sampling(16)))
    assert answered.schema == COMPLETION_SCHEMA
    assert answered["key"].to_list() == ["0", "1", "2", "3", "4"]
    assert answered["finish_reason"].to_list() == ["stop", "stop", "stop", "error", "error"]
    assert "judge" in answered["detail"][3]


def test_it_says_what_it_is():
    engine = OfflineEngine()
    assert engine.name == "offline"
    assert engine.identity()["backend"] == "offline"
    assert engine.identity()["revision"]
