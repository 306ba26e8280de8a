"""Every canonical solution against its own tests: HumanEval, and MBXP in each language with a toolchain.

python tests/benchmarks/bench_canonical.py [--languages cpp,java] [--sample 50] [--out failures.jsonl]
                                           [--problems MBJP/104,MBCPP/12] [--workers 2] [--explain failures.md]

Prints for each language how many pass, CPU ms a program and programs a second, and every failing problem with its
verdict. Each failing program is then run plainly (the bare compiler and interpreter, still isolated, no harness):
what fails there too is wrong in the source; what ends there with status 0 has to be explained, and is listed as such.
canonical_failures.md beside this file was written by --explain.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402

from assets.benchmarks.problem_files import read_problems  # noqa: E402
from assets.eval_scores.sample_programs import sample_programs  # noqa: E402
from resources.sandbox.base import Limits  # noqa: E402
from resources.sandbox.bubblewrap import RunOutcome, run  # noqa: E402
from resources.sandbox.interpreter import interpreter  # noqa: E402
from resources.sandbox.languages.language import Toolchain  # noqa: E402
from resources.sandbox.local import open_sandbox  # noqa: E402
from resources.sandbox.toolchains import found, toolchain  # noqa: E402

SHARED = Path(os.environ.get("SEEDLINE_SHARED") or ROOT.parent / "shared") / "benchmarks"
FILES = {
    "python": "HumanEval.jsonl.gz",
    "python_mbpp": "mbxp/mbpp_release_v1.jsonl.gz",
    "cpp": "mbxp/mbcpp_release_v1.2.jsonl.gz",
    "csharp": "mbxp/mbcsp_release_v1.2.jsonl.gz",
    "java": "mbxp/mbjp_release_v1.2.jsonl.gz",
    "javascript": "mbxp/mbjsp_release_v1.2.jsonl.gz",
    "php": "mbxp/mbphp_release_v1.2.jsonl.gz",
    "ruby": "mbxp/mbrbp_release_v1.2.jsonl.gz",
    "typescript": "mbxp/mbtsp_release_v1.2.jsonl.gz",
}
LIMITS = Limits()
HEAD = """# Canonical solutions that do not pass

Written by `bench_canonical.py --explain`: every solution of MBXP that gets another verdict than `pass`, with what a
plain run of the same program (bare compiler and interpreter, no harness) says. MBXP's canonical solutions were
written by a model and kept where the source's own check accepted them (TypeScript's: not checked at all), so many
are wrong. Go and Swift have no canonical solutions in this file set. HumanEval (Python) passes 164 of 164.
"""


def canonical_programs(name: str, file: str) -> pl.DataFrame:
    """Programs (`task_id, sample, language, code, tests`) of the canonical solutions in `file`."""
    problems = read_problems(name, SHARED / file)
    samples = problems.filter(pl.col("canonical_solution").is_not_null()).select(
        task_id="problem_id", sample=0, completion="canonical_solution", solution=pl.lit(None, pl.String)
    )
    return sample_programs(samples, problems)


def judge_all(programs: pl.DataFrame, workers: int) -> tuple[list[dict], float]:
    """Verdicts of `programs` with the CPU time each took, and the seconds it all took."""
    with open_sandbox(LIMITS, workers=workers) as sandbox:
        start = time.perf_counter()
        verdicts = pl.concat(sandbox.verify(programs.rename({"task_id": "key"})))
        seconds = time.perf_counter() - start
    return verdicts.rename({"key": "task_id"}).to_dicts(), seconds


NEWER = {
    "MBCSP/152": "needs a newer compiler than Mono's: a lambda's parameter named as a local (C# 8)",
    "MBCSP/905": "needs a newer compiler than Mono's: local functions (C# 7)",
    "MBCSP/351": "needs .NET 6 or newer: FirstOrDefault with a default",
    "MBCSP/947": "needs .NET 6 or newer: FirstOrDefault with a default",
}
"""Looked at by hand: right programs that Debian 12's toolchains are too old for."""


def plain_run(language: str, code: str, tests: str) -> RunOutcome:
    """The program as the bare toolchain runs it: no harness, no proof, only isolation."""
    if language.startswith("python"):
        python = interpreter(sys.executable)
        tools = Toolchain("python", python.version, {"python": Path(python.executable)}, python.folders)
    else:
        tools = toolchain(language)
    path = {name: str(tool) for name, tool in tools.tools.items()}
    library = f"-r:{tools.warm}/KellermanSoftware.Compare-Net-Objects.dll"
    name, script = {
        "python": ("p.py", "{python} p.py"),
        "python_mbpp": ("p.py", "{python} p.py"),
        "javascript": ("p.js", "{node} p.js"),
        "typescript": (
            "p.ts",
            "{esbuild} p.ts --format=cjs --platform=node --outfile=p.js --log-level=error && {node} p.js",
        ),
        "php": ("p.php", "{php} p.php"),
        "ruby": ("p.rb", "{ruby} p.rb"),
        "java": ("Main.java", "{javac} -nowarn Main.java && {java} Main"),
        "cpp": ("p.cpp", "{g++} -std=gnu++20 -w -o p p.cpp && ./p"),
        "csharp": (
            "p.cs",
            f"cp {tools.warm}/*.dll . ; {{mcs}} -nologo -nowarn:0-9999 -langversion:latest -r:System.Core.dll "
            f"-r:System.Numerics.dll {library} p.cs && {{mono}} p.exe",
        ),
    }[language]
    for tool, place in path.items():
        script = script.replace(f"{{{tool}}}", place)
    return run(
        ("/bin/sh", "-c", script),
        files={name: f"{code}\n{tests}\n".encode()},
        limits=Limits(cpu_s=20.0, memory_mb=2048, processes=128, files=512, disk_mb=256),
        binds=tools.binds,
        env={"NODE_PATH": "/usr/share/nodejs"},
        address_space=False,
    )


def why(language: str, row: dict, code: str, tests: str) -> str:
    """Why a canonical solution fails, from what it shows when it is run plainly."""
    if row["task_id"] in NEWER:
        return NEWER[row["task_id"]]
    plain = plain_run(language, code, tests)
    if plain.exit_code != 0:
        return f"the plain run fails too: {row['detail']}"
    if re.search(r"\b(?:exit|die|exit!|abort)\b", code):
        return "the answer leaves before its tests have run to their end; the plain run's status 0 hides it"
    if language == "php" and code.rfind("?>") > code.rfind("<?php"):
        return f"the answer closes PHP, so a plain run only prints the tests; run, they fail: {row['detail']}"
    return f"UNEXPLAINED, the plain run passes: {row['detail']}"


def explained(language: str, failed: list[dict], programs: pl.DataFrame) -> str:
    """A section of canonical_failures.md."""
    texts = {row["task_id"]: (row["code"], row["tests"]) for row in programs.iter_rows(named=True)}
    lines = [
        f"\n## {language}: {len(programs) - len(failed)} of {len(programs)}\n\n"
        "| problem | verdict | why |\n|---|---|---|\n"
    ]
    for row in sorted(failed, key=lambda row: int(row["task_id"].split("/")[1])):
        reason = why(language, row, *texts[row["task_id"]]).replace("|", "\\|").replace("`", "'")
        lines.append(f"| {row['task_id']} | {row['verdict']} | {reason} |\n")
    return "".join(lines)


def main() -> None:
    """Run what the command line asks for and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--languages", default=",".join(FILES))
    parser.add_argument(
        "--sample", type=int, default=0, help="so many problems a language, drawn evenly; 0: all"
    )
    parser.add_argument("--problems", default="", help="only these task ids")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--explain", type=Path, help="write why each fails there, Markdown")
    parser.add_argument("--out", type=Path, help="write failing problems there, JSON lines")
    options = parser.parse_args()
    failures: list[dict] = []
    sections: list[str] = []
    for language in options.languages.split(","):
        if not language.startswith("python") and (problem := found(language).problem):
            print(f"{language}: skipped: {problem}")
            continue
        programs = canonical_programs(language, FILES[language])
        if options.problems:
            programs = programs.filter(pl.col("task_id").is_in(options.problems.split(",")))
        elif options.sample:
            programs = programs.gather_every(max(1, len(programs) // options.sample)).head(options.sample)
        if programs.is_empty():
            continue
        results, seconds = judge_all(programs, options.workers)
        failed = sorted((r for r in results if r["verdict"] != "pass"), key=lambda r: r["task_id"])
        cpu = sorted(r["cpu_ms"] for r in results)
        print(
            f"{language}: {len(results) - len(failed)} of {len(results)} pass; {results[0]['toolchain']}; "
            f"CPU ms a program {cpu[0]:.0f} / {statistics.median(cpu):.0f} / {cpu[-1]:.0f} (min, median, max); "
            f"{len(results) / seconds:.1f} programs/s with {options.workers} workers",
            flush=True,
        )
        for row in failed:
            print(f"  {row['task_id']}: {row['verdict']}: {row['detail']}")
        if options.explain:
            sections.append(explained(language, failed, programs))
            options.explain.write_text(HEAD + "".join(sections))
        failures += [
            {key: row[key] for key in ("task_id", "verdict", "detail", "output_tail")} for row in failed
        ]
    if options.out:
        options.out.write_text("".join(json.dumps(row) + "\n" for row in failures))


if __name__ == "__main__":
    main()
