"""Manifests and headers: what is declared, what is not understood, and what is nearest to a file."""

# ruff: noqa: E501

import pytest

from resources.corpus_source.declared_licenses import Declared
from resources.corpus_source.header_licenses import header_license
from resources.corpus_source.manifests import manifest_license
from resources.corpus_source.repository_licenses import RepositoryLicenses
from tests.resources.corpus_source.test_license_texts import BSD, MIT

SAYS_NOTHING = "says nothing"
UNKNOWN = None
CLASSIFIER = "License :: OSI Approved :: "


@pytest.mark.parametrize(
    ("name", "content", "license"),
    [
        ("package.json", '{"license": "MIT"}', "MIT"),
        ("package.json", '{"license": "(MIT OR Apache-2.0)"}', "Apache-2.0 OR MIT"),
        ("package.json", '{"license": "GPL-2.0 WITH Classpath-exception-2.0"}', "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("package.json", '{"license": {"type": "MIT", "url": "x"}}', "MIT"),
        ("package.json", '{"licenses": ["GPL-3.0"]}', "GPL-3.0-only"),
        ("package.json", '{"licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]}', "GPL-2.0-only OR MIT"),
        ("package.json", '{"licenses": [{"type": "MIT"}, {"type": "Own"}]}', UNKNOWN),
        ("package.json", '{"license": "UNLICENSED"}', UNKNOWN),
        ("package.json", '{"license": "BSD"}', UNKNOWN),
        ("package.json", '{"license": "MIT with restrictions"}', UNKNOWN),
        ("package.json", '{"license": 7}', UNKNOWN),
        ("package.json", '{"license": "MIT"', UNKNOWN),
        ("package.json", '{"name": "x"}', SAYS_NOTHING),
        ("package.json", '{"name": "x"', SAYS_NOTHING),
        ("bower.json", '{"license": "Proprietary"}', UNKNOWN),
        ("pyproject.toml", '[project]\nlicense = "MIT AND BSD-3-Clause"', "BSD-3-Clause AND MIT"),
        ("pyproject.toml", '[project]\nlicense = {text = "Proprietary"}', UNKNOWN),
        ("pyproject.toml", '[project]\nlicense = {text = "MIT License"}', "MIT"),
        ("pyproject.toml", f'[project]\nclassifiers = ["{CLASSIFIER}MIT License"]', "MIT"),
        ("pyproject.toml", '[project]\nclassifiers = ["License :: Other/Proprietary License"]', UNKNOWN),
        ("pyproject.toml", f'[project]\nclassifiers = ["{CLASSIFIER}MIT License", "{CLASSIFIER}GPLv3"]', UNKNOWN),
        ("pyproject.toml", '[project]\nclassifiers = ["License :: OSI Approved"]', SAYS_NOTHING),
        ("pyproject.toml", '[tool.poetry]\nlicense = "Commercial"', UNKNOWN),
        ("pyproject.toml", '[tool.black]\nline-length = 7', SAYS_NOTHING),
        ("setup.cfg", "[metadata]\nlicense = GPLv3\n", "GPL-3.0-only"),
        ("setup.cfg", "[metadata]\nlicense = Internal\nclassifiers =\n    " + CLASSIFIER + "MIT License\n", UNKNOWN),
        ("setup.py", 'from setuptools import setup\nsetup(name="x", license="GPLv3")', "GPL-3.0-only"),
        ("setup.py", 'import setuptools\nsetuptools.setup(license=open("L").read())', UNKNOWN),
        ("setup.py", f'from setuptools import setup\nsetup(classifiers=["{CLASSIFIER}MIT License"])', "MIT"),
        ("setup.py", "from setuptools import setup\nsetup()", SAYS_NOTHING),
        ("Cargo.toml", '[package]\nlicense = "MIT/Apache-2.0"', "Apache-2.0 OR MIT"),
        ("Cargo.toml", '[package]\nlicense.workspace = true', None),  # without a workspace above it
        ("Cargo.toml", '[workspace.package]\nlicense = "MIT"', "MIT"),
        ("composer.json", '{"license": ["MIT", "proprietary"]}', UNKNOWN),
        ("composer.json", '{"license": "proprietary"}', UNKNOWN),
        ("pom.xml", "<project xmlns='x'><licenses><license><name>Apache License, Version 2.0</name></license></licenses></project>", "Apache-2.0"),
        ("pom.xml", "<project><licenses><license><name>Ours</name></license></licenses></project>", UNKNOWN),
        ("pom.xml", "<project><name>a</name></project>", SAYS_NOTHING),
        ("x.gemspec", 'Gem::Specification.new do |s|\n  s.license = "MIT"\nend', "MIT"),
        ("x.gemspec", 'Gem::Specification.new do |s|\n  s.licenses = ["MIT", "GPL-2.0"]\nend', "GPL-2.0-only AND MIT"),
        ("x.gemspec", "Gem::Specification.new do |s|\n  s.license = LICENSE\nend", UNKNOWN),
        ("x.podspec", "Pod::Spec.new do |s|\n  s.license = { :type => 'MIT', :file => 'L' }\nend", "MIT"),
        ("x.csproj", "<Project><PackageLicenseExpression>MIT</PackageLicenseExpression></Project>", "MIT"),
        ("x.nuspec", '<package><license type="expression">MIT OR Apache-2.0</license></package>', "Apache-2.0 OR MIT"),
        ("x.nuspec", "<package><licenseUrl>https://example.org/eula</licenseUrl></package>", UNKNOWN),
        ("x.csproj", "<Project></Project>", SAYS_NOTHING),
        ("build.gradle", "pom {\n licenses {\n  license {\n   name = 'MIT License'\n  }\n }\n}\n", "MIT"),
        ("README.md", "License: MIT", SAYS_NOTHING),
    ],
)  # fmt: skip
def test_manifests(name, content, license):
    declared = manifest_license(name, content.encode())
    assert (SAYS_NOTHING if declared is None else declared.license) == license


@pytest.mark.parametrize(
    ("name", "content", "file"),
    [
        ("package.json", '{"license": "SEE LICENSE IN EULA.txt"}', "EULA.txt"),
        ("package.json", '{"license": "see LICENSE.md"}', "LICENSE.md"),
        ("pyproject.toml", '[project]\nlicense = {file = "legal/TERMS"}', "legal/TERMS"),
        ("pyproject.toml", '[project]\nlicense-files = ["EULA"]', "EULA"),
        ("Cargo.toml", '[package]\nlicense-file = "EULA"', "EULA"),
        (
            "x.csproj",
            "<Project><PackageLicenseFile>docs\\EULA.txt</PackageLicenseFile></Project>",
            "docs/EULA.txt",
        ),
    ],
)
def test_manifests_that_point_to_a_file(name, content, file):
    assert manifest_license(name, content.encode()) == Declared(None, file=file)


GPL = "This program is free software: you can redistribute it and/or modify it under the terms of the\nGNU General Public License as published by the Free Software Foundation, "


@pytest.mark.parametrize(
    ("header", "license"),
    [
        ("// SPDX-License-Identifier: MIT OR Apache-2.0\n", "Apache-2.0 OR MIT"),
        ("/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */\n", "GPL-2.0-only WITH Linux-syscall-note"),
        ("# SPDX-License-Identifier: LicenseRef-Ours\n", UNKNOWN),
        ("# SPDX-License-Identifier: MIT\n# SPDX-License-Identifier: GPL-2.0-only\n", UNKNOWN),
        ("# " + GPL.replace("\n", "\n# ") + "either version 3 of the License, or\n# (at your option) any later version.\n", "GPL-3.0-or-later"),
        ("/*\n * " + GPL.replace("\n", "\n * ") + "version 2.\n */\n", "GPL-2.0-only"),
        ("# " + GPL.replace("\n", "\n# ").replace("General", "Lesser General") + "either version 2.1 of the License, or later.\n", "LGPL-2.1-or-later"),
        ('"""A tool.\n\nLicensed under the GNU Affero General Public License.\n"""\n', UNKNOWN),
        ("# Copyright 2020 Example. All rights reserved.\n", UNKNOWN),
        ("// Copyright 2020 Example. All rights reserved.\n// Use of this source code is governed by a BSD-style\n// license that can be found in the LICENSE file.\n", SAYS_NOTHING),
        ("# Copyright 2020 Example\n", SAYS_NOTHING),
        ("# PROPRIETARY AND CONFIDENTIAL\n", UNKNOWN),
        ("/* Confidential - Example Corp. */\n", UNKNOWN),
        ("// Unauthorized copying of this file, via any medium, is prohibited.\n", UNKNOWN),
        ("# For academic use only.\n", UNKNOWN),
        ("# Free for non-commercial use.\n", UNKNOWN),
        ("# Licensed under the Apache License, Version 2.0 (the \"License\");\n# you may not use this file except in compliance with the License.\n", "Apache-2.0"),
        ("# This Source Code Form is subject to the terms of the Mozilla Public\n# License, v. 2.0.\n", "MPL-2.0"),
        ("/*\n" + MIT + "*/\n", "MIT"),
        ("# " + BSD.replace("\n", "\n# ") + "\n", "BSD-3-Clause"),
        ("/*\n" + MIT.replace("free of charge", "free of charge for noncommercial use") + "*/\n", UNKNOWN),
        ('"""A tool."""\n__license__ = "GPLv3"\n', "GPL-3.0-only"),
        ('"""Reads proprietary formats and confidential words."""\n', SAYS_NOTHING),
        ('x = 1\n# PROPRIETARY AND CONFIDENTIAL\n', SAYS_NOTHING),
        ("", SAYS_NOTHING),
    ],
)  # fmt: skip
def test_headers(header, license):
    declared = header_license((header + "\nx = 'All rights reserved, GPL-3.0'\n").encode())
    assert (SAYS_NOTHING if declared is None else declared.license) == license


@pytest.mark.parametrize(
    ("files", "license"),
    [
        ({"LICENSE": MIT}, "MIT"),
        ({"LICENSE": MIT, "p/package.json": '{"license": "UNLICENSED"}'}, UNKNOWN),
        ({"LICENSE": MIT, "p/package.json": '{"license": "BSD"}'}, UNKNOWN),
        ({"LICENSE": MIT, "p/package.json": '{"license": "BSD"}', "p/LICENSE": BSD}, "BSD-3-Clause"),
        ({"LICENSE": MIT, "p/package.json": '{"license": "BSD"}', "p/LICENSE": MIT}, UNKNOWN),
        ({"LICENSE": MIT, "p/package.json": '{"name": "x"}'}, "MIT"),
        ({"LICENSE": MIT, "p/Cargo.toml": '[package]\nlicense-file = "EULA"'}, UNKNOWN),
        ({"LICENSE": MIT, "p/Cargo.toml": '[package]\nlicense-file = "EULA"', "p/EULA": "Ours."}, UNKNOWN),
        ({"LICENSE": "Ours.", "p/Cargo.toml": '[package]\nlicense-file = "EULA"', "p/EULA": MIT}, "MIT"),
        ({"LICENSE": MIT, "p/package.json": '{"license": "SEE LICENSE IN ../LICENSE"}'}, "MIT"),
        ({"LICENSE": MIT, "p/q/LICENSE": "Ours."}, UNKNOWN),
        ({"LICENSE": "Ours.", "p/q/LICENSE.md": MIT}, "MIT"),
        (
            {"p/package.json": '{"license": "MIT"}', "p/Cargo.toml": '[package]\nlicense = "ISC"'},
            "ISC AND MIT",
        ),
        ({"p/package.json": '{"license": "MIT"}', "p/setup.py": 'setup(license="Ours")'}, UNKNOWN),
        ({}, SAYS_NOTHING),
    ],
)
def test_the_nearest_declaration_counts(files, license):
    licenses = RepositoryLicenses(files, lambda path: files[path].encode() if path in files else None)
    found = licenses.of("p/q/a.py", b"x = 1\n")
    assert (SAYS_NOTHING if found is None else found.license) == license


@pytest.mark.parametrize(
    ("files", "content", "source"),
    [
        ({"LICENSE": MIT}, "", "LICENSE: text of MIT"),
        ({"LICENSE": f"{MIT}\nNo commercial use."}, "", "LICENSE: like MIT, but with 'no commercial use'"),
        ({"LICENSE": "Ours."}, "", "LICENSE: a text that is not known"),
        ({"LICENSE": MIT, "p/package.json": '{"license": "ISC"}'}, "", "p/package.json: 'ISC'"),
        ({"p/package.json": '{"license": "ISC"}', "p/setup.py": "setup(license='Ours')"}, "", "p/package.json: 'ISC'; p/setup.py: 'Ours'"),
        ({"p/package.json": '{"licenses": ["MIT", "ISC"]}'}, "", "p/package.json: 'MIT', 'ISC'"),
        ({"p/Cargo.toml": '[package]\nlicense-file = "EULA"', "p/EULA": MIT}, "", "p/Cargo.toml: EULA, text of MIT"),
        ({"p/Cargo.toml": '[package]\nlicense-file = "EULA"'}, "", "p/Cargo.toml: EULA, which is not there"),
        ({"p/setup.py": "setup(classifiers=['License :: OSI Approved :: MIT License'])"}, "", "p/setup.py: classifier 'License :: OSI Approved :: MIT License'"),
        ({"REUSE.toml": '[[annotations]]\npath = "**"\nSPDX-License-Identifier = "MIT"'}, "", "REUSE.toml: 'MIT'"),
        ({"p/a.py.license": "SPDX-License-Identifier: MIT"}, "", "p/a.py.license: SPDX tag 'MIT'"),
        ({"README.md": "# a\n\n## License\n\nMIT\n"}, "", "README.md: 'MIT'"),
        ({"LICENSE": MIT}, "# SPDX-License-Identifier: 0BSD\n", "header: SPDX tag '0BSD'"),
        ({"LICENSE": MIT}, "# Under the terms of the MIT License.\n", "header: notice of MIT"),
        ({"LICENSE": MIT}, "# Proprietary and confidential.\n", "header: words that keep rights"),
        ({"LICENSE": MIT}, "__license__ = 'GPLv3'\n", "header: __license__ 'GPLv3'"),
    ],
)  # fmt: skip
def test_where_it_was_found_and_what_was_matched_is_told(files, content, source):
    licenses = RepositoryLicenses(files, lambda path: files[path].encode() if path in files else None)
    found = licenses.of("p/a.py", content.encode())
    assert found is not None and found.source == source
