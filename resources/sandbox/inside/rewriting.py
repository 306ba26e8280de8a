"""Rewriting the tests' syntax tree so that their checks report themselves as they hold or fail.

Belongs here: which statements are checks, and what is put around them. What the reports mean is decided in
`positive_proof`, what the tests could see beyond values in `doubt`. The functions that are put in are constants
of the code, not names: no name of a shared namespace leads to them.
"""

import ast

from check_forms import (
    MOCK,
    RAISING,
    called_name,
    can_fail,
    expects,
    gives_up,
    is_assertion,
    is_raising,
    may_be_assertion,
    place_of,
)
from screening import OUTER, RECEIVER, SCREEN, Screening
from syntax_walk import FIELDS, nodes
from top_names import BOUND

TICK, TICK_CALL = "\0seedline holds", "\0seedline came back"
TICK_EXPECTED, CALL_EXPECTED = "\0seedline may fail", "\0seedline may raise"
COLLECT = "\0seedline collect"
PLACES = frozenset((COLLECT, TICK, TICK_CALL, TICK_EXPECTED, CALL_EXPECTED, SCREEN, BOUND, OUTER, RECEIVER))
"""Constants that stand for functions until `filled` puts these in."""
_CHECKING = ("test", "check", "assert", "verify", "expect", "run", "main")
_SETTING = frozenset(("setattr", "delattr", "patch", "object", "dict", "multiple"))


def filled(code, functions):
    """`code` with each of `PLACES` replaced by the function of that name, in nested code too."""
    constants = list(code.co_consts)
    changed = False
    for at, value in enumerate(constants):
        if type(value) is str:
            if value in PLACES:
                constants[at] = functions[value]
                changed = True
        elif type(value) is type(code):
            constants[at] = filled(value, functions)
            changed = changed or constants[at] is not value
    return code.replace(co_consts=tuple(constants)) if changed else code


class Rewriter(Screening):
    """Walks a tree once and changes it in place: half the time of a NodeTransformer, and paid by every program.

    `whole`: for one process with the answer, where what the tests compare, compute with and hand on is screened
    (`own_operators`), and names that the tests bind are noted (`tests_names`).
    """

    def __init__(self, whole=False):
        self.sites = 0
        self.whole = whole
        self.names, self.bound = set(), set()  # all that are mentioned, and those that the tests give a value
        self.shared = set()  # declared `global`, or set by name
        self.sets = set()  # attributes that the tests set, by assignment or by `setattr` and `patch`
        self.skipped, self.expected = set(), set()  # ids of nodes
        self.exits = set()  # where the tests themselves leave

    def rewrite(self, tree):
        """Rewrite `tree` and note its names."""
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if kind is ast.Name:
                self.names.add(node.id)
                if type(node.ctx) is not ast.Load:
                    self.bound.add(node.id)
                continue
            if kind is ast.Constant:
                continue
            handler = _CHANGED.get(kind)
            if handler is not None and kind in _BEFORE:
                handler(self, node)
            for field in FIELDS[kind]:
                value = getattr(node, field, None)
                if type(value) is list:
                    if value and isinstance(value[0], ast.stmt):
                        self.statements(value)
                    waiting += [part for part in value if isinstance(part, ast.AST)]
                elif isinstance(value, ast.AST):
                    waiting.append(value)
            if handler is not None and kind not in _BEFORE:
                handler(self, node)

    def statements(self, body):
        """`with raises(E): ...` holds once the statement behind it is reached."""
        for at in range(len(body) - 1, -1, -1):
            if type(body[at]) is ast.With and expects(body[at]):
                body.insert(at + 1, self.reached(body[at]))

    def reached(self, node):
        """A statement that reports a check which held."""
        at = place_of(node)
        return ast.Expr(self.ticked(ast.Constant(True, **at)), **at)

    def statement(self, node):
        """`with` that expects an exception: its own call is no check, and what fails inside may be wanted."""
        for item in node.items:
            if is_raising(item.context_expr):
                self.skipped.add(id(item.context_expr))
                if may_be_assertion(item.context_expr):
                    self.expected.update(map(id, nodes(node)))

    def assertion(self, node):
        if can_fail(node.test):
            wanted = TICK_EXPECTED if id(node) in self.expected else TICK
            node.test = self.called(wanted, node.test, node.test)

    def call(self, node):
        """`x.assert_close(a, b)` becomes `tick_call(site, x.assert_close)(a, b)`."""
        if id(node) in self.skipped:
            return
        name = called_name(node)
        if name in ("exit", "quit"):
            self.exits.add((node.lineno, node.col_offset))
        checks = name.startswith("assert") and (name in MOCK or any(map(can_fail, node.args)))
        if checks or (name in RAISING and len(node.args) > 1):
            wanted = CALL_EXPECTED if id(node) in self.expected or may_be_assertion(node) else TICK_CALL
            node.func = self.called(wanted, node.func, node.func)
        if name in _SETTING:
            texts = [part.value for part in node.args if type(part) is ast.Constant]
            set_names = {text.rpartition(".")[2] for text in texts if type(text) is str}
            self.sets |= set_names
            self.shared |= set_names
        if self.whole:
            self.given(node, name)

    def raised(self, node):
        named = node.exc.func if type(node.exc) is ast.Call else node.exc
        if getattr(named, "id", "") == "SystemExit":
            self.exits.add((node.lineno, node.col_offset))

    def condition(self, node):
        """`if wrong: raise` is a check that holds when the condition does not."""
        raised = [part for part in node.body if type(part) is ast.Raise]
        if (
            raised
            and can_fail(node.test)
            and not any(getattr(n, "id", "") == "__name__" for n in nodes(node.test))
        ):
            at = place_of(node.test)
            given = id(node) in self.expected and not any(map(is_assertion, raised))
            holds = ast.UnaryOp(ast.Not(), node.test, **at)
            holds = self.called(TICK_EXPECTED if given else TICK, holds, node.test)
            node.test = ast.UnaryOp(ast.Not(), holds, **at)

    def attempt(self, node):
        """`try: f(); assert False` / `except E: pass` holds when a handler is reached."""
        self.bound.update(handler.name for handler in node.handlers if handler.name)
        if any(map(gives_up, (*node.body, *node.orelse))):
            for handler in node.handlers:
                handler.body.insert(0, self.reached(handler))

    def attribute(self, node):
        if type(node.ctx) is not ast.Load:
            self.sets.add(node.attr)

    def defined(self, node):
        self.bound.add(node.name)
        if not node.name.startswith(_CHECKING):  # it may be handed to the answer, to raise on purpose
            self.expected.update(id(part) for part in nodes(node) if type(part) is ast.If)

    def named(self, node):
        self.bound.add(node.name)

    def imported(self, node):
        self.bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        home = getattr(node, "module", None)
        self.names.update(
            [home.partition(".")[0]] if home else [a.name.partition(".")[0] for a in node.names]
        )

    def declared(self, node):
        self.shared.update(node.names)

    def item(self, node):
        if (
            type(node.ctx) is not ast.Load
            and type(node.value) is ast.Call
            and type(node.slice) is ast.Constant
        ):
            self.shared.add(node.slice.value)  # globals()["x"] = 1
        if self.whole:
            self.subscripted(node)

    def ticked(self, value):
        return self.called(TICK, value, value)

    def called(self, name, value, near):
        at = place_of(near)
        site = ast.Constant(self.sites, **at)
        self.sites += 1
        return ast.Call(ast.Constant(name, **at), [site, value], [], **at)


_CHANGED = {
    ast.Assert: Rewriter.assertion,
    ast.Call: Rewriter.call,
    ast.If: Rewriter.condition,
    ast.Try: Rewriter.attempt,
    ast.With: Rewriter.statement,
    ast.Import: Rewriter.imported,
    ast.ImportFrom: Rewriter.imported,
    ast.Global: Rewriter.declared,
    ast.FunctionDef: Rewriter.defined,
    ast.ClassDef: Rewriter.named,
    ast.AsyncFunctionDef: Rewriter.defined,
    ast.Compare: Rewriter.comparison,
    ast.BinOp: Rewriter.computation,
    ast.AugAssign: Rewriter.growth,
    ast.Subscript: Rewriter.item,
    ast.Match: Rewriter.matching,
    ast.Attribute: Rewriter.attribute,
    ast.Raise: Rewriter.raised,
    ast.For: Rewriter.iterated,
    ast.comprehension: Rewriter.iterated,
    ast.Assign: Rewriter.unpacked,
    ast.Starred: Rewriter.spread,
}
_BEFORE = frozenset((ast.With,))  # must be seen before what is in them
SIMPLE = frozenset((ast.Assert, ast.Expr, ast.AugAssign, ast.Delete, ast.Pass, ast.Raise, ast.Global))
"""Statements without a block inside."""
