"""Go refuses an import that nothing uses, and a completion can neither add nor take back an import of its prompt.

So what code and tests use decides: an import that neither uses is kept without its name, as the published evaluations
of MBXP and HumanEvalPack take it out; a package of the standard library that is used and not imported is added, as
HumanEvalPack's does. The package is `main`, whatever an answer calls it: answer and tests are one program.
"""

import re

from resources.sandbox.languages.go import is_own_file

STANDARD = {
    name.rpartition("/")[2]: name
    for name in (
        "bytes", "crypto/md5", "errors", "fmt", "math", "math/rand", "regexp", "sort", "strconv", "strings", "time",
        "unicode",
    )
}  # fmt: skip
"""Packages that are added, by the name that code uses."""

_IMPORT = re.compile(r'(?m)^(\s*(?:import\s+)?)"([\w./-]+)"(?=\s*$)')
_PACKAGE = re.compile(r"(?m)^\s*package\s+\w+")


def needed_imports(code: str, tests: str) -> str:
    """`code` with its imports as `code` and `tests` need them; tests that are a file of their own need none of them."""
    head, body = _parts(code)
    head = _PACKAGE.sub("package main", head, count=1)
    used = body if is_own_file(tests) else f"{body}\n{tests}"
    there: set[str] = set()

    def kept(found: re.Match[str]) -> str:
        name = found[2].rpartition("/")[2]
        there.add(name)
        return found[0] if _uses(name, used) else f'{found[1]}_ "{found[2]}"'

    head = _IMPORT.sub(kept, head)
    return _added(head, [name for name in STANDARD if name not in there and _uses(name, body)]) + body


def with_used_imports(tests: str) -> str:
    """`tests`, a file of their own, with the standard packages that they use and do not import."""
    head, body = _parts(tests)
    missing = [name for name in STANDARD if f'"{STANDARD[name]}"' not in head and _uses(name, body)]
    return _added(head, missing) + body


def _parts(code: str) -> tuple[str, str]:
    """What stands before the first function, with its imports, and the rest."""
    first = re.search(r"(?m)^func\b", code)
    place = first.start() if first else len(code)
    return code[:place], code[place:]


def _added(head: str, names: list[str]) -> str:
    if not names:
        return head
    lines = "".join(f'import "{STANDARD[name]}"\n' for name in names)
    package = _PACKAGE.search(head)
    if package is None:
        return lines + head
    return f"{head[: package.end()]}\n{lines}{head[package.end() :]}"


def _uses(name: str, code: str) -> bool:
    """Whether a line of `code` that is no comment has the package's name before a dot."""
    return re.search(rf"(?m)^(?!\s*//).*\b{re.escape(name)}\.", code) is not None
