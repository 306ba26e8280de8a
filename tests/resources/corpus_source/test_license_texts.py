"""A license text is recognized word for word; anything added or taken away makes it unknown."""

import pytest
from identify.vendor.licenses import LICENSES

from resources.corpus_source.license_texts import _texts, nearest, recognize
from resources.corpus_source.spdx import spdx

TEXTS = dict(reversed(list(_texts())))


def filled_in(identifier: str) -> str:
    return TEXTS[identifier].replace("[year]", "2021").replace("[fullname]", "Jane Roe")


MIT, BSD, ISC = map(filled_in, ("MIT", "BSD-3-Clause", "ISC"))
APACHE = TEXTS["Apache-2.0"]


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        MIT,
        MIT.replace("\n", "\r\n"),
        "\ufeff" + MIT,
        " ".join(MIT.split("\n\n", 1)[1].split()),
        MIT.upper(),
        "# The MIT License (MIT)\n" + MIT.split("\n", 1)[1],
        MIT.replace(
            "2021 Jane Roe",
            "2019-2024 Jane Roe, Example Research Ltd. and contributors. All rights reserved.",
        ),
        MIT.replace(
            "Copyright (c) 2021 Jane Roe",
            "Copyright © 2001 A\nCopyright (C) 2002 B <b@example.org>\n(c) 2003 C",
        ),
        MIT.replace("this permission notice", "this permission notice (including the next paragraph)"),
        MIT.replace("AUTHORS OR COPYRIGHT HOLDERS", "EXAMPLE CORP"),
        MIT.replace("NONINFRINGEMENT", "NON-INFRINGEMENT"),
        "SPDX-License-Identifier: MIT\n\n" + MIT,
    ],
)
def test_what_may_differ(text):
    assert recognize(text.encode()) == "MIT"


@pytest.mark.parametrize(
    "text",
    [
        changed(BSD, "copyright holder nor the names of its", "Example GmbH nor the names of its"),
        changed(BSD, "1. ", "* ").replace("2. ", "* ").replace("3. ", "* "),
        changed(BSD, "BSD 3-Clause License", "The 3-Clause BSD License"),
    ],
)
def test_names_and_marks_of_lists(text):
    assert recognize(text.encode()) == "BSD-3-Clause"


@pytest.mark.parametrize(
    "text",
    [
        changed(MIT, "free of charge", "free of charge and for non-commercial use only"),
        changed(MIT, "free of charge", "free of charge, for academic purposes"),
        changed(MIT, "to any person", "to any natural person or nonprofit"),
        changed(MIT, "publish, distribute, sublicense, and/or sell", "publish, distribute, and sublicense"),
        changed(MIT, "and/or sell\n", "\n"),
        changed(MIT, "without restriction", "with the restrictions below"),
        changed(
            MIT, "\n\nTHE SOFTWARE", "\n\nThe Software shall be used for Good, not Evil.\n\nTHE SOFTWARE"
        ),
        changed(
            MIT,
            "\n\nTHE SOFTWARE",
            "\n\nThe Software may not be used for training AI models.\n\nTHE SOFTWARE",
        ),
        changed(MIT, "\n\nTHE SOFTWARE", "\n\nUse by the military is excluded.\n\nTHE SOFTWARE"),
        changed(MIT, "\n\nTHE SOFTWARE", "\n\nDerivatives carry this logo.\n\nTHE SOFTWARE"),
        changed(MIT, "2021 Jane Roe", "2021 Jane Roe. Non-commercial use only."),
        changed(
            MIT, "2021 Jane Roe", "2021 Jane Roe\nCopyright notice: this grant ends when the trial expires"
        ),
        MIT + "\nThe above does not apply to companies with more than 100 employees.\n",
        MIT + "\nCommons Clause\n\nThe right to Sell the Software is not granted.\n",
        "Commons Clause: the right to Sell the Software is not granted.\n\n" + APACHE,
        "Modified MIT License\n" + MIT.split("\n", 1)[1],
        "Apache License 2.0\n" + MIT.split("\n", 1)[1],
        MIT[: MIT.index("THE SOFTWARE IS")],
        changed(MIT, "Permission is hereby granted", "Permission is not hereby granted"),
        changed(ISC, "for any\npurpose with or without fee", "for any\nnoncommercial purpose without fee"),
        changed(ISC, "modify, and/or distribute", "and/or modify"),
        changed(BSD, "with or without\nmodification", "without\nmodification"),
        BSD + "\n4. The software is used for peaceful ends alone.\n",
        changed(APACHE, "sublicense, and distribute", "sublicense"),
        changed(APACHE, "perpetual,", "revocable,"),
        TEXTS["MIT"].replace("[year]", "{{ year }}").replace("[fullname]", "{{ author }}"),
        "Copyright 2021 Jane Roe. All rights reserved.",
        "MIT",
        "",
    ],
)
def test_what_may_not(text):
    assert recognize(text.encode()) in (None, "BSD-3-Clause-No-Military-License")


def test_licenses_that_are_known_and_not_free():
    assert recognize(TEXTS["JSON"].encode()) == "JSON"
    assert recognize(TEXTS["BUSL-1.1"].encode()) == "BUSL-1.1"


@pytest.mark.parametrize(
    "identifier",
    [
        "0BSD",
        "AGPL-3.0-only",
        "BSD-2-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "EPL-2.0",
        "GPL-2.0-only",
        "GPL-3.0-only",
        "HPND",
        "LGPL-2.1-only",
        "LGPL-3.0-only",
        "MPL-2.0",
        "MIT-0",
        "NCSA",
        "PostgreSQL",
        "PSF-2.0",
        "Unlicense",
        "WTFPL",
        "Zlib",
    ],
)
def test_the_texts_of_the_list_are_recognized(identifier):
    assert spdx(identifier) == identifier
    assert recognize(filled_in(identifier).encode()) == identifier


def test_of_an_unknown_text_it_is_said_what_it_is_like_and_where_it_differs() -> None:
    mit = dict(LICENSES)["MIT"].replace("[year]", "2020").replace("[fullname]", "A. Author")
    changed = mit.replace("without restriction", "without restriction, for noncommercial use only")
    assert recognize(mit.encode()) == "MIT"
    assert nearest(mit.encode()) is None
    assert recognize(changed.encode()) is None
    assert nearest(changed.encode()) == "like MIT, but with 'for noncommercial use only'"
    assert nearest(b"A letter to nobody about the weather of this week, and of the next one.") is None
