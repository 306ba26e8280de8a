"""The asset `benchmarks`: the problems of every registered benchmark, shared by all recipes.

A table like any other, so that a changed benchmark makes what was decontaminated against it stale.
"""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from assets.benchmarks.problem_files import problem_files
from assets.benchmarks.registry import benchmark_files, load_benchmarks
from assets.benchmarks.table import TABLE
from assets.publishing.plots import bar_plot, png_markdown
from assets.publishing.publication import Materialized, publish
from assets.publishing.recipe_assets import artifact_asset, code_version
from resources.digests import file_sha256
from resources.parquet_store.io_manager import ParquetIOManager

KEY = dg.AssetKey("benchmarks")
VERSION = "4"


def build(registered: Mapping[str, Path], rebuild: dg.AutomationCondition) -> dg.AssetsDefinition:
    """The asset over the built-in benchmarks and those `registered` in the settings (name to file)."""

    @artifact_asset(
        key=KEY,
        group_name="corpus",
        kinds={"polars", "parquet"},
        code_version=code_version("benchmarks", VERSION, [repr(sorted(map(str, registered.items())))]),
        io_manager_key="store",
        metadata={"seedline/key_column": TABLE.key},
        source=lambda _given, _partition: files_digest(registered),
        automation_condition=rebuild,
    )
    def benchmarks(
        context: dg.AssetExecutionContext, store: dg.ResourceParam[ParquetIOManager]
    ) -> Materialized:
        """Evaluation problems: what the data is kept clean of, and what checkpoints are scored on."""
        problems = load_benchmarks(files=registered)
        by_name = problems.group_by("benchmark", "language").len("problems").sort("benchmark", "language")
        names = by_name.with_columns(label=by_name["benchmark"] + " " + by_name["language"].fill_null("-"))
        return publish(
            context,
            store,
            TABLE,
            problems,
            metadata={
                "problems": dg.MetadataValue.md(
                    png_markdown("problems", bar_plot(names, "label", "problems"))
                )
            },
        )

    return benchmarks


def files_digest(registered: Mapping[str, Path]) -> str:
    """Digest of the benchmark files' bytes; a missing file counts as empty, and stops the asset when it runs."""
    digest = hashlib.sha256()
    for name, path in sorted(benchmark_files(registered).items()):
        for file in problem_files(path):
            digest.update(f"{name}\0{_bytes_digest(file)}\0".encode())
    return digest.hexdigest()


def _bytes_digest(file: Path) -> str:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return ""
    return _digest_of_version(file, stat.st_size, stat.st_mtime_ns, stat.st_ino)


@functools.lru_cache(maxsize=4096)
def _digest_of_version(file: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    """Read once for every version of the file: automation looks twice a minute."""
    return file_sha256(file)
