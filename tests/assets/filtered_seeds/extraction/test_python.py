"""Python: what is a docstring, what belongs to a function, what it uses."""

import pytest

SERVICE = '''
import os
import os.path as osp
import collections.abc, json
from typing import (
    Any,  # everything
    Optional as Maybe,
)
from . import sibling
from math import *

try:
    import numpy as np
except ImportError:
    np = None


def cached(function):
    """Keep what `function` gave."""
    def wrapper(*args, **kwargs):
        """Call it once."""
        return function(*args, **kwargs)
    return wrapper


@cached
@cached
async def load(path: str, *, default: Maybe[Any] = None) -> Any:  # a comment
    # another comment
    """Read JSON.

    Or not:
        default
    """
    if not osp.exists(path):
        return default
    return json.loads(np.array(path))


class Store:
    """No function."""

    def get(self, key, /, fallback=lambda: 1):
        \'\'\'Look up.\'\'\'
        def missing():
            return 1
        missing()

    @property
    def size(self) -> int: "Count."; return 1

    @staticmethod
    def nothing():
        r"""Raw \\d."""
'''


def test_documented_functions_with_their_decorators(seeds_of):
    seeds = seeds_of("python", SERVICE)
    assert set(seeds) == {"cached", "wrapper", "load", "get", "size", "nothing"}
    assert seeds["load"]["seed"].startswith("@cached\n@cached\nasync def load(path")
    assert seeds["load"]["seed"].endswith("return json.loads(np.array(path))")
    assert seeds["load"]["docstring"] == "Read JSON.\n\nOr not:\n    default"
    assert seeds["size"]["seed"] == '@property\ndef size(self) -> int: "Count."; return 1'
    assert seeds["wrapper"]["seed"].startswith('def wrapper(*args, **kwargs):\n    """Call it once."""\n')


def test_signals(seeds_of):
    seeds = seeds_of("python", SERVICE)
    assert {name: seed["has_return_value"] for name, seed in seeds.items()} == {
        "cached": True,
        "wrapper": True,
        "load": True,
        "get": False,  # only its inner function returns a value
        "size": True,
        "nothing": False,
    }
    assert {name: seed["n_arguments"] for name, seed in seeds.items()} == {
        "cached": 1,
        "wrapper": 2,
        "load": 2,
        "get": 3,
        "size": 1,
        "nothing": 0,
    }
    assert [name for name, seed in seeds.items() if seed["is_nested"]] == ["wrapper"]
    assert [name for name, seed in seeds.items() if seed["is_method"]] == ["get", "size", "nothing"]
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


def test_imports_are_those_that_the_code_uses_one_name_a_line(seeds_of):
    seeds = seeds_of("python", SERVICE)
    assert seeds["load"]["imports"] == [
        "import os.path as osp",
        "import json",
        "from typing import Any",
        "from typing import Optional as Maybe",
        "import numpy as np",
    ]
    assert seeds["cached"]["imports"] == []


def test_a_name_in_the_docstring_alone_is_no_use(seeds_of):
    source = 'import os\nimport re\n\ndef f(x):\n    """Like os and re."""\n    return re.sub("a", "b", x)\n'
    assert seeds_of("python", source)["f"]["imports"] == ["import re"]


def test_future_imports_go_with_every_function(seeds_of):
    source = 'from __future__ import annotations\nimport os\n\ndef f():\n    """F."""\n'
    assert seeds_of("python", source)["f"]["imports"] == ["from __future__ import annotations"]


@pytest.mark.parametrize(
    ("literal", "form", "docstring"),
    [
        ('"""Doc."""', "triple_double_quoted", "Doc."),
        ("'''Doc.'''", "triple_single_quoted", "Doc."),
        ('"Doc."', "double_quoted", "Doc."),
        ("'Doc.'", "single_quoted", "Doc."),
        ('r"""A\\d."""', "raw_triple_double_quoted", "A\\d."),
        ('u"Doc."', "double_quoted", "Doc."),
        ('"""A\\tb \\"c\\" \\\\."""', "triple_double_quoted", 'A       b "c" \\.'),
        ('"one " "two"', "concatenated", "one two"),
        ('("in parentheses")', "double_quoted", "in parentheses"),
        ('(\n        # why\n        "on "\n        "lines"\n    )', "concatenated", "on lines"),
        ('b"""Bytes."""', None, None),
        ('f"""Form."""', None, None),
        ('"text" f"{form}"', None, None),
        ('"text" % 1', None, None),
        ('"a", "b"', None, None),
        ('""', None, None),
        ('"""   """', None, None),
    ],
)
def test_what_a_docstring_is(seeds_of, literal, form, docstring):
    seeds = seeds_of("python", f"def f(x):\n    {literal}\n    return x\n")
    if form is None:
        assert seeds == {}
    else:
        assert (seeds["f"]["docstring_form"], seeds["f"]["docstring"]) == (form, docstring)


@pytest.mark.parametrize(
    "source",
    [
        'def f(a,\n      b): "Doc."\n',
        'def f() -> "X": "Doc."\n',
        'def f() -> dict[str, int]: "Doc."\n',
        'def f() : "Doc."\n',
        'def f():\n\n    # note\n\n    # note\n    "Doc."\n',
        'def f():\\\n    "Doc."\n',
        'def f():\n\f    "Doc."\n',
        'def f():\n\t"Doc."\n',
        'if x:\n  def f(): # why\n        "Doc."',
        'class A:\n    async def f(self):\r\n        "Doc."\r\n',
        'def f[T: (int, str)](x: T) -> T:\n    "Doc."\n    return x',
    ],
)
def test_no_docstring_is_overlooked(seeds_of, source):
    assert seeds_of("python", source)["f"]["docstring"] == "Doc."


def test_text_that_dedents_unevenly_is_whole(seeds_of):
    source = 'class A:\n    def f(self):\n        """Doc."""\n        return """\nat the margin\n"""\n'
    seed = seeds_of("python", source)["f"]
    assert seed["seed"] == 'def f(self):\n    """Doc."""\n    return """\nat the margin\n"""'
    assert not seed["has_error"]


def test_text_with_errors_is_flagged(seeds_of):
    broken = (
        'class A:\n    def f(self):\n        """Doc."""\n        return (1 +\n\n'
        '    def g(self):\n        """Doc."""\n        return 2\n'
    )
    seeds = seeds_of("python", broken)
    assert all(seed["has_error"] for seed in seeds.values() if "(1 +" in seed["seed"])
    assert any(not seed["has_error"] for seed in seeds.values()) or "g" not in seeds


def test_text_that_dedenting_breaks_is_flagged(seeds_of):
    # eight columns each, once as spaces and once as a tab: one margin in the file, two in the text
    source = "class A:\n        def f(self):\n                'Doc.'\n\t\tif self:\n\t\t\treturn 1\n"
    assert seeds_of("python", source)["f"]["has_error"]


def test_a_function_written_in_a_string_is_none(seeds_of):
    source = "TEMPLATE = \"\"\"\ndef f():\n    '''Doc.'''\n\"\"\"\n"
    assert seeds_of("python", source) == {}


def test_a_trailing_comment_belongs_to_the_line(seeds_of):
    seed = seeds_of("python", 'def f():\n    "Doc."\n    return 1  # one\n\n\nx = 1\n')["f"]
    assert seed["seed"].endswith("return 1  # one")
    assert not seed["shares_lines"]
    assert (seed["start_line"], seed["end_line"], seed["doc_start_line"], seed["doc_end_line"]) == (
        1,
        3,
        2,
        2,
    )


CHOICE = '''
import os

@cached
@os.wraps
def decorated(x):
    """Twice."""
    def inner():
        return 2 * x
    inner()

if os.name == "nt":
    def indented(x):
        """Under a condition."""
        return x

async def plain(x):
    """As it is."""
    def nested(y):
        """Inside."""
        return y
    return nested

class Store:
    """No function."""
    @property
    def method(self):
        """Of a class."""
        return 1
'''


def test_the_recipe_chooses_methods_nested_and_decorated_functions(seeds_of):
    def names(**settings):
        return set(seeds_of("python", CHOICE, **settings))

    everything = {"decorated", "indented", "plain", "nested", "method"}
    assert names() == everything
    assert names(methods=False) == everything - {"method"}
    assert names(nested=False) == {"decorated", "plain", "method"}
    assert names(decorated="drop") == {"indented", "plain", "nested"}
    published = seeds_of("python", CHOICE, methods=False, nested=False, decorated="bare", inner_returns=True)
    assert set(published) == {"decorated", "plain"}
    bare = published["decorated"]
    assert bare["seed"].startswith('def decorated(x):\n    """Twice."""') and bare["start_line"] == 6
    assert bare["has_return_value"] and not seeds_of("python", CHOICE)["decorated"]["has_return_value"]
    assert seeds_of("python", CHOICE, decorated="bare")["method"]["seed"].startswith("def method(self):")


def test_a_function_read_alone_loses_its_decorators_too(seeds_of):
    broken = f"def broken(:\n    pass\n\n\nx = = 1\n{CHOICE}"
    seed = seeds_of("python", broken, decorated="bare", nested=False)["decorated"]["seed"]
    assert seed.startswith("def decorated(x):")


def test_choices_of_python_change_no_other_language(seeds_of):
    source = "/** Gives x. */\nexport function f(x) {\n  return x;\n}"
    (row,) = seeds_of("javascript", source, decorated="bare", nested=False, methods=False).values()
    assert row["seed"] == source
