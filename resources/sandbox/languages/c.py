"""C by gcc: one translation unit, assertions that cannot be switched off, main called by the harness.

How answer and tests are joined, what the answer may not define, and whose main runs, are decided in `cpp.py`.
"""

from collections.abc import Mapping

from resources.sandbox import bubblewrap
from resources.sandbox.languages.cpp import joined, unpacked
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.judge import BUILD_LIMITS
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.tools import linker_flags, located

FLAGS = ("-std=gnu17", "-O0", "-w", "-pipe", "-fdiagnostics-color=never", "-fmax-errors=3")

_COMPARING = frozenset((
    "strcmp", "strncmp", "strcasecmp", "strncasecmp", "strcoll", "strlen", "strchr", "strstr", "memcmp", "memchr",
    "wcscmp", "wcsncmp", "wcslen", "abs", "labs", "llabs", "fabs", "fabsf", "fabsl", "isnan", "isinf", "round",
    "roundf", "floor", "ceil", "pow", "sqrt", "fmax", "fmin", "printf", "fprintf", "sprintf", "snprintf", "puts",
    "memset", "memcpy", "memmove", "strcpy", "strncpy", "malloc", "calloc", "realloc", "free",
))  # fmt: skip
"""Functions of the library by which tests compare: the answer's own would judge itself."""


class C(Language):
    """C17 by gcc."""

    name = "c"
    packages = ("gcc", "libc6-dev")
    warm_sources = ("proof.c", "assert.h")
    hello = (
        "int add(int a, int b) { return a + b; }\n",
        "#include <assert.h>\nint main(void) { assert(add(1, 2) == 3); return 0; }\n",
    )

    def locate(self) -> Toolchain | None:
        """`gcc` of the system."""
        return located(self.name, {"gcc": ("--version",)}, "gcc {}")

    def warm_up(self, toolchain: Toolchain) -> Mapping[str, bytes]:
        """The harness compiled by the sandboxed compiler."""
        compiler = str(toolchain.tools["gcc"])
        outcome = bubblewrap.run(
            (compiler, *FLAGS, "-O1", "-c", "proof.c", "-o", "proof.o"),
            files={"proof.c": source("proof.c")},
            limits=BUILD_LIMITS,
            binds=toolchain.binds,
            outputs=("proof.o",),
        )
        return unpacked(outcome, {"include/assert.h": source("assert.h")})

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """One translation unit of both, linked with the proof."""
        text = joined(self.name, code, tests, mark, _COMPARING)
        folder = str(toolchain.warm)
        return Program(
            build=Command(
                argv=(
                    str(toolchain.tools["gcc"]),
                    *FLAGS,
                    f"-I{folder}/include",
                    "program.c",
                    f"{folder}/proof.o",
                    "-Wl,--wrap=main",
                    *linker_flags(),
                    "-lm",
                    "-o",
                    "program",
                ),
                files={"program.c": text.encode()},
                outputs=("program",),
            ),
            run=Command(argv=("./program",)),
            counts=True,
        )
