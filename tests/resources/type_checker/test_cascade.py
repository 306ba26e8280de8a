"""The cascade's verdicts are Pyright's: held against real functions, and where they could part.

`bench_typecheck.py` holds it against 12,000 functions.
"""

from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from resources.type_checker.cascade import Cascade
from resources.type_checker.process import CheckerFailed
from resources.type_checker.pyright import Pyright, PyrightSettings
from resources.type_checker.ty import sure_errors


@pytest.mark.slow(seconds=40)
@pytest.mark.timeout(900)
def test_the_cascade_equals_pyright_alone(real_functions: pl.DataFrame):
    assert real_functions.height > 1900
    alone = Pyright(PyrightSettings(batch_size=1500)).check(real_functions)
    cascade = Cascade(PyrightSettings(batch_size=1500)).check(real_functions)
    both = alone.join(cascade, on="key", suffix="_cascade", validate="1:1")
    different = both.filter(pl.col("ok") != pl.col("ok_cascade"))
    assert different.is_empty(), different.rows()
    # it can tell: many of either kind, and ty's part in it is large
    assert alone["ok"].sum() > 200
    assert (~alone["ok"]).sum() > 200
    assert alone["n_errors"].null_count() == 0
    by_ty = cascade.filter(pl.col("detail").str.contains("unresolved-reference|import-not-found"))
    assert by_ty.height > 0.9 * (~alone["ok"]).sum()


SOURCES = {
    "undefined": "def f():\n    return unknown",
    "not for mypy": "def f():\n    return unknown  # type: ignore[return-value]",
    "not for Pyright": "# pyright: basic, reportUndefinedVariable=false\ndef f():\n    return unknown",
    "not for ty": "def f():\n    return unknown  # ty: ignore[unresolved-reference]",
    "not at all": "import typing\n\n\n@typing.no_type_check\ndef f(x: unknown):\n    return x",
    "types differ": "def f() -> list[tuple[str]]:\n    return [tuple('a')]",
    "module": "import no_such_module",
    "member": "from re import no_such_member",
    "deprecated": "import datetime\nnow = datetime.datetime.utcnow()",
}


def test_ty_is_believed_in_what_is_sure_only():
    judged = sure_errors(list(SOURCES.values()), python_version="3.11", platform="Linux")
    rejected = {name for name, judgment in zip(SOURCES, judged, strict=True) if judgment is not None}
    switched_off = {
        "not for mypy",
        "not for Pyright",
        "not for ty",
        "not at all",
    }  # by a comment that is not heeded
    assert rejected == {"undefined", "module", "member", *switched_off}
    assert judged[0] is not None
    assert judged[0].detail == "2: Name `unknown` used when not defined (unresolved-reference)"


def test_where_they_could_part_pyright_decides():
    rows = pl.DataFrame({"key": list(SOURCES), "source": list(SOURCES.values())})
    assert Cascade().check(rows)["ok"].to_list() == Pyright().check(rows)["ok"].to_list()


def test_modules_that_pyright_knows_are_not_rejected_by_ty():
    """Every module of the standard library's stubs and of the others that Pyright ships."""
    spec = find_spec("basedpyright")
    assert spec is not None
    assert spec.origin is not None
    typeshed = Path(spec.origin).parent / "dist" / "typeshed-fallback"
    roots = [typeshed / "stdlib", *(folder for folder in (typeshed / "stubs").iterdir() if folder.is_dir())]
    modules = sorted(
        {
            ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            for root in roots
            for path in root.rglob("*.pyi")
        }
    )
    sources = [
        f"import {module}" for module in modules if all(part.isidentifier() for part in module.split("."))
    ]
    assert len(sources) > 3000
    judged = sure_errors(sources, python_version="3.11", platform="Linux")
    rejected = [source for source, judgment in zip(sources, judged, strict=True) if judgment is not None]
    confirmed = Pyright().judge(rejected)
    assert [source for source, judgment in zip(rejected, confirmed, strict=True) if judgment.ok] == []
    assert len(rejected) < 0.1 * len(sources)


def test_a_module_of_the_library_is_not_hidden_by_a_stub_of_its_name():
    """setuptools' stubs hold a `distutils` of their own."""
    source = "from distutils.command.install import INSTALL_SCHEMES"
    assert sure_errors([source], python_version="3.11", platform="Linux") == [None]


def test_ty_does_not_judge_imports_from_an_environment_that_it_does_not_see():
    sources = [
        "import numpy\n\n\ndef f():\n    return unknown",
        "import numpy",
        "from numpy import *\n\nprint(array)",
    ]
    judged = sure_errors(sources, python_version="3.11", platform="Linux", sees_packages=True)
    assert [judgment is None for judgment in judged] == [False, True, True]


def test_a_ty_that_hangs_rejects_nothing(monkeypatch: pytest.MonkeyPatch):
    def hang(*_: object, **__: object) -> str:
        raise CheckerFailed("no answer in time")

    monkeypatch.setattr("resources.type_checker.ty.run_checker", hang)
    judged = sure_errors(["import no_such_module"], python_version="3.11", platform="Linux")
    assert judged == [None]
