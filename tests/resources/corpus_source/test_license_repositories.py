"""Whole repositories by the files that declare their licenses: REUSE, workspaces, vendored folders, readmes."""

# ruff: noqa: E501

import pytest
from identify.vendor.licenses import LICENSES

from resources.corpus_source.repository_licenses import RepositoryLicenses
from tests.resources.corpus_source.test_license_texts import APACHE, MIT

Files = dict[str, str]
UNDECLARED = "undeclared"
PEP_639 = '[project]\nlicense = "MIT AND (Apache-2.0 OR BSD-2-Clause)"\n'
POM = "<project><licenses><license><name>The Apache Software License, Version 2.0</name></license></licenses></project>"
REUSE = """version = 1

[[annotations]]
path = "src/**"
SPDX-License-Identifier = "Apache-2.0"

[[annotations]]
path = ["src/gpl/*.py"]
precedence = "override"
SPDX-License-Identifier = "GPL-3.0-only"

[[annotations]]
path = "odd.py"
SPDX-License-Identifier = "Something else"
"""
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: x
License: MIT

Files: src/gpl/* *.c
Copyright: y
License: GPL-3.0-or-later
"""
WORKSPACE = '[workspace]\nmembers = ["a"]\n[workspace.package]\nlicense = "GPL-3.0-only"\n'
MEMBER = '[package]\nname = "a"\nlicense.workspace = true\n'
README = "# z\n\nA library.\n\n## License\n\n{}\n\n## Authors\n\nJane\n"


def licenses_of(files: Files) -> dict[str, str | None]:
    found = RepositoryLicenses(files, lambda path: files[path].encode() if path in files else None)
    told = {path: found.of(path, content.encode()) for path, content in files.items()}
    return {path: one.license if one else UNDECLARED for path, one in told.items()}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"REUSE.toml": REUSE, "LICENSE": MIT}, {"src/a.py": "Apache-2.0", "src/gpl/a.py": "GPL-3.0-only", "b.py": "MIT", "odd.py": None}),
        ({"REUSE.toml": "not TOML =", "LICENSE": MIT}, {"a.py": None}),
        ({"REUSE.toml": REUSE, "src/v/LICENSE": MIT}, {"src/v/a.py": "MIT"}),
        ({".reuse/dep5": DEP5}, {"src/a.py": "MIT", "src/gpl/a/b.py": "GPL-3.0-or-later", "x/y.c": "GPL-3.0-or-later"}),
        ({"LICENSE": MIT, "a.py.license": "SPDX-License-Identifier: CC-BY-NC-4.0\n"}, {"a.py": "CC-BY-NC-4.0", "b.py": "MIT"}),
        ({"LICENSES/MIT.txt": MIT}, {"a.py": UNDECLARED}),
        ({"Cargo.toml": WORKSPACE, "a/Cargo.toml": MEMBER, "a/LICENSE": MIT}, {"a/src/lib.rs": "GPL-3.0-only"}),
        ({"LICENSE": MIT, "vendor/z/README.md": README.format("GPL-3.0-only")}, {"vendor/z/a.c": "GPL-3.0-only", "a.c": "MIT"}),
        ({"LICENSE": MIT, "vendor/z/README.md": README.format("Free for [non-commercial](x) use.")}, {"vendor/z/a.c": None}),
        ({"LICENSE": MIT, "z/README.md": README.format("See the LICENSE file in the root.")}, {"z/a.c": "MIT"}),
        ({"README.rst": "z\n=\n\nLicense\n-------\n\nz is licensed under the MIT license.\n"}, {"a.c": "MIT"}),
        ({"README.md": "# z\n\n**License:** [MIT](LICENSE)\n"}, {"a.c": "MIT"}),
        ({"README.md": "# z\n\nReads every license: slowly\n"}, {"a.c": UNDECLARED}),
        ({"LICENSE": APACHE, "README.md": README.format("MIT")}, {"a.c": "Apache-2.0"}),
        ({"pyproject.toml": PEP_639}, {"a.py": "MIT AND (Apache-2.0 OR BSD-2-Clause)"}),
        ({"pyproject.toml": '[tool.flit.metadata]\nlicense = "GPL-3.0-only"\n', "LICENSE": MIT}, {"a.py": "GPL-3.0-only"}),
        ({"pyproject.toml": '[project]\nlicense-files = ["legal/EULA.txt"]\n', "LICENSE": MIT, "legal/EULA.txt": "Pay."}, {"a.py": None}),
        ({"setup.py": "about = dict(license='GPLv3')\nsetup(**about)\n", "LICENSE": MIT}, {"a.py": None}),
        ({"setup.py": "setup(**about)\n", "LICENSE": MIT}, {"a.py": "MIT"}),
        ({"pom.xml": POM}, {"A.java": "Apache-2.0"}),
        ({"deno.json": '{"license": "GPL-3.0-only"}', "LICENSE": MIT}, {"a.ts": "GPL-3.0-only"}),
        ({"vcpkg.json": '{"license": "GPL-3.0-only"}', "LICENSE": MIT}, {"a.cpp": "GPL-3.0-only"}),
        ({"mix.exs": '[licenses: ["MIT", "Own"]]', "LICENSE": MIT}, {"a.rb": None}),
        ({"x.cabal": "name: x\nlicense: GPL-3.0-only\n", "LICENSE": MIT}, {"a.c": "GPL-3.0-only"}),
        ({"DESCRIPTION": "Package: x\nLicense: GPL (>= 2)\n", "LICENSE": MIT}, {"a.cpp": "GPL-2.0-or-later"}),
        ({"DESCRIPTION": "Package: x\nLicense: MIT + file LICENSE\n"}, {"a.cpp": "MIT"}),
        ({"DESCRIPTION": "Package: x\nLicense: file LICENSE\n", "LICENSE": "Ours."}, {"a.cpp": None}),
        ({"LICENSE": MIT, "package.json": '// own\n{"license": "GPL-3.0"}'}, {"a.js": None}),
        ({"LICENSE": MIT, "x.nuspec": "<licenseUrl>https://example.com/eula</licenseUrl>"}, {"a.cs": None}),
        ({"LICENSE": f"{MIT}\nUse restrictions as in Attachment A apply.\n"}, {"a.py": None}),
    ],
)  # fmt: skip
def test_what_is_declared_nearest_counts(files: Files, expected: dict[str, str | None]) -> None:
    found = licenses_of({**files, **dict.fromkeys(expected, "x = 1\n")})
    assert {path: found[path] for path in expected} == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("# This code is licensed under CC BY-SA 4.0 (Stack Overflow).", None),
        ("/* Licensed under the Server Side Public License, v 1. */", None),
        ("/* Licensed under the Elastic License\n * 2.0; you may not use it except in compliance with that License. See LICENSE. */", None),
        ("/*! z v1 | Dual licensed under the MIT or GPL Version 2 licenses. */", None),
        ("/*\n * ACME CONFIDENTIAL\n * All information contained herein is, and remains the property of ACME.\n */", None),
        ("# License: Proprietary", None),
        ("# License: BSD", None),
        ("# License: MIT", "MIT"),
        ("# License: 3-clause BSD", "BSD-3-Clause"),
        ("# ISC License", "ISC"),
        ("# Licensed under a BSD-3-Clause license.", "BSD-3-Clause"),
        ('# Licensed under the Apache License 2.0 (the "License").', "Apache-2.0"),
        ("# Licensed under the same terms as Python itself.", "MIT"),
        ("# This module is licensed under the license found in the LICENSE file.", "MIT"),
        ("# Licensed to PSF under a Contributor Agreement.", "MIT"),
        ("# The data is available under http://example.com/data", "MIT"),
        ("# License: see LICENSE for details", "MIT"),
        ('TAG = "SPDX-License-Identifier: GPL-3.0-only"', "MIT"),
        ("/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */", "GPL-2.0-only WITH Linux-syscall-note"),
    ],
)  # fmt: skip
def test_a_sentence_at_the_head_that_names_a_license_counts(header: str, expected: str | None) -> None:
    assert licenses_of({"LICENSE": MIT, "a.py": f"{header}\n"})["a.py"] == expected


def test_a_family_in_a_header_is_completed_by_the_text_beside() -> None:
    text = next(text for name, text in LICENSES if name == "BSD-3-Clause")
    text = text.replace("[year]", "2020").replace("[fullname]", "Jane Doe")
    assert (
        licenses_of({"LICENSE": text, "a.py": "# Distributed under the BSD license.\n"})["a.py"]
        == "BSD-3-Clause"
    )
