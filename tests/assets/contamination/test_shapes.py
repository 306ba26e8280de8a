"""Shapes: what is formatting and naming does not count, what is said does."""

import polars as pl
import pytest

from assets.contamination.shapes import SHAPES, WHOLE, shapes


def shape(code: str, language: str = "python") -> pl.DataFrame:
    return shapes([(code, language)]).sort(SHAPES.names())


ALIKE = {
    "python": (
        "def add(a: int, b: int = 3) -> int:\n    '''Adds.'''\n    # so\n    c = (a + b)\n    return sorted([c, 1])\n",
        "def f(x, y=7):\n    t = x + y\n    return (sorted([\n        t,\n        99,\n    ]))\n",
    ),
    "javascript": (
        "function f(a) { return a.map(x => x + 1); }",
        "function g(b) {\n  // c\n  return (b.map(y => y + 7))\n}",
    ),
    "java": (
        "class A { static int f(int a) { int b = a * 2; return Math.abs(b); } }",
        "class B { /** d */ static long g(long c) { long d = (c * 9); return Math.abs(d); } }",
    ),
    "go": (
        "package m\nfunc f(a int) int { b := a * 2; return b }",
        "package q\n// d\nfunc g(c int64) int64 {\n\td := c * 4\n\treturn d\n}",
    ),
    "rust": (
        "fn f(a: i32) -> i32 { let b = a * 2; b.abs() }",
        "/// d\nfn g(c: i64) -> i64 {\n    let d = c * 3;\n    d.abs()\n}",
    ),
    "ruby": ("def f(a)\n  a.map { |x| x + 1 }\nend", "# d\ndef g(b)\n  b.map { |y| y + 5 }\nend"),
    "php": (
        "<?php function f($a) { return strlen($a) + 1; }",
        "<?php /** d */ function g($b) {\n  return strlen($b) + 4;\n}",
    ),
    "cpp": (
        "int f(int a) { int b = a * 2; return abs(b); }",
        "// d\nlong g(long c) {\n  long d = (c * 3);\n  return abs(d);\n}",
    ),
    "csharp": (
        "class A { int F(int a) { int b = a * 2; return Math.Abs(b); } }",
        "class B { /* d */ int G(int c) {\n int d = (c * 2);\n return Math.Abs(d); } }",
    ),
    "bash": (
        'f() { local a="$1"; echo "$((a + 1))"; }',
        '# d\ng() {\n  local b="$1"\n  echo "$((b + 7))"\n}',
    ),
}


@pytest.mark.parametrize("language", sorted(ALIKE))
def test_names_literals_comments_types_and_formatting_do_not_count(language: str):
    first, second = (
        shape(code, language).filter(pl.col("line") != WHOLE).drop("line").sort(pl.all())
        for code in ALIKE[language]
    )
    assert first.height > 1
    assert first.equals(second)


@pytest.mark.parametrize(
    "changed",
    [
        "def f(a, b):\n    return sorted(a - b)\n",
        "def f(a, b):\n    return min(a + b)\n",
        "def f(a, b):\n    return sorted(a + b)[0]\n",
    ],
)
def test_operators_library_names_and_structure_count(changed: str):
    assert not shape("def f(a, b):\n    return sorted(a + b)\n").equals(shape(changed))


def test_the_order_of_statements_changes_runs_alone():
    one = "def f(a):\n    b = a.lower()\n    c = [x for x in a if x != 1]\n    return b, c\n"
    other = "def f(a):\n    c = [x for x in a if x != 1]\n    b = a.lower()\n    return b, c\n"
    parts = [shape(code).filter(~pl.col("run")) for code in (one, other)]
    assert parts[0].equals(parts[1])
    runs = [shape(code).filter("run") for code in (one, other)]
    assert not runs[0].equals(runs[1])


def test_every_function_is_a_unit_and_so_is_the_whole():
    code = "import os\n\nclass A:\n    def f(self, a):\n        def g(b):\n            return b + a\n        return g\n"
    assert sorted(shape(code)["line"].unique()) == [WHOLE, 3, 4]


def test_what_no_grammar_reads_costs_what_it_touches():
    broken = "def f(a, b):\n    return sorted(a + b)\n\ndef g(:\n    ((\n"
    assert 0 in shape(broken)["line"]
    assert shape("").is_empty()
    assert shapes([]).schema == SHAPES
