"""What the published pipeline's own filter gets wrong, shown by its method, and that ours does neither.

The method of starcoder2-self-align's `execution_filter.py`, written here: the response with its tests is given
to `exec` inside a function of a forked process, and exit status 0 keeps it.
"""

import os

import polars as pl
import pytest

from resources.sandbox.base import Limits, SandboxUnavailable
from resources.sandbox.isolation import isolation
from resources.sandbox.local import open_sandbox

KEPT_THOUGH_WRONG = {
    "leaves early": ("import os\ndef add(a, b):\n    os._exit(0)\n", "assert add(1, 2) == 3"),
    "leaves at once": ("import os\nos._exit(0)\n", "assert add(1, 2) == 3"),
    "becomes another program": ("import os\nos.execv('/bin/true', ['true'])\n", "assert 1 == 2"),
    "no tests": ("def add(a, b):\n    return a - b\n", ""),
    "tests never called": (
        "def add(a, b):\n    return a - b\n",
        "def test_add():\n    assert add(1, 2) == 3",
    ),
}
DROPPED_THOUGH_RIGHT = {
    "recursion": ("def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)\n", "assert fact(5) == 120"),
    "helper function": (
        "def half(x):\n    return x // 2\ndef f(x):\n    return half(x) + 1\n",
        "assert f(4) == 3",
    ),
    "module import": (
        "import math\ndef area(r):\n    return math.pi * r * r\n",
        "assert round(area(1), 2) == 3.14",
    ),
    "constant": ("LIMIT = 3\ndef over(x):\n    return x > LIMIT\n", "assert over(4) and not over(3)"),
}


def kept_by_the_published_filter(code: str, tests: str) -> bool:
    child = os.fork()
    if child == 0:

        def unsafe(program: str) -> None:
            exec(program)

        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            unsafe(code + "\n" + tests)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    try:
        isolation()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    programs = {**KEPT_THOUGH_WRONG, **DROPPED_THOUGH_RIGHT}
    rows = [(name, "python", code, tests) for name, (code, tests) in programs.items()]
    frame = pl.DataFrame(rows, schema=["key", "language", "code", "tests"], orient="row")
    with open_sandbox(Limits(retry_cpu_s=0), workers=1) as sandbox:
        found = pl.concat(sandbox.verify(frame))
    return dict(found.select("key", "verdict").iter_rows())


@pytest.mark.parametrize("name", KEPT_THOUGH_WRONG)
def test_kept_by_the_published_filter_refused_by_ours(name, verdicts):
    assert kept_by_the_published_filter(*KEPT_THOUGH_WRONG[name])
    assert verdicts[name] in ("fail", "no_tests")


@pytest.mark.parametrize("name", DROPPED_THOUGH_RIGHT)
def test_dropped_by_the_published_filter_kept_by_ours(name, verdicts):
    assert not kept_by_the_published_filter(*DROPPED_THOUGH_RIGHT[name])
    assert verdicts[name] == "pass"
