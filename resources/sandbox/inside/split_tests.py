"""The tests' side of split mode: runs the tests against stand-ins, and alone holds the proof.

Belongs here: the order of a judged run, and the rule which tests need one process with the answer. The rule
looks at the tests alone, so that no answer can choose the weaker mode.
"""

import ast
import linecache
import os
import sys

import alone
import messages
import positive_proof
import stand_ins

# what a test can only do beside the answer: look into it, feed or catch its streams, share files or state
_MODULES = frozenset(
    "inspect doctest io threading multiprocessing asyncio subprocess os tempfile pathlib shutil sqlite3 gc weakref "
    "sys pickle importlib builtins logging warnings signal socket ctypes concurrent pandas csv glob traceback "
    "types contextlib pytest mock dis typing_extensions abc timeit tracemalloc dataclasses".split()
)
_NAMES = frozenset("open input globals locals vars eval exec __import__ dir compile super patch mock".split())
_ATTRIBUTES = frozenset(
    "__dict__ __doc__ __annotations__ __wrapped__ __code__ __closure__ __globals__ __module__ __mro__ __bases__ "
    "__slots__ __class__ __defaults__ __subclasses__ __init__ __new__ mock patch seed".split()
)


def needs_one_process(tree):
    """Why these tests cannot be split from the answer; None if they can."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if node.id in _NAMES:
                return node.id
        elif isinstance(node, ast.Attribute):
            if node.attr in _ATTRIBUTES:
                return node.attr
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in _MODULES or alias.name == "unittest.mock":
                    return alias.name
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.split(".")[0] in _MODULES or module == "unittest.mock":
                return module
            if any(alias.name in ("mock", "seed") for alias in node.names):
                return module
        elif isinstance(node, (ast.AsyncFunctionDef, ast.Await)):
            return "async"
    return None


def main(tests, line, proof, token, lock):
    """Run the tests against the answer at the other end of `line`; the record says what they showed."""
    text = alone.read_all(tests)
    alone.keep_only(proof, token, line)
    lock()
    space = alone.fresh_main(text, alone.TESTS_FILE)
    flush = sys.stdout.flush
    flags = b""
    messages.broken = stand_ins.broken
    try:
        suite = positive_proof.Suite(text, alone.TESTS_FILE, needs_one_process)
        if suite.one_process:
            stand_ins.needs_one_process(suite.one_process)
        side = stand_ins.TestsSide(suite.names, space)
        boot = messages.receive()
        if boot[0] != "names":
            os.write(alone.PROOF, b"Fanswer: " + ascii(f"{boot[1]}: {boot[2]}")[1:-1].encode()[:400])
            os._exit(1)
        side.install(boot[1])
        space[positive_proof.TICK] = positive_proof.tick
        exec(suite.code, space)  # noqa: S102
        if suite.incomplete():
            os.write(alone.PROOF, b"Ftests: an assertion at the top level was never reached")
            os._exit(1)
    except BaseException as error:  # noqa: BLE001
        if not positive_proof.ended_by_unittest(error):
            linecache.cache.clear()
            alone.said(b"tests", error)
            try:
                flush()
            finally:
                os._exit(1)
    alone.conclude(suite, flags, flush)
