"""The answer's side of split mode: runs the answer, and answers calls. It never sees the tests.

Belongs here: serving one answer's names and objects over the line. Nothing in this process is trusted by
anybody: whatever the answer does to it, it can only answer badly or die.
"""

import gc
import marshal
import operator
import os
import sys
import types

import alone
import answer_code
import messages
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
_ASKED_BY = {
    "__repr__": repr, "__str__": str, "__format__": format, "__iter__": iter, "__next__": next, "__len__": len,
    "__contains__": operator.contains, "__getitem__": operator.getitem, "__bool__": bool, "__hash__": hash,
}  # fmt: skip
_CHAIN = 4  # errors behind an error that go along
_MUTABLE = (list, dict, set, bytearray, tuple)


_FUNCTION = {"K": ["builtins", "function"]}


class Callback:
    """The answer's view of a function of the tests."""

    def __init__(self, number, name, side):
        self._number, self._side = number, side
        self.__name__ = self.__qualname__ = name

    def __call__(self, *arguments, **named):
        return self._side.call_back(self._number, arguments, named)


class AnswerSide(values.Coder):
    """The objects and names of one answer, by number and by name."""

    def __init__(self, space):
        self.space = space
        self.objects, self.numbers = [], {}
        self.told, self.telling = set(), set()
        self.constants = {}
        self.flush = sys.stdout.flush

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

    def exported(self):
        """Every name of the answer, with its value or a reference."""
        names = {}
        for name, value in list(self.space.items()):
            if name.startswith("__"):
                continue
            home = sys.modules.get(getattr(value, "__module__", None) or "")
            if home is not None and home.__name__ != "__main__" and home.__dict__.get(name) is value:
                names[name] = {"I": home.__name__}
                continue
            try:
                names[name] = self.encode(value)
            except values.NotPlain:
                continue
            if type(value) in (int, float, str, bool, type(None), *_MUTABLE):
                self.constants[name] = (value, names[name])
        return names

    def changed_constants(self):
        """Module-level values that a call has changed."""
        changed = {}
        for name, (old, known) in self.constants.items():
            value = self.space.get(name)
            if value is old and type(value) not in _MUTABLE:
                continue
            now = self.encode(value)
            if now != known:
                self.constants[name] = (value, now)
                changed[name] = now
        return changed

    def reply(self, make):
        """Send what `make` gives, or what it raises; classes count as told only once sent."""
        try:
            message = make()
        except messages.LineBroken:
            raise
        except BaseException as error:
            self.telling.clear()
            message = ["e", self.error(error)]
        try:
            self.flush()  # what was printed shall not depend on how this process ends
        except Exception:
            pass
        try:
            messages.send(message)
        except (ValueError, TypeError) as error:
            self.telling.clear()
            messages.send(["e", self.error(TypeError(str(error)))])
        self.told |= self.telling
        self.telling.clear()

    def answer(self, request):
        """Carry out one request. Returns the reply."""
        what, target, *rest = request
        if what == "c":
            raw_arguments, raw_named, method = rest
            called = self.decode(target)
            if method is not None:
                called = getattr(called, method)
            arguments, named = self.decode(raw_arguments), {k: self.decode(v) for k, v in raw_named.items()}
            try:
                result = called(*arguments, **named)
                head = "r"
            except messages.LineBroken:
                raise
            except BaseException as error:
                result, head = error, "e"
            try:
                result = self.encode(result) if head == "r" else self.error(result)
                changes = None
                if any(isinstance(a, _MUTABLE) for a in (*arguments, *named.values())):
                    now = [self.encode(arguments), {k: self.encode(v) for k, v in named.items()}]
                    changes = None if now == [raw_arguments, raw_named] else now
                return [head, result, changes, self.changed_constants() if self.constants else {}]
            except (values.NotPlain, RecursionError) as error:
                return ["u", str(error)[:80]]
        owner = self.decode(target)
        result = None
        if what == "a":
            result = getattr(owner, rest[0])
        elif what == "w":
            setattr(owner, rest[0], self.decode(rest[1]))
        elif what == "d":
            delattr(owner, rest[0])
        elif what == "m":
            result = self.special(owner, rest[0], self.decode(rest[1]))
        elif what == "v":
            return ["r", self.encode(values.base_value(owner))]
        try:
            return ["r", self.encode(result)]
        except (values.NotPlain, RecursionError) as error:
            return ["u", str(error)[:80]]

    def special(self, owner, name, arguments):
        """A special method, looked up on the class as the interpreter does."""
        if name in _ASKED_BY:
            return _ASKED_BY[name](owner, *arguments)
        return getattr(type(owner), name)(owner, *arguments)

    def call_back(self, number, arguments, named):
        """Call a function of the tests; serves its requests meanwhile."""
        messages.send(
            ["b", number, self.encode(list(arguments)), {k: self.encode(v) for k, v in named.items()}]
        )
        self.told |= self.telling
        while True:
            message = messages.receive()
            if message[0] == "R":
                return self.decode(message[1])
            if message[0] == "X":
                raise self.decode(message[1])
            self.reply(lambda message=message: self.answer(message))


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


def main(code, line, lock):
    """Run the answer, tell its names, answer calls until the tests' side is gone."""
    answer, read = alone.read_both(code)
    code = marshal.loads(read) if read else None
    os.dup2(line, messages.LINE, False)
    os.closerange(3, messages.LINE)
    os.closerange(messages.LINE + 1, 1024)
    lock()
    space = alone.fresh_main(answer, alone.ANSWER_FILE)
    side = AnswerSide(space)
    try:
        gc.enable()
        exec(code or answer_code.compiled(answer, space["__file__"]), space)
    except BaseException as error:
        messages.send(["broken", type(error).__name__, side.error(error)["E"][2]])
        sys.stdout.flush()
        os._exit(1)
    try:
        side.reply(lambda: ["names", side.exported()])
        side.told.clear()  # the tests' side reads only what the tests mention
        while True:
            request = messages.receive()
            side.reply(lambda request=request: side.answer(request))
    except messages.LineBroken:
        pass
    finally:
        try:
            sys.stdout.flush()
        finally:
            os._exit(0)
