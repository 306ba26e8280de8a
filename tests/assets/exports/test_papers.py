"""Papers of an export: valid by their own libraries, filled by what the rows know, blank where a person must speak."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assets.exports.card import Contents, reasons_left
from assets.exports.choice import choose
from assets.exports.folder import conversations, explained, papers_of
from assets.exports.papers import BLANK, CROISSANT, EU_SUMMARY, FILES, SPDX, Stated
from assets.exports.settings import ExportSettings
from assets.exports.tasks import tasks
from assets.exports.writing import write_folder
from assets.rows.ledger import Ledger
from assets.rows.outcome import no_rejections
from tests.assets.exports.rows_of import row, rows
from tests.assets.exports.test_folder import HOSTILE, facts


def with_papers(folder: Path, form: str = "messages") -> dict[str, str]:
    """An export of four rows with its papers in `folder`; the papers' texts."""
    made = rows(
        row(1, tests="assert 1", code="x = 1", license="MIT OR Apache-2.0"),
        row(2, tests="assert 1", code="x = 1", repo=HOSTILE, license="BSD-3-Clause"),
        row(3, tests="assert 1", code="x = 1", license=None),
        row(4, tests="assert 1", code="x = 1", repo="owner/repo1"),
        row(5, take_down=1),
    )
    settings, ledger = ExportSettings.model_validate({"format": form, "shard_rows": 3}), Ledger()
    chosen = choose(made, settings, ledger)
    funnel = reasons_left(ledger.funnel(), ledger.rejections[0] if ledger.rejections else no_rejections())
    data = tasks(chosen, settings) if form == "rlvr" else conversations(chosen, settings)
    contents = Contents(
        title="A title", rows=chosen, settings=settings, recipes=[facts()], funnel=funnel, columns=data.columns,
        configs=data.configs, terms={"org/teacher": "its license of 2026-01-01"}, seedline="0", papers=FILES,
    )  # fmt: skip
    import hashlib

    digests = {path: hashlib.sha256(content).hexdigest() for path, content in data.files.items()}
    corpus = {"read": 10, "kept": 7, "license": 2, "taken_down": 1}
    papers = papers_of(data, Stated(contents, digests, "2026-12-01", corpus, 3))
    write_folder(folder, explained(data, replace(contents)) | papers)
    return {name: content.decode() for name, content in papers.items()}


@pytest.mark.parametrize("form", ["messages", "prompt_completion", "openai", "sharegpt", "alpaca", "rlvr"])
def test_croissant_is_valid_and_its_records_are_the_rows(form: str, tmp_path: Path) -> None:
    croissant = pytest.importorskip("mlcroissant")
    text = with_papers(tmp_path, form)[CROISSANT]
    dataset = croissant.Dataset(jsonld=str(tmp_path / CROISSANT))
    assert dataset.metadata.ctx.conforms_to.value.endswith("/1.1")
    assert not dataset.metadata.ctx.issues.errors
    about = json.loads(text)
    names = [one["@id"] for one in about["recordSet"]]
    assert len(names) == (6 if form == "rlvr" else 2)
    counted = {name: sum(1 for _ in dataset.records(record_set=name)) for name in names[:2]}
    assert sorted(counted.values()) == [1, 3]
    assert about["rai:machineAnnotationTools"] == ["org/teacher (1)"]
    assert BLANK in about["rai:dataBiases"]
    labels = [one["prov:label"] for one in about["prov:wasDerivedFrom"]]
    assert labels == sorted(
        ["owner/repo1 c0ffee", "owner/repo1 c0ffee", "owner/repo3 c0ffee", f"{HOSTILE} c0ffee"]
    )


def test_spdx_is_valid_and_of_the_dataset_profile(tmp_path: Path) -> None:
    model = pytest.importorskip("spdx_python_model").v3_0_1
    with_papers(tmp_path)
    found = model.SHACLObjectSet()
    with (tmp_path / SPDX).open("rb") as file:
        model.JSONLDDeserializer().read(file, found)
    with (tmp_path / "again.json").open("wb") as file:  # what a class demands is looked at on writing
        model.JSONLDSerializer().write(found, file)
    assert {one.rsplit("/", 1)[1] for one in found.missing_ids} == {"NoAssertion"}
    (data,) = found.foreach_type(model.dataset_DatasetPackage)
    assert data.dataset_datasetSize == 4
    assert data.dataset_intendedUse == BLANK
    for wanted in (
        "builtTime",
        "releaseTime",
        "originatedBy",
        "software_downloadLocation",
        "software_primaryPurpose",
    ):
        assert getattr(data, wanted)
    kinds = [one.relationshipType.rsplit("/", 1)[1] for one in found.foreach_type(model.Relationship)]
    assert sorted(kinds) == ["hasConcludedLicense", "hasDeclaredLicense", "usesTool"]
    (license_,) = found.foreach_type(model.simplelicensing_LicenseExpression)
    assert license_.simplelicensing_licenseExpression == "BSD-3-Clause AND MIT AND (MIT OR Apache-2.0)"


def test_the_summary_answers_what_rows_know_and_leaves_the_rest_open(tmp_path: Path) -> None:
    text = with_papers(tmp_path)[EU_SUMMARY]
    assert "Size: 4 rows" in text
    assert "| org/teacher | 1 | 3 | its license of 2026-01-01 |" in text
    assert "| license | 2 |\n| taken_down | 1 |" in text
    assert "(3 rules when this was written)" in text
    assert "(1 rows were dropped for it at this export)" in text
    assert text.count(BLANK) >= 12
    assert str(tmp_path) not in text


def test_papers_are_the_same_again(tmp_path: Path) -> None:
    found: list[Any] = [with_papers(tmp_path / name) for name in ("one", "two")]
    assert found[0] == found[1]
    assert all(name in (tmp_path / "one" / "README.md").read_text() for name in FILES)
