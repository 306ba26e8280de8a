"""Directories and git checkouts made on the spot, read as a corpus."""

import subprocess
from pathlib import Path

import polars as pl
import pytest

from resources.corpus_source.base import READ_LIMIT, SourceError
from resources.corpus_source.directory import DirectorySource
from resources.corpus_source.git_checkout import repository_name
from resources.corpus_source.settings import Directory

MIT = """MIT License

Copyright (c) 2026 A. Person

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def checkout(folder: Path, files: dict[str, str | bytes], remote: str | None = None) -> str:
    folder.mkdir(parents=True)
    write(folder, files)
    git(folder, "init", "-q")
    if remote is not None:
        git(folder, "remote", "add", "origin", remote)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    return git(folder, "rev-parse", "HEAD")


def read(folder: Path) -> dict[tuple[str, str], dict[str, object]]:
    rows = pl.concat(DirectorySource(Directory(path=str(folder))).read())
    return {(row["repo"], row["path"]): row for row in rows.iter_rows(named=True)}


def test_a_folder_of_checkouts_and_loose_files(tmp_path: Path) -> None:
    first = checkout(tmp_path / "one", {"LICENSE": MIT, "a.py": "x = 1\n"}, "git@github.com:Some/one.git")
    second = checkout(tmp_path / "deeper" / "two", {"src/b.go": "package b\n"})
    write(tmp_path, {"loose/c.rb": "puts 1\n", "node_modules/d.js": "d"})
    rows = read(tmp_path)
    assert set(rows) == {
        ("Some/one", "LICENSE"),
        ("Some/one", "a.py"),
        ("two", "src/b.go"),
        (tmp_path.name, "loose/c.rb"),
    }
    assert rows["Some/one", "a.py"]["commit"] == first
    assert rows["Some/one", "a.py"]["license"] == "MIT"
    assert rows["two", "src/b.go"]["commit"] == second
    assert rows["two", "src/b.go"]["license"] is None
    assert rows[tmp_path.name, "loose/c.rb"]["commit"] is None


def test_a_checkout_is_read_at_its_commit(tmp_path: Path) -> None:
    """Untracked and changed files do not pass under a commit that does not hold them."""
    checkout(tmp_path / "one", {"a.py": "committed = 1\n"})
    write(tmp_path / "one", {"a.py": "changed = 2\n", "untracked.py": "secret = 3\n"})
    (tmp_path / "one" / "link.py").symlink_to("/etc/passwd")
    git(tmp_path / "one", "add", "link.py")
    git(tmp_path / "one", "commit", "-q", "-m", "link")
    rows = read(tmp_path)
    assert set(rows) == {("one", "a.py")}
    assert rows["one", "a.py"]["content"] == b"committed = 1\n"


def test_bare_clones_and_repositories_without_commits(tmp_path: Path) -> None:
    commit = checkout(tmp_path / "work" / "one", {"a.py": "x = 1\n", "weird\nname\t\u00e9.py": "y = 2\n"})
    (tmp_path / "mirror").mkdir()
    git(
        tmp_path,
        "clone",
        "-q",
        "--bare",
        str(tmp_path / "work" / "one"),
        str(tmp_path / "mirror" / "one.git"),
    )
    git(tmp_path / "mirror", "init", "-q", "empty")
    source = DirectorySource(Directory(path=str(tmp_path / "mirror")))
    rows = pl.concat(source.read())
    assert rows.sort("path").select("path", "commit").rows() == [
        ("a.py", commit),
        ("weird\nname\t\u00e9.py", commit),
    ]
    assert source.describe()["without_commit"] == [str(tmp_path / "mirror" / "empty")]


def test_the_nearest_statement_gives_the_license(tmp_path: Path) -> None:
    checkout(
        tmp_path / "one",
        {
            "pyproject.toml": '[project]\nname = "one"\nlicense = "Apache-2.0"\n',
            "LICENSE": MIT,
            "a.py": "x = 1\n",
            "tagged.py": "# SPDX-License-Identifier: BSD-3-Clause\n",
            "tagged.c": "/* SPDX-License-Identifier: (GPL-2.0 OR MIT) */\n",
            "tagged_oddly.py": "# SPDX-License-Identifier: Own-Licence\n",
            "vendor/x/LICENSE.txt": MIT,
            "vendor/x/deep/b.py": "y = 1\n",
            "vendor/y/COPYING": "All rights reserved. Do not copy.\n",
            "vendor/y/c.py": "z = 1\n",
            "web/package.json": '{"name": "web", "license": "(ISC OR MIT)"}',
            "web/d.js": "1",
            "crate/Cargo.toml": '[package]\nname = "c"\nlicense = "MIT/Apache-2.0"\n',
            "crate/e.rs": "1",
            "php/composer.json": '{"license": ["MIT", "GPL-3.0-or-later"]}',
            "php/f.php": "1",
            "broken/package.json": '{"license": ',
            "broken/g.js": "1",
        },
    )
    rows = read(tmp_path)
    licenses = {path: row["license"] for (_, path), row in rows.items()}
    assert licenses["a.py"] == "Apache-2.0"
    assert licenses["tagged.py"] == "BSD-3-Clause"
    assert licenses["tagged.c"] == "GPL-2.0-only OR MIT"
    assert licenses["tagged_oddly.py"] is None
    assert licenses["vendor/x/deep/b.py"] == "MIT"
    assert licenses["vendor/y/c.py"] is None
    assert licenses["web/d.js"] == "ISC OR MIT"
    assert licenses["crate/e.rs"] == "Apache-2.0 OR MIT"
    assert licenses["php/f.php"] == "GPL-3.0-or-later OR MIT"
    assert licenses["broken/g.js"] is None


def test_two_license_texts_side_by_side_both_hold(tmp_path: Path) -> None:
    unlicense = Path("/usr/share/common-licenses/Apache-2.0")
    if not unlicense.exists():
        pytest.skip("this system has no /usr/share/common-licenses/Apache-2.0")
    write(tmp_path, {"LICENSE-MIT": MIT, "LICENSE-APACHE": unlicense.read_bytes(), "a.rs": "1"})
    assert read(tmp_path)[tmp_path.name, "a.rs"]["license"] == "Apache-2.0 AND MIT"


def test_files_that_cannot_be_read_are_rows_with_a_fault(tmp_path: Path) -> None:
    write(tmp_path, {"big.py": b"", "dir.py/x.py": "1"})
    with (tmp_path / "big.py").open("wb") as file:
        file.truncate(READ_LIMIT + 1)
    checkout(tmp_path / "one", {"a.py": "x = 1\n", "b.py": "y = 1\n"})
    blob = git(tmp_path / "one", "rev-parse", "HEAD:a.py")
    (tmp_path / "one" / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    rows = read(tmp_path)
    assert rows[tmp_path.name, "big.py"]["fault"] == "too_large"
    assert rows["one", "a.py"]["fault"] == "unreadable"
    assert rows["one", "a.py"]["content"] is None
    assert rows["one", "b.py"]["content"] == b"y = 1\n"


def test_the_fingerprint_follows_the_input(tmp_path: Path) -> None:
    def fingerprint() -> str:
        return DirectorySource(Directory(path=str(tmp_path))).fingerprint()

    checkout(tmp_path / "one", {"a.py": "x = 1\n"})
    before = fingerprint()
    write(tmp_path / "one", {"untracked.py": "1"})
    assert fingerprint() == before
    git(tmp_path / "one", "add", "-A")
    git(tmp_path / "one", "commit", "-q", "-m", "second")
    after = fingerprint()
    assert after != before
    write(tmp_path, {"loose.py": "1"})
    assert fingerprint() != after


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere.*`path`"):
        list(DirectorySource(Directory(path=str(tmp_path / "nowhere"))).read())


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("https://github.com/Owner/name.git", "Owner/name"),
        ("https://user:token@example.org/Owner/name", "Owner/name"),
        ("git@gitlab.com:group/sub/name.git", "group/sub/name"),
        ("ssh://git@host:22/Owner/name.git/", "Owner/name"),
        ("/srv/git/name.git", "name"),
        ("file:///srv/git/name.git", "name"),
        ("../name", "name"),
        (None, None),
        ("", None),
    ],
)
def test_names_of_remotes_hold_no_host_and_no_secret(remote: str | None, name: str | None) -> None:
    assert repository_name(remote) == name
