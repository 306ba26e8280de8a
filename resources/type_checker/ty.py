"""A fast first look by ty (a checker in Rust): errors that Pyright is sure to report too.

Most functions fall for the same reason: a name or a module that their file had and they alone have not. ty finds
these 97.9 % of Pyright's rejections at ten times its speed. Its judgement of types differs from Pyright's, so
only the rules of `SURE` count, and only in sources without comments that switch diagnostics off, which the two
read differently. ty is given the stubs that Pyright ships, so that both know the same modules and members.
"""

import json
import re
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from resources.type_checker.face import Judgement, TypeCheckerUnavailable, first_errors
from resources.type_checker.process import CheckerFailed, run_checker
from resources.type_checker.project import file_number, project

INSTALL = "install it with `pip install ty`"

SURE = ("unresolved-reference", "import-not-found", "unavailable-implicit-super-arguments")
"""ty's rules whose every finding Pyright reports as an error of its own (an undefined name, a missing import,
`super()` outside a class); `tests/resources/type_checker/test_cascade.py` holds that against real functions."""

_SWITCHES = re.compile(r"#\s*(?:type:\s*ignore|pyright\s*:|ty\s*:)|no_type_check")
_FINDING = re.compile(r"^(?P<file>.+?):(?P<line>\d+):\d+: \w+\[(?P<rule>[\w-]+)\] (?P<message>.*)$")


def ty_version() -> str:
    """The version of ty. Raises `TypeCheckerUnavailable` where it is not installed."""
    try:
        return version("ty")
    except PackageNotFoundError as error:
        raise TypeCheckerUnavailable(f"ty is not installed; {INSTALL}") from error


def sure_errors(
    sources: Sequence[str],
    *,
    python_version: str,
    platform: str,
    environment: str | None = None,
    timeout_s: float = 60,
) -> list[Judgement | None]:
    """For each source the errors that are sure, or None where ty cannot tell.

    `platform` as Pyright names it. A batch at which ty hangs (`timeout_s` CPU seconds, and 0.05 s a source) or
    crashes is one about which it cannot tell. Raises `TypeCheckerUnavailable` where ty cannot be run.
    """
    ty_version()
    judged: list[Judgement | None] = [None] * len(sources)
    asked = [number for number, source in enumerate(sources) if not _SWITCHES.search(source)]
    if not asked:
        return judged
    with project([sources[number] for number in asked], python_version) as folder:
        seen = environment or str(folder / ".environment")
        (folder / "ty.toml").write_text(_configuration(python_version, platform, seen))
        try:
            output = run_checker(
                [sys.executable, "-m", "ty", "check", "--output-format", "concise", "--exit-zero"],
                folder,
                timeout_s=timeout_s + 0.05 * len(asked),
                install=INSTALL,
            )
        except CheckerFailed:
            return judged
    found: dict[int, list[tuple[int, str, str | None]]] = {}
    for line in output.splitlines():
        finding = _FINDING.match(line)
        if finding is not None and finding["rule"] in SURE:
            number = asked[file_number(finding["file"])]
            found.setdefault(number, []).append((int(finding["line"]), finding["message"], finding["rule"]))
    for number, errors in found.items():
        judged[number] = Judgement(len(errors), first_errors(errors))
    return judged


def _configuration(python_version: str, platform: str, environment: str) -> str:
    # JSON strings and arrays are TOML's too
    typeshed = _pyright_typeshed()
    stubs = [str(folder) for folder in sorted((typeshed / "stubs").iterdir()) if folder.is_dir()]
    rules = "\n".join(f'{rule} = "error"' for rule in SURE)
    return (
        f"[environment]\nroot = [{json.dumps('.')}]\npython = {json.dumps(environment)}\n"
        f"python-version = {json.dumps(python_version)}\npython-platform = {json.dumps(platform.lower())}\n"
        f"typeshed = {json.dumps(str(typeshed))}\nextra-paths = {json.dumps(stubs)}\n"
        f'[rules]\nall = "ignore"\n{rules}\n'
    )


def _pyright_typeshed() -> Path:
    """The stubs that Pyright ships: of the standard library, and of packages outside it."""
    package = find_spec("basedpyright")
    if package is None or package.origin is None:
        raise TypeCheckerUnavailable(
            "basedpyright is not installed; install it with `pip install basedpyright`"
        )
    typeshed = Path(package.origin).parent / "dist" / "typeshed-fallback"
    if not (typeshed / "stubs").is_dir():
        raise TypeCheckerUnavailable(f"{typeshed}: this release of basedpyright keeps its stubs elsewhere")
    return typeshed
