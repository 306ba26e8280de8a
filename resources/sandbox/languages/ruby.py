"""Ruby: answer and tests as one script, loaded by the harness.

Proof: `harness/proof.rb`, which runs the tests of Minitest and test-unit, keeps the account of the checks that
`ruby_checks.py` has marked, and sees that `raise` and the comparisons of the basic types are still Ruby's own.
"""

import re
from dataclasses import replace
from pathlib import Path

from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.ruby_checks import RubyChecks
from resources.sandbox.languages.tools import in_system, located, printed


class Ruby(Language):
    """Ruby."""

    name = "ruby"
    packages = ("ruby",)
    hello = ("def add(a, b)\n  a + b\nend\n", "raise 'add' unless add(1, 2) == 3\n")

    counts_checks = True

    def locate(self) -> Toolchain | None:
        """`ruby`, with the test libraries that come with it."""
        there = located(self.name, {"ruby": ("--version",)}, "Ruby {}")
        if there is None:
            return None
        folders = printed([str(there.tools["ruby"]), "-e", _LIBRARIES]) or ""
        paths = [Path(line) for line in folders.splitlines()]
        outside = {str(path) for path in paths if not in_system(path)}
        return replace(
            there,
            tools={**there.tools, **{f"library {number}": path for number, path in enumerate(paths)}},
            binds=tuple(sorted({*there.binds, *outside})),
        )

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """`program.rb` and the harness that loads it; `__END__` in the answer would hide the tests."""
        code = _MAIN.sub("false", code)  # a guard for a script that is run is not entered
        code = "\n".join("" if line == "__END__" else line for line in code.split("\n"))
        checks = RubyChecks(self.name, tests, mark)
        first = f"{code}\n".count("\n") + 1
        harness = source("proof.rb").decode().replace("MARK", mark).replace("FIRST", str(first))
        harness = harness.replace("RAISING", ",".join(str(line + first) for line in checks.raising_lines))
        libraries = [str(path) for name, path in toolchain.tools.items() if name.startswith("library ")]
        files = {"proof.rb": harness.encode(), "program.rb": f"{code}\n{checks.text}\n".encode()}
        options = ["-rset", *(f"-I{path}" for path in libraries)]  # Ruby 3.2 has Set without being asked
        if re.search(r"\bRSpec\b|rspec|\.(?:to|not_to|to_not)\s+\w", tests):
            files |= {f"lib/{name}.rb": _RSPEC.get(name, source("rspec.rb")) for name in ("rspec", *_RSPEC)}
            options += ["-Ilib", "-rrspec"]
        return Program(
            run=Command(
                # RubyGems is two thirds of the start-up time, and no gem can be installed here
                argv=(str(toolchain.tools["ruby"]), "--disable=gems", *options, "proof.rb"),
                files=files,
                processes=8,
            ),
            checks=checks.sites,
        )


_MAIN = re.compile(
    r"\b__FILE__\s*={2,3}\s*\$(?:0|PROGRAM_NAME)(?!\w)|\$(?:0|PROGRAM_NAME)\s*={2,3}\s*__FILE__\b"
)
_LIBRARIES = (
    "%w[minitest test-unit power_assert].each { |name| "
    "puts Gem::Specification.find_by_name(name).full_require_paths rescue Gem::LoadError }"
)
_RSPEC = {"rspec/autorun": b"", "rspec/core": b"", "rspec/expectations": b"", "spec_helper": b""}
"""Files of RSpec that tests ask for -> what they bring beside the stand-in, which is always there."""
