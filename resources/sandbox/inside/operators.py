"""The rule for operators that an answer's own code implements: they decide nothing against a plain value.

Belongs here: which special methods are asked with the value that the tests expect, and what a yes to anything is
worth. How the rule is applied stands in `stand_ins` (split mode) and in `own_operators` (one process).
"""

import os

COMPARISONS = frozenset(("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"))
_BINARY = "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or"
ARITHMETIC = frozenset(f"__{kind}{name}__" for name in _BINARY.split() for kind in ("", "r", "i"))
MAKING = frozenset(f"__{kind}{name}__" for name in ("add", "mul", "matmul") for kind in ("", "r", "i"))
"""Arithmetic whose plain result the tests still compare: it cannot be right without knowing the answer. A
difference, a quotient, a remainder or an exclusive or with what is expected can: 0 and 1 are always right."""

_TEXT = os.urandom(16).hex()
_NUMBER = int(_TEXT[:15], 16) + (1 << 61)


def stranger(value):
    """A value of the same kind that no honest container holds: one that claims to hold it, says yes to anything."""
    kind = type(value)
    if kind is str:
        return _TEXT
    if kind is bytes:
        return _TEXT.encode()
    if kind in (int, bool):
        return _NUMBER
    if kind is float:
        return _NUMBER + 0.5
    if kind is tuple:
        return tuple(map(stranger, value)) or (_TEXT,)
    return _TEXT
