"""What the rules read from a function's text: doctests, examples in prose, stated cases, types; and what they leave."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.engines.docstring_rules import doctests, examples, guards, types
from resources.engines.docstring_rules.examples import literal_at_start
from resources.engines.docstring_rules.function import Function, function_of


def function(source: str, imports: list[str] | None = None) -> Function:
    found = function_of(textwrap.dedent(source).strip(), None, imports)
    assert found is not None
    return found


def documented(docstring: str, header: str = "def f(x):", body: str = "return x") -> Function:
    text = textwrap.indent(textwrap.dedent(docstring).strip("\n"), "    ")
    return function(f'{header}\n    r"""Do it.\n\n{text}\n    """\n    {body}')


@pytest.mark.parametrize(
    ("docstring", "stated"),
    [
        (">>> f(1)\n1", ["assert f(1) == 1"]),
        (">>> f(None) is None\nTrue", ["assert (f(None) is None) is True"]),
        (">>> f('a')\n'a'\n>>> f([])\n[]", ["assert f('a') == 'a'", "assert f([]) == []"]),
        (">>> x = 2\n>>> f(x)\n2", ["x = 2", "assert f(x) == 2"]),
        (">>> print(f('a'))\na", ["assert str(f('a')) == 'a'"]),
        (">>> print(f('a\\n\\nb'))\na\n<BLANKLINE>\nb", ["assert str(f('a\\n\\nb')) == 'a\\n\\nb'"]),
        (">>> f(range(3))\nrange(0, 3)", ["assert repr(f(range(3))) == 'range(0, 3)'"]),
        (">>> import package\n>>> package.sub.f(1)\n1", ["assert f(1) == 1"]),
        (">>> from package import f\n>>> f(1)\n1", ["assert f(1) == 1"]),
        (">>> import math\n>>> f(math.pi) > 3\nTrue", ["import math", "assert (f(math.pi) > 3) is True"]),
        (">>> f(  # doctest: +SKIP\n...   1)\n2", []),
        (">>> f(1) # doctest: +ELLIPSIS\n1...", []),
        (">>> f(object())\n<object object at 0x7f1>", []),
        (">>> other(1)\n1\n>>> y = other(2)\n>>> f(y)\n2", []),
        (">>> 1 + 1\n2", []),
        (">>> f(\n1", []),
        ("no examples", []),
    ],
)
def test_doctests(docstring, stated):
    assert doctests.assertions(documented(docstring)) == stated


def test_a_documented_exception_must_come():
    stated = doctests.assertions(
        documented(">>> f('')\nTraceback (most recent call last):\n    ...\nValueError: empty")
    )
    assert stated == [
        "try:\n    f('')\nexcept ValueError:\n    pass\nelse:\n    assert False, 'expected ValueError'"
    ]


def test_printing_loops_are_compared_with_what_they_print():
    stated = doctests.assertions(documented(">>> for y in f([1, 2]):\n...     print(y)\n1\n2"))
    exec("\n".join(stated), {"f": lambda x: x})
    with pytest.raises(AssertionError):
        exec("\n".join(stated), {"f": lambda x: [2]})


def test_names_of_the_seeds_own_imports_are_known():
    seed = function(
        '''
        def f(x):
            """Do it.

            >>> f(math.floor(2.5))
            2
            """
            return x
        ''',
        ["import math"],
    )
    assert doctests.assertions(seed) == ["assert f(math.floor(2.5)) == 2"]


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ("f(1) -> 2", ["assert f(1) == 2"]),
        ("f('a') == 'b'", ["assert f('a') == 'b'"]),
        ("``f(2)`` returns 4.", ["assert f(2) == 4"]),
        (
            "For example, f('x(') gives [1, 2], f(0) gives [].",
            ["assert f('x(') == [1, 2]", "assert f(0) == []"],
        ),
        ("f({'a': 1}) => {'a': 2}  (copied)", ["assert f({'a': 1}) == {'a': 2}"]),
        ("f(1)  # True", ["assert f(1) is True"]),
        ("f(1)  # => True", ["assert f(1) is True"]),
        ("f(x) -> 2", []),
        ("f(1) is 3 or 4", []),
        ("f(1) returns the number", []),
        ("g(f(1)) -> 2", []),
        ("sf(1) -> 2", []),
        ("'abc' -> 'ABC'", ["assert f('abc') == 'ABC'"]),
        ("- 3 => None", ["assert f(3) is None"]),
        ("str -> int", []),
        ("f(1 -> 2", []),
    ],
)
def test_examples_in_prose(line, stated):
    assert examples.assertions(documented(line)) == stated


def test_pairs_are_read_for_functions_of_one_argument_only():
    assert examples.assertions(documented("'abc' -> 'ABC'", "def f(x, y):")) == []
    assert examples.assertions(documented("'abc' -> 'ABC'", "def f(x, y=1):")) != []


@given(st.text())
def test_a_literal_at_the_start_is_a_literal_or_nothing(text):
    found = literal_at_start(text)
    assert found is None or isinstance(found, str)


def test_guards_and_base_cases_are_stated():
    seed = function(
        '''
        def f(text, size=3):
            """Do it."""
            if not isinstance(text, str):
                raise TypeError("text")
            if text == "none":
                return []
            return compute(text)
        '''
    )
    stated = guards.assertions(seed)
    assert "assert f('none') == []" in stated
    assert any("except TypeError" in statement for statement in stated)
    assert not any("abc" in statement for statement in stated)


@pytest.mark.parametrize(
    ("body", "right"),
    [
        ("return x in ('s', 'min')", lambda x: x in ("s", "min")),
        ("if x < 2:\n        return x\n    return g(x)", lambda x: x),
        ("if x is None:\n        return {}\n    else:\n        return g(x)", lambda x: {}),
        ("return x == 'a' or len(x) == 3", lambda x: x == "a" or len(x) == 3),
        ("if len(x) == 0:\n        return 0, x\n    return g(x)", lambda x: (0, x)),
    ],
)
def test_stated_cases_hold_for_the_code_and_not_for_a_stub(body, right):
    seed = function(f'def f(x):\n    """Do it."""\n    {body}')
    stated = guards.assertions(seed)
    assert stated
    exec("\n".join(stated), {"f": right})
    with pytest.raises(AssertionError):
        exec("\n".join(stated), {"f": lambda *_: None})


@pytest.mark.parametrize(
    "body",
    [
        "return None",
        "if x:\n        return None",
        "return g(x)",
        "y = x\n    if y == 1:\n        return 2",
        "if g(x):\n        return 1\n    return 2",
        "if x == 1:\n        yield 2",
    ],
)
def test_what_is_not_plain_is_not_stated(body):
    assert guards.assertions(function(f'def f(x):\n    """Do it."""\n    {body}')) == []


@pytest.mark.parametrize(
    ("source", "stated"),
    [
        ("def f(x: int) -> bool:\n    return g(x)", ["assert isinstance(f(3), bool)", "assert isinstance(f(8), bool)"]),
        ("def f(x: list[str], *, y: int) -> 'str':\n    return g(x)",
         ["assert isinstance(f(['seed line', 'abc'], y=3), str)", "assert isinstance(f(['abc'], y=8), str)"]),
        ("def f(x):\n    return x.split(',')[0].upper()", ["assert isinstance(f('seed line'), str)"]),
        ("def f(x):\n    out = []\n    for y in x:\n        out.append(y)\n    return out",
         ["assert isinstance(f([3, 1, 2]), list)"]),
        ("def f(x: Widget) -> bool:\n    return g(x)", []),
        ("def f(x: int) -> Widget:\n    return g(x)", []),
        ("def f(x):\n    return g(x)", []),
        ("def f(x=1):\n    return [x]", ["assert isinstance(f(3), list)"]),
        ("async def f(x: int) -> int:\n    return x", []),
        ("def f(x: int):\n    yield [x]", []),
        ("def f(x: int):\n    if x:\n        return [x]\n    return 'none'", []),
    ],
)  # fmt: skip
def test_types(source, stated):
    assert types.assertions(function(source)) == stated


def test_types_stated_by_the_docstring():
    for docstring in (
        ":param int x: a number\n:rtype: str",
        "Args:\n    x (int): a number\n\nReturns:\n    str: its name",
        "Parameters\n----------\nx : int\n    a number\n\nReturns\n-------\nname : str\n    its name",
    ):
        assert (
            types.assertions(documented(docstring, body="return g(x)"))[0] == "assert isinstance(f(3), str)"
        )


source_pieces = st.lists(
    st.sampled_from(
        ["if x == 1:", "    return x", "    return [x] + x", "if not x:", "    raise ValueError", "return f(x)",
         "return x + 'a'", "return len(x) > 2", "if x < 'a':", "    pass", "return (x, -1)", "return not x"]
    ), min_size=1, max_size=6,
)  # fmt: skip


@given(
    source_pieces,
    st.lists(st.sampled_from([">>> f(1)", "2", ">>> y = f(", "f(1) -> 'a'", "x : int", ""]), max_size=6),
)
def test_no_rule_ever_raises_and_what_it_states_is_python(body, docstring):
    text = "\n    ".join(docstring)
    lines = "\n    ".join(body)
    found = function_of(f"def f(x):\n    '''Do.\n\n    {text}\n    '''\n    {lines}", None, None)
    if found is None:
        return
    for rule in (doctests, examples, guards, types):
        statements = rule.assertions(found)
        assert statements == rule.assertions(found)
        compile("\n".join(statements), "tests", "exec")
