"""Bash: answer and tests in one shell, with the tests' builtins taken back in between.

Proof: `harness/bash.sh` around both. In POSIX mode the special builtins (`unset`, `exit`, `trap`) come before
functions of the same name, which is how an answer that redefines `[` or `unset` itself is undone.
"""

from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.tools import located


class Bash(Language):
    """Bash without its start-up files."""

    name = "bash"
    packages = ("bash",)
    hello = ("add() { echo $(( $1 + $2 )); }\n", '[ "$(add 1 2)" = 3 ] || exit 1\n')

    def locate(self) -> Toolchain | None:
        """The system's `bash`."""
        return located(self.name, {"bash": ("--version",)}, "GNU bash {}")

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """The harness with answer and tests in their places."""
        text = source("bash.sh").decode()
        for place, part in (("MARK", mark), ("ANSWER", code), ("TESTS", tests)):
            text = text.replace(
                f"#{place}#\n" if part is not mark else "MARK", part if part is mark else f"{part}\n"
            )
        return Program(
            run=Command(
                argv=(str(toolchain.tools["bash"]), "--noprofile", "--norc", "program.sh"),
                files={"program.sh": text.encode()},
            )
        )
