"""How loops over bytes and words are compiled: once a machine, without the interpreter's lock.

Importing this takes half a second: modules that do are themselves imported where the first row is worked on.
"""

from collections.abc import Callable
from typing import Any

import numba


def compiled(loop: Callable[..., Any]) -> Any:
    """`loop` as machine code, kept beside its file; in memory where no folder takes it."""
    try:
        return numba.njit(loop, nogil=True, cache=True)
    except RuntimeError:  # no folder that a compiled function could be kept in
        return numba.njit(loop, nogil=True)


def inlined(expression: Callable[..., Any]) -> Any:
    """A short function that compiled loops call: it becomes part of them."""
    return numba.njit(expression, inline="always")
