"""The tests' side of split mode: runs the tests against stand-ins, and alone holds the proof.

Belongs here: the order of a judged run, and the rule which tests need one process with the answer. The rule
looks at the tests alone, so that no answer can choose the weaker mode.
"""

import gc
import linecache
import os
import sys

import alone
import messages
import positive_proof
import stand_ins

# What a test can only do beside the answer: look into it, feed or catch its streams, share files or state. The
# names are those of modules, of builtins and of attributes.
REFUSED = frozenset(
    "inspect doctest io threading multiprocessing asyncio subprocess os tempfile pathlib shutil sqlite3 gc weakref "
    "sys pickle importlib builtins logging warnings signal socket ctypes concurrent pandas csv glob traceback "
    "types contextlib pytest mock dis abc timeit tracemalloc dataclasses "
    "open input globals locals vars eval exec __import__ dir compile super patch seed "
    "__dict__ __doc__ __annotations__ __wrapped__ __code__ __closure__ __globals__ __module__ __mro__ __bases__ "
    "__slots__ __class__ __defaults__ __subclasses__ __init__ __new__".split()
)


def main(tests, line, proof, token, lock):
    """Run the tests against the answer at the other end of `line`; the record says what they showed."""
    text, read = alone.read_both(tests)
    alone.keep_only(proof, token, line)
    lock()
    space = alone.fresh_main(text, alone.TESTS_FILE, answers=False)
    flush = sys.stdout.flush
    messages.broken = stand_ins.broken
    try:
        suite = positive_proof.Suite.of(text, alone.TESTS_FILE, read, REFUSED)
        if suite.one_process:
            stand_ins.needs_one_process(suite.one_process)
        side = stand_ins.TestsSide(suite.names, space, suite.bound)
        boot = messages.receive()
        if boot[0] != "names":
            os.write(alone.PROOF, b"Fanswer: " + ascii(f"{boot[1]}: {boot[2]}")[1:-1].encode()[:400])
            os._exit(1)
        side.install(boot[1])
        space[positive_proof.TICK] = positive_proof.tick
        space[positive_proof.TICK_CALL] = positive_proof.tick_call
        gc.enable()
        exec(suite.code, space)
        if suite.incomplete():
            os.write(alone.PROOF, b"Ftests: an assertion at the top level was never reached")
            os._exit(1)
    except BaseException as error:
        if not positive_proof.ended_by_unittest(error):
            linecache.cache.clear()
            alone.said(b"tests", error)
            try:
                flush()
            finally:
                os._exit(1)
    alone.conclude(suite, b" reached=%d" % side.reached, flush)
