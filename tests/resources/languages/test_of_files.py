"""Languages by statement, name and shebang."""

import polars as pl
import pytest

from resources.languages.of_files import language


def language_of(path: str | None, content: bytes | None = b"", stated: str | None = None) -> str | None:
    schema = {"language": pl.String, "path": pl.String, "content": pl.Binary}
    return pl.DataFrame([[stated, path, content]], schema=schema, orient="row").select(language()).item()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/a.py", "python"),
        ("src/A.PY", "python"),
        ("a.test.tsx", "typescript"),
        ("a.d.ts", "typescript"),
        ("x/y.c++", "cpp"),
        ("a.h", "cpp"),
        ("Rakefile", "ruby"),
        ("deep/.bashrc", "bash"),
        ("a.c", "c"),
        ("src/A.kt", "kotlin"),
        ("a.py.orig", None),
        ("a.py/README", None),
        (".py", None),
        ("noextension", None),
        ("", None),
        (None, None),
    ],
)
def test_by_name(path: str | None, expected: str | None) -> None:
    assert language_of(path) == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"#!/usr/bin/env python3\nprint(1)\n", "python"),
        (b"#!/usr/bin/python3.11 -u\n", "python"),
        (b"#! /bin/sh\n", "bash"),
        (b"#!/usr/bin/env -S node --flag\r\n", "javascript"),
        (b"#!/usr/bin/env LANG=C ruby\n", "ruby"),
        (b"#!/bin/bash", "bash"),
        (b"#!/usr/bin/perl\n", None),
        (b"#!\n", None),
        (b"#!/bin/b\xffash\n", None),
        (b"#!" + b"/long" * 100 + b"/bash\n", None),
        (b" #!/bin/bash\n", None),
        (b"\xff\xfe\x00", None),
        (None, None),
    ],
)
def test_by_shebang(first: bytes | None, expected: str | None) -> None:
    assert language_of("tool", first) == expected


def test_an_extension_goes_before_a_shebang() -> None:
    assert language_of("a.py", b"#!/bin/sh\n") == "python"
    assert language_of("a.pl", b"#!/bin/sh\n") is None


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("C++", "cpp"),
        ("C#", "csharp"),
        ("Shell", "bash"),
        (" TypeScript ", "typescript"),
        ("rs", "rust"),
        ("rb", "ruby"),
        ("cs", "csharp"),
        ("cc", "cpp"),
        ("node", "javascript"),
        ("python3", "python"),
        ("TypeScriptReact", "typescript"),
        ("C", "c"),
        ("COBOL", None),
        ("", "python"),
    ],
)
def test_a_statement_goes_before_the_name(stated: str, expected: str | None) -> None:
    assert language_of("a.py", stated=stated) == expected
