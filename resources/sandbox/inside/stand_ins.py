"""What the tests see in place of the answer's functions, classes and objects in split mode.

Belongs here: asking over the line, call-backs, and putting the answer's names where the tests look for them. The
stand-ins stand in `remote_objects`, and which value gets which in `references`.
"""

import builtins
import collections
import importlib
import os
import sys

import alone
import messages
import values
from references import References
from remote_objects import (
    LATER,
    broken,
    needs_one_process,
)

_MOST_CALLS = 5000
_CHANGEABLE = (list, dict, set, bytearray, collections.defaultdict, collections.OrderedDict, collections.Counter,
               collections.deque, tuple)  # fmt: skip


def _can_change(value):
    """Whether a value that crosses as a copy can be changed: containers and arrays."""
    kind = type(value)
    return kind in _CHANGEABLE or kind.__module__ in ("numpy", "array")


class TestsSide(References):
    """Stand-ins for one answer, put into `space` under the names that the tests of `suite` mention."""

    def __init__(self, suite, space):
        object.__setattr__(LATER, "side", self)
        self.named, self.space, self.bound = suite.names, space, suite.bound
        self.installed = {}  # names of the answer that the tests see, and what they see there
        self.marks = set()
        self.changes, self.changeable = suite.changes, False
        if suite.identity:
            self.mark(b"w")
        self.differences = set()  # numbers of objects that the answer's code made of one with a plain value
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
