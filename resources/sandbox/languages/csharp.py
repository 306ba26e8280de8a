"""C# by Mono: compiled by mcs (C# 6 and most of 7, no local functions), its entry point called by the harness.

Proof: `harness/SeedlineProof.cs`, an assembly of its own that loads the program. `Debug.Assert` throws. MBXP's tests
compare by CompareNetObjects: `harness/CompareNetObjects.cs` offers the part they use.
"""

from collections.abc import Mapping
from pathlib import Path

from resources.sandbox import bubblewrap
from resources.sandbox.languages.check_marks import marked
from resources.sandbox.languages.checks import Suite
from resources.sandbox.languages.cpp import unpacked
from resources.sandbox.languages.csharp_sources import sources
from resources.sandbox.languages.harness import source
from resources.sandbox.languages.judge import BUILD_LIMITS
from resources.sandbox.languages.language import Command, Language, Program, Toolchain
from resources.sandbox.languages.tools import located

_LIBRARIES = "-r:System.Core.dll -r:System.Numerics.dll -r:Microsoft.CSharp.dll"


class CSharp(Language):
    """C# by the Mono compiler and runtime."""

    name = "csharp"
    packages = ("mono-mcs", "mono-runtime", "libmono-system-core4.0-cil", "libmono-system-numerics4.0-cil")
    warm_sources = ("SeedlineProof.cs", "CompareNetObjects.cs")
    hello = (
        "static class Solution { public static int Add(int a, int b) { return a + b; } }\n",
        "static class Program { static void Main() { System.Diagnostics.Debug.Assert(Solution.Add(1, 2) == 3); } }\n",
    )

    def locate(self) -> Toolchain | None:
        """`mcs` and `mono`, with Mono's settings."""
        there = located(self.name, {"mono": ("--version",), "mcs": ()}, "Mono {}")
        if there is None:
            return None
        settings = ("/etc/mono",) if Path("/etc/mono").is_dir() else ()
        return Toolchain(self.name, there.version, there.tools, (*there.binds, *settings))

    def warm_up(self, toolchain: Toolchain) -> Mapping[str, bytes]:
        """The harness and the comparing library, compiled."""
        mcs = toolchain.tools["mcs"]
        outcome = bubblewrap.run(
            (
                "/bin/sh",
                "-c",
                f"{mcs} -nologo -target:library -out:KellermanSoftware.Compare-Net-Objects.dll CompareNetObjects.cs && "
                f"{mcs} -nologo -out:proof.exe SeedlineProof.cs",
            ),
            files={name: source(name) for name in ("CompareNetObjects.cs", "SeedlineProof.cs")},
            limits=BUILD_LIMITS,
            binds=toolchain.binds,
            address_space=False,
            outputs=("proof.exe", "KellermanSoftware.Compare-Net-Objects.dll"),
        )
        return unpacked(outcome, {})

    def program(self, code: str, tests: str, toolchain: Toolchain, mark: str) -> Program:
        """Answer and tests as they are joined by `csharp_sources.sources`, and the tests' Main as entry point."""
        warm = toolchain.warm
        assert warm is not None
        files = sources(code, marked(Suite(self.name, tests, code), mark), mark)
        files["checks.cs"] = source("Checks.cs").decode().replace("MARK", mark)
        library = "KellermanSoftware.Compare-Net-Objects.dll"
        return Program(
            build=Command(
                argv=(
                    str(toolchain.tools["mcs"]),
                    *("-nologo", "-nowarn:0-9999", "-langversion:latest", "-d:DEBUG", "-d:TRACE"),
                    *_LIBRARIES.split(),
                    f"-r:{warm}/{library}",
                    "-out:program.exe",
                    *files,
                ),
                files={name: text.encode() for name, text in files.items()},
                outputs=("program.exe",),
                address_space=False,
            ),
            run=Command(
                argv=(str(toolchain.tools["mono"]), "--debug", "proof.exe", mark),
                files={name: (warm / name).read_bytes() for name in ("proof.exe", library)},
                address_space=False,
                processes=64,
                memory_mb=64,
            ),
            counts=True,
        )
