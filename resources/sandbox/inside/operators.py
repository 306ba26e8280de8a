"""The rule for operators and methods that an answer's own code implements: they decide nothing against a plain value.

Belongs here: which special methods are asked with the value that the tests expect, which methods of plain types only
say something of a value, and what a yes to anything is worth. How the rule is applied stands in `stand_ins` (split
mode) and in `own_operators` (one process).
"""

import collections
import os

COMPARISONS = frozenset(("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"))
_BINARY = "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or"
ARITHMETIC = frozenset(f"__{kind}{name}__" for name in _BINARY.split() for kind in ("", "r", "i"))
MAKING = frozenset(f"__{kind}{name}__" for name in ("add", "mul", "matmul") for kind in ("", "r", "i"))
"""Arithmetic whose plain result the tests still compare: it cannot be right without knowing the answer. A
difference, a quotient, a remainder or an exclusive or with what is expected can: 0 and 1 are always right."""

ASKING = frozenset("startswith endswith issubset issuperset isdisjoint".split())
"""Methods of plain types that say yes or no to what the tests expect."""
PREDICATES = ASKING | frozenset(
    "isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper "
    "is_integer".split()
)
"""Methods of plain types that say yes or no; an object that is no plain value has none of its own."""
_KINDS = (int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict, collections.deque)
_NO_READERS = frozenset(
    "__new__ __init__ __init_subclass__ __subclasshook__ __str__ __repr__ __format__ __hash__ __doc__ __class__ "
    "__class_getitem__ __getnewargs__ __reduce__ __reduce_ex__ __sizeof__ __getstate__ __dir__ __setattr__ "
    "__delattr__ __contains__ append extend insert remove pop clear sort reverse update add discard setdefault popitem "
    "appendleft popleft extendleft rotate intersection_update difference_update symmetric_difference_update "
    "__setitem__ __delitem__ __alloc__ __copy__ __deepcopy__".split()
) | COMPARISONS | ARITHMETIC  # fmt: skip
_BY_KEY = frozenset(("__getitem__", "get"))


def _readers(kind):
    """The methods by which a value of a plain type says what is in it: what tests look at, and no change."""
    names = {name for name, method in vars(kind).items() if callable(method)} - _NO_READERS
    return frozenset(names - _BY_KEY if kind is dict else names)


READERS = {kind: _readers(kind) for kind in _KINDS}
"""By plain type. What a dictionary gives for a key cannot be right without knowing the answer, so it is none."""
READING = frozenset().union(*READERS.values())


def plain_kind(line):
    """The plain type among the classes of a method resolution order; None if there is none."""
    return next((kind for kind in line if kind in READERS), None)


NUMBERS = frozenset(
    "__abs__ __neg__ __pos__ __invert__ __float__ __int__ __index__ __complex__ __round__ __trunc__ __floor__ "
    "__ceil__".split()
)
"""What makes a number of a difference: asked of what the answer's own code made of one with a plain value, it is no
better than a plain difference."""
EMPTINESS = frozenset(("__bool__", "__len__", "__iter__"))
"""The same, unless the tests name the class: `len(Bag([1, 2]) - {1})` asks what they are about."""


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
    if kind in (list, set, frozenset, dict):
        return kind([(_TEXT, _NUMBER)] if kind is dict else [_TEXT])
    if kind is tuple:
        return tuple(map(stranger, value)) or (_TEXT,)
    return _TEXT
