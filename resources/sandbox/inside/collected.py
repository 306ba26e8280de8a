"""Tests as pytest would collect and run them, where the tests' text asks for it or leaves its tests uncalled.

Belongs here: functions and classes in the order of their definition, their parameters, marks and fixtures. What a
check is worth is counted as anywhere (`positive_proof`); a test that raises ends the run.
"""

import asyncio
import sys
import types
import unittest

TESTS_FILE = "tests.py"
_SKIPS = frozenset(("skip", "xfail"))
_HERE = __file__


class NotThere(Exception):
    """A fixture that is not there."""


def run(whole=False):
    """Run every test of the calling module. Returns 0, as `pytest.main` does where all hold; raises as they do.

    `whole`: pytest itself was asked for, to which a fixture that is not there is an error. Otherwise a function that
    wants one is a helper, however it is called.
    """
    space = sys._getframe(1).f_globals
    found = [value for value in list(space.values()) if _of_tests(value)]
    fixtures = {name: value for name, value in space.items() if _marker(value) is not None}
    once = {run: whole}  # values of fixtures that are made once
    endings = []
    _call(space.get("setup_module"))
    for value in dict.fromkeys(found):
        if isinstance(value, type) and issubclass(value, unittest.TestCase):
            unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(value))
        elif isinstance(value, type) and value.__name__.startswith("Test"):
            _class(value, space, fixtures, once, endings)
        elif not isinstance(value, type) and value.__name__.startswith("test"):
            _cases(value, value, None, fixtures, once, endings, _hooks(space, "function"))
    _end(endings)
    _call(space.get("teardown_module"))
    return 0


def _of_tests(value):
    """Whether a value is a function of the tests' text, or a class with one."""
    if isinstance(value, type):
        return any(_of_tests(part) for part in vars(value).values()) or (
            value.__module__ == "__main__" and issubclass(value, unittest.TestCase)
        )
    value = getattr(value, "__func__", value) if type(value) in (staticmethod, classmethod) else value
    return type(value) is types.FunctionType and value.__code__.co_filename.rpartition("/")[2] == TESTS_FILE


def _class(kind, space, fixtures, once, endings):
    own = {**fixtures, **{name: value for name, value in vars(kind).items() if _marker(value) is not None}}
    _call(getattr(kind, "setup_class", None))
    for name, function in list(vars(kind).items()):
        if name.startswith("test") and callable(getattr(function, "__func__", function)):
            _cases(getattr(kind, name), function, kind, own, once, endings, _hooks(kind, "method"))
    _call(getattr(kind, "teardown_class", None))


def _hooks(owner, level):
    """What goes before each test and behind it."""
    taken = owner.get if isinstance(owner, dict) else lambda name: getattr(owner, name, None)
    return taken(f"setup_{level}"), taken(f"teardown_{level}")


def _cases(function, marked, kind, fixtures, once, endings, hooks):
    """Every case of one test, each with an object and fixtures of its own."""
    marks = [*_marks(marked), *(_marks(kind) if kind else ())]
    if any(mark.name in _SKIPS or (mark.name == "skipif" and _holds(mark)) for mark in marks):
        return
    cases = [{}]
    for mark in marks:
        if mark.name == "parametrize":
            cases = [{**case, **more} for case in cases for more in _parameters(*mark.args, **mark.kwargs)]
    code = getattr(function, "__func__", function).__code__
    wanted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = len(getattr(function, "__defaults__", None) or ())
    needed = wanted[: code.co_argcount - defaults] + wanted[code.co_argcount :]
    for case in cases:
        ends = []
        target = kind() if kind else None
        before, behind = hooks
        _call(before, target, function)
        try:
            fresh = {}
            asked = {name for mark in marks if mark.name == "usefixtures" for name in mark.args}
            for name, fixture in fixtures.items():
                if name in asked or getattr(_marker(fixture), "autouse", False):
                    _value(name, target, fixtures, fresh, once, ends, endings)
            names = [name for name in needed if name != "self" or kind is None]
            given = {
                name: case[name]
                if name in case
                else _value(name, target, fixtures, fresh, once, ends, endings)
                for name in names
            }
            call = function.__get__(target) if kind and not hasattr(function, "__self__") else function
            result = call(**given)
            if code.co_flags & 0x80:  # a coroutine
                asyncio.run(result)
        except BaseException as error:
            if not _skipped(error) and (type(error) is not NotThere or once.get(run)):
                raise
        finally:
            _end(ends)
            _call(behind, target, function)


def _parameters(names, values, indirect=False, ids=None, scope=None):
    """The cases that one mark makes."""
    if indirect:
        raise NotThere("parameters that go through a fixture are not supported")
    names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for value in values:
        marked = (
            hasattr(value, "values") and hasattr(value, "marks") and type(value).__name__ == "ParameterSet"
        )
        if marked and any(mark.name in _SKIPS for mark in value.marks):
            continue
        parts = tuple(value.values) if marked else (value,) if len(names) == 1 else tuple(value)
        if len(parts) != len(names):
            raise ValueError(f"{len(names)} parameters, and a case of {len(parts)}")
        yield dict(zip(names, parts, strict=True))


def _value(name, target, fixtures, fresh, once, ends, endings):
    """The value of a fixture for one test; those of a wider scope are made once."""
    if name in fresh:
        return fresh[name]
    fixture = fixtures.get(name) or next((f for f in fixtures.values() if _marker(f).name == name), None)
    if fixture is None:
        fresh[name] = _builtin(name, ends)
        return fresh[name]
    wide = str(_marker(fixture).scope) != "function" and "function" not in str(_marker(fixture).scope)
    kept = once if wide else fresh
    if name in kept:
        return kept[name]
    if _marker(fixture).params:
        raise NotThere(f"fixture {name!r} has parameters, which are not supported")
    function = _inside(fixture)
    code = function.__code__
    given = {
        part: target if part == "self" else _value(part, target, fixtures, fresh, once, ends, endings)
        for part in code.co_varnames[: code.co_argcount]
    }
    value = function(**given)
    if code.co_flags & 0x20:  # a generator: what stands behind its yield ends the test
        (endings if wide else ends).append(value)
        value = next(value)
    kept[name] = value
    return value


def _builtin(name, ends):
    """Fixtures of pytest's own, as far as tests of one function need them."""
    if name == "monkeypatch":
        patch = sys.modules["pytest"].MonkeyPatch()
        ends.append(_once(patch.undo))
        return patch
    if name in ("capsys", "capfd"):
        capture = _Capture()
        ends.append(_once(capture.close))
        return capture
    if name == "tmp_path":
        import pathlib
        import tempfile

        return pathlib.Path(tempfile.mkdtemp())
    raise NotThere(f"fixture {name!r} is not there")


class _Capture:
    """In the place of `capsys`."""

    def __init__(self):
        import io

        self.make, self.streams = io.StringIO, (sys.stdout, sys.stderr)
        sys.stdout, sys.stderr = io.StringIO(), io.StringIO()

    def readouterr(self):
        """What was written since it was read last."""
        import collections

        said = [stream.getvalue() for stream in (sys.stdout, sys.stderr)]
        sys.stdout, sys.stderr = self.make(), self.make()
        return collections.namedtuple("CaptureResult", "out err")(*said)

    def close(self):
        sys.stdout, sys.stderr = self.streams


def _once(function):
    function()
    yield


def _end(ends):
    for generator in reversed(ends):
        next(generator, None)


def _call(hook, target=None, function=None):
    """A set-up or tear-down, which may take the test or not."""
    if hook is None:
        return
    inner = getattr(hook, "__func__", hook)
    count = inner.__code__.co_argcount
    bound = hasattr(hook, "__self__")
    arguments = (() if bound or target is None else (target,)) + (function,)
    hook(*arguments[: count - bound])


def _holds(mark):
    condition = mark.args[0] if mark.args else mark.kwargs.get("condition", True)
    return bool(eval(condition, {"sys": sys})) if isinstance(condition, str) else bool(condition)


def _marks(value):
    found = getattr(getattr(value, "__func__", value), "pytestmark", ())
    return found if isinstance(found, list) else [getattr(found, "mark", found)] if found else []


def _marker(value):
    """What a fixture was made with; None for anything else. Nothing of the answer's is asked."""
    kind = type(value)
    if kind is not types.FunctionType and not kind.__module__.startswith("_pytest."):
        return None
    return getattr(value, "_fixture_function_marker", None) or getattr(value, "_pytestfixturefunction", None)


def _inside(fixture):
    wrapped = getattr(fixture, "__pytest_wrapped__", None)
    return wrapped.obj if wrapped is not None else getattr(fixture, "_fixture_function", fixture)


def _skipped(error):
    """Whether the tests themselves said that a test is to be skipped."""
    if type(error).__name__ not in ("Skipped", "SkipTest"):
        return False
    trace = error.__traceback__
    while trace:
        name = trace.tb_frame.f_code.co_filename
        if name != _HERE and name.rpartition("/")[2] != TESTS_FILE and "/_pytest/" not in name:
            return False
        trace = trace.tb_next
    return True
