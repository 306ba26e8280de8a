"""Rewriting the tests' syntax tree so that their checks report themselves as they hold or fail.

Belongs here: which statements are checks, and what is put around them. What the reports mean is decided in
`positive_proof`, what the tests could see beyond values in `doubt`. The functions that are put in are constants
of the code, not names: no name of a shared namespace leads to them.
"""

import ast
import builtins

import operators
from syntax_walk import FIELDS, children, nodes

TICK, TICK_CALL = "\0seedline holds", "\0seedline came back"
TICK_EXPECTED, CALL_EXPECTED = "\0seedline may fail", "\0seedline may raise"
SCREEN, BOUND = "\0seedline screen", "\0seedline bound"
OUTER, RECEIVER = "\0seedline outer", "\0seedline receiver"
COLLECT = "\0seedline collect"
PLACES = frozenset((COLLECT, TICK, TICK_CALL, TICK_EXPECTED, CALL_EXPECTED, SCREEN, BOUND, OUTER, RECEIVER))
"""Constants that stand for functions until `filled` puts these in."""

_MOCK = frozenset(
    "assert_called assert_called_once assert_called_with assert_called_once_with assert_any_call "
    "assert_has_calls assert_not_called assert_awaited assert_awaited_once assert_awaited_with "
    "assert_awaited_once_with assert_any_await assert_has_awaits assert_not_awaited".split()
)
_RAISING = frozenset(("raises", "warns", "deprecated_call"))
_CHECKING = ("test", "check", "assert", "verify", "expect", "run", "main")
_SETTING = frozenset(("setattr", "delattr", "patch", "object", "dict", "multiple"))
_NO_COMPARISON = frozenset(
    "len id type range print iter next enumerate repr str super hasattr getattr setattr callable".split()
)
_LOOKING = frozenset("len iter next enumerate".split())
_DEPENDING = frozenset((ast.Name, ast.Call, ast.Attribute, ast.Subscript))
_NEVER_OWN = frozenset((ast.Constant, ast.Lambda, ast.JoinedStr, ast.GeneratorExp))
_BUILTIN = frozenset(vars(builtins))


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


class Rewriter:
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
        at = _place(node)
        return ast.Expr(self.ticked(ast.Constant(True, **at)), **at)

    def statement(self, node):
        """`with` that expects an exception: its own call is no check, and what fails inside may be wanted."""
        for item in node.items:
            if _raising(item.context_expr):
                self.skipped.add(id(item.context_expr))
                if _may_be_assertion(item.context_expr):
                    self.expected.update(map(id, nodes(node)))

    def assertion(self, node):
        if _can_fail(node.test):
            wanted = TICK_EXPECTED if id(node) in self.expected else TICK
            node.test = self.called(wanted, node.test, node.test)

    def call(self, node):
        """`x.assert_close(a, b)` becomes `tick_call(site, x.assert_close)(a, b)`."""
        if id(node) in self.skipped:
            return
        name = called_name(node)
        if name in ("exit", "quit"):
            self.exits.add((node.lineno, node.col_offset))
        checks = name.startswith("assert") and (name in _MOCK or any(map(_can_fail, node.args)))
        if checks or (name in _RAISING and len(node.args) > 1):
            wanted = CALL_EXPECTED if id(node) in self.expected or _may_be_assertion(node) else TICK_CALL
            node.func = self.called(wanted, node.func, node.func)
        if name in _SETTING:
            texts = [part.value for part in node.args if type(part) is ast.Constant]
            set_names = {text.rpartition(".")[2] for text in texts if type(text) is str}
            self.sets |= set_names
            self.shared |= set_names
        if self.whole and name not in _NO_COMPARISON:
            node.args = [self.screened(part) for part in node.args]
            for keyword in node.keywords:
                keyword.value = self.screened(keyword.value)
        elif self.whole and name in _LOOKING and node.args:
            node.args[0] = self.outer(node.args[0])
        if self.whole and type(node.func) is ast.Attribute and node.func.attr in operators.READING:
            self.asked(node.func)

    def asked(self, method):
        """The value whose method the tests call."""
        value = method.value
        if not _never_own(value) and getattr(value, "id", "") not in ("self", "cls"):
            at = _place(value)
            if method.attr in operators.PREDICATES:
                given = [value, ast.Constant(method.attr, **at)]
                method.value = ast.Call(ast.Constant(RECEIVER, **at), given, [], **at)
            else:
                method.value = self.outer(value)

    def outer(self, value):
        """A value of whose parts nothing is asked here."""
        if type(value) is ast.Starred or _never_own(value):
            return value
        at = _place(value)
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

    def raised(self, node):
        named = node.exc.func if type(node.exc) is ast.Call else node.exc
        if getattr(named, "id", "") == "SystemExit":
            self.exits.add((node.lineno, node.col_offset))

    def condition(self, node):
        """`if wrong: raise` is a check that holds when the condition does not."""
        raised = [part for part in node.body if type(part) is ast.Raise]
        if (
            raised
            and _can_fail(node.test)
            and not any(getattr(n, "id", "") == "__name__" for n in nodes(node.test))
        ):
            at = _place(node.test)
            given = id(node) in self.expected and not any(map(_is_assertion, raised))
            holds = ast.UnaryOp(ast.Not(), node.test, **at)
            holds = self.called(TICK_EXPECTED if given else TICK, holds, node.test)
            node.test = ast.UnaryOp(ast.Not(), holds, **at)

    def attempt(self, node):
        """`try: f(); assert False` / `except E: pass` holds when a handler is reached."""
        self.bound.update(handler.name for handler in node.handlers if handler.name)
        if any(map(_gives_up, (*node.body, *node.orelse))):
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

    def comparison(self, node):
        if self.whole:
            node.left = self.screened(node.left)
            node.comparators = [self.screened(part) for part in node.comparators]

    def computation(self, node):
        if self.whole:
            node.left, node.right = self.screened(node.left), self.screened(node.right)

    def item(self, node):
        if (
            type(node.ctx) is not ast.Load
            and type(node.value) is ast.Call
            and type(node.slice) is ast.Constant
        ):
            self.shared.add(node.slice.value)  # globals()["x"] = 1
        if self.whole and type(node.slice) is not ast.Slice:
            node.slice = self.screened(node.slice)
        if self.whole and type(node.ctx) is ast.Load:
            node.value = self.outer(node.value)

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
        if _never_own(value):
            return value
        at = _place(value)
        return ast.Call(ast.Constant(SCREEN, **at), [value], [], **at)

    def ticked(self, value):
        return self.called(TICK, value, value)

    def called(self, name, value, near):
        at = _place(near)
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


def bindings(statement):
    """The names that a simple statement at the top level binds; None for a statement of another kind."""
    kind = type(statement)
    if kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        return [statement.name]
    if kind in (ast.Import, ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
    if kind is ast.Assign:
        return [part.id for target in statement.targets for part in nodes(target) if _bound(part)]
    if kind is ast.AnnAssign:
        return [statement.target.id] if statement.value and type(statement.target) is ast.Name else []
    return None


def note_inside(statement):
    """Note what is bound inside a loop or another block at the top level, as `noted` does behind it.

    Returns the names that are noted wherever the block binds them, and those that it binds otherwise too.
    """
    names, seen = set(), set()
    whole = nodes(statement)
    for part in _blocks_in(statement):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(part, field, ())
            for at in range(len(block) - 1, -1, -1):
                given = bindings(block[at])
                if given:
                    names.update(given)
                    seen.update(map(id, nodes(block[at])))
                    block.insert(at + 1, noted(given, block[at]))
        if type(part) is ast.For:
            given = [target.id for target in nodes(part.target) if _bound(target)]
            names.update(given)
            seen.update(map(id, nodes(part.target)))
            part.body.insert(0, noted(given, part.body[0]))
    others = {part.name for part in whole if type(part) is ast.ExceptHandler}
    for part in whole:
        if type(part) is ast.Name and type(part.ctx) is not ast.Load and id(part) not in seen:
            others.add(part.id)
        elif isinstance(part, ast.MatchAs | ast.MatchStar | ast.MatchMapping):
            others.add(getattr(part, "name", None) or getattr(part, "rest", None))
    return names, others


def _blocks_in(statement):
    """A compound statement and those inside it that share its scope."""
    found = [statement]
    for part in found:
        for child in children(part):
            if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case) and bindings(child) is None:
                found.append(child)
    return found


def noted(names, statement):
    """A statement that notes what `names` are bound to, behind `statement`."""
    at = _place(statement)
    given = ast.Constant(tuple(names), **at)
    return ast.Expr(ast.Call(ast.Constant(BOUND, **at), [given], [], **at), **at)


def expects(node):
    """Whether a `with` statement demands that its body raises or warns."""
    return any(_raising(item.context_expr) for item in node.items)


def called_name(node):
    """The last name of what a call calls, or an empty text."""
    return node.func.attr if type(node.func) is ast.Attribute else getattr(node.func, "id", "")


def _bound(node):
    return type(node) is ast.Name and type(node.ctx) is ast.Store


def _raising(node):
    if type(node) is not ast.Call:
        return False
    name = called_name(node)
    return name in _RAISING or name.startswith(("assertRaises", "assertWarns", "assertLogs", "assertNoLogs"))


def _may_be_assertion(node):
    """Whether what a call expects may be the failure of an assertion."""
    named = {getattr(part, "id", getattr(part, "attr", "")) for arg in node.args[:1] for part in nodes(arg)}
    return _raising(node) and bool(
        named & {"AssertionError", "Exception", "BaseException", "failureException"}
    )


def _never_own(value):
    """Whether an expression can give nothing of the answer's: what is written out, and the builtins."""
    kind = type(value)
    if kind is ast.Name:
        return value.id in _BUILTIN
    if kind in (ast.List, ast.Tuple, ast.Set):
        return all(map(_never_own, value.elts))
    if kind is ast.Dict:
        return all(map(_never_own, value.values)) and all(map(_never_own, value.keys))
    if kind is ast.UnaryOp:
        return _never_own(value.operand)
    if kind is ast.BinOp:
        return _never_own(value.left) and _never_own(value.right)
    return kind in _NEVER_OWN


def _is_assertion(node):
    named = node.exc.func if type(node.exc) is ast.Call else node.exc
    return getattr(named, "id", "") == "AssertionError"


def _place(node):
    return {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }


def _can_fail(expression):
    """Whether an expression depends on anything but constants; a non-empty tuple is always true."""
    if isinstance(expression, ast.Tuple):
        return False
    waiting = [expression]
    for part in waiting:
        if type(part) in _DEPENDING:
            return True
        waiting += children(part)
    return False


def _gives_up(statement):
    if isinstance(statement, ast.Raise):
        return True
    return isinstance(statement, ast.Assert) and not _can_fail(statement.test)
