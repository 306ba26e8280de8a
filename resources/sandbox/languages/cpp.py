"""C++ by g++: one translation unit, assertions that cannot be switched off, main called by the harness.

Proof: `harness/proof.cpp` is linked with `--wrap=main`, so the tests' own main keeps its meaning and nothing of
their text is rewritten. `<bits/stdc++.h>` is precompiled once a toolchain, which is most of the compile time.
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
_JUDGES = re.compile(
    r"\b(abort|exit|_exit|_Exit|quick_exit|__assert_fail|__cxa_throw|__cxa_allocate_exception|_Unwind_RaiseException"
    r"|__real_main|__wrap_main|seedline_\w+)\s*\([^;{}]*\)\s*(?:noexcept\s*)?\{"
)


class Cpp(Language):
    """C++20 by g++."""

    name = "cpp"
    packages = ("g++",)
    warm_sources = ("proof.cpp", "assert.h")
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
            f"{compiler} {' '.join(FLAGS)} -O1 -c proof.cpp -o proof.o\n"
            "gzip -1 include/bits/stdc++.h.gch\n"
        )
        outcome = bubblewrap.run(
            ("/bin/bash", "-c", script),
            files={"proof.cpp": source("proof.cpp"), "assert.h": source("assert.h")},
            limits=BUILD_LIMITS.model_copy(update={"cpu_s": 60.0, "disk_mb": 1024}),
            binds=toolchain.binds,
            outputs=("proof.o", "include/bits/stdc++.h.gch.gz"),
        )
        return unpacked(outcome, {"include/assert.h": source("assert.h")})

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """Answer, assertions on, tests; helpers that the tests define cannot be overloaded by the answer."""
        code, tests = closed(code, tests)
        shown = code_only(self.name, code)
        refuse_judges(shown)
        if has_main(tests, self.name):
            code = without_main(code, mark, self.name)
        macros = sorted(set(re.findall(r"(?m)^\s*#\s*define\s+(\w+)", shown)) & set(KEYWORDS))
        undone = "".join(f"#undef {name}\n" for name in macros)
        tests = own_helpers(shown, marked(Suite(self.name, tests, code), mark), mark, self.name)
        text = f"{code}\n{undone}#undef NDEBUG\n#define SEEDLINE_COUNTS 1\n#include <assert.h>\n{tests}\n"
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


def refuse_judges(shown: str) -> None:
    """Raise `Refused` where the answer (`code_only`) defines what its tests fail by."""
    if redefined := _JUDGES.search(shown):
        raise Refused(f"the answer defines {redefined[1]}, by which its tests fail")


def has_main(tests: str, language: str) -> bool:
    """Whether the tests bring the main that runs; `language` is C++ or C."""
    return bool(_mains(tests, language))


def without_main(code: str, mark: str, language: str) -> str:
    """`code` with its own main under another name: the tests' main is the one that runs."""
    mains = _mains(code, language)
    return edit(code, [(name.start_byte, name.end_byte, f"{mark}_main") for name in mains])


def own_helpers(answer: str, tests: str, mark: str, language: str) -> str:
    """`tests` with the free functions they define renamed where the answer knows a function of that name.

    Else an answer's overload (`bool compare(int, int)`) would be the better match and judge itself.
    """
    defined = (
        declared_name(node)
        for holder in walk(parse(language, tests))
        if holder.type != "field_declaration_list"
        for node in holder.children
        if node.type == "function_definition"
    )
    names = {name for name in defined if name is not None and name.isidentifier() and name not in KEYWORDS}
    for name in sorted(name for name in names if re.search(rf"\b{name}\b", answer)):
        tests = re.sub(rf"(?<![\w.>:]){name}(?=\s*[(<])", f"{name}_{mark}", tests)
    return tests
