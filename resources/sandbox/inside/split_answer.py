"""The answer's side of split mode: runs the answer, and answers calls. It never sees the tests.

Belongs here: serving one answer's names and objects over the line. Nothing in this process is trusted by
anybody: whatever the answer does to it, it can only answer badly or die.
"""

import gc
import marshal
import operator
import os
import sys

import alone
import answer_code
import messages
import values
from answer_objects import Objects

_ASKED_BY = {
    "__repr__": repr, "__str__": str, "__format__": format, "__iter__": iter, "__next__": next, "__len__": len,
    "__contains__": operator.contains, "__getitem__": operator.getitem, "__bool__": bool, "__hash__": hash,
}  # fmt: skip
_MUTABLE = (list, dict, set, bytearray, tuple)


class AnswerSide(Objects):
    """The objects and names of one answer, by number and by name."""

    def __init__(self, space):
        self.space = space
        self.objects, self.numbers = [], {}
        self.told, self.telling = set(), set()
        self.constants = {}
        self.flush = sys.stdout.flush

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
