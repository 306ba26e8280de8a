"""JavaScript in Node: one script, or one module where it imports or exports.

Proof: `harness/node.js` holds the assertions, sees the script return and every async test end. Tests may throw,
use `assert` or `console.assert`; lodash (MBXP) is taken from Debian's node-lodash, else from a stand-in.
"""

import json
import re
from pathlib import Path

from resources.sandbox.languages.assertions import COUNTED
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.syntax import code_only, edit, parse, walk
from resources.sandbox.languages.tools import located

_MODULE = re.compile(
    r"(?m)^\s*(?:import\s*[\w{*'\"]|export\s+(?:default|const|let|var|function|class|async|\{|\*))"
)
_ASSERT_IMPORT = re.compile(r"((?:from|import)\s*)(['\"])(?:node:)?assert(/strict)?\2")
_LATER = re.compile(
    r"\basync\b|\bawait\b|\.\s*then\s*\(|\bset(?:Timeout|Interval|Immediate)\b|\bnextTick\b|\bPromise\b"
    r"|\bqueueMicrotask\b|\bnode:test\b|\.\s*on(?:ce)?\s*\(|\b(?:test|it|describe)\s*\("
)
_CALLBACK = re.compile(
    r"\.\s*then\s*\(|\bset(?:Timeout|Interval|Immediate)\b|\bnextTick\b|\.\s*on(?:ce)?\s*\("
)
_EXIT = re.compile(r"\bprocess\s*\.\s*exit\s*\(")
_FUNCTIONS = ("function_declaration", "function_expression", "arrow_function", "method_definition")
_DEBIAN_MODULES = "/usr/share/nodejs"


class JavaScript(Language):
    """JavaScript, run by Node."""

    name = "javascript"
    packages = ("nodejs", "node-lodash")
    hello = (
        "function add(a, b) { return a + b; }\n",
        "const assert = require('assert');\nassert.strictEqual(add(1, 2), 3);\n",
    )

    def locate(self) -> Toolchain | None:
        """`node`, with lodash beside it where Debian's package is there."""
        return located(self.name, {"node": ("--version",)}, "Node {}")

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """One file of answer and tests, run by the harness."""
        tests = instrumented(self.name, tests, mark)
        text = f"{code}\n;{tests}" if _automatic_semicolon_safe(code) else f"{code}\n{tests}"
        is_module = _MODULE.search(code_only(self.name, text)) is not None or awaits_at_top(self.name, text)
        return Program(run=node_run(self.name, toolchain, text, code, tests, mark, is_module), counts=True)


def instrumented(language: str, tests: str, mark: str) -> str:
    """`tests` with each async function telling the harness when it begins and ends, and an exit that counts."""
    if "async" not in tests and "exit" not in tests:
        return tests
    edits: list[tuple[int, int, str]] = []
    begin, end = f"globalThis.{mark}.begin();try{{", f"}}finally{{globalThis.{mark}.end()}}"
    for node in walk(parse(language, tests)):
        if node.type in _FUNCTIONS and any(child.type == "async" for child in node.children):
            body = node.child_by_field_name("body")
            if body is None:
                continue
            if body.type == "statement_block":
                edits += [(body.start_byte + 1, body.start_byte + 1, begin)]
                edits += [(body.end_byte - 1, body.end_byte - 1, "\n" + end)]
            else:
                edits += [(body.start_byte, body.start_byte, "{" + begin + "return (")]
                edits += [(body.end_byte, body.end_byte, ")" + end + "}")]
        elif node.type == "call_expression":
            called = node.child_by_field_name("function")
            if called is not None and called.text == b"process.exit":
                edits += [(called.start_byte, called.end_byte, f"globalThis.{mark}.exit")]
    return edit(tests, edits)


def node_run(
    language: str,
    toolchain: Toolchain,
    text: str,
    code: str,
    tests: str,
    mark: str,
    is_module: bool,
    compiler: str = "",
) -> Command:
    """The run stage: the harness, its plan and the program, which `compiler` (a path) first makes JavaScript of."""
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
    }
    text = _for_module(text, mark) if is_module else text
    files = {"node.js": source("node.js"), "plan.json": json.dumps(plan).encode(), program: text.encode()}
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
    """A module's imports of `assert` made to give the harness's, and `require` where it is used but not made."""
    text = _ASSERT_IMPORT.sub(
        lambda m: f"{m[1]}{m[2]}data:text/javascript,{_assert_module(mark, m[3] is not None)}{m[2]}", text
    )
    if re.search(r"\brequire\s*\(", text) and "createRequire" not in text:
        text = (
            f"import {{createRequire as {mark}r}} from 'module';const require={mark}r(import.meta.url);{text}"
        )
    return text


_ASSERT_NAMES = (
    "ok", "equal", "notEqual", "deepEqual", "notDeepEqual", "deepStrictEqual", "notDeepStrictEqual",
    "strictEqual", "notStrictEqual", "throws", "doesNotThrow", "rejects", "doesNotReject", "match",
    "doesNotMatch", "ifError", "fail", "AssertionError", "strict",
)  # fmt: skip


def _assert_module(mark: str, strict: bool) -> str:
    made = f"const a=globalThis.{mark}.assert{'.strict' if strict else ''};export default a;"
    return made + "export const {" + ",".join(_ASSERT_NAMES) + "}=a"


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
            c for c in node.children if c.type not in (*_FUNCTIONS, "generator_function_declaration")
        )
    return False


def _automatic_semicolon_safe(code: str) -> bool:
    """Whether a `;` may stand between answer and tests: the answer must be whole by itself."""
    return not parse("javascript", code).has_error
