"""Tests that a runner would call are called once, and those that are called or cannot be stay as they are."""

import pytest

from resources.sandbox.uncalled_tests import with_calls

ONE = "def test_a():\n    assert f(1)\n"
CLASS = "class TestF:\n    def test_a(self):\n        assert f(1)\n"
CASE = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        pass\n"


@pytest.mark.parametrize(
    ("tests", "calls"),
    [
        (ONE, "test_a()"),
        (ONE + "def helper(x):\n    return x\ndef test_b(x=1):\n    pass\n", "test_a()\ntest_b()"),
        (CLASS + "    def helper(self, x):\n        return x\n", "TestF().test_a()"),
        (CASE + ONE + CASE.replace("T(", "U("), "import unittest\nunittest.main()\ntest_a()"),
    ],
)
def test_they_are_called_behind_the_tests(tests: str, calls: str) -> None:
    assert with_calls(tests) == f"{tests}\n{calls}\n"


@pytest.mark.parametrize(
    "tests",
    [
        "assert f(1)",
        ONE + "test_a()",
        ONE + "for test in (test_a,):\n    test()",
        ONE + "if __name__ == '__main__':\n    test_a()",
        ONE + "def test_b(tmp_path):\n    pass",
        ONE + "import pytest\n@pytest.mark.parametrize('x', [1])\ndef test_b(x):\n    assert f(x)",
        ONE + "async def test_b():\n    pass",
        CASE + "unittest.main()",
        CLASS + "    def setup_method(self):\n        self.x = 1\n",
        "class Testing(int):\n    def test_a(self):\n        pass\nassert f(1)",
        ONE + "this does not parse",
    ],
)
def test_what_is_called_or_cannot_be_stays(tests: str) -> None:
    assert with_calls(tests) == tests
