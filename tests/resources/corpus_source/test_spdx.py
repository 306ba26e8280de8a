"""Licenses from the many ways in which they are stated."""

import pytest

from resources.corpus_source.spdx import SPELLINGS, all_of, licensing, spdx


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("MIT", "MIT"),
        ("mit", "MIT"),
        ("MIT License", "MIT"),
        ("  Apache   License,\n Version 2.0 ", "Apache-2.0"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("mit or apache-2.0", "Apache-2.0 OR MIT"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("MIT AND MIT", "MIT"),
        ("BSD", None),
        ("GPL", "GPL-1.0-or-later"),
        ("Dual License", None),
        ("UNKNOWN", None),
        ("", None),
        (None, None),
        ("MIT AND", None),
        ("Copyright (c) 2020 Somebody. " * 40, None),
    ],
)
def test_stated_licenses(stated: str | None, meant: str | None) -> None:
    assert spdx(stated) == meant


def test_every_spelling_names_a_current_identifier() -> None:
    for name in set(SPELLINGS.values()):
        assert str(licensing().parse(name, validate=True)) == name


def test_several_licenses_all_hold_and_one_unknown_makes_all_unknown() -> None:
    assert all_of(["MIT", "Apache-2.0", "mit"]) == "Apache-2.0 AND MIT"
    assert all_of(["MIT OR GPL-2.0-only", "ISC"]) == "ISC AND (GPL-2.0-only OR MIT)"
    assert all_of(["MIT", "own license"]) is None
    assert all_of([]) is None
