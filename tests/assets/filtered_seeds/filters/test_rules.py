"""Each rule on its own: what it rejects, what it lets through, and why it says so."""

import polars as pl
import pytest
from pydantic import BaseModel, ValidationError

from assets.filtered_seeds.filters.banned import BannedSettings, banned_rules
from assets.filtered_seeds.filters.function_form import FunctionFormSettings, function_form_rules
from assets.filtered_seeds.filters.not_handwritten import NotHandwrittenSettings, not_handwritten_rules
from assets.filtered_seeds.filters.personal_data import PersonalDataSettings, personal_data_rules
from assets.filtered_seeds.filters.secrets import SecretSettings, secret_rules, with_secret
from assets.rows.outcome import Rule, apply_rules

FUNCTION = {
    "seed_id": "s",
    "language": "python",
    "seed": "def f(a):\n    return a",
    "imports": [],
    "has_error": False,
    "has_return_value": True,
    "n_arguments": 1,
    "is_method": False,
    "docstring_form": "triple_double_quoted",
    "n_lines": 2,
}
SCHEMA = {
    "seed_id": pl.String,
    "language": pl.String,
    "seed": pl.String,
    "imports": pl.List(pl.String),
    "has_error": pl.Boolean,
    "has_return_value": pl.Boolean,
    "n_arguments": pl.Int64,
    "is_method": pl.Boolean,
    "docstring_form": pl.String,
    "n_lines": pl.Int64,
}


def verdict(rules: list[Rule], **changes: object) -> tuple[str, str | None] | None:
    """Reason and detail with which `rules` reject a good function that differs by `changes`; None: kept."""
    frame = pl.DataFrame([FUNCTION | changes], schema=SCHEMA)
    outcome = apply_rules(frame, rules, stage="test", id_column="seed_id")
    assert outcome.kept.height + outcome.rejected.height == 1
    return None if outcome.rejected.is_empty() else outcome.rejected.select("reason", "detail").row(0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"has_return_value": False}, ("no_return_value", None)),
        ({"has_return_value": None, "n_arguments": None, "docstring_form": "triple_double_quoted"}, None),
        ({"n_arguments": 0}, ("no_arguments", None)),
        ({"n_arguments": 0, "is_method": True}, ("no_arguments", None)),
        ({"n_arguments": 0, "language": "java", "is_method": False}, ("no_arguments", None)),
        ({"n_arguments": 0, "language": "java", "is_method": True}, None),
        ({"n_arguments": 0, "language": "bash"}, None),
        ({"docstring_form": "raw_triple_double_quoted"}, None),
        ({"docstring_form": "triple_single_quoted"}, ("docstring_form", "triple_single_quoted")),
        ({"docstring_form": "doc_block", "language": "go"}, None),
        ({"n_lines": 150}, None),
        ({"n_lines": 151}, ("too_long", "151 lines")),
        ({"has_error": True}, ("parse_error", None)),
    ],
)
def test_function_form(changes: dict[str, object], expected: tuple[str, str | None] | None):
    assert verdict(function_form_rules(FunctionFormSettings()), **changes) == expected


def test_a_function_form_rule_can_be_left_out():
    anything = FunctionFormSettings(
        returns_value=False, has_arguments=False, triple_double_quoted=False, max_lines=None, sound=False
    )
    assert function_form_rules(anything) == []
    few = function_form_rules(FunctionFormSettings(min_lines=3))
    assert verdict(few) == ("too_short", "2 lines")


PUBLISHED = FunctionFormSettings(
    has_arguments=False, bare_definitions=False, raw_docstrings=False, lines_with_imports=True
)
"""StarCoder2-Instruct's own form of the rules."""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"n_arguments": 0}, None),
        ({"seed": "def f():\n    return 1"}, ("no_arguments", "def f():")),
        ({"seed": "def f(): return 1"}, ("no_arguments", "def f():")),
        ({"seed": "def f(a):\n    def g():\n        return 1\n    return g"}, None),
        ({"n_lines": 147, "imports": ["import re"]}, None),
        ({"n_lines": 148, "imports": ["import re"]}, ("too_long", "151 lines")),
        ({"n_lines": 150}, None),
        ({"seed": "def f() -> int:\n    return 1"}, None),
        ({"seed": "def f(\n):\n    return 1"}, None),
        ({"docstring_form": "triple_double_quoted"}, None),
        ({"docstring_form": "raw_triple_double_quoted"}, ("docstring_form", "raw_triple_double_quoted")),
    ],
)
def test_the_published_form_of_the_rules_on_functions(changes: dict[str, object], expected: object):
    assert verdict(function_form_rules(PUBLISHED), **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seed": "# TODO: later"}, ("banned_word", "todo")),
        ({"seed": "log.debug(x)"}, ("banned_word", "bug")),
        ({"seed": "import os.path"}, ("banned_import", "import os")),
        ({"imports": ["from sys import argv"]}, ("banned_import", "from sys")),
        ({"imports": ["import numpy as np"]}, None),
        ({"seed": '"""Take it from system memory."""'}, ("banned_import", "from sys")),
        ({"language": "go", "imports": ['"os/exec"']}, ("banned_import", "os/exec")),
        ({"language": "go", "imports": ['import "os"']}, ("banned_import", "os")),
        ({"language": "go", "imports": ['"photos"', 'import "k8s.io/os-lib/x"']}, None),
        ({"language": "javascript", "imports": ["import fs from 'fs'"]}, ("banned_import", "fs")),
        (
            {"language": "javascript", "imports": ["const cp = require('child_process')"]},
            ("banned_import", "child_process"),
        ),
        ({"language": "javascript", "imports": ["import { offset } from './fsx'"]}, None),
        ({"language": "java", "imports": ["import java.awt.Color;"]}, ("banned_import", "java.awt")),
        ({"language": "java", "imports": ["import java.util.List;"]}, None),
        ({"language": "cpp", "imports": ["#include <sys/stat.h>"]}, ("banned_import", "sys")),
        ({"language": "cpp", "imports": ["#include <vector>"]}, None),
        ({"language": "rust", "imports": ["use std::process::Command;"]}, ("banned_import", "std::process")),
        (
            {"language": "csharp", "imports": ["using System.Diagnostics;"]},
            ("banned_import", "System.Diagnostics"),
        ),
        (
            {"language": "php", "imports": ["use Symfony\\Component\\Process\\Process;"]},
            ("banned_import", "Symfony\\Component\\Process"),
        ),
        ({"language": "ruby", "imports": ["require 'optparse'"]}, ("banned_import", "optparse")),
        ({"language": "swift", "imports": ["import UIKit"]}, ("banned_import", "UIKit")),
        ({"language": "bash", "seed": "f() { echo $1; }"}, None),
        # the words of one language are not those of another
        ({"language": "ruby", "imports": ["require 'os'"]}, None),
    ],
)
def test_banned(changes: dict[str, object], expected: tuple[str, str] | None):
    assert verdict(banned_rules(BannedSettings()), **changes) == expected


def test_whole_names_spare_words_within_words():
    rules = banned_rules(BannedSettings(whole_names=True))
    assert verdict(rules, seed="log.debug('from system')") is None
    assert verdict(rules, seed="# a bug") == ("banned_word", "bug")
    assert verdict(rules, seed="import os.path") == ("banned_import", "import os")


def file_verdict(path: str, content: str) -> tuple[str, str | None] | None:
    frame = pl.DataFrame({"file_id": ["f"], "path": [path], "content": [content]})
    rules = not_handwritten_rules(NotHandwrittenSettings())
    rejected = apply_rules(frame, rules, stage="test", id_column="file_id").rejected
    return None if rejected.is_empty() else rejected.select("reason", "detail").row(0)


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("src/a.py", "def f():\n    return 1\n", None),
        ("a.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\n\npackage a\n", "generated"),
        ("a.php", "<?php\n/**\n * @generated by a tool\n */\n", "generated"),
        ("a.py", "# This file was automatically generated by SWIG\n", "generated"),
        ("A.cs", "//------\n// <auto-generated>\n", "generated"),
        ("a.js", "\n" * 30 + "// do not edit the list below\n", None),
        ("a.py", '"""Ids are generated by the data base."""\n', None),
        ("proto/user_pb2.py", "x = 1\n", "generated"),
        ("Form1.Designer.cs", "class A {}\n", None),
        ("Form1.designer.cs", "class A {}\n", "generated"),
        ("web/node_modules/left-pad/index.js", "x\n", "vendored"),
        ("node_modules/x.js", "x\n", "vendored"),
        ("vendor/github.com/x/y.go", "package y\n", "vendored"),
        ("src/vendor.py", "x = 1\n", None),
        ("src/vendored_things/a.py", "x = 1\n", None),
        ("a.js", "x" * 1001 + "\n" + "y\n" * 100, "minified"),
        ("a.js", "x" * 1000 + "\n" + "y\n" * 100, None),
        ("a.js", ("x" * 101 + "\n") * 5, "minified"),
        ("a.js", ("x" * 100 + "\n") * 5, None),
        ("a.py", "", None),
        ("a.py", "x = 1\n" * 200_000, "too_large"),
    ],
)
def test_not_handwritten(path: str, content: str, reason: str | None):
    told = file_verdict(path, content)
    assert (told and told[0]) == reason, told
    assert told is None or told[1]


AT = "@"  # so that no address stands in this file


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"# written by jane.doe{AT}acme-corp.com", "e-mail address"),
        (f"'<jane{AT}uni-bonn.de>'", "e-mail address"),
        (f"Ask jane{AT}w3.org.", "e-mail address"),
        (f"user{AT}example.com, x{AT}sub.example.org, a{AT}b.test, me{AT}foo.com", None),
        (f"git{AT}github.com:a/b.git, noreply{AT}github.com", None),
        (f"12345+jane{AT}users.noreply.github.com", None),
        ("return q @ k.T + weights@self.bias", None),
        ("y = query@key.to(device) + left@right.it[0]", None),
        ("@functools.wraps", None),
        ("connect('93.184.216.34')", "IP address"),
        ("bind(('0.0.0.0', 80)); '127.0.0.1' '10.1.2.3' '192.168.0.1' '172.20.0.1' '255.255.255.0'", None),
        ("'203.0.113.9' '198.51.100.1' '8.8.8.8' '1.2.3.4' '224.0.0.1'", None),
        ("version = '1.21.0.3'; v2.10.11.12; oid 1.3.6.1.4.1", None),
        ("call +49 228 731234 now", "telephone number"),
        ("call +1 (555) 555-0100", None),
        ("x = y +10 - 100 - 1000 + 12", None),
    ],
)
def test_personal_data(text: str, kind: str | None):
    told = verdict(personal_data_rules(PersonalDataSettings()), seed=f"def f():\n    {text}\n")
    assert told == (None if kind is None else ("personal_data", f"{kind}, line 2"))


def test_personal_data_is_not_repeated_in_the_evidence():
    told = verdict(personal_data_rules(PersonalDataSettings()), seed=f"jane.doe{AT}acme-corp.com")
    assert told is not None
    assert "jane" not in str(told)


KEY = "AKIA" + "2E0A8F3B244C9986"


def secret(seed: str | None, **settings: bool) -> str | None:
    frame = pl.DataFrame(
        {"seed_id": ["a", "s"], "seed": ["x = 1", seed]}, schema_overrides={"seed": pl.String}
    )
    told = with_secret(frame, SecretSettings.model_validate(settings))
    assert told["secret"][0] is None
    rejected = apply_rules(told, secret_rules(), stage="test", id_column="seed_id").rejected
    assert rejected["detail"].to_list() == [found for found in told["secret"] if found]
    return told["secret"][1]


@pytest.mark.parametrize(
    ("seed", "kind"),
    [
        (f"def f():\n    key = '{KEY}'", "AWS Access Key, line 2"),
        ("token = 'ghp_" + "a1B2" * 9 + "'", "GitHub Token, line 1"),
        ("pem = '''-----BEGIN RSA " + "PRIVATE KEY-----\nabc'''", "Private Key, line 1"),
        ("\n\nurl = 'https://jane:hunter2" + "@db.internal/x'", "Basic Auth Credentials, line 3"),
        ("t = 'glpat-" + "a1b2c3d4e5f6a7b8c9d0" + "'", "GitLab Token, line 1"),
        ("password = 'correct horse'", None),
        ("digest = 'd41d8cd98f00b204e9800998ecf8427e'", None),
        (None, None),
    ],
)
def test_secrets(seed: str | None, kind: str | None):
    assert secret(seed) == kind


def test_noisy_detectors_are_a_choice():
    assert secret("password = 'correct-horse-77'", keyword=True) == "Secret Keyword, line 1"
    digest = "digest = 'd41d8cd98f00b204e9800998ecf8427e'"
    assert str(secret(digest, entropy=True)).endswith("High Entropy String, line 1")
    assert secret(f"key = '{KEY}'", known_forms=False) is None


def test_secrets_are_found_wherever_a_detector_finds_them():
    """The fast search over all text misses nothing that the detectors find line by line."""
    from assets.filtered_seeds.filters.secrets import _any_pattern, _detectors

    lines = [
        f"x = '{KEY}'",
        "aws_secret_key = '" + "a1B2c3D4e5" * 4 + "'",
        "artifactory = AKC" + "a1b2c3d4e5f6",
        "AccountKey=" + "A1b2" * 22,
        "cloudant_password = '" + "0a1b" * 16 + "'",
        "ibm_api_key = '" + "aB3_" * 11 + "'",
        "secret_access_key = '" + "0a1b2c" * 8 + "'",
        "softlayer_token = '" + "0a1b" * 16 + "'",
        "//registry.npmjs.org/:_authToken=npm_abc",
        "SK" + "a1" * 16,
        "xoxb-" + "123-456-abcdef",
        "sk_live_" + "a1B2" * 6,
        "SG." + "a" * 22 + "." + "b" * 43,
        "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" + "x",
    ]
    found = [
        any(any(True for _ in detector.analyze_string(line)) for detector in _detectors(True, False, False))
        for line in lines
    ]
    assert sum(found) >= 12
    searched = pl.Series(["def f():\n    " + line + "\n    return 1" for line in lines]).str.contains(
        _any_pattern()
    )
    assert [line for line, has, seen in zip(lines, found, searched, strict=True) if has and not seen] == []


@pytest.mark.parametrize(
    "model",
    [FunctionFormSettings, BannedSettings, NotHandwrittenSettings, PersonalDataSettings, SecretSettings],
)
def test_settings_refuse_what_they_do_not_know(model: type[BaseModel]):
    with pytest.raises(ValidationError):
        model.model_validate({"no_such_setting": 1})
