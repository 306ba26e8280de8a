"""Problems judged by what a program prints, or a method returns, for given inputs (LiveCodeBench's way).

Both sides are made here: the answer gets one function that takes a case's input, and the tests call it for each case
and compare. So the tests can be in another process than the answer, as the sandbox prefers. Rules of the published
evaluation: a line is right when its text is, or its numbers are; a tuple counts as a list; each case has its own time;
names of the usual modules are there without an import. Time is the CPU's, so that a busy machine fails nobody; an
answer that tells it wrong gains no more than the clock allows, which is as much as the sandbox allows anything.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from typing import NamedTuple

_CPU_S = """

def seedline_cpu_s():
    return __import__("time").process_time()
"""


class Case(NamedTuple):
    """What goes in and what must come out: text of standard input and output, or JSON, one argument a line."""

    given: str
    wanted: str


def tests_of(cases: Sequence[Case], entry_point: str | None, *, timeout_s: float) -> str:
    """The tests' side: `cases` one by one, of the function `entry_point` or (None) of a program that prints."""
    packed = base64.b64encode(zlib.compress(json.dumps(cases).encode(), 1)).decode()
    compare = _RETURNS if entry_point else _PRINTS
    return f'PACKED = "{packed}"\nTIMEOUT_S = {timeout_s:g}\n{compare}{_EACH_CASE}'


def code_of(answer: str, entry_point: str | None) -> str:
    """The answer's side: `answer` as the function that the tests call."""
    if entry_point is None:
        return f"ANSWER = {answer!r}\nUSUAL = {_USUAL!r}\n{_PROGRAM}{_CPU_S}"
    return f"{_USUAL}\n{answer}\n{_METHOD.replace('ENTRY_POINT', entry_point)}{_CPU_S}"


_MODULES = (
    *("string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics"),
    *("itertools", "functools", "operator", "io", "sys", "json"),
)
# the star imports hide built-in names (`pow`), which the last one brings back
_USUAL = (
    "".join(f"from {name} import *\n" for name in (*_MODULES, "builtins", "typing"))
    + f"import {', '.join(_MODULES)}\n"
    + "sys.setrecursionlimit(50_000)\n"
)

_PROGRAM = '''
import io, sys, threading

ANSWER = compile(ANSWER, "answer.py", "exec")


def seedline_answer(given):
    """What the program prints for the input `given`, its threads included."""
    inside, outside, before = sys.stdin, sys.stdout, set(threading.enumerate())
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\\n")
    given, printed = sys.stdin, sys.stdout

    def opened(file, *arguments, **named):
        return given if file in (0, "/dev/stdin") else open(file, *arguments, **named)

    names = {"__name__": "__main__"}
    try:
        exec(USUAL, names)
        names["open"] = opened
        exec(ANSWER, names)
        for thread in set(threading.enumerate()) - before:
            if not thread.daemon:
                thread.join()
    except SystemExit:
        pass
    finally:
        sys.stdin, sys.stdout = inside, outside
    printed.flush()
    return printed.buffer.getvalue().decode("utf-8", "replace")
'''

_METHOD = '''
seedline_owner = Solution() if "Solution" in globals() else None


def seedline_answer(*given):
    """What the method returns."""
    return (seedline_owner.ENTRY_POINT if seedline_owner is not None else ENTRY_POINT)(*given)
'''

_PRINTS = """
from decimal import Decimal, InvalidOperation


def numbers(line):
    try:
        return [Decimal(word) for word in line.split()]
    except InvalidOperation:
        return None


def right_line(printed, wanted):
    if printed == wanted:
        return True
    said = numbers(printed)
    return said is not None and said == numbers(wanted)


def right(printed, wanted):
    if type(printed) is not str:
        return False
    said, lines = printed.strip().split("\\n"), wanted.strip().split("\\n")
    return len(said) == len(lines) and all(
        right_line(one.strip(), other.strip()) for one, other in zip(said, lines)
    )


def of_case(given, wanted):
    return [given], wanted
"""

_RETURNS = """
import json


def right(returned, wanted):
    return (list(returned) if type(returned) is tuple else returned) == wanted


def of_case(given, wanted):
    return [json.loads(line) for line in given.split("\\n")], json.loads(wanted)
"""

_EACH_CASE = """
import base64, json, time, zlib

for number, (given, wanted) in enumerate(json.loads(zlib.decompress(base64.b64decode(PACKED)))):
    arguments, wanted = of_case(given, wanted)
    started, before = time.monotonic(), seedline_cpu_s()
    said = seedline_answer(*arguments)
    took, used = time.monotonic() - started, seedline_cpu_s() - before
    assert type(used) is float and used <= TIMEOUT_S and took <= 3 * TIMEOUT_S + 1, f"case {number} took too long"
    assert right(said, wanted), f"case {number} is wrong"
"""
