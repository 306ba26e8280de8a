"""What the tests see in place of the answer's functions, classes and objects in split mode.

Belongs here: stand-ins that forward calls over the line, and the rule of `operators` for them. An object of the
answer may say whether it equals another of its own; against a plain value only a plain value inside it counts.
"""

import builtins
import collections
import importlib
import os
import sys
import unittest

import alone
import messages
import operators
import values

_MOST_CALLS = 5000
_ASKED_WITH = operators.COMPARISONS | operators.ARITHMETIC | {"__contains__"}
_CHANGEABLE = (list, dict, set, bytearray, collections.defaultdict, collections.OrderedDict, collections.Counter,
               collections.deque, tuple)  # fmt: skip
_HANDLE = "_seedline_handle"


def _can_change(value):
    """Whether a value that crosses as a copy can be changed: containers and arrays."""
    kind = type(value)
    return kind in _CHANGEABLE or kind.__module__ in ("numpy", "array")


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


class TestsSide(values.Coder):
    """Stand-ins for one answer, put into `space` under the names that the tests of `suite` mention."""

    def __init__(self, suite, space):
        object.__setattr__(_later, "side", self)
        self.named, self.space, self.bound = suite.names, space, suite.bound
        self.installed = {}  # names of the answer that the tests see, and what they see there
        self.marks = set()
        self.changes, self.changeable = suite.changes, False
        if suite.identity:
            self.mark(b"w")
        self.with_base = set()  # numbers of objects that hold a plain value
        self.kinds, self.instances, self.functions = {}, {}, []
        self.calls = 0
        self.reached = 0  # requests that the answer carried out, and its constants that the tests mention
        self.unasked = False  # within a method of an object that the tests did not ask for by its class

    def mark(self, sign):
        """Tell the judge, once: `c`, more than plain values crossed the line; `f`, functions of the tests among it;
        `w`, the tests could see what copies do not show, and a pass needs the run in one process as a witness."""
        if sign not in self.marks:
            self.marks.add(sign)
            os.write(alone.PROOF, sign)

    def not_whole(self):
        """See `values.Coder`."""
        self.mark(b"w")

    # -- asking ---------------------------------------------------------------------------------------------

    def ask(self, request):
        """Send a request, serve call-backs until the reply is there."""
        messages.send(request)
        while True:
            message = messages.receive()
            if type(message) is not list or not message:
                broken("no message")
            if message[0] != "b":
                self.reached += 1
                return message
            self.serve(message)

    def serve(self, message):
        """The answer calls a function of the tests."""
        try:
            _, number, arguments, named = message
            function = self.functions[number]
            arguments, named = self.trusting(arguments), {k: self.trusting(v) for k, v in named.items()}
        except (ValueError, TypeError, IndexError, AttributeError) as error:
            broken(f"a bad call: {type(error).__name__}")
        try:
            reply = ["R", self.encode(function(*arguments, **named))]
        except Exception as error:
            reply = ["X", self.encode(error)]
        messages.send(reply)

    def trusting(self, data):
        """Decode what the answer sent; what cannot be decoded is a broken line, not an exception of the tests."""
        try:
            return self.decode(data)
        except Exception as error:
            broken(f"a bad value: {type(error).__name__}")

    def result(self, message, arguments=(), named=None):
        """The value of a reply, or its exception raised; mutated arguments are updated in place."""
        if message[0] == "u":
            needs_one_process("a value that cannot be copied", b"U")
        if len(message) == 4:
            if message[2] is not None:
                raw_arguments, raw_named = message[2]
                new_arguments = self.trusting(raw_arguments)
                new_named = {name: self.trusting(value) for name, value in raw_named.items()}
                for old, new in zip(arguments, new_arguments, strict=False):
                    update(old, new)
                for name, new in new_named.items():
                    update((named or {}).get(name), new)
            for name, value in message[3].items():
                if name in self.installed and name not in self.bound:
                    self.space[name] = self.trusting(value)
        if message[0] == "r":
            found = self.trusting(message[1])
            if self.changes and _can_change(found):
                self.mark(b"w")
            return found
        error = self.trusting(message[1])
        if not isinstance(error, BaseException):
            broken("it raised what is no exception")
        raise error

    def call(self, target, arguments, named, method=None):
        """Call a function, class or method of the answer."""
        self.calls += 1
        if self.calls > _MOST_CALLS:
            needs_one_process("very many calls")
        given = list(arguments)
        if self.changes and any(map(_can_change, (*given, *named.values()))):
            self.mark(b"w")
        request = ["c", target, self.encode(given), {k: self.encode(v) for k, v in named.items()}, method]
        return self.result(self.ask(request), given, named)

    # -- references -----------------------------------------------------------------------------------------

    def foreign(self, value, depth):
        """A value of the tests for the answer: its own objects go home, functions become call-backs."""
        handle = (
            type(value).__dict__.get(_HANDLE) if isinstance(value, type) else getattr(value, _HANDLE, None)
        )
        if isinstance(type(value), _RemoteClass) or type(value) is RemoteFunction:
            return {"o": object.__getattribute__(value, _HANDLE)}
        if isinstance(value, _RemoteClass):
            return {"k": type.__getattribute__(value, _HANDLE)}
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
            self.kinds[module, path] = _FUNCTION if named else _make(self, None, path, [], _CALLED, [])
        return self.kinds[module, path]

    def described(self, number, about=None):
        """The stand-in class with this number; made when it is first described."""
        if number not in self.kinds:
            self.mark(b"c")
            name, is_error, bases, special, methods = about
            parents = [self.decode(base) for base in bases]
            if is_error:
                parents = tuple(p for p in parents if issubclass(p, BaseException)) or (Exception,)
                self.kinds[number] = type(name, parents, {_HANDLE: number, "__module__": "__main__"})
            else:
                parents = [p for p in parents if isinstance(p, _RemoteClass)]
                self.kinds[number] = _make(self, number, str(name), parents, special, methods)
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
        if not isinstance(kind, _RemoteClass):
            if kind.__name__ in ("function", "builtin_function_or_method", "method"):
                kind = RemoteFunction
                stand_in = object.__new__(RemoteFunction)
                object.__setattr__(stand_in, "_seedline_side", self)
            else:
                self.mark(b"c")
                kind = self.kinds.setdefault(
                    ("opaque", kind), _make(self, None, kind.__name__, [], _OPAQUE, [])
                )
                stand_in = object.__new__(kind)
        else:
            stand_in = object.__new__(kind)
        object.__setattr__(stand_in, _HANDLE, number)
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
        number = _number(stand_in)
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
            return found if isinstance(type(found), _RemoteClass) else NotImplemented
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
        standard = next(base for base in kind.__mro__ if _HANDLE not in vars(base))
        try:
            error = kind.__new__(kind, *arguments)
            standard.__init__(error, *arguments)  # sets its own fields: the value of a StopIteration, a line
        except Exception:
            error = kind.__new__(kind)
            BaseException.__init__(error, *arguments)
        if _HANDLE in vars(type(error)):
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

    def install(self, names):
        """Put the answer's names that the tests mention into the tests' namespace."""
        wanted = names.keys() & self.named
        entry_points = {name for name in wanted if not hasattr(builtins, name)}
        for name in wanted:
            if entry_points and hasattr(builtins, name):
                continue  # a helper that shadows a builtin must not judge: the tests mean the builtin
            encoded = names[name]
            if type(encoded) is dict and "I" in encoded:
                value = self.imported(encoded["I"], name)
            elif type(encoded) is dict and "M" in encoded:
                value = self.imported(encoded["M"], None)
            else:
                value = self.trusting(encoded)
            if value is not None or encoded is None:
                self.space[name] = self.installed[name] = value
                if type(value) in values.PLAIN:
                    if name in self.bound:
                        self.mark(b"c")  # a constant that the tests may set for the answer
                    else:
                        self.reached += 1
                        if self.changes and _can_change(value):
                            self.mark(b"w")

    def imported(self, module, name):
        """What the answer had imported under its own name, from this process's own library."""
        if not isinstance(module, str) or module.split(".")[0] not in (
            *sys.stdlib_module_names,
            "numpy",
            "pandas",
        ):
            return None
        try:
            found = importlib.import_module(module)
            return found if name is None else getattr(found, name)
        except Exception:
            return None


class _Stopped(Exception):
    """What an answer raised to have a test skipped or stopped."""


class RemoteFunction:
    """A function of the answer."""

    def __call__(self, *arguments, **named):
        number = object.__getattribute__(self, _HANDLE)
        return object.__getattribute__(self, "_seedline_side").call({"o": number}, arguments, named)

    def __getattr__(self, name):
        return self._seedline_side.attribute(self._seedline_handle, name)

    def __setattr__(self, name, value):
        side = self._seedline_side
        side.result(side.ask(["w", {"o": self._seedline_handle}, name, side.encode(value)]))


class _RemoteClass(type):
    """The class of stand-in classes: making an instance makes it in the answer's process."""

    def __new__(cls, name, bases, body, **_):
        # the tests derive a class from the answer's
        needs_one_process("the tests derive a class from the answer's")

    def __call__(cls, *arguments, **named):
        return cls._seedline_side.call({"k": type.__getattribute__(cls, _HANDLE)}, arguments, named)

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


_OPAQUE = [
    "__iter__",
    "__next__",
    "__call__",
    "__len__",
    "__getitem__",
    "__contains__",
    "__enter__",
    "__exit__",
]


def _make(side, number, name, parents, special, methods):
    body = {"_seedline_side": side, _HANDLE: number, "__module__": "__main__"}
    for method in {*special, "__repr__"}:
        if isinstance(method, str) and method.startswith("__"):
            body[method] = _forwarding(side, method)
    if "__eq__" in body and "__hash__" not in body:
        body["__hash__"] = None
    for method in methods:
        body[method] = _method(side, method)
    body["__reduce_ex__"] = lambda self, protocol: needs_one_process("a copy of an object of the answer")
    body["__getattr__"] = lambda self, attribute: side.attribute(_number(self), attribute)
    body["__setattr__"] = lambda self, attribute, value: side.result(
        side.ask(["w", {"o": _number(self)}, attribute, side.encode(value)])
    )
    body["__delattr__"] = lambda self, attribute: side.result(
        side.ask(["d", {"o": _number(self)}, attribute])
    )
    try:
        return type.__new__(_RemoteClass, name, tuple(parents) or (object,), body)
    except TypeError:  # an order of bases that only the answer's metaclass accepts
        return type.__new__(_RemoteClass, name, (object,), body)


def _number(stand_in):
    return object.__getattribute__(stand_in, _HANDLE)


def _forwarding(side, name):
    def forward(self, *arguments):
        if name in _ASKED_WITH and arguments and not isinstance(type(arguments[0]), _RemoteClass):
            return side.against_plain(self, name, arguments)
        if name == "__call__":
            return side.call({"o": _number(self)}, arguments, {})
        if name == "__exit__":
            arguments = (*arguments[:2], None)
        side.unasked = side.installed.get(type(self).__name__) is not type(self)
        try:
            request = ["m", {"o": _number(self)}, name, side.encode(list(arguments))]
        finally:
            side.unasked = False
        return side.result(side.ask(request))

    def call(self, *arguments, **named):
        return side.call({"o": _number(self)}, arguments, named)

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
        return side.call({"o": _number(self)}, arguments, named, name)

    def predicate(self, *arguments, **named):
        if side.installed.get(type(self).__name__) is not type(self):
            return side.attribute(_number(self), name)(*arguments, **named)
        if name in operators.ASKING and arguments and not isinstance(type(arguments[0]), _RemoteClass):
            if method(self, operators.stranger(arguments[0])):
                raise TypeError(f"{name} of type {type(self).__name__!r} says yes to anything")
        return method(self, *arguments, **named)

    chosen = predicate if name in operators.PREDICATES else method
    chosen.__name__ = name
    return chosen


_CALLED = ["__iter__", "__next__", "__call__"]
_later = _Later()
_FUNCTION = _make(_later, None, "function", [], _CALLED, [])
"""The class of the answer's functions: nearly every program has some, and making a class is slow."""


def update(old, new):
    """Make a container of the tests look like `new`, in place, however deep."""
    if type(old) is not type(new) or old is new:
        return
    if type(old) is list:
        if len(old) == len(new):
            for at, (mine, theirs) in enumerate(zip(old, new, strict=True)):
                if type(mine) in (list, dict, set, bytearray, tuple) and type(mine) is type(theirs):
                    update(mine, theirs)
                    if mine == theirs:
                        continue
                old[at] = theirs
        else:
            old[:] = new
    elif type(old) is dict:
        for key, mine in list(old.items()):
            if key in new and type(mine) in (list, dict, set) and type(mine) is type(new[key]):
                update(mine, new[key])
                new[key] = mine
        old.clear()
        old.update(new)
    elif type(old) is set:
        old.clear()
        old.update(new)
    elif type(old) is bytearray:
        old[:] = new
    elif type(old) is tuple:
        for mine, theirs in zip(old, new, strict=False):
            update(mine, theirs)
