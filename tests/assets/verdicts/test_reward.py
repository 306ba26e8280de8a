"""The reward: what passes in the sandbox earns 1.0, and neither a wrong answer nor a trick earns anything."""

import json
from collections.abc import Iterator

import pytest

from assets.verdicts.reward import SandboxReward, compute_score
from resources.sandbox.base import Limits, SandboxUnavailable

TESTS = "assert double(2) == 4\nassert double(-1) == -2"
EQUAL_TO_ALL = "class Yes:\n    def __eq__(self, other):\n        return True\n"
RIGHT = "def double(x):\n    return 2 * x\n"


@pytest.fixture(scope="module")
def reward() -> Iterator[SandboxReward]:
    try:
        with SandboxReward(workers=2, limits=Limits(cpu_s=1.0, retry_cpu_s=0)) as opened:
            opened(["x"], ["assert 1"])
            yield opened
    except SandboxUnavailable as error:
        pytest.skip(str(error))


def test_only_an_answer_whose_tests_hold_is_worth_anything(reward: SandboxReward) -> None:
    worth = {
        f"Here it is.\n\n```python\n{RIGHT}```\n\nIt doubles.": 1.0,
        RIGHT: 1.0,
        f"<think>```python\ndef double(x): return 3\n```</think>\n```python\n{RIGHT}```": 1.0,
        "```python\ndef double(x):\n    return 3 * x\n```": 0.0,
        "```python\nimport os\nos._exit(0)\n```": 0.0,
        f"```python\n{EQUAL_TO_ALL}def double(x):\n    return Yes()\n```": 0.0,
        "```python\nwhile True: pass\n```": 0.0,
        "I cannot.": 0.0,
        "": 0.0,
    }
    assert reward(list(worth), [TESTS] * len(worth)) == list(worth.values())


def test_conversations_count_by_their_last_message_and_languages_mix(reward: SandboxReward) -> None:
    answers = [
        [{"role": "assistant", "content": f"```python\n{RIGHT}```"}],
        [{"role": "assistant", "content": "```bash\ndouble() { echo $(($1 * 2)); }\n```"}],
    ]
    tests = [TESTS, '[ "$(double 2)" = 4 ] || exit 1']
    assert reward(answers, tests, ["python", "bash"], prompts=["a", "b"], trainer_state=None) == [1.0, 1.0]


def test_verl_asks_for_one_score(reward: SandboxReward) -> None:
    truth = json.dumps({"language": "python", "tests": TESTS})
    assert compute_score("seedline", RIGHT, truth, {"index": 0}) == 1.0
    assert compute_score("seedline", "def double(x): return x", truth) == 0.0


def test_no_reward_is_made_up_for_what_cannot_be_judged(reward: SandboxReward) -> None:
    with pytest.raises((SandboxUnavailable, KeyError)):
        reward([RIGHT], [TESTS], ["cobol"])
