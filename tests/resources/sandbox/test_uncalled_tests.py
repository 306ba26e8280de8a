"""Tests that a runner would call are called once, and those that are called or cannot be stay as they are."""

import pytest

from resources.sandbox.uncalled_tests import with_calls

COLLECT = r'"\0seedline collect"()'
ONE = "def test_a():\n    assert f(1)\n"
CLASS = "class TestF:\n    def test_a(self):\n        assert f(1)\n"
CASE = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        pass\n"


@pytest.mark.parametrize(
    ("tests", "calls"),
    [
        (ONE, "test_a()"),
        (ONE + "def helper(x):\n    return x\ndef test_b(x=1):\n    pass\n", "test_a()\ntest_b()"),
        (CLASS + "    def helper(self, x):\n        return x\n", "TestF().test_a()"),
        (CASE + ONE + CASE.replace("T(", "U("), "test_a()\nimport unittest\nunittest.main()"),
    ],
)
def test_they_are_called_behind_the_tests(tests: str, calls: str) -> None:
    assert with_calls(tests) == f"{tests}\n{calls}\n"


@pytest.mark.parametrize(
    "tests",
    [
        ONE + "def test_b(tmp_path):\n    pass",
        ONE + "import pytest\n@pytest.mark.parametrize('x', [1])\ndef test_b(x):\n    assert f(x)",
        ONE + "async def test_b():\n    pass",
        CLASS + "    def setup_method(self):\n        self.x = 1\n",
    ],
)
def test_what_needs_more_than_a_call_is_collected_when_it_runs(tests: str) -> None:
    assert with_calls(tests) == f"{tests}\n{COLLECT}\n"


def test_a_runner_of_pytest_is_one_of_ours() -> None:
    tests = ONE + "import pytest, sys\nif __name__ == '__main__':\n    sys.exit(pytest.main([__file__]))\n"
    assert with_calls(tests) == tests.replace("pytest.main([__file__])", COLLECT.replace("()", "(True)"))


@pytest.mark.parametrize(
    "tests",
    [
        "assert f(1)",
        ONE + "test_a()",
        ONE + "for test in (test_a,):\n    test()",
        ONE + "if __name__ == '__main__':\n    test_a()",
        CASE + "unittest.main()",
        "class Testing(int):\n    def test_a(self):\n        pass\nassert f(1)",
        ONE + "this does not parse",
    ],
)
def test_what_is_called_or_cannot_be_stays(tests: str) -> None:
    assert with_calls(tests) == tests
