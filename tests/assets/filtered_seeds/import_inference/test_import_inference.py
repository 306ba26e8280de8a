"""Imports that a Python function needs: from its own file, then by convention, never against its file."""

import ast

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.filtered_seeds.import_inference import ImportSettings, infer_imports, standalone_source
from assets.filtered_seeds.import_inference.free_names import free_names
from assets.filtered_seeds.import_inference.module_scope import module_scope
from assets.filtered_seeds.import_inference.well_known import WELL_KNOWN


def infer(seed: str, content: str = "", **settings: bool) -> tuple[list[str], list[str] | None]:
    seeds = pl.DataFrame({"file_id": ["f"], "seed": [seed]})
    files = pl.DataFrame({"file_id": ["f"], "content": [content]})
    row = infer_imports(seeds, files, ImportSettings.model_validate(settings)).row(0, named=True)
    return row["imports"], row["unresolved"]


@pytest.mark.parametrize(
    ("seed", "names"),
    [
        ("def f(a, *b, c=1, **d):\n    return a, b, c, d", []),
        ("def f(x):\n    return f(g(x))", ["g"]),
        ("def f():\n    import os\n    return os.path", []),
        ("def f(x):\n    y = [z for z in x if (w := z)]\n    return y, w", []),
        ("def f(x):\n    def g():\n        nonlocal x\n        x = h\n    return g", ["h"]),
        ("def f():\n    global counter\n    counter = 1\n    return counter", []),
        ("def f():\n    global counter\n    return counter", ["counter"]),
        (
            "@cache\ndef f(x: Optional[int] = LIMIT) -> 'np.ndarray':\n    return x",
            ["LIMIT", "Optional", "cache", "np"],
        ),
        ("def f(x: 'List[Node]') -> None:\n    y: 'Tree' = x", ["List", "Node", "Tree"]),
        ("def f(x) -> Literal['a', 'b']:\n    return x", ["Literal"]),
        ("class A:\n    b = c\n    def f(self):\n        return b", ["b", "c"]),
        ("def f(self):\n    return super().f(__class__, __name__, len(self), NotImplemented)", []),
        ("def f(x):\n    try:\n        return x\n    except E as e:\n        raise R from e", ["E", "R"]),
        ("async def f(x):\n    async for y in x:\n        yield lambda z: z + y + k", ["k"]),
        ("def f(x):\n    match x:\n        case P(a=b):\n            return b", ["P"]),
        ("def f(s):\n    return '\\d' + s", []),
    ],
)
def test_free_names(seed: str, names: list[str]):
    assert free_names(seed) == names


@pytest.mark.parametrize(
    "seed", ["def f(:", "print 'x'", "x = 1\x00", "(" * 500 + ")" * 500, "def f():\nreturn 1"]
)
def test_what_is_no_python_has_unknown_names(seed: str):
    assert free_names(seed) is None
    assert infer(seed) == ([], None)


FILE = '''
"""import nothing_from_a_docstring"""
from __future__ import annotations
import os, sys as system
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
from collections import (
    OrderedDict,  # a comment
    defaultdict as dd,
)
from . import sibling
from ..above import thing
from .near import *
try:
    import cjson as json
except ImportError:
    import json
if TYPE_CHECKING:
    from decimal import Decimal
math = compute()
random: int = 1
LIMIT = 10
PAIR = (1, "a")
SIGN = -1
WORDS = {"a": [1, 2]}
TWICE = 1
TWICE = 2
NAME = f"{LIMIT}"
PATH = join("a", "b")
a, (b, *c) = LIMIT
def helper(): import string
class Tool: import queue
@decorated
def other(): pass
for index in range(3): pass
'''


@pytest.mark.parametrize(
    ("body", "imports", "unresolved"),
    [
        ("os.getcwd()", ["import os"], []),
        ("system.exit()", ["import sys as system"], []),
        ("xml.dom.minidom.parse(x)", ["import xml.dom.minidom"], []),
        ("xml.sax.parse(x) or xml.dom.minidom", ["import xml.dom.minidom", "import xml.sax"], []),
        ("ET.parse(x)", ["import xml.etree.ElementTree as ET"], []),
        (
            "dd(OrderedDict)",
            ["from collections import OrderedDict", "from collections import defaultdict as dd"],
            [],
        ),
        ("sibling.f(thing)", [], ["sibling", "thing"]),
        ("json.loads(x)", ["import json"], []),
        ("Decimal(x)", ["from decimal import Decimal"], []),
        # bound by the file, so that the convention does not hold
        ("math.sqrt(random)", [], ["math", "random"]),
        ("helper(Tool, other, index, a, b, c)", [], ["Tool", "a", "b", "c", "helper", "index", "other"]),
        # not bound by the file
        ("np.array(Path(x), re.I)", ["import numpy as np", "import re", "from pathlib import Path"], []),
        ("nobody_knows(x)", [], ["nobody_knows"]),
        # bound in a function or a class only, which the top level does not see
        ("string + queue", ["import queue"], ["string"]),
    ],
)
def test_the_file_is_asked_first(body: str, imports: list[str], unresolved: list[str]):
    assert infer(f"def f(x):\n    return {body}", FILE) == (imports, unresolved)


def test_constants_are_carried_when_asked_for():
    seed = "def f():\n    return LIMIT, PAIR, SIGN, WORDS, TWICE, NAME, PATH, os"
    assert infer(seed, FILE) == (["import os"], ["LIMIT", "NAME", "PAIR", "PATH", "SIGN", "TWICE", "WORDS"])
    lines, unresolved = infer(seed, FILE, carry_constants=True)
    assert lines == ["import os", "LIMIT = 10", 'PAIR = (1, "a")', "SIGN = -1", 'WORDS = {"a": [1, 2]}']
    assert unresolved == ["NAME", "PATH", "TWICE"]


def test_postponed_annotations_go_with_annotations():
    assert infer("def f(x: int | None):\n    return x", FILE)[0] == ["from __future__ import annotations"]
    assert infer("def f(x):\n    return x", FILE)[0] == []


def test_a_star_is_carried_for_a_name_that_nobody_else_knows():
    assert infer("def f():\n    return gcd_of_all(np)", "from maths import *") == (
        ["import numpy as np", "from maths import *"],
        [],
    )
    assert infer("def f():\n    return np", "from maths import *") == (["import numpy as np"], [])


def test_the_table_can_be_left_out():
    assert infer("def f():\n    return np", well_known=False) == ([], ["np"])


def test_rows_keep_their_order_columns_and_file():
    seeds = pl.DataFrame(
        {
            "seed_id": ["1", "2", "3", "4"],
            "file_id": ["b", "a", "missing", "b"],
            "seed": ["def f(): return t()", "def f(): return t()", "def f(): return re", None],
            "imports": [["import wrong"]] * 4,
        }
    )
    files = pl.DataFrame(
        {"file_id": ["a", "b", "c"], "content": ["from a import t", "from b import t", None]}
    )
    told = infer_imports(seeds, files, ImportSettings())
    assert told["seed_id"].to_list() == ["1", "2", "3", "4"]
    assert told["imports"].to_list() == [["from b import t"], ["from a import t"], ["import re"], []]
    assert told["unresolved"].to_list() == [[], [], [], None]
    shuffled = infer_imports(seeds.reverse(), files.reverse(), ImportSettings())
    assert shuffled.reverse().equals(told)
    assert infer_imports(seeds.clear(), files, ImportSettings()).schema == told.schema


def test_a_seed_with_its_imports_is_a_file():
    rows = pl.DataFrame(
        {"seed": ["def f(): pass"] * 3, "imports": [["import a", "from b import c"], [], None]}
    )
    alone = "def f(): pass"
    assert rows.select(standalone_source()).to_series().to_list() == [
        "import a\nfrom b import c\n\n\ndef f(): pass",
        alone,
        alone,
    ]


def test_the_table_holds_sound_lines_that_bind_their_names():
    for name, line in WELL_KNOWN.items():
        scope = module_scope(line.encode())
        assert scope.imports == {name: [line]}
        ast.parse(line)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_survived(text: str):
    module_scope(text.encode(errors="replace"))
    names = free_names(text)
    assert names is None or names == sorted(set(names))


@given(st.lists(st.sampled_from(["os", "re", "json", "np", "thing", "LIMIT"]), unique=True))
def test_every_name_is_either_bound_or_unresolved(names: list[str]):
    seed = f"def f():\n    return [{', '.join(names)}]"
    imports, unresolved = infer(seed, FILE)
    assert unresolved is not None
    bound = {name for line in imports for name in module_scope(line.encode()).imports}
    assert bound | set(unresolved) == set(names)
    assert not bound & set(unresolved)
    # what is bound is free no more
    assert free_names("\n".join([*imports, seed])) == unresolved
