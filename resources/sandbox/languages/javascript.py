"""JavaScript in Node: one script, or one module where it imports or exports.

Proof: `harness/node.js` holds the assertions, sees the script return and every async test end. Tests may throw,
use `assert` or `console.assert`; lodash (MBXP) is taken from Debian's node-lodash, else from a stand-in.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from resources.sandbox.languages.assertions import COUNTED
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.node_checks import FUNCTIONS, NodeChecks
from resources.sandbox.languages.node_names import declared, is_own_module, module_name, types
from resources.sandbox.languages.syntax import code_only, parse, walk
from resources.sandbox.languages.tools import located

_MODULE = re.compile(
    r"(?m)^\s*(?:import\s*[\w{*'\"]|export\s+(?:default|const|let|var|function|class|async|\{|\*))"
)
_LATER = re.compile(
    r"\basync\b|\bawait\b|\.\s*then\s*\(|\bset(?:Timeout|Interval|Immediate)\b|\bnextTick\b|\bPromise\b"
    r"|\bqueueMicrotask\b|\bnode:test\b|\.\s*on(?:ce)?\s*\(|\b(?:test|it|describe)\s*\("
)
_CALLBACK = re.compile(
    r"\.\s*then\s*\(|\bset(?:Timeout|Interval|Immediate)\b|\bnextTick\b|\.\s*on(?:ce)?\s*\("
)
_MAIN = re.compile(
    r"\brequire\.main\s*===?\s*module\b|\bmodule\s*===?\s*require\.main\b|!\s*module\.parent\b|\bimport\.meta\.main\b"
    r"|\bimport\.meta\.url\s*===?\s*(?:`file://\$\{process\.argv\[1\]\}`|pathToFileURL\(process\.argv\[1\]\)\.href)"
    r"|\bprocess\.argv\[1\]\s*===?\s*(?:url\.)?fileURLToPath\(import\.meta\.url\)"
    r"|\b(?:url\.)?fileURLToPath\(import\.meta\.url\)\s*===?\s*process\.argv\[1\]"
)
"""How a script asks whether it is the one that is run."""

_NOT_MAIN = re.compile(r"\brequire\.main\s*!==?\s*module\b|\bmodule\s*!==?\s*require\.main\b")
STAND_INS = (
    "describe", "it", "test", "suite", "context", "expect", "jest", "vi", "beforeAll", "beforeEach", "afterAll",
    "afterEach", "before", "after",
)  # fmt: skip
"""What test libraries make global."""
_DEBIAN_MODULES = "/usr/share/nodejs"


class JavaScript(Language):
    """JavaScript, run by Node."""

    name = "javascript"
    packages = ("nodejs", "node-lodash")
    hello = (
        "function add(a, b) { return a + b; }\n",
        "const assert = require('assert');\nassert.strictEqual(add(1, 2), 3);\n",
    )
    counts_checks = True

    def locate(self) -> Toolchain | None:
        """`node`, with lodash beside it where Debian's package is there."""
        return located(self.name, {"node": ("--version",)}, "Node {}")

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """One file of answer and tests, run by the harness."""
        joined = join(self.name, code, tests, mark)
        is_module = _MODULE.search(code_only(self.name, joined.text)) is not None
        is_module = is_module or awaits_at_top(self.name, joined.text)
        return Program(
            run=node_run(toolchain, joined, code, tests, mark, is_module), checks=joined.checks.sites
        )


@dataclass(frozen=True)
class Joined:
    """Answer and tests as one text, with the tests' marks."""

    text: str
    checks: NodeChecks
    parted: bool  # whether the text says where the tests begin
    stand_ins: tuple[str, ...]  # names of test libraries that the tests use and nothing gives


def join(language: str, code: str, tests: str, mark: str) -> Joined:
    """Tests behind the answer; in a block of their own where both declare a name, or the tests import the answer."""
    code, tests = as_module(code.removeprefix("\ufeff")), re.sub(r"\A#!.*", "", tests)
    ours, theirs = parse(language, code), parse(language, tests)
    answers, names = declared(ours), declared(theirs)
    requires = {
        module_name(node) for node in walk(theirs) if node.type in ("import_statement", "call_expression")
    }
    imports_answer = any(is_own_module(name) for name in requires)
    uses_assert = (
        "assert" in answers and "assert" not in names and re.search(r"\bassert\b", tests) is not None
    )
    encloses = not ours.has_error and (bool(answers & names) or imports_answer or uses_assert)
    checks = NodeChecks(language, tests, mark, encloses=encloses)
    shown = code_only(language, tests)
    stand_ins = tuple(
        name
        for name in STAND_INS
        if name not in answers | names and re.search(rf"(?<![.\w$]){name}(?:\.\w+)*\s*\(", shown)
    )
    if ours.has_error:
        return Joined(f"{code}\n{checks.text}", checks, False, stand_ins)
    given = f"const assert=globalThis.{mark}.assert;" if uses_assert else ""
    body = f"{{{given}{checks.text}\n}}" if encloses else checks.text
    values = ",".join(sorted(answers - types(ours)))
    part = f";globalThis.{mark}.tests(()=>({{{values}}}),typeof module==='undefined'?undefined:module);"
    return Joined(f"{code}\n{part}\n{body}", checks, True, stand_ins)


def as_module(code: str) -> str:
    """An answer whose guard for a script that is run (`require.main === module`) is not entered."""
    code = _NOT_MAIN.sub(lambda found: f"true{' ' * (len(found[0]) - 4)}", code)
    return _MAIN.sub(lambda found: f"false{' ' * (len(found[0]) - 5)}", code)


def node_run(
    toolchain: Toolchain,
    joined: Joined,
    code: str,
    tests: str,
    mark: str,
    is_module: bool,
    compiler: str = "",
) -> Command:
    """The run stage: the harness, its plan and the program, which `compiler` (a path) first makes JavaScript of."""
    language, text = joined.checks.language, joined.text
    shown = code_only(language, tests)
    sites = len([1 for s in re.findall(COUNTED["javascript"], shown) if not s.rstrip("( ").endswith("fail")])
    # an answer that does things later may call the functions that tests give it later, or never
    gives = (
        _LATER.search(code_only(language, code)) is not None
        and re.search(r"=>|\bfunction\b", shown) is not None
    )
    later = gives or _LATER.search(shown) is not None
    program = "program.mjs" if is_module else "program.js"
    plan = {
        "mark": mark,
        # callbacks may never be called: there every site must have held at least once
        "needed": sites if gives or _CALLBACK.search(shown) else 0,
        "plain": not later,
        "program": program,
        "module": is_module,
        "compiler": compiler,
        "joined": joined.parted,
        "globals": joined.stand_ins,
    }
    text = _for_module(text, mark) if is_module else text
    files = {
        "node.js": source("node.js"),
        "expect.js": source("expect.js"),
        "plan.json": json.dumps(plan).encode(),
        program: text.encode(),
    }
    if not Path(_DEBIAN_MODULES, "lodash").is_dir():
        files["node_modules/lodash/index.js"] = source("lodash.js")
    return Command(
        argv=(str(toolchain.tools["node"]), "--max-old-space-size=512", "--stack-size=900", "node.js"),
        files=files,
        env={"NODE_PATH": _DEBIAN_MODULES},
        address_space=False,
        processes=64,
        memory_mb=64,
    )


def _for_module(text: str, mark: str) -> str:
    """A module with `require` where it is used but not made."""
    if re.search(r"\brequire\s*\(", text) and "createRequire" not in text:
        text = (
            f"import {{createRequire as {mark}r}} from 'module';const require={mark}r(import.meta.url);{text}"
        )
    return text


def awaits_at_top(language: str, text: str) -> bool:
    """Whether `text` awaits outside of every function, which only a module may."""
    if "await" not in text:
        return False
    waiting = [parse(language, text)]
    while waiting:
        node = waiting.pop()
        if node.type == "await_expression" or (
            node.type == "for_in_statement" and b"await" in (node.text or b"")[:12]
        ):
            return True
        waiting.extend(
            c for c in node.children if c.type not in (*FUNCTIONS, "generator_function_declaration")
        )
    return False
