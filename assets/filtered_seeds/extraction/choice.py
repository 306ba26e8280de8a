"""Which documented functions of a file are taken, and with what around them: the recipe's choice.

StarCoder2-Instruct takes top-level functions alone (`def` in the first column), without their decorators, and counts
every return of a value; by default all functions are taken as they stand. What a function is is in `functions`.
"""

from collections.abc import Iterable
from dataclasses import replace

from assets.filtered_seeds.extraction.functions import Function
from assets.filtered_seeds.extraction.settings import ExtractionSettings


def chosen(functions: Iterable[Function], settings: ExtractionSettings, language: str) -> list[Function]:
    """Those of `functions` (of one file in `language`) that `settings` ask for, in their order.

    A function that could not be read stays as the row that says so.
    """
    return [
        _as_wanted(function, settings)
        for function in functions
        if function.docstring is None or _is_wanted(function, settings, language)
    ]


def _is_wanted(function: Function, settings: ExtractionSettings, language: str) -> bool:
    if function.is_method and not settings.methods:
        return False
    # indentation is Python's own sign of what stands around a function; elsewhere it is taste
    is_inside = function.is_nested or (
        language == "python" and function.is_indented and not function.is_method
    )
    if is_inside and not settings.nested:
        return False
    return settings.decorated != "drop" or not _decorators(function)


def _as_wanted(function: Function, settings: ExtractionSettings) -> Function:
    if settings.inner_returns:
        function = replace(function, has_return_value=function.has_inner_return_value)
    above = _decorators(function)
    if settings.decorated != "bare" or not above:
        return function
    return replace(
        function,
        text="\n".join(function.text.split("\n")[above:]),
        first_row=function.definition_row,
    )


def _decorators(function: Function) -> int:
    """Lines between the function's beginning and its definition."""
    return max(0, function.definition_row - function.first_row)
