"""What stands in the tests for the answer's functions, classes and objects: whatever is done to one goes over the line.

Belongs here: the stand-ins themselves, and ending a run whose tests need more than they can do. What decides which
value is met by which stand-in stands in `references`.
"""

import os

import alone
import operators

_OF_DIFFERENCES = operators.NUMBERS | operators.EMPTINESS
_ASKED_WITH = operators.COMPARISONS | operators.ARITHMETIC | {"__contains__"}
HANDLE = "_seedline_handle"


def needs_one_process(reason, kind=b"N"):
    """The tests do something that only works beside the answer in one process: say so and end here.

    No exception: the tests could catch it. `kind` U: because of what this answer gave, not of the tests.
    """
    os.write(alone.PROOF, kind + reason.encode("ascii", "replace")[:100])
    os._exit(1)


def broken(reason):
    """The answer's process died or talks nonsense: the verdict is made, whatever the tests would catch."""
    os.write(alone.PROOF, b"D" + reason.encode("ascii", "replace")[:100])
    os._exit(1)


class RemoteFunction:
    """A function of the answer."""

    def __call__(self, *arguments, **named):
        number = object.__getattribute__(self, HANDLE)
        return object.__getattribute__(self, "_seedline_side").call({"o": number}, arguments, named)

    def __getattr__(self, name):
        return self._seedline_side.attribute(self._seedline_handle, name)

    def __setattr__(self, name, value):
        side = self._seedline_side
        side.result(side.ask(["w", {"o": self._seedline_handle}, name, side.encode(value)]))


class RemoteClass(type):
    """The class of stand-in classes: making an instance makes it in the answer's process."""

    def __new__(cls, name, bases, body, **_):
        # the tests derive a class from the answer's
        needs_one_process("the tests derive a class from the answer's")

    def __call__(cls, *arguments, **named):
        return cls._seedline_side.call({"k": type.__getattribute__(cls, HANDLE)}, arguments, named)

    def __getattr__(cls, name):
        if name.startswith("_seedline") or (name.startswith("__") and name != "__members__"):
            raise AttributeError(name)  # numpy and others look for their protocols here
        return cls._seedline_side.result(cls._seedline_side.ask(["a", {"k": cls._seedline_handle}, name]))

    def __setattr__(cls, name, value):
        side = cls._seedline_side
        side.result(side.ask(["w", {"k": cls._seedline_handle}, name, side.encode(value)]))

    def _special(cls, name, *arguments):
        side = cls._seedline_side
        return side.result(side.ask(["m", {"k": cls._seedline_handle}, name, side.encode(list(arguments))]))

    def __iter__(cls):
        return cls._special("__iter__")

    def __len__(cls):
        return cls._special("__len__")

    def __getitem__(cls, key):
        return cls._special("__getitem__", key)

    def __bool__(cls):
        return True

    def __contains__(cls, value):
        return cls._special("__contains__", value)


OPAQUE = [
    "__iter__",
    "__next__",
    "__call__",
    "__len__",
    "__getitem__",
    "__contains__",
    "__enter__",
    "__exit__",
]


def made(side, number, name, parents, special, methods):
    body = {"_seedline_side": side, HANDLE: number, "__module__": "__main__"}
    for method in {*special, "__repr__"}:
        if isinstance(method, str) and method.startswith("__"):
            body[method] = _forwarding(side, method)
    if "__eq__" in body and "__hash__" not in body:
        body["__hash__"] = None
    for method in methods:
        body[method] = _method(side, method)
    body["__reduce_ex__"] = lambda self, protocol: needs_one_process("a copy of an object of the answer")
    body["__getattr__"] = lambda self, attribute: side.attribute(number_of(self), attribute)
    body["__setattr__"] = lambda self, attribute, value: side.result(
        side.ask(["w", {"o": number_of(self)}, attribute, side.encode(value)])
    )
    body["__delattr__"] = lambda self, attribute: side.result(
        side.ask(["d", {"o": number_of(self)}, attribute])
    )
    try:
        return type.__new__(RemoteClass, name, tuple(parents) or (object,), body)
    except TypeError:  # an order of bases that only the answer's metaclass accepts
        return type.__new__(RemoteClass, name, (object,), body)


def number_of(stand_in):
    return object.__getattribute__(stand_in, HANDLE)


def _forwarding(side, name):
    def forward(self, *arguments):
        if name in _ASKED_WITH and arguments and not isinstance(type(arguments[0]), RemoteClass):
            return side.against_plain(self, name, arguments)
        if name in _OF_DIFFERENCES and number_of(self) in side.differences:
            named = side.installed.get(type(self).__name__) is type(self)
            if name in operators.NUMBERS or not named:
                raise TypeError(f"bad operand type for {name}: {type(self).__name__!r}")
        if name == "__call__":
            return side.call({"o": number_of(self)}, arguments, {})
        if name == "__exit__":
            arguments = (*arguments[:2], None)
        side.unasked = side.installed.get(type(self).__name__) is not type(self)
        try:
            request = ["m", {"o": number_of(self)}, name, side.encode(list(arguments))]
        finally:
            side.unasked = False
        return side.result(side.ask(request))

    def call(self, *arguments, **named):
        return side.call({"o": number_of(self)}, arguments, named)

    chosen = call if name == "__call__" else forward
    chosen.__name__ = name
    return chosen


class _Later:
    """The one `TestsSide` of a program, for a class that the server makes before there is one."""

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "side"), name)

    def __setattr__(self, name, value):
        setattr(object.__getattribute__(self, "side"), name, value)


def _method(side, name):
    def method(self, *arguments, **named):
        return side.call({"o": number_of(self)}, arguments, named, name)

    def predicate(self, *arguments, **named):
        if side.installed.get(type(self).__name__) is not type(self):
            return side.attribute(number_of(self), name)(*arguments, **named)
        if name in operators.ASKING and arguments and not isinstance(type(arguments[0]), RemoteClass):
            if method(self, operators.stranger(arguments[0])):
                raise TypeError(f"{name} of type {type(self).__name__!r} says yes to anything")
        return method(self, *arguments, **named)

    chosen = predicate if name in operators.PREDICATES else method
    chosen.__name__ = name
    return chosen


CALLED = ["__iter__", "__next__", "__call__"]
LATER = _Later()
FUNCTION = made(LATER, None, "function", [], CALLED, [])
"""The class of the answer's functions: nearly every program has some, and making a class is slow."""
