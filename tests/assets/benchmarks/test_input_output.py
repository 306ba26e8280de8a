"""Programs that print and methods that return, judged case by case in the real sandbox: honest and hostile ones."""

import polars as pl
import pytest

from assets.benchmarks import input_output
from assets.benchmarks.input_output import Case, code_of
from resources.sandbox.base import PROGRAM_SCHEMA, SandboxUnavailable, Verdict
from resources.sandbox.resource import SandboxResource

PRINTS = [Case("3\n1 2 3\n", "6\n"), Case("1\n5\n", "5")]
RETURNS = [Case("[1,2]\n3", "[1, 2, 3]"), Case("[]\n1", "[1]")]
SUM = "n = int(input())\nprint(sum(map(int, input().split())))\n"

RIGHT = {
    "prints": (SUM, None),
    "has a main": (
        "import sys\ndef main():\n    print(sum(map(int, sys.stdin.buffer.read().split()[1:])))\n"
        "if __name__ == '__main__':\n    main()\n    exit(3)\n",
        None,
    ),
    "opens descriptor 0": ("n, *a = map(int, open(0).read().split())\nprint(sum(a))\n", None),
    "prints from a thread": (
        "import threading\ndef main():\n    input()\n    print(sum(map(int, input().split())))\n"
        "threading.Thread(target=main).start()\n",
        None,
    ),
    "prints a float": ("input()\nprint(sum(map(int, input().split())) / 1)\n", None),
    "prints bytes": (
        "import sys\ninput()\nsys.stdout.buffer.write(b'%d' % sum(map(int, input().split())))\n",
        None,
    ),
    "goes deep": (
        "def deep(n): return 0 if n == 0 else 1 + deep(n - 1)\nassert deep(20_000) == 20_000\n" + SUM,
        None,
    ),
    "imports nothing": (
        "input()\nprint(reduce(add, map(int, input().split())) if pow(2, 3, 5) == 3 else 0)\n",
        None,
    ),
    "a method": (
        "class Solution:\n    def f(self, a: List[int], b: int) -> List[int]:\n        return a + [b]\n",
        "f",
    ),
    "a tuple": ("class Solution:\n    def f(self, a, b):\n        return tuple(a + [b])\n", "f"),
    "a function": ("def f(a, b): return a + [b]\n", "f"),
}
WRONG = {
    "prints the same": ("print(6)\n", None),
    "prints more": ("print(6)\nprint(6)\n", None),
    "ends the process": ("import os\nos._exit(0)\n", None),
    "raises": ("raise ValueError(1)\n", None),
    "is no code": ("print(\n", None),
    "is slow": (
        "import time\nend = time.process_time() + 1.5\nwhile time.process_time() < end: pass\n" + SUM,
        None,
    ),
    "sleeps": ("import time\ntime.sleep(4.5)\n" + SUM, None),
    "tells its time wrong": (
        "class Solution:\n    def f(self, a, b):\n        return a + [b]\nclass Never:\n"
        "    def __sub__(self, other): return self\n    def __le__(self, other): return True\n"
        "import builtins, time\ntime.process_time = Never\n",
        "f",
    ),
    "prints nothing": ("", None),
    "returns another": ("class Solution:\n    def f(self, a, b):\n        return a\n", "f"),
    "equals all": (
        "class Same(list):\n    def __eq__(self, other): return True\n"
        "class Solution:\n    def f(self, a, b):\n        return Same()\n",
        "f",
    ),
    "answers for itself": (
        "class Same(str):\n    def strip(self): return '6'\n    def __eq__(self, other): return True\n"
        "import builtins\nclass Solution:\n    def f(self, a, b):\n        return Same('x')\n",
        "f",
    ),
    "has no method": ("class Solution:\n    pass\n", "f"),
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, dict[str, object]]:
    programs = [
        (
            name,
            "python",
            code_of(code, entry_point),
            input_output.tests_of(RETURNS if entry_point else PRINTS, entry_point, timeout_s=1),
        )
        for name, (code, entry_point) in {**RIGHT, **WRONG}.items()
    ]
    million = [Case("1\n" + " ".join(["1"] * 1_000_000) + "\n", "1000000")]
    programs.append(
        ("much input", "python", code_of(SUM, None), input_output.tests_of(million, None, timeout_s=10))
    )
    frame = pl.DataFrame(programs, schema=PROGRAM_SCHEMA, orient="row").with_columns(timeout_s=20.0)
    try:
        with SandboxResource(workers=2).open() as sandbox:
            judged = pl.concat(sandbox.verify(frame))
    except SandboxUnavailable as error:
        pytest.skip(f"nothing isolates here: {error}")
    return {row["key"]: row for row in judged.iter_rows(named=True)}


@pytest.mark.parametrize("name", [*RIGHT, "much input"])
@pytest.mark.slow(seconds=3)
def test_a_right_answer_passes(verdicts: dict[str, dict[str, object]], name: str):
    assert verdicts[name]["verdict"] == Verdict.PASS.value, verdicts[name]["detail"]
    assert verdicts[name]["proof"] == "split"  # the cases are never in the answer's process


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_fails(verdicts: dict[str, dict[str, object]], name: str):
    assert verdicts[name]["verdict"] == Verdict.FAIL.value, verdicts[name]["detail"]


def test_the_case_that_is_wrong_is_named(verdicts: dict[str, dict[str, object]]):
    assert "case 1 is wrong" in str(verdicts["prints the same"]["detail"])
    assert "case 0 took too long" in str(verdicts["is slow"]["detail"])
    assert "case 0 took too long" in str(verdicts["sleeps"]["detail"])
