"""License expressions judged by policy."""

import pytest
from license_expression import get_license_index
from pydantic import ValidationError

from assets.raw_corpus.license_policy import known_identifier, license_verdict, license_verdicts
from assets.raw_corpus.permissive import PERMISSIVE
from assets.raw_corpus.settings import RawCorpusSettings


@pytest.mark.parametrize(
    ("license", "permissive"),
    [
        ("MIT", True),
        ("Apache-2.0", True),
        ("GPL-3.0-only", False),
        ("MPL-2.0", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND (GPL-3.0-only OR ISC)", True),
        ("(MIT AND LGPL-2.1-only) OR BSD-3-Clause", True),
        ("(MIT AND LGPL-2.1-only) OR MPL-2.0", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("mit", True),
        ("No such license", False),
        ("MIT AND", False),
        ("", False),
        (None, False),
    ],
)
def test_permissive(license: str | None, permissive: bool) -> None:
    assert license_verdict(license, "any").permissive is permissive
    assert license_verdict(license, "permissive").allowed is permissive
    assert (license_verdict(license, "permissive").detail is None) is permissive


def test_policies() -> None:
    assert not license_verdict(None, "any-known").allowed
    assert not license_verdict("Own terms", "any-known").allowed
    assert license_verdict("GPL-3.0-only", "any-known").allowed
    assert license_verdict(None, "any").allowed
    assert license_verdict("GPL-3.0-only OR MIT", ("GPL-3.0-only",)).allowed
    assert not license_verdict("GPL-3.0-only AND MIT", ("GPL-3.0-only",)).allowed
    assert license_verdict("Apache-2.0 WITH LLVM-exception", ("Apache-2.0",)).allowed
    with pytest.raises(ValueError, match="'premissive'"):
        license_verdict("MIT", "premissive")


def test_the_permissive_list_agrees_with_the_license_database() -> None:
    category = {}
    for entry in get_license_index():
        for key in (entry["spdx_license_key"], *entry["other_spdx_license_keys"]):
            category[key] = entry["category"]
    assert {name for name in PERMISSIVE if category.get(name) not in ("Permissive", "Public Domain")} == set()
    assert {name for name in PERMISSIVE if known_identifier(name) != name} == set()


def test_verdicts_for_joining_have_one_row_a_license() -> None:
    verdicts = license_verdicts(["MIT", None, "MIT", "GPL-2.0-only"], "permissive")
    assert verdicts.select("license", "license_allowed", "license_detail").rows() == [
        (None, False, "license not known"),
        ("GPL-2.0-only", False, "not permissive: GPL-2.0-only"),
        ("MIT", True, None),
    ]


def test_settings_name_identifiers_that_are_none() -> None:
    assert RawCorpusSettings.model_validate({}).allow == "permissive"
    assert RawCorpusSettings.model_validate({"allow": ["mit", "GPL-2.0", "MIT"]}).allow == (
        "GPL-2.0-only",
        "MIT",
    )
    with pytest.raises(ValidationError, match="Own-Terms"):
        RawCorpusSettings.model_validate({"allow": ["MIT", "Own-Terms"]})
    with pytest.raises(ValidationError, match="allows nothing"):
        RawCorpusSettings.model_validate({"allow": []})
    with pytest.raises(ValidationError):
        RawCorpusSettings.model_validate({"allow": "everything"})
