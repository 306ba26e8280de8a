"""The tests' side of split mode: runs the tests against stand-ins, and alone holds the proof.

Belongs here: the order of a judged run. Which tests need one process with the answer, and which want it as a second
witness, is told by `doubt` from the tests alone.
"""

import gc
import linecache
import os
import sys

import alone
import messages
import positive_proof
import rewriting
import stand_ins


def main(tests, line, proof, token, lock):
    """Run the tests against the answer at the other end of `line`; the record says what they showed."""
    text, read = alone.read_both(tests)
    alone.keep_only(proof, token, line)
    lock()
    space = alone.fresh_main(text, alone.TESTS_FILE, answers=False)
    flush = sys.stdout.flush
    messages.broken = stand_ins.broken
    suite = None
    try:
        suite = positive_proof.Suite.of(text, read)
        if suite.one_process:
            stand_ins.needs_one_process(suite.one_process)
        side = stand_ins.TestsSide(suite, space)
        boot = messages.receive()
        if boot[0] != "names":
            os.write(alone.PROOF, b"Fanswer: " + ascii(f"{boot[1]}: {boot[2]}")[1:-1].encode()[:400])
            os._exit(1)
        side.install(boot[1])
        gc.enable()
        exec(rewriting.filled(suite.code, positive_proof.FUNCTIONS), space)
        if suite.incomplete():
            os.write(alone.PROOF, b"Ftests: an assertion at the top level was never reached")
            os._exit(1)
    except BaseException as error:
        if not positive_proof.ended_well(error, suite):
            linecache.cache.clear()
            alone.said(alone.piped, b"tests", error)
            try:
                flush()
            finally:
                os._exit(1)
    alone.conclude(suite, [f" reached={side.reached}"], flush, alone.piped)
