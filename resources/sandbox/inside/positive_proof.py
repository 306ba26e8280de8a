"""Proof that tests ran to their end and held: every check in the tests is counted as it passes.

Belongs here: what is counted, and what the counts mean. A pass needs at least one check that ran and could have
failed, every unconditional one passed, none failed and was swallowed, no unittest case failed, was stopped or was
skipped by anybody but the tests. An exit status says nothing. How checks are found stands in `rewriting`. Used by
the tests' side of split mode and by `alone`.
"""

import ast
import builtins
import itertools
import marshal
import unittest
import warnings

import check_forms
import collected
import rewriting
import top_names
from counts import TESTS_FILE, Counts, call_expected, tick, tick_call, tick_expected
from doubt import Doubt

_TEST_PROGRAM = unittest.main.runTests.__code__
_QUIT = getattr(type(getattr(builtins, "quit", None)).__call__, "__code__", None)


FUNCTIONS = {
    rewriting.TICK: tick,
    rewriting.TICK_CALL: tick_call,
    rewriting.TICK_EXPECTED: tick_expected,
    rewriting.CALL_EXPECTED: call_expected,
    rewriting.COLLECT: collected.run,
}
"""What every suite's code is filled with; one in one process with its answer needs `SCREEN` and `BOUND` too."""


class Suite:
    """A test suite, rewritten and compiled.

    `whole`: to be run in one process with its answer; None: if what it does needs one.
    """

    file = TESTS_FILE

    def __init__(self, text, whole=None):
        tree = ast.parse(text, self.file)
        doubt = None if whole else Doubt(tree)
        whole = bool(doubt.one_process) if whole is None else whole
        rewriter = rewriting.Rewriter(whole)
        self.required = set()
        body = []
        bound, simple = set(), set()  # names that the tests bind; at the top level, by simple statements
        elsewhere = set()  # and by others, which they may repeat
        for statement in tree.body:
            names = top_names.bindings(statement)
            first, rewriter.bound = rewriter.sites, set()
            rewriter.rewrite(statement)
            bound |= rewriter.bound
            kind = type(statement)
            if whole and names is None and kind not in rewriting.SIMPLE:
                noted, others = top_names.note_inside(statement)
                simple |= noted
                elsewhere |= others
            elif names is None:
                elsewhere |= rewriter.bound
            body.append(statement)
            plain = kind is ast.Assert or (kind is ast.Expr and type(statement.value) is ast.Call)
            if plain and rewriter.sites > first:
                self.required.add(first)  # the outermost check is numbered first
            elif kind is ast.With and check_forms.expects(statement):
                self.required.add(rewriter.sites)
                body.append(rewriter.reached(statement))
            if whole and names:
                body.append(top_names.noted(names, statement))
                simple.update(names)
        tree.body = body
        self.names, self.bound = rewriter.names, bound
        self.exits = rewriter.exits
        self.owned, self.sets = frozenset(simple - elsewhere - rewriter.shared), rewriter.sets
        self.one_process = doubt.one_process if doubt else None
        self.identity, self.changes = (doubt.identity, doubt.changes) if doubt else (False, False)
        self.code = compile(tree, self.file, "exec")

    @classmethod
    def of(cls, text, read, whole=False):
        """The suite that `reader` made of `text`, or one made here."""
        if not read:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SyntaxWarning)
                return cls(text, whole)
        suite = object.__new__(cls)
        (suite.code, suite.required, suite.names, suite.bound, suite.owned, suite.sets,
         suite.identity, suite.changes, suite.exits) = marshal.loads(read)  # fmt: skip
        suite.one_process = None  # what needs one process is not sent here
        return suite

    def kept(self):
        """The suite as `of` takes it."""
        kept = (
            self.code,
            self.required,
            self.names,
            self.bound,
            self.owned,
            self.sets,
            self.identity,
            self.changes,
            self.exits,
        )
        return marshal.dumps(kept)

    def failure(self):
        """Why the counts are no proof, as a record for the judge; None if they are."""
        if Counts.names_kept is not None and Counts.changed_name is None:
            Counts.changed_name = Counts.names_kept()
        if Counts.changed_name:
            return b"Fthe answer changed a name of the tests: " + ascii(Counts.changed_name).encode()[:80]
        if Counts.unit_failed:
            return b"Fa unittest case failed"
        if Counts.unit_started > Counts.unit_passed + Counts.unit_skipped:
            return b"Fa unittest case was stopped before its end"
        if Counts.failed:
            return b"Fa check failed and the tests went on"
        if not Counts.passed and not Counts.unit_passed:
            return b"Z"
        return None

    def incomplete(self):
        """True if a check that stands unconditionally at the top never ran, though the tests ended."""
        return not self.required <= Counts.passed


def _place_of(trace):
    """Line and column of the expression that raised; None where the interpreter does not know."""
    positions = getattr(trace.tb_frame.f_code, "co_positions", None)
    found = next(itertools.islice(positions(), trace.tb_lasti // 2, None), None) if positions else None
    return found and (found[0], found[2])


def ended_well(error, suite):
    """Whether `SystemExit` came out of `unittest.main` after tests that all passed, or from the tests' own text.

    Tests that leave by themselves must have been through every check that stands unconditionally at the top.
    """
    if type(error) is not SystemExit or error.code not in (0, None, False):
        return False
    trace = error.__traceback__
    while trace.tb_next and trace.tb_next.tb_frame.f_code is not _QUIT:
        trace = trace.tb_next
    if suite is not None and trace.tb_frame.f_code.co_filename.rpartition("/")[2] == Suite.file:
        own = _place_of(trace) in suite.exits  # and no callable of the answer's that does the same
        return own and bool(Counts.passed) and not suite.incomplete()
    return trace.tb_frame.f_code is _TEST_PROGRAM and Counts.unit_passed > 0 and not Counts.unit_failed
