"""What the tests see in place of the answer's functions, classes and objects in split mode.

Belongs here: stand-ins that forward calls over the line, and the rule for comparisons. An object of the answer
may say whether it equals another of its own, or a plain value if the tests name its class; otherwise its own
`__eq__` is not asked, and only a plain value inside it counts.
"""

import builtins
import importlib
import os
import sys

import alone
import messages
import values

_COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
_MOST_CALLS = 5000
_HANDLE = "_seedline_handle"


def needs_one_process(reason):
    """The tests do something that only works beside the answer in one process: say so and end here.

    No exception: the tests could catch it.
    """
    os.write(alone.PROOF, b"N" + reason.encode("ascii", "replace")[:100])
    os._exit(1)


def broken(reason):
    """The answer's process died or talks nonsense: the verdict is made, whatever the tests would catch."""
    os.write(alone.PROOF, b"D" + reason.encode("ascii", "replace")[:100])
    os._exit(1)


class TestsSide(values.Coder):
    """Stand-ins for one answer. `named`: the names that the tests mention; `bound`: those they bind themselves."""

    def __init__(self, named, space, bound=frozenset()):
        self.named, self.space, self.bound = named, space, bound
        self.kinds, self.instances, self.functions = {}, {}, []
        self.calls = 0
        self.reached = 0  # requests that the answer carried out, and its constants that the tests mention
        self.own_equality = False
        self.unasked = False  # within a method of an object that the tests did not ask for by its class

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
                if name in self.space:
                    self.space[name] = self.trusting(value)
        if message[0] == "r":
            return self.trusting(message[1])
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
            if not self.functions:
                os.write(alone.PROOF, b"c")  # the judge may want to see these tests in one process
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
        return self.kinds.setdefault(
            (module, path), _make(self, None, path, [], ["__iter__", "__next__", "__call__"], [])
        )

    def described(self, number, about=None):
        """The stand-in class with this number; made when it is first described."""
        if number not in self.kinds:
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
        if base and kind.__name__ not in self.named:
            value = self.decode(base[0])
            if type(value) in (list, dict, set):
                return value
            dual = type(
                kind.__name__, (type(value),), {"__getattr__": lambda _, name: self.attribute(number, name)}
            )
            return dual(value)
        if not isinstance(kind, _RemoteClass):
            if kind.__name__ in ("function", "builtin_function_or_method", "method"):
                stand_in = object.__new__(RemoteFunction)
                object.__setattr__(stand_in, "_seedline_side", self)
            else:
                kind = self.kinds.setdefault(
                    ("opaque", kind), _make(self, None, kind.__name__, [], _OPAQUE, [])
                )
                stand_in = object.__new__(kind)
        else:
            stand_in = object.__new__(kind)
        object.__setattr__(stand_in, _HANDLE, number)
        self.instances[number] = stand_in
        return stand_in

    def attribute(self, number, name):
        """An attribute of an object of the answer; special names are no way around the rule for comparisons."""
        if name.startswith("__") and name not in ("__name__", "__qualname__", "__wrapped__"):
            raise AttributeError(name)
        return self.result(self.ask(["a", {"o": number}, name]))

    def error(self, kind, arguments, text, attributes):
        """An exception of the answer as one of the tests' process."""
        kind = self.decode(kind)
        arguments = tuple(self.decode(item) for item in arguments)
        try:
            error = kind.__new__(kind, *arguments)
            BaseException.__init__(error, *arguments)
            if kind is SystemExit:
                error = SystemExit(*arguments)
        except TypeError:
            error = kind.__new__(kind)
            error.args = arguments
        if _HANDLE in vars(type(error)):
            type(error).__str__ = lambda self: vars(self).get("_seedline_text", "")
            error._seedline_text = str(text)
        for name, value in attributes:
            if isinstance(name, str) and not name.startswith("__"):
                setattr(error, name, self.decode(value))
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
                self.space[name] = value
                if name not in self.bound and type(value) in values.PLAIN:
                    self.reached += 1

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


class RemoteFunction:
    """A function of the answer."""

    def __call__(self, *arguments, **named):
        number = object.__getattribute__(self, _HANDLE)
        return object.__getattribute__(self, "_seedline_side").call({"o": number}, arguments, named)

    def __getattr__(self, name):
        return self._seedline_side.attribute(self._seedline_handle, name)


class _RemoteClass(type):
    """The class of stand-in classes: making an instance makes it in the answer's process."""

    def __new__(cls, name, bases, body, **_):
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
        if name in _COMPARISONS and not isinstance(type(arguments[0]), _RemoteClass):
            if type(self).__name__ not in side.named:
                side.own_equality = True
                return NotImplemented
        if name == "__call__":
            return side.call({"o": _number(self)}, arguments, {})
        if name == "__exit__":
            arguments = (*arguments[:2], None)
        side.unasked = type(self).__name__ not in side.named
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


def _method(side, name):
    def method(self, *arguments, **named):
        return side.call({"o": _number(self)}, arguments, named, name)

    method.__name__ = name
    return method


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
