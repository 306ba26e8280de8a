"""Whatever tells a checker to look away is not heeded: the source is judged as if it were not there."""

import polars as pl
import pytest

from resources.type_checker.base import TypeChecker
from resources.type_checker.cascade import Cascade
from resources.type_checker.pyright import Pyright
from resources.type_checker.switches import without_switches

UNDEFINED = "def f(x):\n    return foo(x){}\n"
SILENCED = [
    *(
        UNDEFINED.format("  " + comment)
        for comment in (
            "# type: ignore",
            "# type:ignore[name-defined]",
            "#type: ignore # why",
            "# because  # type: ignore",
            "# pyright: ignore",
            "#pyright:ignore[reportUndefinedVariable]",
            "# pyright :\tignore",
            "# basedpyright: ignore",
            "# ty: ignore[unresolved-reference]",
            "# noqa: F821",
        )
    ),
    *(
        comment + "\n" + UNDEFINED.format("")
        for comment in (
            "# type: ignore",
            "# pyright: basic",
            "# pyright: reportUndefinedVariable=false",
            "# pyright: strict, reportUndefinedVariable=none",
            "# mypy: ignore-errors",
            "from typing import no_type_check\n@no_type_check",
            "from typing import no_type_check as quiet\n@quiet",
            "import typing as t\n@t.no_type_check",
            "from typing_extensions import no_type_check\n@no_type_check",
            "import typing\nquiet = typing.no_type_check\n@quiet",
        )
    ),
    "from typing import no_type_check\n@no_type_check\nclass C:\n    def f(self, x):\n        return foo(x)\n",
    "from typing import TYPE_CHECKING\ndef f(x):\n    if not TYPE_CHECKING:\n        x = foo(x)\n    return x\n",
    "def f(x: int) -> str:\n    return x  # type: ignore\n",
    'def f(x: int) -> str:\n    """Say.\n\n    # type: ignore\n    """\n    # pyright: basic\n    return x\n',
]
SOUND = [
    "def f(x):\n    return x  # type: ignore\n",
    "# pyright: strict\ndef f(x):\n    return x\n",
    "def f(x):\n    # type: (int) -> int\n    y = x  # type: int\n    return y\n",
    "from typing import no_type_check\n@no_type_check\ndef f(x):\n    return x\n",
    'def f(x):\n    return f"{x}# type: ignore"\n',
]


@pytest.mark.parametrize("checker", [Pyright(), Cascade()], ids=["pyright", "cascade"])
def test_an_error_stays_one(checker: TypeChecker):
    sources = SILENCED + SOUND
    rows = pl.DataFrame({"key": [str(n) for n in range(len(sources))], "source": sources})
    judged = checker.check(rows)["ok"].to_list()
    assert [source for source, ok in zip(SILENCED, judged, strict=False) if ok] == []
    assert [source for source, ok in zip(SOUND, judged[len(SILENCED) :], strict=True) if not ok] == []


@pytest.mark.parametrize("source", SILENCED + SOUND)
def test_lines_and_type_comments_stay(source: str):
    changed = without_switches(source)
    assert changed.count("\n") == source.count("\n")
    assert without_switches(changed) == changed
    assert ("# type: int" in changed) == ("# type: int" in source)
