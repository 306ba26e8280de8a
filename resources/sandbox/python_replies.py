"""What the reply of a Python server means: the verdict that its record shows, and the one verdict of two runs."""

import os
from dataclasses import replace

from resources.sandbox.base import Verdict
from resources.sandbox.languages.judge import Judgment, bounded
from resources.sandbox.server_process import CPU, DISK, MEMORY, OUTPUT, WALL, Reply


def marks_of(proof: bytes) -> tuple[bytes, bytes]:
    """What the tests' side of split mode noted on the way (`stand_ins.TestsSide.mark`), and the record's kind."""
    record = proof.lstrip(b"cfw")
    return proof[: len(proof) - len(record)], record[:1]


def wants_witness(marks: bytes, apart: Judgment) -> bool:
    """Whether the verdict of split mode needs the run in one process beside it.

    The tests' side alone says so: a pass where the tests could see what copies do not show; a fail where more than
    plain values crossed the line; a time-out only where a call-back may be its cause.
    """
    if apart.verdict in (Verdict.PASS, Verdict.NO_TESTS):
        return b"w" in marks
    if apart.verdict is Verdict.TIMEOUT:
        return b"f" in marks
    return bool(marks) and apart.verdict in (Verdict.FAIL, Verdict.CRASH)


def together_with(apart: Judgment, witness: Judgment) -> Judgment:
    """One verdict of both runs: a pass needs the witness, and a flagged one is no witness against a fail."""
    spent = {
        "duration_ms": apart.duration_ms + witness.duration_ms,
        "cpu_ms": apart.cpu_ms + witness.cpu_ms,
        "peak_mb": max(apart.peak_mb, witness.peak_mb),
    }
    if apart.verdict is Verdict.PASS and witness.verdict is Verdict.PASS:
        return replace(apart, flags=witness.flags, **spent)
    if apart.verdict is Verdict.PASS or (witness.verdict is Verdict.PASS and not witness.flags):
        return replace(witness, **spent)
    return replace(apart, **spent)


def meaning_of(reply: Reply) -> tuple[Verdict, str, list[str]]:
    """What a reply shows: a pass is proven by the record alone, the status only tells kinds of failure apart."""
    record = reply.proof.lstrip(b"cfw")
    kind, said = record[:1], bounded(record[1:].decode(errors="backslashreplace"))
    if reply.limit == MEMORY:
        return Verdict.OOM, "stopped at its memory limit", []
    if reply.limit == DISK:
        return Verdict.FAIL, "stopped at its disk limit", []
    if reply.limit == OUTPUT:
        return Verdict.OUTPUT_LIMIT, "stopped at its output limit", []
    if kind == b"F":  # found out before a limit ended it
        out_of_memory = said.startswith(("answer: MemoryError", "tests: MemoryError"))
        return (Verdict.OOM if out_of_memory else Verdict.FAIL), said, []
    if reply.limit in (CPU, WALL):
        return Verdict.TIMEOUT, f"stopped at its limit of {'CPU' if reply.limit == CPU else 'wall'} time", []
    if os.WIFSIGNALED(reply.status):
        return Verdict.CRASH, f"ended by signal {os.WTERMSIG(reply.status)}", []
    status = os.WEXITSTATUS(reply.status)
    if status == BROKEN:
        last = reply.tail.decode(errors="backslashreplace").strip().splitlines()
        return Verdict.HARNESS_ERROR, bounded(last[-1] if last else "the sandbox could not be made"), []
    if kind == b"P" and status == 0:
        return Verdict.PASS, "", said.split()
    if kind == b"Z" and status == 0:
        return Verdict.NO_TESTS, "no assertion was run", []
    if kind == b"D":
        if reply.helper_status == _STILL_RAN:
            return Verdict.FAIL, f"the answer's process closed its line before the tests ended ({said})", []
        if os.WIFSIGNALED(reply.helper_status):
            return (
                Verdict.CRASH,
                f"the answer's process was ended by signal {os.WTERMSIG(reply.helper_status)}",
                [],
            )
        status = os.WEXITSTATUS(reply.helper_status)
        return (
            Verdict.FAIL,
            f"the answer's process ended with status {status} before the tests did ({said})",
            [],
        )
    return Verdict.FAIL, f"ended with status {status} before the tests had run to their end", []


_STILL_RAN = -1  # as in `inside/watch.py`
BROKEN = 97
"""Exit status of a child whose sandbox could not be made (`inside/server.py`)."""
