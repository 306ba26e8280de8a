"""Operators and methods of the answer's own code, in one process with the tests: asked by the tests against a plain
value they decide nothing, as if they were not there; so do methods that a plain type has, of a class beneath it that
the tests do not name.

Belongs here: looking at the values that reach the tests' comparisons, and putting guards around the methods of
their classes. The answer's own code may use them as it likes: a guard looks who asks.
"""

import collections
import functools
import sys
import types

import operators

_ATOMS = frozenset((int, str, float, bool, type(None), bytes, complex, range, types.FunctionType,
                    types.BuiltinFunctionType, types.ModuleType, types.MethodType))  # fmt: skip
_ITERATED = (list, tuple, set, frozenset, collections.deque)
_HEAP = 1 << 9  # a class made by running Python code
_flags = type.__dict__["__flags__"].__get__
_mro = type.__dict__["__mro__"].__get__
_names = type.__dict__["__dict__"].__get__
_GUARDED = (
    operators.COMPARISONS
    | operators.ARITHMETIC
    | operators.NUMBERS
    | operators.EMPTINESS
    | {"__contains__", "__instancecheck__", "__subclasscheck__"}
)
_LIES = frozenset(("__class__", "__array_ufunc__", "__array_function__"))
_FUNCTION, _WRAPPERS = types.FunctionType, (types.WrapperDescriptorType, types.MethodDescriptorType,
                                            types.BuiltinFunctionType, types.ClassMethodDescriptorType)  # fmt: skip
_getframe = sys._getframe


class OwnOperators:
    """One run's guards. `known`: ids of the classes that were there before the answer; `trusted`: folders of code."""

    def __init__(self, known, trusted, tests_file):
        self.known, self.trusted, self.tests_file = known, trusted, tests_file
        self.answer_file = ""  # known once the program has its folder
        self.named, self.space = frozenset(), {}  # names that the tests mention, and what they are
        self.guards = {}  # by id, and held: an id is theirs while they live
        self.lies = False
        self.differences = {}  # what the answer's code made of one with a plain value: by id, and held

    def screen(self, value):
        """`value`, once the classes of all that is in it are guarded. Called by the rewritten tests."""
        if type(value) not in _ATOMS:
            self.look(value)
        return value

    def outer(self, value):
        """`value`, once its own class is guarded: for what is asked of it alone. Called by the rewritten tests."""
        kind = type(value)
        if kind not in _ATOMS and _flags(kind) & _HEAP and id(kind) not in self.known:
            self.guard_class(kind)
        return value

    def receiver(self, value, name):
        """`value`, which the tests ask by the predicate `name`: only plain values have that, and classes they name."""
        kind = type(value)
        if kind in _ATOMS or self.plain(value) or isinstance(value, type):
            return value
        line = _mro(kind)
        plain = operators.plain_kind(line)
        if plain is None or name not in _names(plain):
            own = any(name in _names(base) for base in line)
            if not own or not self.is_named(kind):
                raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
        self.guard_class(kind)
        return value

    def is_named(self, kind):
        """Whether the tests name a class of the answer: then they ask what it does."""
        name = kind.__name__
        return name in self.named and self.space.get(name) is kind

    def look(self, value):
        """Guard the classes in a value, however deep its containers; attributes are met when they are read."""
        waiting, seen = [value], set()
        while waiting:
            value = waiting.pop()
            kind = type(value)
            if kind in _ATOMS or id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, dict):
                parts = [*dict.keys(value), *dict.values(value)]
            else:
                for base in _ITERATED:
                    if isinstance(value, base):
                        parts = list(base.__iter__(value))
                        break
                else:
                    parts = ()
            if parts and not set(map(type, parts)) <= _ATOMS:
                waiting += [part for part in parts if type(part) not in _ATOMS]
            if _flags(kind) & _HEAP and id(kind) not in self.known:
                self.guard_class(kind)
            if isinstance(value, type) and type(value) is not type and id(type(value)) not in self.known:
                self.guard_class(type(value))

    def guard_class(self, kind):
        """Guard every operator of `kind` that foreign code implements, and every method that stands for a plain one."""
        line = _mro(kind)
        beneath, named = operators.plain_kind(line), self.is_named(kind)
        readers = operators.READERS[beneath] if beneath is not None and not named else operators.ASKING
        for base in line:
            if not _flags(base) & _HEAP or id(base) in self.known:
                continue
            names = _names(base)
            for name in names.keys() & readers:
                self.guard_reader(base, name, names[name], beneath, named)
            for name in names.keys() & _GUARDED:
                method = names[name]
                if method is not None and id(method) not in self.guards and self.foreign(method):
                    guard = self.guarded(name, method, base)
                    self.guards[id(guard)] = guard
                    type.__setattr__(base, name, guard)
            for name in names.keys() & _LIES:
                self.lies = self.lies or self.foreign(getattr(names[name], "fget", names[name]))

    def guard_reader(self, base, name, method, beneath, named):
        """Guard one method that a plain type has too."""
        if id(method) in self.guards or not self.foreign(method):
            return
        if type(method) is not _FUNCTION:
            self.lies = self.lies or not named  # a property or another object in the place of a method
            return
        guard = self.asking(name, method) if named or beneath is None else self.reading(name, method, base)
        self.guards[id(guard)] = guard
        type.__setattr__(base, name, guard)

    def asking(self, name, method):
        """A method of a class that the tests name, which may not say yes to anything."""

        @functools.wraps(method, updated=())
        def guard(self_, *others, **named):
            if others and self.plain(others[0]) and not self.asked_by_answer():
                if method(self_, operators.stranger(others[0])):
                    raise TypeError(f"{name} of type {type(self_).__name__!r} says yes to anything")
            return method(self_, *others, **named)

        return guard

    def reading(self, name, method, base):
        """A method of a plain value's class: for the tests it is the plain type's."""

        @functools.wraps(method, updated=())
        def guard(self_, *others, **named):
            if self.asked_by_answer():
                return method(self_, *others, **named)
            kind = type(self_)
            if name == "__getattribute__":
                plain = operators.plain_kind(_mro(kind))
                if not others or others[0] not in operators.READERS[plain]:
                    return method(self_, *others, **named)
            beneath = self.beneath(kind, base, name)
            return (beneath or method)(self_, *others, **named)

        return guard

    def foreign(self, method):
        """Whether a method is the answer's: neither the interpreter's own nor a library's nor the tests'."""
        if isinstance(method, _WRAPPERS):
            return False
        if type(method) is not _FUNCTION:
            return True
        file = method.__code__.co_filename
        if file != self.tests_file and not file.startswith(self.trusted):
            return True
        cells = method.__closure__ or ()  # a library's wrapper around a function of somebody else
        return any(type(c.cell_contents) is _FUNCTION and self.foreign(c.cell_contents) for c in cells)

    def plain(self, value):
        """Whether a value is of no class that was made in this run."""
        kind = type(value)
        if not _flags(kind) & _HEAP or id(kind) in self.known:
            return True
        home = sys.modules.get(kind.__module__) if isinstance(kind.__module__, str) else None
        origin = getattr(home, "__file__", None)
        there = isinstance(origin, str) and origin.startswith(self.trusted)
        return there and vars(home).get(kind.__name__) is kind

    def asked_by_answer(self):
        """Whether the answer's own code comes before the tests' on the way here."""
        frame = _getframe(2)
        while frame is not None:
            name = frame.f_code.co_filename
            if name == self.tests_file:
                return False
            if name == self.answer_file:
                return True
            frame = frame.f_back
        return False

    def guarded(self, name, method, base):
        """`method` for whoever may ask it; for the tests with a plain value what the class has without it."""

        @functools.wraps(method, updated=())
        def guard(self_, *others):
            original = method.__get__(self_, type(self_)) if hasattr(method, "__get__") else method
            if name in operators.NUMBERS or name in operators.EMPTINESS:
                self.refuse_difference(self_, name)
                return original(*others)
            if not others or not self.plain(others[0]) or self.asked_by_answer():
                return original(*others)
            if name == "__contains__":
                if original(operators.stranger(others[0])):
                    raise TypeError(f"argument of type {type(self_).__name__!r} says yes to anything")
                return original(*others)
            beneath = self.beneath(type(self_), base, name)
            if name in operators.ARITHMETIC:
                if beneath is None or name in operators.MAKING:
                    found = original(*others)
                    if name in operators.MAKING:
                        return found
                    if not self.plain(found):
                        if not name.startswith("__i"):
                            self.differences[id(found)] = found
                            self.guard_class(type(found))
                        return found
                return NotImplemented if beneath is None else beneath(self_, *others)
            return NotImplemented if beneath is None else beneath(self_, *others)

        return guard

    def refuse_difference(self, value, name):
        """A number that the answer's own code makes of a difference with a plain value decides nothing."""
        if id(value) not in self.differences or self.asked_by_answer():
            return
        if name in operators.NUMBERS or not self.is_named(type(value)):
            raise TypeError(f"bad operand type for {name}: {type(value).__name__!r}")

    def beneath(self, kind, base, name):
        """What the interpreter's own class below `base` has under `name`."""
        line = _mro(kind)
        for below in line[line.index(base) + 1 :] if base in line else ():
            method = _names(below).get(name)
            if method is not None and (not _flags(below) & _HEAP or id(below) in self.known):
                return method
        return None
