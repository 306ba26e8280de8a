"""TypeScript: types taken off by esbuild (or the TypeScript compiler), then judged as JavaScript is.

Types are not checked: a verdict is about behaviour, and a type error that the tests do not feel is not the
sandbox's affair. A syntax error is `compile_error`. The compiler runs in the same sandbox, before the answer.
"""

import re
from dataclasses import replace

from resources.sandbox.languages.javascript import awaits_at_top, join, node_run
from resources.sandbox.languages.language import Language, Program, Toolchain
from resources.sandbox.languages.tools import located

_ASSERT_NAMESPACE = re.compile(
    r"(?m)^(\s*)import\s+\*\s+as\s+(\w+)\s+from\s+(['\"](?:node:)?assert(?:/strict)?['\"])"
)


class TypeScript(Language):
    """TypeScript, run by Node without its types."""

    name = "typescript"
    packages = ("nodejs", "esbuild", "node-lodash")
    hello = (
        "const add = (a: number, b: number): number => a + b;\n",
        "import * as assert from 'assert';\nassert.strictEqual(add(1, 2), 3);\n",
    )

    counts_checks = True

    def locate(self) -> Toolchain | None:
        """`node` with `esbuild`, or else with the TypeScript compiler."""
        node = located(self.name, {"node": ("--version",)}, "Node {}")
        compiler = located(self.name, {"esbuild": ("--version",)}, "esbuild {}") or located(
            self.name, {"tsc": ("--version",)}, "TypeScript {}"
        )
        if node is None or compiler is None:
            return None
        return Toolchain(
            self.name,
            f"{compiler.version}, {node.version}",
            {**node.tools, **compiler.tools},
            binds=tuple(sorted({*node.binds, *compiler.binds})),
        )

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """One file of answer and tests; the harness takes its types off and runs it."""
        joined = join(self.name, code, tests, mark)
        is_module = awaits_at_top(self.name, joined.text)
        if not is_module:
            # `import * as assert` gives the callable itself, as the compiler without esModuleInterop does
            joined = replace(joined, text=_ASSERT_NAMESPACE.sub(r"\1import \2 = require(\3)", joined.text))
        compiler = str(toolchain.tools.get("esbuild") or toolchain.tools["tsc"])
        run = node_run(toolchain, joined, code, tests, mark, is_module, compiler)
        return Program(
            run=replace(run, start_cpu_s=0.5 if "esbuild" in toolchain.tools else 2.0),
            checks=joined.checks.sites,
        )
