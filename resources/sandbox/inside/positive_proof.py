"""Proof that tests ran to their end and held: every check in the tests is counted as it passes.

Belongs here: rewriting a test suite so that its checks report themselves, and running it. A pass needs at least
one check that ran and could have failed, every unconditional one passed, none failed and was swallowed, and no
unittest failure. An exit status says nothing. Used by the tests' side of split mode and by `alone`.
"""

import ast
import marshal
import unittest

TICK, TICK_CALL = "__seedline_check__", "__seedline_call__"
_TEST_PROGRAM = unittest.main.runTests.__code__


class Counts:
    """What the checks of the running tests have shown so far."""

    passed = set()  # sites of the tests that held at least once
    failed = 0  # checks that did not hold, swallowed or not
    unit_passed = 0
    unit_failed = 0


def hook_unittest():
    """Count unittest's results, once, before any program is forked."""
    result = unittest.TestResult

    def counting(name, field):
        original = getattr(result, name)

        def method(self, *arguments):
            setattr(Counts, field, getattr(Counts, field) + 1)
            return original(self, *arguments)

        setattr(result, name, method)

    for name in ("addError", "addFailure", "addUnexpectedSuccess"):
        counting(name, "unit_failed")
    for name in ("addSuccess", "addExpectedFailure"):
        counting(name, "unit_passed")
    original = result.addSubTest

    def add_sub_test(self, test, subtest, error):
        if error is not None:
            Counts.unit_failed += 1
        return original(self, test, subtest, error)

    result.addSubTest = add_sub_test


def tick(site, value):
    """Called by the rewritten tests with the value of each check."""
    if value:
        Counts.passed.add(site)
    else:
        Counts.failed += 1
    return value


def tick_call(site, function):
    """Called by the rewritten tests for a function named `assert...`: it holds once it has come back."""

    def called(*arguments, **named):
        result = function(*arguments, **named)
        Counts.passed.add(site)
        return result

    return called


class Suite:
    """A test suite, rewritten and compiled. `refused`: names that say the tests need one process."""

    def __init__(self, text, name, refused=frozenset()):
        tree = ast.parse(text, name)
        rewriter = _Rewriter(refused)
        self.required = set()
        for statement in tree.body:
            first = rewriter.sites
            rewriter.rewrite(statement)
            kind = type(statement)
            plain = kind is ast.Assert or (kind is ast.Expr and type(statement.value) is ast.Call)
            if plain and rewriter.sites > first:
                self.required.add(first)  # the outermost check is numbered first
        self.names, self.bound = rewriter.names, rewriter.bound
        self.one_process = rewriter.one_process
        self.code = compile(tree, name, "exec")

    @classmethod
    def of(cls, text, name, read, refused=frozenset()):
        """The suite that `reader` made of `text`, or one made here. What it read it has not refused."""
        if not read:
            return cls(text, name, refused)
        suite = object.__new__(cls)
        suite.code, suite.required, suite.names, suite.bound = marshal.loads(read)
        suite.one_process = None
        return suite

    def failure(self):
        """Why the counts are no proof, as a record for the judge; None if they are."""
        if Counts.unit_failed:
            return b"Fa unittest case failed"
        if Counts.failed:
            return b"Fa check failed and the tests went on"
        if not Counts.passed and not Counts.unit_passed:
            return b"Z"
        return None

    def incomplete(self):
        """True if a check that stands unconditionally at the top never ran, though the tests ended."""
        return not self.required <= Counts.passed


def ended_by_unittest(error):
    """Whether `SystemExit` came out of `unittest.main` after tests that all passed."""
    if type(error) is not SystemExit or error.code not in (0, None, False):
        return False
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code is _TEST_PROGRAM and Counts.unit_passed > 0 and not Counts.unit_failed


class _Rewriter:
    """Walks a tree once and changes it in place: half the time of a NodeTransformer, and paid by every program."""

    def __init__(self, refused):
        self.sites = 0
        self.names, self.bound = set(), set()  # all that are mentioned, and those that the tests give a value
        self.refused = refused
        self.one_process = None

    def rewrite(self, tree):
        """Rewrite `tree` and note its names; `one_process` is set if a refused name, import or `async` is met."""
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            kind = type(node)
            if kind is ast.Name:
                self.names.add(node.id)
                if type(node.ctx) is not ast.Load:
                    self.bound.add(node.id)
                if node.id in self.refused:
                    self.one_process = node.id
                continue
            if kind is ast.Constant:
                continue
            for field in kind._fields:
                value = getattr(node, field, None)
                if type(value) is list:
                    waiting += [part for part in value if isinstance(part, ast.AST)]
                elif isinstance(value, ast.AST) and field != "ctx":
                    waiting.append(value)
            if kind in _CHANGED:
                _CHANGED[kind](self, node)

    def assertion(self, node):
        if _can_fail(node.test):
            node.test = self.ticked(node.test)

    def call(self, node):
        """`x.assert_close(a, b)` becomes `tick_call(site, x.assert_close)(a, b)`."""
        name = node.func.attr if type(node.func) is ast.Attribute else getattr(node.func, "id", "")
        if name.startswith("assert") and any(map(_can_fail, node.args)):
            node.func = self.called(TICK_CALL, node.func, node.func)

    def condition(self, node):
        """`if wrong: raise` is a check that holds when the condition does not."""
        if any(type(part) is ast.Raise for part in node.body) and _can_fail(node.test):
            at = _place(node.test)
            node.test = ast.UnaryOp(ast.Not(), self.ticked(ast.UnaryOp(ast.Not(), node.test, **at)), **at)

    def attempt(self, node):
        """`try: f(); assert False` / `except E: pass` holds when a handler is reached."""
        if any(map(_gives_up, (*node.body, *node.orelse))):
            for handler in node.handlers:
                at = _place(handler)
                handler.body.insert(0, ast.Expr(self.ticked(ast.Constant(True, **at)), **at))

    def attribute(self, node):
        if node.attr in self.refused and node.attr not in _ONLY_NAMES:
            self.one_process = node.attr

    def defined(self, node):
        self.bound.add(node.name)

    def imported(self, node):
        self.bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        if self.refused:
            for alias in node.names:
                if alias.name.partition(".")[0] in self.refused or alias.name == "unittest.mock":
                    self.one_process = alias.name

    def imported_from(self, node):
        module = node.module or ""
        if self.refused and (module.partition(".")[0] in self.refused or module == "unittest.mock"):
            self.one_process = module
        self.imported(node)

    def coroutine(self, node):
        self.defined(node)
        self.awaited(node)

    def awaited(self, node):
        if self.refused:
            self.one_process = "async"

    def ticked(self, value):
        return self.called(TICK, value, value)

    def called(self, name, value, near):
        at = _place(near)
        site = ast.Constant(self.sites, **at)
        self.sites += 1
        return ast.Call(ast.Name(name, ast.Load(), **at), [site, value], [], **at)


_CHANGED = {
    ast.Assert: _Rewriter.assertion,
    ast.Call: _Rewriter.call,
    ast.If: _Rewriter.condition,
    ast.Try: _Rewriter.attempt,
    ast.Attribute: _Rewriter.attribute,
    ast.Import: _Rewriter.imported,
    ast.ImportFrom: _Rewriter.imported_from,
    ast.FunctionDef: _Rewriter.defined,
    ast.ClassDef: _Rewriter.defined,
    ast.AsyncFunctionDef: _Rewriter.coroutine,
    ast.Await: _Rewriter.awaited,
}
_ONLY_NAMES = frozenset(
    ("open", "input", "compile", "io", "os", "sys", "types", "abc", "copy", "eval", "exec", "dir")
)


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
    kinds = (ast.Name, ast.Call, ast.Attribute, ast.Subscript)
    return any(isinstance(part, kinds) for part in ast.walk(expression))


def _gives_up(statement):
    if isinstance(statement, ast.Raise):
        return True
    return isinstance(statement, ast.Assert) and not _can_fail(statement.test)
