"""What the tests' own names are bound to, in one process with the answer, and whether somebody else has changed one."""

import opcode

_STORE_GLOBAL, _EXTENDED = opcode.opmap["STORE_GLOBAL"], opcode.EXTENDED_ARG


def stored_globals(code, inner=False):
    """The names that functions in `code` bind by `global`."""
    found = set()
    if inner:
        at, extended = 0, 0
        while at < len(code.co_code):
            operation, argument = code.co_code[at], code.co_code[at + 1] | extended
            extended = argument << 8 if operation == _EXTENDED else 0
            if operation == _STORE_GLOBAL:
                found.add(code.co_names[argument])
            at += 2
    for part in code.co_consts:
        if type(part) is type(code):
            found |= stored_globals(part, True)
    return found


class TestsNames:
    """What the tests' own names are bound to, where answer and tests share one namespace."""

    def __init__(self, space, suite, builtin, answer):
        self.space, self.owned, self.answer = space, suite.owned, answer
        self.exported = frozenset(space)
        self.bound = {}
        # names that mean a builtin to the tests, and that nobody may put another object under
        self.builtin = [n for n in builtin - suite.bound if n not in space] if builtin else ()

    def note(self, names):
        """Called by the rewritten tests behind each simple statement at their top level that binds `names`."""
        for name in names:
            # a variable of the answer that its functions declare `global` is theirs to change
            if name in self.owned and not (name in self.exported and name in stored_globals(self.answer)):
                self.bound[name] = self.space.get(name)

    def changed(self):
        """A name that somebody else has changed; None if there is none."""
        space = self.space
        for name, value in self.bound.items():
            if space.get(name) is not value:
                return name
        for name in self.builtin:
            if name in space:
                return name
        return None
