"""Ruby: answer and tests as one script, loaded by the harness.

Proof: `harness/proof.rb`, which also sees that `raise` and the comparisons of the basic types are still Ruby's own.
"""

from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.tools import located


class Ruby(Language):
    """Ruby."""

    name = "ruby"
    packages = ("ruby",)
    hello = ("def add(a, b)\n  a + b\nend\n", "raise 'add' unless add(1, 2) == 3\n")

    def locate(self) -> Toolchain | None:
        """`ruby`."""
        return located(self.name, {"ruby": ("--version",)}, "Ruby {}")

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """`program.rb` and the harness that loads it; `__END__` in the answer would hide the tests."""
        del mark
        code = "\n".join("" if line == "__END__" else line for line in code.split("\n"))
        return Program(
            run=Command(
                # RubyGems is two thirds of the start-up time, and no gem can be installed here
                argv=(str(toolchain.tools["ruby"]), "--disable=gems", "proof.rb"),
                files={"proof.rb": source("proof.rb"), "program.rb": f"{code}\n{tests}\n".encode()},
                processes=8,
            )
        )
