"""Java by the JDK: compiled in memory and run in one virtual machine, with assertions on for good.

Proof: `harness/SeedlineProof.java` compiles, calls the tests' main and halts. Its classes and the compiler's stand
in a shared archive made once a toolchain, which is most of the start-up time.
"""

from collections.abc import Mapping

from resources.sandbox import bubblewrap
from resources.sandbox.languages.check_marks import marked
from resources.sandbox.languages.checks import Suite
from resources.sandbox.languages.cpp import unpacked
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.java_sources import sources
from resources.sandbox.languages.javatuples import PACKAGE, javatuples
from resources.sandbox.languages.judge import BUILD_LIMITS
from resources.sandbox.languages.language import Command, Language, Program, Refused, Toolchain
from resources.sandbox.languages.syntax import parse
from resources.sandbox.languages.tools import located

_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-Xshare:auto",
    "-Xss4m",
    "-ea",
)
_STAMP = "touch -d @1000000000 proof.jar"  # the shared archive knows the jar by its time
_JUDGES = frozenset((
    "Object", "String", "Integer", "Long", "Double", "Boolean", "Character", "Math", "System", "Objects",
    "Arrays", "Throwable", "Error", "Exception", "RuntimeException", "AssertionError", "IllegalStateException",
    "SeedlineProof",
))  # fmt: skip


class Java(Language):
    """Java."""

    name = "java"
    packages = ("openjdk-17-jdk-headless",)
    warm_sources = ("SeedlineProof.java",)
    hello = (
        "class Solution { static int add(int a, int b) { return a + b; } }\n",
        "public class Main { public static void main(String[] a) { assert Solution.add(1, 2) == 3; } }\n",
    )

    def locate(self) -> Toolchain | None:
        """`java` and `javac` of one JDK."""
        there = located(self.name, {"java": ("--version",), "javac": ()}, "Java {}")
        if there is None:
            return None
        # Debian's JDK keeps its settings under /etc
        settings = {str(p.resolve().parent) for p in there.tools["java"].parents[1].glob("conf/*.properties")}
        outside = [folder for folder in settings if not folder.startswith("/usr/")]
        return Toolchain(self.name, there.version, there.tools, (*there.binds, *sorted(_roots(outside))))

    def warm_up(self, toolchain: Toolchain) -> Mapping[str, bytes]:
        """The harness as a jar, and the archive of its and the compiler's loaded classes."""
        java, javac = toolchain.tools["java"], toolchain.tools["javac"]
        jar = javac.parent / "jar"
        script = (
            f"set -e; {javac} -g:none SeedlineProof.java; {jar} cf proof.jar SeedlineProof*.class; {_STAMP}\n"
            f"{java} {' '.join(_OPTIONS)} -XX:ArchiveClassesAtExit=proof.jsa -cp proof.jar SeedlineProof warm Main\n"
            "gzip -1 proof.jsa\n"
        )
        outcome = bubblewrap.run(
            ("/bin/bash", "-c", script),
            files={
                "SeedlineProof.java": source("SeedlineProof.java"),
                "Main.java": "".join(self.hello).encode(),
            },
            limits=BUILD_LIMITS.model_copy(update={"cpu_s": 60.0}),
            binds=toolchain.binds,
            address_space=False,
            outputs=("proof.jar", "proof.jsa.gz"),
        )
        return unpacked(outcome, {})

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """Answer and tests as one source, or two where both are whole files."""
        if redefined := sorted(_types(code) & _JUDGES):
            raise Refused(f"the answer redefines Java's own {', '.join(redefined)}")
        tests = marked(Suite(self.name, tests, code), mark)
        files, entry = sources(code, tests, mark)
        if PACKAGE in code or PACKAGE in tests:
            files = javatuples() | files
        files["Checks.java"] = source("Checks.java").decode().replace("MARK", mark)
        warm = toolchain.warm
        assert warm is not None
        return Program(
            run=Command(
                argv=(
                    "/bin/sh",
                    "-c",
                    f'{_STAMP} && exec "$0" "$@"',
                    str(toolchain.tools["java"]),
                    *_OPTIONS,
                    f"-XX:SharedArchiveFile={warm}/proof.jsa",
                    "-cp",
                    "proof.jar",
                    "SeedlineProof",
                    mark,
                    entry,
                ),
                files={
                    "proof.jar": (warm / "proof.jar").read_bytes(),
                    **{name: text.encode() for name, text in files.items()},
                },
                address_space=False,
                processes=96,
                start_cpu_s=3.0,
                memory_mb=128,
            ),
            counts=True,
        )


def _roots(folders: list[str]) -> set[str]:
    """`/etc/java-17-openjdk` of every folder below it."""
    return {"/".join(folder.split("/")[:3]) for folder in folders}


def _types(code: str) -> set[str]:
    """Types that `code` declares at its top level."""
    found = (node.child_by_field_name("name") for node in parse("java", code).children)
    return {name.text.decode() for name in found if name is not None and name.text}
