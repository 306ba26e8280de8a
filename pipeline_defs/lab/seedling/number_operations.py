"""The grammar's operations over numbers: those of lists put together, and here those of single numbers.

Conditionals, ranges, digits, recursion.
"""

from typing import Any

from pipeline_defs.lab.seedling.number_filters import FILTERS, MAPS, SMALL
from pipeline_defs.lab.seedling.number_lists import REDUCTIONS, SHAPES
from pipeline_defs.lab.seedling.operations import Kind, Operation, step


def _number(*described: Any, gives: Kind = "number", recursive: str | None = None) -> Operation:
    return step("number", gives, *described, recursive=recursive)


NUMBERS = (
    _number(
        "twice",
        "multiplication",
        ("twice", "doubled"),
        ("the double of {x}", "two times {x}"),
        ("double it", "multiply it by two"),
        ("{x} * 2", "2 * {x}"),
        ("{x} ** 2",),
        0.3,
    ),
    _number(
        "squared",
        "power",
        ("squared", "power"),
        ("the square of {x}", "{x} to the power of two"),
        ("square it", "raise it to the power of two"),
        ("{x} ** 2",),
        ("2 ** {x}",),
        0.4,
    ),
    _number(
        "increase",
        "addition",
        ("increase", "more"),
        ("{x} increased by {k}", "{x} plus {k}"),
        ("increase it by {k}", "add {k} to it"),
        ("{x} + {k}",),
        ("{x} + {k} - 1",),
        0.3,
        SMALL,
    ),
    _number(
        "step",
        "conditional",
        ("step", "hail"),
        ("{x} halved if it is even and tripled if not", "half of {x} if that is even, else its triple"),
        ("halve it if it is even, else triple it", "triple it if it is odd, else halve it"),
        ("{o} = {x}\nif {o} % 2 == 0:\n    {o} = {o} // 2\nelse:\n    {o} = {o} * 3",),
        ("{o} = {x}\nif {o} % 2 == 1:\n    {o} = {o} // 2\nelse:\n    {o} = {o} * 3",),
        0.4,
    ),
    _number(
        "capped",
        "upper bound",
        ("capped", "limited"),
        ("{x} but not more than {k}", "{x} limited to at most {k}"),
        ("cap it at {k}", "limit it to at most {k}"),
        ("min({x}, {k})",),
        ("max({x}, {k})",),
        0.95,
        SMALL,
    ),
    _number(
        "digit_sum",
        "digits",
        ("digit_sum", "cross_sum"),
        ("the sum of the digits of {x}", "the digits of {x} added up"),
        ("add up its digits", "take the sum of its digits"),
        ("sum(int({v}) for {v} in str({x}))",),
        ("len(str({x}))",),
        0.3,
        recursive="if {x} < 10:\n    return {x}\nreturn {x} % 10 + {f}({x} // 10)",
    ),
    _number(
        "up_to",
        "range",
        ("up_to", "counting"),
        ("the numbers from 1 to {x}", "all numbers from 1 up to {x}"),
        ("list the numbers from 1 up to it", "count from 1 up to it"),
        ("list(range(1, {x} + 1))",),
        ("list(range(1, {x}))",),
        0.95,
        gives="numbers",
    ),
    _number(
        "countdown",
        "descending range",
        ("countdown", "down"),
        ("the numbers from {x} down to 1", "a countdown from {x} to 1"),
        ("list the numbers from it down to 1", "count from it down to 1"),
        ("list(range({x}, 0, -1))",),
        ("list(range({x}, 1, -1))",),
        0.4,
        gives="numbers",
    ),
    _number(
        "divisors",
        "divisors",
        ("divisors", "factors"),
        ("the divisors of {x}", "all numbers that divide {x}"),
        ("list its divisors", "list all numbers that divide it"),
        ("{o} = []\nfor {v} in range(1, {x} + 1):\n    if {x} % {v} == 0:\n        {o}.append({v})",),
        ("{o} = []\nfor {v} in range(1, {x}):\n    if {x} % {v} == 0:\n        {o}.append({v})",),
        0.4,
        gives="numbers",
    ),
    _number(
        "factorial",
        "factorial",
        ("factorial", "permutations"),
        ("the factorial of {x}", "the product of the numbers from 1 to {x}"),
        ("take its factorial", "multiply all numbers from 1 up to it"),
        ("{o} = 1\nfor {v} in range(1, {x} + 1):\n    {o} *= {v}",),
        ("{o} = 1\nfor {v} in range(1, {x}):\n    {o} *= {v}",),
        0.9,
        recursive="if {x} < 2:\n    return 1\nreturn {x} * {f}({x} - 1)",
    ),
)

NUMBER_OPERATIONS = FILTERS + MAPS + SHAPES + REDUCTIONS + NUMBERS
