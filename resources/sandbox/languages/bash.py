"""Bash: answer and tests in one shell, with the tests' builtins taken back in between.

Proof: `harness/bash.sh` around both, and the marks of `bash_checks.py`, which say how each check went. In POSIX mode
the special builtins (`unset`, `exit`, `trap`) come before functions of the same name, which is how an answer that
redefines `[` or `unset` itself is undone. A guard for a script that is run (`$0`) is not entered.
"""

import re

from resources.sandbox.languages.bash_checks import BashChecks
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.tools import located

_GUARDED = (
    "unset", "[", "test", "echo", "exit", "return", "true", "false", "trap", "set", "diff", "cmp", "grep", "expr",
)  # fmt: skip
_SCRIPT = re.compile(r"(?<![\w.-])(?:\./)?([\w-]+\.(?:sh|bash))\b")
_RUN = re.compile(r"(?:\b(?:ba)?sh\s+(?:-\w+\s+)*[\"']?(?:\./)?|(?<![\w.])\./)[\w-]+\.(?:sh|bash)\b")
_SOURCED = re.compile(r"(?m)(?:^|[;&|({]|\bthen\b)\s*(?:source|\.)\s+\S*\.(?:sh|bash)\b")
_BATS = re.compile(r"(?m)^[ \t]*@test[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\S+)[ \t]*\{")
_WRITTEN = r">\s*[\"']?(?:\./)?{}"


class Bash(Language):
    """Bash without its start-up files."""

    name = "bash"
    packages = ("bash",)
    hello = ("add() { echo $(( $1 + $2 )); }\n", '[ "$(add 1 2)" = 3 ] || exit 1\n')
    counts_checks = True

    def locate(self) -> Toolchain | None:
        """The system's `bash`."""
        return located(self.name, {"bash": ("--version",)}, "GNU bash {}")

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """The harness with answer and tests in their places; scripts that the tests call by name are the answer."""
        checks = BashChecks(_plain(tests, mark), mark)
        guarded = [name for name in _GUARDED if name not in checks.defined]
        harness = source("bash.sh").decode().replace("MARK", mark)
        harness = harness.replace("GUARDED", " ".join(f"'{name}'" for name in guarded))
        before, after = harness.split("#TESTS#\n")
        head, between = before.split("#ANSWER#\n")
        scripts = _scripts(code, tests)
        code = "" if scripts and _RUN.search(tests) and not _SOURCED.search(tests) else code
        first = f"{head}{code}\n{between}".count("\n") + 1
        for place, lines in (("DEEP", checks.deep_lines), ("LINES", checks.lines)):
            between = between.replace(place, " ".join(str(line + first) for line in sorted(lines)))
        text = f"{head}{code}\n{between}{checks.text}\n{after}"
        return Program(
            run=Command(
                argv=(str(toolchain.tools["bash"]), "--noprofile", "--norc", "program.sh"),
                files={"program.sh": text.encode(), **scripts},
            ),
            checks=checks.sites,
        )


def _plain(tests: str, mark: str) -> str:
    """Tests for Bats as plain Bash: each test a function that runs by itself, and any command of it may fail it."""
    count = 0

    def begin(_: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{mark}t{count}() {{"

    text = _BATS.sub(begin, tests)
    if not count:
        return tests
    hooks = {
        name: f"{name}; " if re.search(rf"(?m)^\s*{name}\s*\(\)", tests) else ""
        for name in ("setup", "teardown")
    }
    calls = "".join(
        f"( set -e; {hooks['setup']}{mark}t{number}; {hooks['teardown']}: )\n[ $? -eq 0 ] || exit 1\n"
        for number in range(1, count + 1)
    )
    run = (
        'run() { local MARKe=$-; set +e; output=$("$@" 2>&1); status=$?; mapfile -t lines <<< "$output"; '
        "case $MARKe in *e*) set -e ;; esac; }; load() { :; }\n"
    )
    return f"{run.replace('MARK', mark)}{text}\n{calls}"


def _scripts(code: str, tests: str) -> dict[str, bytes]:
    """The answer under each name of a script that the tests mention and do not write themselves."""
    names = {
        name for name in _SCRIPT.findall(tests) if not re.search(_WRITTEN.format(re.escape(name)), tests)
    }
    text = code if code.startswith("#!") else f"#!/bin/bash\n{code}"
    return {name: text.encode() for name in names - {"program.sh"}}
