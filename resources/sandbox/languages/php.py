"""PHP: answer and tests as one script, included by the harness at the top level.

Proof: `harness/proof.php`, in a shutdown function registered before the answer that asks whether the script's last
line was reached and whether assertions are still on.
"""

import re
from pathlib import Path

from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.tools import located

_SETTINGS = ("zend.assertions", "assert.exception", "assert.active")


class Php(Language):
    """PHP on the command line, with the machine's own extensions."""

    name = "php"
    packages = ("php-cli", "php-mbstring")
    hello = ("<?php\nfunction add($a, $b) { return $a + $b; }\n", "assert(add(1, 2) === 3);\n")

    def locate(self) -> Toolchain | None:
        """`php`, with its settings under /etc/php where they are."""
        there = located(self.name, {"php": ("--version",)}, "PHP {}")
        if there is None:
            return None
        settings = ("/etc/php",) if Path("/etc/php").is_dir() else ()
        return Toolchain(self.name, there.version, there.tools, (*there.binds, *settings))

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """`program.php` and the harness that includes it."""
        code = code if re.search(r"<\?(?:php|=)", code) else f"<?php\n{code}"
        if code.rfind("?>") > max(code.rfind("<?php"), code.rfind("<?=")):
            code = f"{code}\n<?php"
        tests = re.sub(r"\A\s*<\?php", "", tests)
        if tests.rfind("?>") > tests.rfind("<?php"):
            tests = f"{tests}\n<?php"
        between = "".join(f"\\ini_set('{name}', '1');" for name in _SETTINGS)
        before = f"{code}\n{between}\n{tests}\n"
        last = before.count("\n") + 1
        harness = source("proof.php").decode().replace("MARK", mark).replace("'LAST'", str(last))
        return Program(
            run=Command(
                argv=(
                    str(toolchain.tools["php"]),
                    "-dzend.assertions=1",
                    "-dassert.exception=1",
                    "-ddisplay_errors=stderr",
                    "-dhtml_errors=0",
                    "-dmemory_limit=-1",
                    "proof.php",
                ),
                files={"proof.php": harness.encode(), "program.php": f"{before}\\{mark}();\n".encode()},
            )
        )
