"""What tests in one process with the answer compare, compute with, hand on and ask is put through a look at its class.

Belongs here: which expressions those are. What the look does stands in `own_operators`.
"""

import ast

import operators
from check_forms import never_own, place_of

SCREEN = "\0seedline screen"
_NO_COMPARISON = frozenset(
    "len id type range print iter next enumerate repr str super hasattr getattr setattr callable".split()
)
_LOOKING = frozenset("len iter next enumerate".split())
OUTER, RECEIVER = "\0seedline outer", "\0seedline receiver"


class Screening:
    """The part of a rewriter that screens; `whole`: whether it is to."""

    whole = False

    def given(self, node, name):
        """What a call is given, and the value whose method it is."""
        if name not in _NO_COMPARISON:
            node.args = [self.screened(part) for part in node.args]
            for keyword in node.keywords:
                keyword.value = self.screened(keyword.value)
        elif name in _LOOKING and node.args:
            node.args[0] = self.outer(node.args[0])
        if type(node.func) is ast.Attribute and node.func.attr in operators.READING:
            self.asked(node.func)

    def subscripted(self, node):
        """A container's item: the key is compared, the container asked."""
        if type(node.slice) is not ast.Slice:
            node.slice = self.screened(node.slice)
        if type(node.ctx) is ast.Load:
            node.value = self.outer(node.value)

    def asked(self, method):
        """The value whose method the tests call."""
        value = method.value
        if not never_own(value) and getattr(value, "id", "") not in ("self", "cls"):
            at = place_of(value)
            if method.attr in operators.PREDICATES:
                given = [value, ast.Constant(method.attr, **at)]
                method.value = ast.Call(ast.Constant(RECEIVER, **at), given, [], **at)
            else:
                method.value = self.outer(value)

    def outer(self, value):
        """A value of whose parts nothing is asked here."""
        if type(value) is ast.Starred or never_own(value):
            return value
        at = place_of(value)
        return ast.Call(ast.Constant(OUTER, **at), [value], [], **at)

    def iterated(self, node):
        if self.whole:
            node.iter = self.outer(node.iter)

    def unpacked(self, node):
        if self.whole and any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            node.value = self.outer(node.value)

    def spread(self, node):
        if self.whole and type(node.ctx) is ast.Load:
            node.value = self.outer(node.value)

    def comparison(self, node):
        if self.whole:
            node.left = self.screened(node.left)
            node.comparators = [self.screened(part) for part in node.comparators]

    def computation(self, node):
        if self.whole:
            node.left, node.right = self.screened(node.left), self.screened(node.right)

    def matching(self, node):
        if self.whole:
            node.subject = self.screened(node.subject)

    def growth(self, node):
        """`x -= y` asks `x`, which was screened where it was bound, or `y`."""
        if self.whole:
            node.value = self.screened(node.value)

    def screened(self, value):
        if type(value) is ast.Starred:
            value.value = self.screened(value.value)
            return value
        if never_own(value):
            return value
        at = place_of(value)
        return ast.Call(ast.Constant(SCREEN, **at), [value], [], **at)
