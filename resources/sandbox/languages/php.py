"""PHP: answer and tests as two files, included by the harness at the top level.

Proof: `harness/proof.php`, in a shutdown function registered before the answer that asks whether the tests' last line
was reached, whether assertions are still on, and how the checks went that `php_checks.py` has marked.
"""

import re
from pathlib import Path

from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.php_checks import PhpChecks
from resources.sandbox.languages.tools import located


class Php(Language):
    """PHP on the command line, with the machine's own extensions."""

    name = "php"
    packages = ("php-cli", "php-mbstring")
    hello = ("<?php\nfunction add($a, $b) { return $a + $b; }\n", "assert(add(1, 2) === 3);\n")
    counts_checks = True

    def locate(self) -> Toolchain | None:
        """`php`, with its settings under /etc/php where they are."""
        there = located(self.name, {"php": ("--version",)}, "PHP {}")
        if there is None:
            return None
        settings = ("/etc/php",) if Path("/etc/php").is_dir() else ()
        return Toolchain(self.name, there.version, there.tools, (*there.binds, *settings))

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """Answer and tests, each a file that the harness includes; the tests see the answer's namespace."""
        code = re.sub(r"\A#!.*\n", "", code)
        code = code if re.search(r"<\?(?:php|=)", code) else f"<?php\n{code}"
        tests = re.sub(r"\A(?:#!.*\n)?\s*<\?php\b", "", tests)
        head, tests = _head(code, tests)
        checks = PhpChecks(self.name, tests, mark)
        text = f"<?php {head}{checks.text}"
        if text.rfind("?>") > text.rfind("<?php"):
            text = f"{text}\n<?php"
        last = text.count("\n") + 2
        braced = re.search(r"(?m)^\s*namespace\b[^;{]*\{", tests)
        ending = f"namespace {{ \\{mark}(); }}" if braced else f"\\{mark}();"
        harness = source("proof.php").decode().replace("MARK", mark).replace("'LAST'", str(last))
        files = {
            "proof.php": harness.encode(),
            "answer.php": code.encode(),
            "tests.php": f"{text}\n{ending}\n".encode(),
        }
        options: tuple[str, ...] = ()
        if re.search(r"\bTestCase\b|\bPHPUnit\b", tests):
            files["phpunit.php"] = source("phpunit.php")
            options = ("-dauto_prepend_file=phpunit.php",)
        return Program(
            run=Command(
                argv=(
                    str(toolchain.tools["php"]),
                    "-dzend.assertions=1",
                    "-dassert.exception=1",
                    "-ddisplay_errors=stderr",
                    "-dhtml_errors=0",
                    "-dmemory_limit=-1",
                    *options,
                    "proof.php",
                ),
                files=files,
            ),
            checks=checks.sites,
        )


_STRICT = re.compile(r"(?m)^\s*declare\s*\(\s*strict_types\s*=\s*1\s*\)\s*;")
_NAMESPACE = re.compile(r"(?m)^\s*(?:<\?php\s+)?namespace\s+([\w\\]+)\s*;")
_USE = re.compile(r"(?m)^use\s+([\w\\]+)(?:\s+as\s+(\w+))?\s*;")


def _head(code: str, tests: str) -> tuple[str, str]:
    """What the tests' file begins with, and the tests without it: strict types, the answer's namespace and imports."""
    strict = _STRICT.search(tests) or _STRICT.search(code)
    tests = _STRICT.sub("", tests, count=1)
    head = "declare(strict_types=1);" if strict else ""
    names = _NAMESPACE.findall(code)
    if re.search(r"(?m)^\s*namespace\b", tests) is None:
        head += f"namespace {names[0]};" if len(names) == 1 else ""
        taken = {alias or name.rpartition("\\")[2] for name, alias in _USE.findall(tests)}
        for name, alias in _USE.findall(code):
            if (alias or name.rpartition("\\")[2]) not in taken:
                head += f"use {name} as {alias};" if alias else f"use {name};"
    return head, tests
