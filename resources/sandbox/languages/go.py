"""Go by the toolchain's own compiler and linker, called without `go build`.

Proof: package `proof` (`harness/proof.go`) is initialised before anything of the answer. The tests are a `main`,
or `TestX(t *testing.T)` functions, which may use testify's `assert` (HumanEvalPack): `harness/testify_assert.go` offers
its common part. The standard library is compiled once a toolchain, which is most of the time.
"""

import io
import re
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from resources.sandbox import bubblewrap
from resources.sandbox.languages.check_marks import marked
from resources.sandbox.languages.checks import Suite
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.judge import BUILD_LIMITS
from resources.sandbox.languages.language import Command, Language, Program, Refused, Toolchain
from resources.sandbox.languages.syntax import closed, code_only, edit, parse, walk
from resources.sandbox.languages.tools import located

_PREDECLARED = frozenset((
    "append", "cap", "close", "complex", "copy", "delete", "imag", "len", "make", "new", "panic", "print",
    "println", "real", "recover", "true", "false", "nil", "iota", "any", "bool", "byte", "comparable", "error",
    "string", "rune", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
    "uintptr", "float32", "float64", "complex64", "complex128",
))  # fmt: skip
_TESTIFY = "github.com/stretchr/testify/assert"
_MAIN = re.compile(r"(?m)^(\s*func\s+)main(\s*\(\s*\))")
_TEST = re.compile(r"(?m)^\s*func\s+(Test\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)")
_PACKAGE = re.compile(r"(?m)^\s*package\s+(\w+)")
_OWN_FILE = re.compile(r"(?m)^\s*(?:package\s+\w+|import\b)")
_TELLING = ("Begin", "End", "Passed", "Ran", "Forgive", "Failed")
_TOLD = "func {0}_{1}() {{ proof.{2}() }}\n"
_ENVIRONMENT = {
    "GO111MODULE": "off",
    "CGO_ENABLED": "0",
    "GOFLAGS": "",
    "GOCACHE": "/tmp/cache",
    "GOPATH": "/tmp/go",
}


class Go(Language):
    """Go."""

    name = "go"
    packages = ("golang-go",)
    warm_sources = ("proof.go", "testify_assert.go")
    hello = (
        "package main\n\nfunc add(a, b int) int { return a + b }\n",
        'func main() {\n\tif add(1, 2) != 3 {\n\t\tpanic("add")\n\t}\n}\n',
    )

    def locate(self) -> Toolchain | None:
        """`go`."""
        return located(self.name, {"go": ("version",)}, "Go {}")

    def warm_up(self, toolchain: Toolchain) -> Mapping[str, bytes]:
        """The standard library and the harness compiled, with the list that names them."""
        go = str(toolchain.tools["go"])
        script = (
            "set -e; mkdir std\n"
            f"""{go} list -export -f '{{{{if .Export}}}}{{{{.ImportPath}}}} {{{{.Export}}}}{{{{end}}}}' std > list\n"""
            'n=0; while read -r path file; do n=$((n+1)); cp "$file" std/$n.a; echo "packagefile $path=std/$n.a"; '
            "done < list > importcfg\n"
            f"{go} tool compile -p proof -importcfg importcfg -pack -o std/proof.a proof.go\n"
            "echo packagefile proof=std/proof.a >> importcfg\n"
            f"{go} tool compile -p {_TESTIFY} -importcfg importcfg -pack -o std/testify.a testify_assert.go\n"
            f"echo packagefile {_TESTIFY}=std/testify.a >> importcfg\n"
            f'tools=$({go} env GOTOOLDIR); echo "$tools" > tools\n'
            "tar czf std.tar.gz std importcfg tools\n"
        )
        outcome = bubblewrap.run(
            ("/bin/bash", "-c", script),
            files={name: source(name) for name in self.warm_sources},
            limits=BUILD_LIMITS.model_copy(
                update={"cpu_s": 600.0, "disk_mb": 2048, "files": 1024, "memory_mb": 4096}
            ),
            wall_s=900.0,
            binds=toolchain.binds,
            env=_ENVIRONMENT,
            address_space=False,
            outputs=("std.tar.gz",),
        )
        if outcome.exit_code != 0:
            raise OSError(
                f"Go's standard library could not be compiled: {outcome.output_tail.strip()[-300:]}"
            )
        with tarfile.open(fileobj=io.BytesIO(outcome.files["std.tar.gz"])) as archive:
            members = [member for member in archive.getmembers() if member.isfile()]
            return {member.name: archive.extractfile(member).read() for member in members}  # type: ignore[union-attr]

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """Answer and tests as one file (two where the tests import), and a main that calls the tests."""
        if redefined := sorted(_declared(code) & _PREDECLARED):
            raise Refused(f"the answer redefines Go's own {', '.join(redefined)}")
        code, tests = closed(code, tests)
        code, tests = _of_package_main(code), _of_package_main(tests)
        warm = toolchain.warm
        assert warm is not None
        tests = _without_answers_package(tests, _importable(warm))
        tests = _used(marked(Suite(self.name, tests, code), mark), tests)
        shown = code_only(self.name, tests)
        cases = _TEST.findall(shown)
        has_main = _MAIN.search(shown) is not None
        if has_main or not cases:
            tests, call = _MAIN.sub(rf"\1{mark}\2", tests), f"\t{mark}()\n\tproof.Exit(0)\n"
        else:
            listed = ", ".join(f'{{Name: "{case}", F: {case}}}' for case in cases)
            call = f"\tproof.Run([]testing.InternalTest{{{listed}}})\n"
        if has_main or cases:
            code = _without(code, {"main", *cases}, mark)
        package = "" if _PACKAGE.search(code_only(self.name, code)) else "package main\n"
        files = {"program.go": f"{package}{code}\n{tests}\n"}
        if is_own_file(tests):
            own = "" if _PACKAGE.search(shown) else "package main\n"
            files = {"program.go": f"{package}{code}\n", "program_tests.go": f"{own}{tests}\n"}
        imports = 'import "proof"\n' + ('import "testing"\n' if "testing." in call else "")
        told = "".join(_TOLD.format(mark, name.lower(), name) for name in _TELLING)
        told += f"func {mark}_exit(status int) {{ proof.Exit(status) }}\n"
        told += f"func {mark}_status(status int) {{ proof.Status(status) }}\n"
        files["main.go"] = f"package main\n\n{imports}\n{told}\nfunc main() {{\n{call}}}\n"
        tools = (warm / "tools").read_text().strip()
        # paths in importcfg are relative, so both tools run in the folder of the compiled library
        script = (
            f"cd {warm} && {tools}/compile -p main -importcfg importcfg -pack -o $HOME/main.a "
            f"{' '.join(f'$HOME/{name}' for name in files)} && {tools}/link -s -w "
            "-importcfg importcfg -o $HOME/program $HOME/main.a"
        )
        return Program(
            build=Command(
                argv=("/bin/sh", "-c", script),
                files={name: text.encode() for name, text in files.items()},
                env=_ENVIRONMENT,
                outputs=("program",),
                address_space=False,
            ),
            run=Command(
                argv=("./program",),
                env={"GOMEMLIMIT": "768MiB", "GOMAXPROCS": "2"},
                address_space=False,
                processes=64,
            ),
            counts=True,
        )


def is_own_file(tests: str) -> bool:
    """Whether `tests` name a package or import, and so are in a file beside the answer's."""
    return _OWN_FILE.search(code_only("go", tests)) is not None


def _of_package_main(text: str) -> str:
    """`text` with its package clause, whatever it names, made that of a program."""
    found = _PACKAGE.search(code_only("go", text))
    if found is None:
        return text
    source = text.encode()
    start, end = (len(found.string[:place].encode()) for place in found.span(1))
    return (source[:start] + b"main" + source[end:]).decode()


@cache
def _importable(warm: Path) -> frozenset[str]:
    """Packages that a program may import."""
    return frozenset(re.findall(r"(?m)^packagefile (\S+)=", (warm / "importcfg").read_text()))


def _without_answers_package(tests: str, importable: frozenset[str]) -> str:
    """`tests` of an outside package (`package calc_test`) as tests of the same one.

    What they import and nothing here offers is the answer: the import goes, and with it the name before the answer's.
    """
    edits: list[tuple[int, int, str]] = []
    names: set[bytes] = set()
    root = parse("go", tests)
    for node in walk(root):
        path = node.child_by_field_name("path") if node.type == "import_spec" else None
        if path is None or not path.text or path.text.decode().strip('"`') in importable:
            continue
        name = node.child_by_field_name("name")
        named = name.text if name is not None else path.text.strip(b'"`').rpartition(b"/")[2]
        names.add(named or b"")
        whole = node.parent if node.parent is not None and node.parent.type == "import_declaration" else node
        edits.append((whole.start_byte, whole.end_byte, ""))
    for node in walk(root):
        if node.type not in ("selector_expression", "qualified_type"):
            continue
        left, right = node.children[0], node.children[-1]
        if left.type in ("identifier", "package_identifier") and left.text in names:
            edits.append((left.start_byte, right.start_byte, ""))
    return edit(tests, edits)


def _used(tests: str, before: str) -> str:
    """`tests` that use `os` as they did before their exits became the harness's."""
    if before == tests or not re.search(r"\bos\s*\.\s*Exit\b", before) or re.search(r"\bos\s*\.", tests):
        return tests
    return f"{tests}\nvar _ = os.Exit\n"


def _without(code: str, names: set[str], mark: str) -> str:
    """`code` with its own functions of `names` under other names: the tests' are the ones that run."""
    edits = []
    for node in parse("go", code).children:
        name = node.child_by_field_name("name") if node.type == "function_declaration" else None
        if name is not None and name.text and name.text.decode() in names:
            edits.append((name.start_byte, name.end_byte, f"{mark}_{name.text.decode()}"))
    return edit(code, edits)


def _declared(code: str) -> set[str]:
    """Names declared at the top level of `code`."""
    names: set[str] = set()
    for node in parse("go", code).children:
        if node.type == "function_declaration":
            specs = [node]
        elif node.type in ("var_declaration", "const_declaration", "type_declaration"):
            specs = [c for c in node.children for c in ([c] if not c.type.endswith("_list") else c.children)]
        else:
            continue
        for spec in specs:
            names |= {n.text.decode() for n in spec.children_by_field_name("name") if n.text}
    return names
