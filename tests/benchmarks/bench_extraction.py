"""Extraction against tree-sitter's bare parse and the standard library's `ast`, on the same real files.

    python tests/benchmarks/bench_extraction.py [--mb 32] [--runs 5] [--other-mb 8] [--workers 2]

Python: installed packages and the standard library. The others: whatever sources this machine has (headers,
toolchains, node_modules), and no line where it has none. Rates are MB of source for a second of CPU time, a
run of each after the other on the same files, so that ratios are paired; the parallel run is wall time.
"""

import argparse
import ast
import gc
import random
import statistics
import sys
import sysconfig
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
from tree_sitter import Parser

from assets.filtered_seeds.extraction import ExtractionSettings, extract, extract_in_parallel
from assets.source_code.languages import LANGUAGES
from resources.languages.grammars import grammar

LARGEST_FILE_BYTES = 2_000_000

ENDINGS = {
    "javascript": (".js", ".mjs", ".jsx"),
    "typescript": (".ts", ".tsx"),
    "java": (".java",),
    "cpp": (".cpp", ".cc", ".hpp", ".hh", ".h"),
    "csharp": (".cs",),
    "go": (".go",),
    "rust": (".rs",),
    "php": (".php",),
    "ruby": (".rb",),
    "swift": (".swift",),
    "bash": (".sh", ".bash"),
}
PLACES = [Path(place) for place in ("/usr/include", "/usr/lib", "/usr/share", "/usr/local", "/opt")]


def python_sources(megabytes: float) -> list[bytes]:
    """Installed packages and the standard library, in a fixed random order."""
    folders = {Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")}
    paths = sorted({path for folder in folders for path in folder.rglob("*.py")})
    random.Random(0).shuffle(paths)
    return list(_read(iter(paths), megabytes))


def other_sources(language: str, megabytes: float) -> list[bytes]:
    """Files of a language anywhere on this machine, those of the Java platform from its archive."""
    found = (
        path
        for place in PLACES
        if place.exists()
        for path in place.rglob("*")
        if path.suffix in ENDINGS[language]
    )
    sources = list(_read(found, megabytes))
    for archive in Path("/usr/lib/jvm").glob("*/lib/src.zip") if language == "java" else ():
        with zipfile.ZipFile(archive) as members:
            names = random.Random(0).sample(sorted(members.namelist()), len(members.namelist()))
            for name in names:
                if sum(map(len, sources)) >= megabytes * 1e6:
                    break
                if name.endswith(".java"):
                    sources.append(members.read(name))
        break
    return sources


def _read(paths: Iterator[Path], megabytes: float) -> Iterator[bytes]:
    total, seen = 0, set()
    for path in paths:
        try:
            real = path.resolve()
            if real in seen or not real.is_file() or real.stat().st_size > LARGEST_FILE_BYTES:
                continue
            seen.add(real)
            content = real.read_bytes()
            content.decode()
        except (OSError, UnicodeDecodeError):
            continue
        if content:
            yield content
            total += len(content)
            if total >= megabytes * 1e6:
                return


def frame_of(sources: list[bytes], language: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file_id": [f"{number:09}" for number in range(len(sources))],
            "content": [source.decode() for source in sources],
            "language": [language] * len(sources),
        }
    )


def cpu_seconds(run: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    run()
    return time.process_time() - began


def parse_all(sources: list[bytes], language: str) -> None:
    parser = Parser(grammar(language))
    for source in sources:
        parser.parse(source)


def ast_all(sources: list[bytes], *, walk: bool) -> None:
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        if walk:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    ast.get_docstring(node)


def compare(sources: list[bytes], language: str, runs: int) -> None:
    megabytes = sum(map(len, sources)) / 1e6
    frame, settings = frame_of(sources, language), ExtractionSettings(parse_timeout_s=60)
    contenders: dict[str, Callable[[], object]] = {
        "tree-sitter, bare parse": lambda: parse_all(sources, language),
        "extract, everything": lambda: extract(frame, settings),
    }
    if language == "python":
        contenders["ast.parse"] = lambda: ast_all(sources, walk=False)
        contenders["ast.parse and walk"] = lambda: ast_all(sources, walk=True)
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, contender in contenders.items():
            rates[name].append(megabytes / cpu_seconds(contender))
    outcome = extract(frame, settings)
    print(
        f"\n{language}: {megabytes:.1f} MB in {len(sources):,} files, {outcome.kept.height:,} seeds, {runs} runs"
    )
    for name, values in rates.items():
        print(f"  {name:26} {_spread(values)} MB/s of CPU time")
    ours = rates["extract, everything"]
    for name in contenders:
        if name != "extract, everything":
            ratios = [mine / theirs for mine, theirs in zip(ours, rates[name], strict=True)]
            print(f"  extract / {name:24} {_spread(ratios)}")


def in_parallel(sources: list[bytes], workers: int, runs: int) -> None:
    megabytes, frame = sum(map(len, sources)) / 1e6, frame_of(sources, "python")
    settings = ExtractionSettings(parse_timeout_s=60)
    rates = []
    for _ in range(runs):
        began = time.perf_counter()
        seeds = sum(outcome.kept.height for outcome in extract_in_parallel(frame, settings, workers=workers))
        rates.append(megabytes / (time.perf_counter() - began))
    print(
        f"\npython, {workers} workers, their start and the transfers included: {_spread(rates)} MB/s, {seeds:,} seeds"
    )


def _spread(values: list[float]) -> str:
    return f"{min(values):6.2f} {statistics.median(values):6.2f} {max(values):6.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mb", type=float, default=32, help="MB of Python")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--other-mb", type=float, default=8, help="MB of each other language; 0: none")
    parser.add_argument("--workers", type=int, default=2, help="processes of the parallel run; 0: none")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("min, median, max of", options.runs, "runs")
    sources = python_sources(options.mb)
    compare(sources, "python", options.runs)
    if options.workers:
        in_parallel(sources, options.workers, options.runs)
    for language in LANGUAGES[1:] if options.other_mb else ():
        others = other_sources(language, options.other_mb)
        if sum(map(len, others)) >= 100_000:
            compare(others, language, options.runs)
        else:
            print(f"\n{language}: no sources on this machine")


if __name__ == "__main__":
    sys.exit(main())
