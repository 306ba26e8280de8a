"""How the answer's objects, classes and exceptions are told over the line, on the answer's side of split mode.

Belongs here: references and descriptions. Serving requests stands in `split_answer`.
"""

import types

import values

# special methods that a stand-in forwards when the answer's class defines them
SPECIAL = frozenset(
    "__" + name + "__"
    for name in (
        "call len iter next reversed contains getitem setitem delitem bool int float index complex round trunc "
        "floor ceil abs neg pos invert eq ne lt le gt ge hash str repr format bytes enter exit add sub mul "
        "matmul truediv floordiv mod divmod pow lshift rshift and xor or radd rsub rmul rmatmul rtruediv "
        "rfloordiv rmod rdivmod rpow rlshift rrshift rand rxor ror iadd isub imul imatmul itruediv ifloordiv "
        "imod ipow ilshift irshift iand ixor ior"
    ).split()
)
_CHAIN = 4  # errors behind an error that go along

_FUNCTION = {"K": ["builtins", "function"]}


class Callback:
    """The answer's view of a function of the tests."""

    def __init__(self, number, name, side):
        self._number, self._side = number, side
        self.__name__ = self.__qualname__ = name

    def __call__(self, *arguments, **named):
        return self._side.call_back(self._number, arguments, named)


class Objects(values.Coder):
    """Tells of objects by number; `objects` and `numbers` of one answer, and which classes were `told`."""

    def number(self, value):
        """The same number for the same object, for as long as this process lives."""
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        return self.numbers[id(value)]

    def foreign(self, value, depth):
        """An object by reference; a plain value inside a subclass goes along with it."""
        if type(value) is types.FunctionType:
            return {"o": [self.number(value), _FUNCTION]}
        if isinstance(value, type):
            return self.kind(value)
        if type(value) is Callback:
            return {"B": value._number}
        if isinstance(value, BaseException):
            return self.error(value, depth)
        if isinstance(value, types.ModuleType):
            return {"M": value.__name__}
        body = [self.number(value), self.kind(type(value))]
        try:
            body.append(self.encode(values.base_value(value), depth + 1))
        except values.NotPlain:
            pass
        return {"o": body}

    def kind(self, kind):
        """A class: builtin ones and exceptions of the standard library by name, others described once."""
        if kind.__module__ == "builtins" or (
            issubclass(kind, BaseException) and kind.__module__ != "__main__"
        ):
            return {"K": [kind.__module__, kind.__qualname__]}
        number = self.number(kind)
        if number in self.told:
            return {"k": [number]}
        self.telling.add(number)
        special, methods = set(), set()
        for base in kind.__mro__[:-1]:
            for name, value in vars(base).items():
                if name in SPECIAL and value is not None:
                    special.add(name)
                elif isinstance(value, types.FunctionType) and not name.startswith("__"):
                    methods.add(name)
        bases = [
            self.kind(base) for base in kind.__bases__ if base.__module__ == "__main__" or base in _ERRORS
        ]
        about = [kind.__name__, issubclass(kind, BaseException), bases, sorted(special), sorted(methods)]
        return {"k": [number, about]}

    def error(self, error, depth=0):
        """An exception: its class, its plain arguments, its text and its plain attributes."""
        try:
            arguments = [self.encode(item, depth + 1) for item in error.args]
        except BaseException:
            arguments = []
        try:
            text = str(error)
        except BaseException:
            text = "(cannot be printed)"
        attributes = []
        for name, value in [*_fields(error), *vars(error).items()]:
            try:
                attributes.append([name, self.encode(value, depth + 1)])
            except values.NotPlain:
                continue
        chain = [None, None]
        for at, earlier in enumerate((error.__cause__, error.__context__)):
            if earlier is not None and depth < _CHAIN:
                chain[at] = self.error(earlier, depth + 1)
        return {"E": [self.kind(type(error)), arguments, text, attributes, chain]}

    def resolve(self, kind, body):
        """What the tests' side refers to."""
        if kind in ("o", "k"):
            return self.objects[body]
        if kind == "n":
            return self.space[body]
        if kind == "B":
            return Callback(body[0], body[1], self)
        if kind == "K":
            value = __import__(body[0], fromlist=["_"])
            for name in body[1].split("."):
                value = getattr(value, name)
            return value
        if kind == "E":
            error = self.decode(body[0])
            return error(*self.decode(body[1]))
        raise values.NotPlain(kind)


def _fields(error):
    """What a builtin exception keeps beside its arguments, as in `OSError.filename` and `ImportError.name`."""
    for base in type(error).__mro__:
        for name, field in vars(base).items() if base in _ERRORS else ():
            if type(field) is types.MemberDescriptorType and name not in _NO_FIELDS:
                value = field.__get__(error)
                if value is not None:
                    yield name, value


_NO_FIELDS = frozenset(("obj", "__suppress_context__", "object", "start", "end", "characters_written"))
"""Not plain, or set by the exception's arguments."""
_ERRORS = frozenset(value for value in vars(__import__("builtins")).values() if isinstance(value, type)
                    and issubclass(value, BaseException))  # fmt: skip
