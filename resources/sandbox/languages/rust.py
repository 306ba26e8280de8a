"""Rust by rustc: one crate, with a main of the harness that calls the tests' main or their `#[test]` functions.

Proof: `harness/proof.rs`. `#[test]` functions are called one by one (the test runner's summary is text that an
answer can print); the tests' assertion macros are the harness's, which tell of what held and what did not.
"""

import re
from pathlib import Path

from tree_sitter import Node

from resources.sandbox.languages.check_marks import marked
from resources.sandbox.languages.checks import Suite
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.syntax import closed, edit, parse
from resources.sandbox.languages.tools import (
    command,
    command_path,
    in_system,
    linker_flags,
    printed,
    version_line,
)

_EXPECTED = re.compile(r'=\s*(r?#*".*"#*)\s*\)?\s*\]$', re.DOTALL)  # should_panic's message
_FLAGS = (
    "--edition=2021",
    "--crate-name=program",
    "-Copt-level=0",
    "-Cdebuginfo=0",
    "-Cprefer-dynamic",
    "--cap-lints=allow",
)


class Rust(Language):
    """Rust 2021."""

    name = "rust"
    packages = ("rustc",)
    hello = ("fn add(a: i32, b: i32) -> i32 { a + b }\n", "fn main() { assert_eq!(add(1, 2), 3); }\n")

    def locate(self) -> Toolchain | None:
        """`rustc` by its own root, so that rustup's stand-in is not needed inside; `cc` links."""
        linker, named = command_path("cc"), command("rustc")
        if linker is None or named is None:
            return None
        version = version_line([named, "--version"])
        root = printed([named, "--print", "sysroot"])
        library = printed([named, "--print", "target-libdir"])
        if version is None or root is None or library is None:
            return None
        sysroot, libstd = Path(root).resolve(), Path(library).resolve()
        binds = () if in_system(sysroot) else (str(sysroot),)
        tools = {"rustc": sysroot / "bin" / "rustc", "cc": linker, "libstd": libstd}
        return Toolchain(self.name, f"rustc {version.split()[1]}", tools, binds)

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """Answer, the harness with its macros, tests in a module of their own, and the harness's main.

        In a module of their own the tests may repeat what the answer imports. What the answer defines they may not,
        so that they judge the answer and no copy of it: where they do, they are beside it and do not compile.
        """
        code, tests = closed(code, tests)
        tests = marked(Suite(self.name, tests, code), mark)
        is_suite = "#[test]" in tests
        apart = not (_defined(code) & _defined(tests))
        module = f"{mark}_tests" if apart else ""
        has_main = "main" in _defined(tests, mains=True)
        tests, calls = _called(tests, mark, module)
        if has_main or not (calls or is_suite):
            tests = _renamed_main(tests, mark)
            calls = [f"{mark}::must({module + '::' if apart else ''}{mark}_main());", *calls]
        if has_main or calls or is_suite:
            code = _renamed_main(code, f"{mark}_answer")
        if apart:
            tests = f"mod {module} {{\n{tests}\n#[allow(unused_imports)]\nuse super::*;\n}}"
        harness = source("proof.rs").decode().replace("MARK", mark).replace("CALLS", "\n    ".join(calls))
        between, after = harness.split("// TESTS\n")
        text = f"{code}\n{between}\n{tests}\n{after}"
        library = toolchain.tools["libstd"]
        return Program(
            build=Command(
                argv=(
                    str(toolchain.tools["rustc"]),
                    *_FLAGS,
                    f"-Clinker={toolchain.tools['cc']}",
                    f"-Clink-arg=-Wl,-rpath,{library}",
                    *(f"-Clink-arg={flag}" for flag in linker_flags()),
                    "-o",
                    "program",
                    "program.rs",
                ),
                files={"program.rs": text.encode()},
                outputs=("program",),
            ),
            run=Command(argv=("./program",), env={"LD_LIBRARY_PATH": str(library)}),
            counts=True,
        )


def _renamed_main(text: str, mark: str) -> str:
    """`text` with its top-level `fn main` named otherwise."""
    for node in parse("rust", text).children:
        name = node.child_by_field_name("name") if node.type == "function_item" else None
        if name is not None and name.text == b"main":
            visible = any(child.type == "visibility_modifier" for child in node.children)
            start = node.start_byte
            return edit(
                text,
                [(start, start, "" if visible else "pub "), (name.start_byte, name.end_byte, f"{mark}_main")],
            )
    return text


def _defined(text: str, mains: bool = False) -> set[str]:
    """Names of the items that `text` defines at its top level; `main`, which both may have, only if asked for."""
    found = set()
    attributes: list[bytes] = []
    for node in parse("rust", text).children:
        if node.type == "attribute_item":
            attributes.append(re.sub(rb"\s", b"", node.text or b""))
            continue
        if node.type in ("line_comment", "block_comment"):
            continue
        name = node.child_by_field_name("name")
        if (
            name is not None
            and name.text
            and b"#[cfg(test)]" not in attributes
            and node.type != "macro_definition"
        ):
            found.add(name.text.decode())
        attributes = []
    return found if mains else found - {"main"}


def _called(tests: str, mark: str, module: str) -> tuple[str, list[str]]:
    """`tests` with `#[test]` functions made ordinary ones, and the lines that call them there (`module`: where)."""
    edits: list[tuple[int, int, str]] = []
    calls: list[str] = []
    waiting: list[tuple[Node, tuple[str, ...]]] = [(parse("rust", tests), (module,) if module else ())]
    while waiting:
        parent, path = waiting.pop()
        attributes: list[Node] = []
        for node in parent.children:
            if node.type == "attribute_item":
                attributes.append(node)
                continue
            if node.type in ("line_comment", "block_comment"):
                continue
            named = {re.sub(rb"\s", b"", attribute.text or b""): attribute for attribute in attributes}
            attributes = []
            if b"#[cfg(test)]" in named:
                edits.append((*_range(named[b"#[cfg(test)]"]), ""))
            name = node.child_by_field_name("name")
            if name is None:
                continue
            inner = (*path, (name.text or b"").decode())
            is_test = node.type == "function_item" and b"#[test]" in named
            if (is_test or node.type == "mod_item") and not any(
                c.type == "visibility_modifier" for c in node.children
            ):
                edits.append((node.start_byte, node.start_byte, "pub(crate) "))
            body = node.child_by_field_name("body")
            if node.type == "mod_item" and body is not None:
                waiting.append((body, inner))
            elif is_test:
                edits.append((*_range(named[b"#[test]"]), ""))
                panics = [a for text, a in named.items() if text.startswith(b"#[should_panic")]
                edits += [
                    (*_range(a), "")
                    for text, a in named.items()
                    if text.startswith((b"#[should_panic", b"#[ignore"))
                ]
                if not any(text.startswith(b"#[ignore") for text in named):
                    call = f"crate::{'::'.join(inner)}"
                    expected = _EXPECTED.search((panics[0].text or b"").decode()) if panics else None
                    message = expected[1] if expected else '""'
                    calls.append(
                        f"{mark}::must_panic({message}, || {call}());"
                        if panics
                        else f"{mark}::must({call}());"
                    )
    return edit(tests, edits), calls


def _range(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte
