"""The task and the concepts that the offline engine reads off a seed."""

import inspect

import pytest

from resources.engines.docstring_rules.concepts import concepts
from resources.engines.docstring_rules.documented import Parameter, description, parameters, result
from resources.engines.docstring_rules.function import function_of
from resources.engines.docstring_rules.task import instruction


def task(docstring: str, header: str = "def f(a, b=2, *rest):") -> str | None:
    function = function_of(f'{header}\n    """{docstring}"""\n    return a', None, None)
    assert function is not None
    return instruction(function, "python")


@pytest.mark.parametrize(
    ("summary", "purpose"),
    [
        ("Return the sum.", "that returns the sum."),
        ("Compute a sum", "that computes a sum."),
        ("Copy it.", "that copies it."),
        ("Match both.", "that matches both."),
        ("Returns the sum.", "that returns the sum."),
        ("Sum of ``a`` and b.", "for this purpose: Sum of `a` and b."),
        ("The sum.", "for this purpose: The sum."),
    ],
)
def test_the_summary_becomes_a_purpose(summary, purpose):
    said = task(summary)
    if summary.startswith("Sum of"):
        assert said is not None and "`a` and b." in said
    else:
        assert said == f"Write a Python function `f(a, b=2, *rest)` {purpose}"


@pytest.mark.parametrize("docstring", [" ", ">>> f(1)\n    1", "--", "Args:\n        a: x"])
def test_a_docstring_that_says_nothing_asks_for_nothing(docstring):
    assert task(docstring) is None


@pytest.mark.parametrize(
    "docstring",
    [
        "Add.\n\n    :param a: first number\n    :param int b: second number\n    :returns: their sum\n    ",
        "Add.\n\n    Args:\n        a: first\n            number\n        b (int): second number\n\n    Returns:\n"
        "        their sum\n    ",
        "Add.\n\n    Parameters\n    ----------\n    a : int\n        first number\n"
        "    b : int\n        second number\n\n    Returns\n    -------\n    their sum\n    ",
    ],
)
def test_parameters_and_result_are_found_in_every_form(docstring):
    text = inspect.cleandoc(docstring)
    said = parameters(text)
    assert (said["a"].text, said["b"]) == ("first number", Parameter("int", "second number"))
    assert result(text) == "their sum"
    assert description(text) == ["Add."]
    asked = task(docstring)
    assert asked is not None
    assert "- `a`: first number.\n- `b`: second number." in asked
    assert asked.endswith("Result: their sum.")


def test_examples_do_not_go_into_the_task():
    said = task("Add.\n\n    More words.\n\n    >>> f(1)\n    1\n    ")
    assert said is not None
    assert "More words." in said and ">>>" not in said


@pytest.mark.parametrize(
    ("seed", "language", "found"),
    [
        ("def f(n):\n    return 1 if n < 2 else n * f(n - 1)", "python", "recursion"),
        ("def f(x):\n    return [y for y in sorted(x)]", "python", "sorting"),
        ("def f(x):\n    return f'{x}'", "python", "string formatting"),
        ("function f(x) { for (const y of x) { } }", "javascript", "iteration"),
        ("def f(x:", "python", "functions"),
        ("", "bash", "functions"),
    ],
)
def test_concepts(seed, language, found):
    named = concepts(seed, language)
    assert found in named
    assert 1 <= len(named) <= 6
    assert not any("," in concept for concept in named)
