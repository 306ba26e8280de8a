"""Which value of the answer is met by which stand-in, and which of the tests' values goes over the line, and as what.

Belongs here: references, and the rule of `operators` for them. An object of the answer may say whether it equals
another of its own; against a plain value only a plain value inside it counts.
"""

import sys
import unittest

import operators
import values
from remote_objects import (
    CALLED,
    FUNCTION,
    HANDLE,
    OPAQUE,
    RemoteClass,
    RemoteFunction,
    made,
    needs_one_process,
    number_of,
)


class _Stopped(Exception):
    """What an answer raised to have a test skipped or stopped."""


class References(values.Coder):
    """Encodes and decodes references. What is asked over the line, and noted on the way, stands in `TestsSide`."""

    def foreign(self, value, depth):
        """A value of the tests for the answer: its own objects go home, functions become call-backs."""
        handle = type(value).__dict__.get(HANDLE) if isinstance(value, type) else getattr(value, HANDLE, None)
        if isinstance(type(value), RemoteClass) or type(value) is RemoteFunction:
            return {"o": object.__getattribute__(value, HANDLE)}
        if isinstance(value, RemoteClass):
            return {"k": type.__getattribute__(value, HANDLE)}
        if isinstance(value, BaseException):
            kind = type(value)
            return {"E": [self.foreign(kind, depth), self.encode(list(value.args), depth + 1)]}
        if isinstance(value, type) and handle is not None:
            return {"k": handle}
        home, path = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if home is None and hasattr(value, "__objclass__"):
            home = value.__objclass__.__module__
        if (
            isinstance(home, str)
            and path
            and home.split(".")[0] in sys.stdlib_module_names
            and home != "__main__"
        ):
            found = sys.modules.get(home)
            for name in path.split("."):
                found = getattr(found, name, None)
            if found is value:
                return {"K": [home, path]}
        if self.unasked:
            raise TypeError(f"{type(value).__name__} cannot be handed to the answer")
        if callable(value) and not isinstance(value, type):
            self.mark(b"c")
            self.mark(b"f")
            self.functions.append(value)
            return {"B": [len(self.functions) - 1, getattr(value, "__name__", "function")]}
        return needs_one_process(f"an argument of {type(value).__name__}")

    def resolve(self, kind, body):
        """A stand-in for what the answer refers to."""
        if kind == "o":
            return self.instance(*body)
        if kind == "k":
            return self.described(*body)
        if kind == "K":
            return self.standard(*body)
        if kind == "E":
            return self.error(*body)
        if kind == "B":
            return self.functions[body]
        raise values.NotPlain(kind)

    def standard(self, module, path):
        """A builtin class, or an exception of a standard module that is loaded; nothing that would run."""
        found = sys.modules.get(module) if module.split(".")[0] in sys.stdlib_module_names else None
        for name in path.split("."):
            found = getattr(found, name, None)
        if isinstance(found, type) and (module == "builtins" or issubclass(found, BaseException)):
            return found
        self.mark(b"c")
        if (module, path) not in self.kinds:
            named = (module, path) == ("builtins", "function")
            self.kinds[module, path] = FUNCTION if named else made(self, None, path, [], CALLED, [])
        return self.kinds[module, path]

    def described(self, number, about=None):
        """The stand-in class with this number; made when it is first described."""
        if number not in self.kinds:
            self.mark(b"c")
            name, is_error, bases, special, methods = about
            parents = [self.decode(base) for base in bases]
            if is_error:
                parents = tuple(p for p in parents if issubclass(p, BaseException)) or (Exception,)
                self.kinds[number] = type(name, parents, {HANDLE: number, "__module__": "__main__"})
            else:
                parents = [p for p in parents if isinstance(p, RemoteClass)]
                self.kinds[number] = made(self, number, str(name), parents, special, methods)
        return self.kinds[number]

    def instance(self, number, kind, *base):
        """The stand-in object with this number. A plain value inside comes as an instance of its type."""
        if number in self.instances:
            return self.instances[number]
        kind = self.decode(kind)
        if base and self.installed.get(kind.__name__) is not kind:
            self.mark(b"c")
            if self.changes:
                self.mark(b"w")
            value = self.decode(base[0])
            if type(value) in (list, dict, set):
                return value
            dual = type(
                kind.__name__, (type(value),), {"__getattr__": lambda _, name: self.attribute(number, name)}
            )
            return dual(value)
        if not isinstance(kind, RemoteClass):
            if kind.__name__ in ("function", "builtin_function_or_method", "method"):
                kind = RemoteFunction
                stand_in = object.__new__(RemoteFunction)
                object.__setattr__(stand_in, "_seedline_side", self)
            else:
                self.mark(b"c")
                kind = self.kinds.setdefault(
                    ("opaque", kind), made(self, None, kind.__name__, [], OPAQUE, [])
                )
                stand_in = object.__new__(kind)
        else:
            stand_in = object.__new__(kind)
        object.__setattr__(stand_in, HANDLE, number)
        if base:
            self.with_base.add(number)
        self.instances[number] = stand_in
        return stand_in

    def attribute(self, number, name):
        """An attribute of an object of the answer; special names are no way around the rule for comparisons."""
        if name.startswith("__") and name not in ("__name__", "__qualname__", "__wrapped__"):
            raise AttributeError(name)
        if name in operators.PREDICATES:  # only a plain value has it, and a class that the tests name
            if number not in self.with_base:
                raise AttributeError(name)
            value = self.result(self.ask(["v", {"o": number}]))
            if type(value) in values.PLAIN:
                return getattr(value, name)
        return self.result(self.ask(["a", {"o": number}, name]))

    def against_plain(self, stand_in, name, arguments):
        """An operator of an object of the answer with a plain value of the tests: see `operators`."""
        number = number_of(stand_in)
        if name == "__contains__":
            strange = self.special(number, name, [operators.stranger(arguments[0])])
            if strange:
                raise TypeError(f"argument of type {type(stand_in).__name__!r} says yes to anything")
            return self.special(number, name, arguments)
        if name in operators.MAKING:
            return self.special(number, name, arguments)
        if number in self.with_base:
            value = self.result(self.ask(["v", {"o": number}]))
            method = getattr(type(value), name, None) if type(value) in values.PLAIN else None
            return NotImplemented if method is None else method(value, *arguments)
        if name in operators.ARITHMETIC:
            found = self.special(number, name, arguments)
            if not isinstance(type(found), RemoteClass):
                return NotImplemented
            if not name.startswith("__i"):
                self.differences.add(number_of(found))
            return found
        return NotImplemented

    def special(self, number, name, arguments):
        """A special method of an object, asked for over the line."""
        return self.result(self.ask(["m", {"o": number}, name, self.encode(list(arguments))]))

    def error(self, kind, arguments, text, attributes, chain=(None, None)):
        """An exception of the answer as one of the tests' process."""
        kind = self.decode(kind)
        if issubclass(kind, (unittest.SkipTest, unittest.case._ShouldStop)):  # no answer may say so
            kind = _Stopped
        arguments = tuple(self.decode(item) for item in arguments)
        standard = next(base for base in kind.__mro__ if HANDLE not in vars(base))
        try:
            error = kind.__new__(kind, *arguments)
            standard.__init__(error, *arguments)  # sets its own fields: the value of a StopIteration, a line
        except Exception:
            error = kind.__new__(kind)
            BaseException.__init__(error, *arguments)
        if HANDLE in vars(type(error)):
            type(error).__str__ = lambda self: vars(self).get("_seedline_text", "")
            error._seedline_text = str(text)
        for name, value in attributes:
            if isinstance(name, str) and (not name.startswith("__") or name == "__notes__"):
                setattr(error, name, self.decode(value))
        cause, context = chain
        if context is not None:
            error.__context__ = self.decode(context)
        if cause is not None:
            error.__cause__ = self.decode(cause)
        return error
