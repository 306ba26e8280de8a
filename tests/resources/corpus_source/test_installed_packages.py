"""The Python source of this very machine, read as a corpus."""

import sysconfig
from pathlib import Path

import polars as pl
import pytest

from resources.corpus_source.base import RAW_SCHEMA, SourceError
from resources.corpus_source.installed_packages import STANDARD_LIBRARY, InstalledPackagesSource
from resources.corpus_source.settings import InstalledPackages


def read(**settings: object) -> pl.DataFrame:
    source = InstalledPackagesSource(InstalledPackages.model_validate(settings))
    return pl.concat(source.read(batch_bytes=1_000_000))


def test_reads_real_files_with_provenance_and_license() -> None:
    rows = read(packages=["pydantic", "python/cpython", "Typing_Extensions"])
    assert rows.schema == RAW_SCHEMA
    assert set(rows["repo"]) == {"pydantic", STANDARD_LIBRARY, "typing-extensions"}
    assert rows["fault"].null_count() == rows.height
    by_metadata = rows.filter(pl.col("license_source").str.starts_with("metadata: "))
    licenses = dict(by_metadata.select("repo", "license").unique().iter_rows())
    assert licenses == {"pydantic": "MIT", STANDARD_LIBRARY: "PSF-2.0", "typing-extensions": "PSF-2.0"}
    told = dict(by_metadata.select("repo", "license_source").unique().iter_rows())
    assert told["pydantic"] == "metadata: License-Expression 'MIT'"
    json = rows.row(
        by_predicate=(pl.col("repo") == STANDARD_LIBRARY) & (pl.col("path") == "json/decoder.py"), named=True
    )
    assert json["content"] == (Path(sysconfig.get_paths()["stdlib"]) / "json" / "decoder.py").read_bytes()
    assert json["commit"].startswith("3.")
    assert not rows["path"].str.contains(r"(^|/)tests?/|site-packages|__pycache__").any()


@pytest.mark.slow(seconds=4)
def test_the_sample_is_fixed_spread_and_grows_without_moving() -> None:
    small, again, large = read(max_files=300), read(max_files=300), read(max_files=600)
    assert small.equals(again)
    assert small.height == 300
    assert small["repo"].n_unique() > 20
    assert set(zip(small["repo"], small["path"], strict=True)) <= set(
        zip(large["repo"], large["path"], strict=True)
    )


def test_enough_files_for_the_demo() -> None:
    assert (
        InstalledPackagesSource(InstalledPackages.model_validate({"max_files": 4000})).describe()["files"]
        == 4000
    )


def test_batches_are_bounded() -> None:
    source = InstalledPackagesSource(InstalledPackages.model_validate({"packages": ["pydantic"]}))
    batches = list(source.read(batch_bytes=200_000))
    assert len(batches) > 3
    # A batch ends with the file that fills it.
    assert all(int(batch["size"][:-1].sum()) < 200_000 for batch in batches)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(SourceError, match=r"no-such-package-here.*`packages`"):
        read(packages=["no-such-package-here"])


def test_the_fingerprint_follows_the_input() -> None:
    def fingerprint(**settings: object) -> str:
        return InstalledPackagesSource(InstalledPackages.model_validate(settings)).fingerprint()

    assert fingerprint(packages=["pydantic"]) == fingerprint(packages=["pydantic"])
    assert fingerprint(packages=["pydantic"]) != fingerprint(packages=["pydantic", "typer"])
    assert fingerprint(packages=["pydantic"]) != fingerprint(packages=["pydantic"], include_tests=True)
