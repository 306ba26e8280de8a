"""Proof that tests ran to their end and held: every check in the tests is counted as it passes.

Belongs here: rewriting a test suite so that its checks report themselves, and running it. A pass needs at least
one check that ran and could have failed, every unconditional one passed, none failed and was swallowed, and no
unittest failure. An exit status says nothing. Used by the tests' side of split mode and by `alone`.
"""

import ast
import unittest

TICK = "__seedline_check__"
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


class Suite:
    """A test suite, rewritten and compiled."""

    def __init__(self, text, name, inspect=None):
        tree = ast.parse(text, name)
        self.one_process = inspect(tree) if inspect else None
        rewriter = _Rewriter()
        self.required = set()
        body = []
        for statement in tree.body:
            first = rewriter.sites
            body.append(rewriter.visit(statement))
            plain = isinstance(statement, ast.Assert) or (
                isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            )
            if plain and rewriter.sites > first:
                self.required.add(rewriter.sites - 1)
        tree.body = body
        self.names = rewriter.names
        self.code = compile(tree, name, "exec")

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


class _Rewriter(ast.NodeTransformer):
    def __init__(self):
        self.sites = 0
        self.names = set()

    def visit_Name(self, node):
        self.names.add(node.id)
        return node

    def visit_Assert(self, node):
        self.generic_visit(node)
        if not _can_fail(node.test):
            return node
        node.test = self._ticked(node.test)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name.startswith("assert") and any(map(_can_fail, node.args)):
            return self._done(node)
        return node

    def visit_If(self, node):
        self.generic_visit(node)
        if any(isinstance(part, ast.Raise) for part in node.body) and _can_fail(node.test):
            # `if wrong: raise` is a check that holds when the condition does not
            inner = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), self._ticked(inner)), node.test)
        return node

    def visit_Try(self, node):
        expects = any(_gives_up(part) for part in (*node.body, *node.orelse))
        self.generic_visit(node)
        if expects:  # `try: f(); assert False` / `except E: pass` holds when a handler is reached
            for handler in node.handlers:
                reached = ast.copy_location(ast.Constant(True), handler)
                handler.body.insert(0, ast.copy_location(ast.Expr(self._ticked(reached)), handler))
        return node

    def _ticked(self, value):
        return self._call(value, [ast.copy_location(ast.Constant(self.sites), value), value])

    def _done(self, call):
        """`call` counts once it has come back; its value stays its own."""
        at = ast.copy_location(ast.Constant(self.sites), call)
        true = ast.copy_location(ast.Constant(True), call)
        pair = ast.copy_location(ast.Tuple([call, self._call(call, [at, true])], ast.Load()), call)
        zero = ast.copy_location(ast.Constant(0), call)
        return ast.copy_location(ast.Subscript(pair, zero, ast.Load()), call)

    def _call(self, near, arguments):
        self.sites += 1
        name = ast.copy_location(ast.Name(TICK, ast.Load()), near)
        return ast.copy_location(ast.Call(name, arguments, []), near)


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
