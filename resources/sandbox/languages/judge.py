"""One program of a language judged: static look at its tests, compile stage, run stage, and what they prove.

A pass needs all of: the whole token on the proof pipe (its second half can be read only after the tests), exit
status 0, and at least one assertion where the harness counts them. Anything else is some kind of no.
"""

import re
import secrets
from dataclasses import dataclass, replace

from resources.sandbox import bubblewrap
from resources.sandbox.base import Limits, Verdict
from resources.sandbox.bubblewrap import RunOutcome
from resources.sandbox.languages.assertions import live_sites
from resources.sandbox.languages.language import TOKEN_LENGTH, Command, Language, Refused, Toolchain

HARNESS_VERSION = "6"
"""Part of every verdict's cache key: raise it when a verdict's rule changes.

The harness files' own digest stands beside it."""

BUILD_LIMITS = Limits(
    cpu_s=10.0, retry_cpu_s=0.0, memory_mb=2048, processes=128, files=512, disk_mb=256, output_kb=1024
)
"""What a compiler may use."""

BUILD_FAILED = 90
"""Exit status of a run stage that compiles first, where the compiler refused the program."""

DETAIL_LENGTH = 150

_BYTE_ORDER_MARK = "\ufeff"
"""Compilers take it at a file's head alone, and the tests' head is no file's."""

NO_ASSERTION = "the tests hold no live assertion"

_OUT_OF_MEMORY = re.compile(
    r"std::bad_alloc|OutOfMemory|heap out of memory|out of memory|Allowed memory size|cannot allocate memory"
    r"|memory allocation of \d+ bytes failed|failed to allocate memory",
    re.IGNORECASE,
)
_TELLING = (
    re.compile(
        r"\w*(?:Error|Exception)\b[^:]*:|\berror\b(?:\[\w+\])?:|^panic|panicked at|assertion failed|Fatal error"
    ),
    re.compile(r"error|exception|assert|panic|throw|failed|fatal|not found|signal", re.IGNORECASE),
)
_PLACE = re.compile(r"^\s*(at |goroutine |\d+: |#\d|stack backtrace|note:|Node\.js v|\^|throw err|node:)")


@dataclass(frozen=True)
class Judgment:
    """A verdict's columns (`VERDICT_SCHEMA`) but the key and the isolation, which the sandbox knows."""

    verdict: Verdict
    detail: str
    duration_ms: float = 0.0
    cpu_ms: float = 0.0
    peak_mb: float = 0.0
    output_tail: str = ""
    proof: str = "in_process"
    toolchain: str = ""
    flags: tuple[str, ...] = ()
    reached: int | None = None


def judge(language: Language, toolchain: Toolchain, code: str, tests: str, limits: Limits) -> Judgment:
    """What `tests` show about `code`. Each call runs at most one build and two runs, one after the other.

    A time-out is tried again with `limits.retry_cpu_s` where that is longer (flag `retried`). Raises
    `SandboxUnavailable` where nothing can isolate; a sandbox that breaks is the verdict `harness_error`.
    """
    version = toolchain.version
    code, tests = code.removeprefix(_BYTE_ORDER_MARK), tests.removeprefix(_BYTE_ORDER_MARK)
    counted, others = (0, 0) if language.counts_checks else live_sites(language.name, tests)
    if counted + others == 0 and not language.counts_checks:
        return Judgment(Verdict.NO_TESTS, NO_ASSERTION, toolchain=version)
    mark = "s" + secrets.token_hex(8)
    try:
        program = language.program(code, tests, toolchain, mark)
    except Refused as refusal:
        return Judgment(Verdict.FAIL, bounded(str(refusal)), toolchain=version, flags=("tampered",))
    if program.checks == 0:
        return Judgment(Verdict.NO_TESTS, NO_ASSERTION, toolchain=version)
    spent: list[RunOutcome] = []
    try:
        run = program.run
        must_count = program.checks is not None or (program.counts and counted > 0 and others == 0)
        if program.build is not None:
            built = _stage(program.build, toolchain, BUILD_LIMITS, None)
            spent.append(built)
            if built.exit_code != 0 or any(name not in built.files for name in program.build.outputs):
                return _row(Verdict.COMPILE_ERROR, _build_detail(built), spent, version)
            run = _with_files(run, built.files)
        verdict, detail = _run(run, toolchain, limits, must_count, spent)
        flags: tuple[str, ...] = ()
        if verdict is Verdict.TIMEOUT and limits.retry_cpu_s > limits.cpu_s:
            longer = limits.model_copy(update={"cpu_s": limits.retry_cpu_s})
            verdict, detail = _run(run, toolchain, longer, must_count, spent)
            flags = ("retried",)
    except OSError as error:
        return _row(Verdict.HARNESS_ERROR, f"the sandbox broke: {error}", spent, version)
    return _row(verdict, detail, spent, version, flags)


def _run(
    run: Command, toolchain: Toolchain, limits: Limits, must_count: bool, spent: list[RunOutcome]
) -> tuple[Verdict, str]:
    token = secrets.token_hex(TOKEN_LENGTH // 2).encode()
    outcome = _stage(run, toolchain, limits, token)
    spent.append(outcome)
    return _meaning(outcome, token, must_count)


def _stage(command: Command, toolchain: Toolchain, limits: Limits, token: bytes | None) -> RunOutcome:
    room = limits.model_copy(
        update={
            "cpu_s": limits.cpu_s + command.start_cpu_s,
            "memory_mb": limits.memory_mb + command.memory_mb,
            "processes": max(limits.processes, command.processes),
            "files": max(limits.files, 256) if command.processes else limits.files,
        }
    )
    return bubblewrap.run(
        command.argv,
        files=command.files,
        limits=room,
        binds=toolchain.binds,
        env=command.env,
        token=token,
        address_space=command.address_space,
        outputs=command.outputs,
    )


def _with_files(command: Command, built: dict[str, bytes]) -> Command:
    return replace(command, files={**command.files, **built})


def _meaning(outcome: RunOutcome, token: bytes, must_count: bool) -> tuple[Verdict, str]:
    output = outcome.output_tail
    match outcome.limit_hit:
        case "cpu" | "wall":
            return Verdict.TIMEOUT, f"stopped at its limit of {outcome.limit_hit} time"
        case "memory":
            return Verdict.OOM, "stopped at its memory limit"
        case "output":
            return Verdict.OUTPUT_LIMIT, "stopped at its output limit"
        case None:
            pass
    if outcome.exit_code == BUILD_FAILED and outcome.proof == b"build":
        return Verdict.COMPILE_ERROR, _telling_line(output)
    if outcome.exit_code != 0 and _OUT_OF_MEMORY.search(output):
        return Verdict.OOM, _telling_line(output)
    if outcome.exit_code is None:
        return Verdict.CRASH, f"ended by signal {outcome.signal}: {_telling_line(output)}"
    if outcome.exit_code != 0:
        return Verdict.FAIL, _telling_line(output) or f"exit status {outcome.exit_code}"
    # before the token, a mark for each check that ran (h) or failed (F), where a harness cannot keep them itself
    marks, proof, count = outcome.proof.partition(token)
    if b"F" in marks:
        return Verdict.FAIL, f"a check failed and nothing used its outcome: {_telling_line(output)}"
    if proof != token or marks.strip(b"h") or not re.fullmatch(rb"\d{0,12}", count):
        return Verdict.FAIL, "it ended with status 0 before its tests had run to their end"
    if must_count and marks.count(b"h") + int(count or b"0") < 1:
        return Verdict.NO_TESTS, "no assertion was run"
    return Verdict.PASS, ""


def _build_detail(built: RunOutcome) -> str:
    if built.limit_hit is not None:
        return f"the compiler was stopped at its {built.limit_hit} limit"
    return _telling_line(built.output_tail) or f"the compiler ended with status {built.exit_code}"


def _telling_line(output: str) -> str:
    """The line of `output` that says most: the first that names an error, else the last.

    One that ends with a colon is followed by what it announces.
    """
    lines = [line for line in output.splitlines() if line.strip() and not _PLACE.match(line)]
    for pattern in _TELLING:
        place = next((i for i, line in enumerate(lines) if pattern.search(line)), None)
        if place is not None:
            announced = lines[place].rstrip().endswith(":")
            return bounded(" ".join(lines[place : place + 3] if announced else lines[place : place + 1]))
    return bounded(lines[-1] if lines else "")


def bounded(text: str) -> str:
    """`text` as one printable line of at most `DETAIL_LENGTH` characters."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else "?" for c in line)[:DETAIL_LENGTH]


def _row(
    verdict: Verdict, detail: str, spent: list[RunOutcome], version: str, flags: tuple[str, ...] = ()
) -> Judgment:
    return Judgment(
        verdict=verdict,
        detail=bounded(detail),
        duration_ms=sum(outcome.wall_ms for outcome in spent),
        cpu_ms=sum(outcome.cpu_ms for outcome in spent),
        peak_mb=max((outcome.peak_mb for outcome in spent), default=0.0),
        output_tail=spent[-1].output_tail if spent else "",
        toolchain=version,
        flags=flags,
    )
