"""Imports of the answer in its tests are taken out, and nothing else of them is touched."""

import pytest

from resources.sandbox.answer_module import without_answer_imports

CODE = "import os\n\ndef f(x):\n    return x\n\nclass C:\n    pass\n\nK: int = 3\n"
MODULES = {"math", "json"}


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("from solution import f\nassert f(1) == 1", "pass\nassert f(1) == 1"),
        ("from answer import (\n    f,\n    K as k,\n)\nf(1)", "k = K\n\n\n\nf(1)"),
        ("import your_module\nassert your_module.f(1) == your_module.K", "pass\nassert f(1) == K"),
        ("import solution as s, helpers\nassert s.f('é', s.C)", "pass\nassert f('é', C)"),
        ("import pkg.solution\nassert pkg.solution.f(1)", "pass\nassert f(1)"),
        ("from .solution import f, C", "pass"),
        ("from main import *", "pass"),
        ("def t():\n    from my.pkg import f; assert f(1)", "def t():\n    pass; assert f(1)"),
        ("try:\n    from main import f\nexcept E:\n    pass", "try:\n    pass\nexcept E:\n    pass"),
    ],
)  # fmt: skip
def test_the_answers_own_names_are_there_already(tests: str, expected: str) -> None:
    assert without_answer_imports(CODE, tests, MODULES) == expected


@pytest.mark.parametrize(
    "tests",
    [
        "import math\nfrom json import f\nmath.f(1)",  # modules that there are
        "from solution import f, missing",
        "import solution\nsolution.K = 4\nassert solution.f(1)",  # it is more than a way to reach names
        "import solution, importlib\nimportlib.reload(solution)\nsolution.f(1)",
        'TEXT = """\nfrom solution import f\n"""\nassert f(TEXT)',
        "from solution import f\nthis does not parse",
    ],
)
def test_all_else_stays(tests: str) -> None:
    assert without_answer_imports(CODE, tests, MODULES) == tests
