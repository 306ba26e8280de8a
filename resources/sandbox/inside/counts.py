"""What the checks of the running tests have shown so far, unittest's among them.

Belongs here: counting. What the counts mean stands in `positive_proof`.
"""

import os
import sys
import unittest

TESTS_FILE = "tests.py"
_UNITTEST = os.path.dirname(unittest.__file__) + os.sep


class Counts:
    """What the checks of the running tests have shown so far."""

    passed = set()  # sites of the tests that held at least once
    failed = 0  # checks that did not hold, swallowed or not
    unit_started = 0
    unit_passed = 0
    unit_failed = 0
    unit_skipped = 0
    changed_name = None  # a name of the tests that somebody else changed
    names_kept = None  # what tells that; None: no other code shares the tests' names


def hook_unittest():
    """Count unittest's results, once, before any program is forked."""
    result = unittest.TestResult

    def counting(name, field):
        original = getattr(result, name)

        def method(self, *arguments):
            setattr(Counts, field, getattr(Counts, field) + 1)
            return original(self, *arguments)

        setattr(result, name, method)

    counting("startTest", "unit_started")
    for name in ("addError", "addFailure", "addUnexpectedSuccess"):
        counting(name, "unit_failed")
    for name in ("addSuccess", "addExpectedFailure"):
        counting(name, "unit_passed")
    original, original_skip = result.addSubTest, result.addSkip

    def add_sub_test(self, test, subtest, error):
        if error is not None:
            Counts.unit_failed += 1
        return original(self, test, subtest, error)

    def add_skip(self, test, reason):
        if _skipped_by_tests(sys.exc_info()[1]):
            Counts.unit_skipped += 1
        else:
            Counts.unit_failed += 1
        return original_skip(self, test, reason)

    result.addSubTest, result.addSkip = add_sub_test, add_skip
    unittest.case._ShouldStop = _ShouldStop


class _ShouldStop(Exception):
    """In place of unittest's own, which ends a test as if it had passed: only unittest may make one."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        if not sys._getframe(1).f_code.co_filename.startswith(_UNITTEST):
            Counts.unit_failed += 1

    def __init_subclass__(cls):
        Counts.unit_failed += 1


def _skipped_by_tests(error):
    """Whether no frame but the tests' and unittest's own was on the way of a `SkipTest`."""
    trace = error.__traceback__ if isinstance(error, unittest.SkipTest) else None
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if name != TESTS_FILE and not name.startswith(_UNITTEST):
            return False
        trace = trace.tb_next
    return True


def tick(site, value):
    """Called by the rewritten tests with the value of each check."""
    if Counts.names_kept is not None and Counts.changed_name is None:
        Counts.changed_name = Counts.names_kept()
    if value:
        Counts.passed.add(site)
        return True
    Counts.failed += 1
    return False


def tick_expected(site, value):
    """A check whose failure the tests may expect."""
    if value:
        Counts.passed.add(site)
    return value


def tick_call(site, function):
    """Called by the rewritten tests for a function named `assert...`: it holds once it has come back."""

    def called(*arguments, **named):
        try:
            result = function(*arguments, **named)
        except AssertionError:
            Counts.failed += 1
            raise
        return tick(site, True) and result

    return called


def call_expected(site, function):
    """As `tick_call`, where the tests may expect the failure."""

    def called(*arguments, **named):
        result = function(*arguments, **named)
        return tick(site, True) and result

    return called
