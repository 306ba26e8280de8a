"""C++ by g++: one translation unit, assertions that cannot be switched off, main called by the harness.

Proof: `harness/proof.c` is linked with `--wrap=main`, so the tests' own main keeps its meaning and nothing of
their text is rewritten. `<bits/stdc++.h>` is precompiled once a toolchain, which is most of the compile time. C
(`c.py`) is joined as C++ is.
"""

import re
from collections.abc import Mapping

from tree_sitter import Node

from resources.sandbox import bubblewrap
from resources.sandbox.languages.check_marks import marked
from resources.sandbox.languages.checks import Suite
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.judge import BUILD_LIMITS
from resources.sandbox.languages.language import Command, Language, Program, Refused, Toolchain
from resources.sandbox.languages.syntax import closed, code_only, declared_name, edit, parse, walk
from resources.sandbox.languages.tools import linker_flags, located

FLAGS = ("-std=gnu++20", "-O0", "-w", "-pipe", "-fdiagnostics-color=never", "-fmax-errors=3")

KEYWORDS = (
    "if", "else", "for", "while", "do", "switch", "case", "default", "return", "throw", "try", "catch", "new",
    "delete", "true", "false", "bool", "int", "long", "short", "char", "float", "double", "void", "auto",
    "const", "static", "struct", "class", "template", "typename", "using", "namespace", "main", "assert",
    "NDEBUG", "not", "and", "or",
)  # fmt: skip
_C_MACROS = {"bool": "_Bool", "true": "1", "false": "0"}
"""Keywords of C++ that C programs define for themselves, and may go on using."""

_JUDGES = re.compile(
    r"\b(abort|exit|_exit|_Exit|quick_exit|__assert_fail|__cxa_throw|__cxa_allocate_exception|_Unwind_RaiseException"
    r"|__real_main|__wrap_main)\s*\([^;{}]*\)\s*(?:noexcept\s*)?\{"
)
_CALLED = re.compile(rb"(?<![\w.>:])[^\W\d]\w*(?=\s*[(<])")
_OURS = re.compile(r"(?i)\b(seedline_\w+)")
"""Names of the harness, which no answer needs."""


class Cpp(Language):
    """C++20 by g++."""

    name = "cpp"
    packages = ("g++",)
    warm_sources = ("proof.c", "assert.h")
    hello = (
        "int add(int a, int b) { return a + b; }\n",
        "#include <cassert>\nint main() { assert(add(1, 2) == 3); }\n",
    )

    def locate(self) -> Toolchain | None:
        """`g++` of the system."""
        return located(self.name, {"g++": ("--version",)}, "g++ {}")

    def warm_up(self, toolchain: Toolchain) -> Mapping[str, bytes]:
        """The harness compiled, and `<bits/stdc++.h>` precompiled, both by the sandboxed compiler."""
        compiler = str(toolchain.tools["g++"])
        script = (
            f"set -e; mkdir -p include/bits; mv assert.h include/\n"
            f"header=$(echo '#include <bits/stdc++.h>' | {compiler} -std=gnu++20 -x c++ -M - "
            r"| grep -o '/[^ ]*/bits/stdc++\.h' | head -1)"
            f"\n{compiler} {' '.join(FLAGS)} -Iinclude -x c++-header $header -o include/bits/stdc++.h.gch\n"
            f"{compiler} {' '.join(FLAGS)} -O1 -x c++ -c proof.c -o proof.o\n"
            "gzip -1 include/bits/stdc++.h.gch\n"
        )
        outcome = bubblewrap.run(
            ("/bin/bash", "-c", script),
            files={"proof.c": source("proof.c"), "assert.h": source("assert.h")},
            limits=BUILD_LIMITS.model_copy(update={"cpu_s": 60.0, "disk_mb": 1024}),
            binds=toolchain.binds,
            outputs=("proof.o", "include/bits/stdc++.h.gch.gz"),
        )
        return unpacked(outcome, {"include/assert.h": source("assert.h")})

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """One translation unit of both, linked with the proof."""
        text = joined(self.name, code, tests, mark)
        folder = str(toolchain.warm)
        return Program(
            build=Command(
                argv=(
                    str(toolchain.tools["g++"]),
                    *FLAGS,
                    f"-I{folder}/include",
                    "program.cpp",
                    f"{folder}/proof.o",
                    "-Wl,--wrap=main",
                    *linker_flags(),
                    "-o",
                    "program",
                ),
                files={"program.cpp": text.encode()},
                outputs=("program",),
            ),
            run=Command(argv=("./program",)),
            counts=True,
        )


def unpacked(outcome: bubblewrap.RunOutcome, more: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files of a warm-up, `.gz` ones unpacked; raises `OSError` where it did not make them."""
    import gzip

    if outcome.exit_code != 0:
        raise OSError(f"a toolchain could not be warmed up: {outcome.output_tail.strip()[-300:]}")
    files = {
        name.removesuffix(".gz"): gzip.decompress(content) if name.endswith(".gz") else content
        for name, content in outcome.files.items()
    }
    return {**files, **more}


def joined(language: str, code: str, tests: str, mark: str, judges: frozenset[str] = frozenset()) -> str:
    """Answer, assertions on, marked tests; `language` is C++ or C.

    Raises `Refused` where the answer defines what its tests fail by, or one of `judges` that they use. Macros of such
    names end with the answer, and helpers that the tests define cannot be overloaded by it.
    """
    code, tests = closed(code, tests)
    shown = code_only(language, code)
    if redefined := _JUDGES.search(shown) or _OURS.search(re.sub(r"\\\r?\n", "", shown)):
        raise Refused(f"the answer defines {redefined[1]}, by which its tests fail")
    defined = {declared_name(node) for node in parse(language, code).children if "function_def" in node.type}
    if own := sorted(judges & defined & set(re.findall(r"\w+", tests))):
        raise Refused(f"the answer defines {own[0]}, by which its tests compare")
    if _mains(tests, language):
        code = edit(
            code, [(name.start_byte, name.end_byte, f"{mark}_main") for name in _mains(code, language)]
        )
    macros = sorted(set(re.findall(r"(?m)^\s*#\s*define\s+(\w+)", shown)) & {*KEYWORDS, *judges})
    undone = "".join(f"#undef {name}\n" for name in macros)
    if language == "c":
        undone += "".join(f"#define {name} {_C_MACROS[name]}\n" for name in macros if name in _C_MACROS)
    tests = _own_helpers(shown, marked(Suite(language, tests, code), mark), mark, language)
    return f"{code}\n{undone}#undef NDEBUG\n#define SEEDLINE_COUNTS 1\n#include <assert.h>\n{tests}\n"


def _mains(text: str, language: str) -> list[Node]:
    """The names of `text`'s functions that are called main, outside any class."""
    names = []
    for node in walk(parse(language, text)):
        if node.type != "function_definition" or declared_name(node) != "main":
            continue
        name = node.child_by_field_name("declarator")
        while name is not None and name.type != "identifier":
            name = name.child_by_field_name("declarator")
        if name is not None:
            names.append(name)
    return names


def _own_helpers(answer: str, tests: str, mark: str, language: str) -> str:
    """`tests` with the free functions they define renamed where the answer knows a function of that name.

    Else an answer's overload (`bool compare(int, int)`) would be the better match and judge itself.
    """
    root = parse(language, tests)
    defined = (
        declared_name(node)
        for holder in walk(root)
        if holder.type != "field_declaration_list"
        for node in holder.children
        if node.type == "function_definition"
    )
    names = {name for name in defined if name is not None and name.isidentifier() and name not in KEYWORDS}
    renamed = {name.encode() for name in names if re.search(rf"\b{name}\b", answer)}
    spaces = {
        name.text
        for node in walk(root)
        if node.type == "namespace_definition" and (name := node.child_by_field_name("name"))
    }
    edits: list[tuple[int, int, str]] = []
    for node in walk(root):
        text, holder = node.text or b"", node.parent
        if node.type == "identifier" and text in renamed:
            scope = holder.child_by_field_name("scope") if holder and "qualified" in holder.type else None
            if scope is None or scope.text in spaces:
                edits.append((node.end_byte, node.end_byte, f"_{mark}"))
        elif node.type == "preproc_arg":  # a macro's text, which has no tree
            ends = (found.end() for found in _CALLED.finditer(text) if found[0] in renamed)
            edits += [(node.start_byte + end, node.start_byte + end, f"_{mark}") for end in ends]
    return edit(tests, edits)
