"""A fast first look by ty (a checker in Rust): errors that Pyright is sure to report too.

Most functions fall for the same reason: a name or a module that their file had and they alone have not. ty finds
these, 97.9 % of Pyright's rejections, at ten times its speed. Its judgment of types differs from Pyright's, so
only the rules of `SURE` count, and only in sources without what the two are known to read differently. ty is given the
stubs that Pyright ships, so that both know the same
modules and members. On 10,000 real functions it rejected 7,262, all of which Pyright rejects.
"""

import json
import re
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from resources.type_checker.base import Judgment, TypeCheckerUnavailable, first_errors
from resources.type_checker.process import CheckerFailed, run_checker
from resources.type_checker.project import file_number, packages, project
from resources.type_checker.switches import without_switches

INSTALL = "install it with `pip install ty`"

SURE_OF_NAMES = ("unresolved-reference", "unavailable-implicit-super-arguments")
SURE = (*SURE_OF_NAMES, "import-not-found")
"""ty's rules whose every finding Pyright reports as an error of its own (an undefined name, `super()` outside a
class, a missing module or member); `tests/resources/type_checker/test_cascade.py` holds that against real
functions."""

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
    sees_packages: bool = False,
    timeout_s: float = 60,
) -> list[Judgment | None]:
    """For each source the errors that are sure, or None where ty cannot tell.

    `platform` as Pyright names it; `sees_packages`: Pyright looks into an environment, which ty does not, so
    that only names and not imports are sure. A batch at which ty hangs (`timeout_s` CPU seconds, and 0.05 s a
    source) or crashes is one about which it cannot tell. Raises `TypeCheckerUnavailable` where ty cannot be run.
    """
    ty_version()
    rules = SURE_OF_NAMES if sees_packages else SURE
    unsure = _unsure(sees_packages)
    sources = [without_switches(source) for source in sources]
    judged: list[Judgment | None] = [None] * len(sources)
    asked = [number for number, source in enumerate(sources) if not unsure.search(source)]
    if not asked:
        return judged
    with project([sources[number] for number in asked], python_version) as folder:
        (folder / "ty.toml").write_text(_configuration(python_version, platform, rules))
        # searched after the standard library and installed packages, as Pyright does
        (packages(folder, python_version) / "stubs.pth").write_text("\n".join(_pyright_stubs()))
        try:
            output = run_checker(
                [sys.executable, "-P", "-m", "ty", "check", "--output-format", "concise", "--exit-zero"],
                folder,
                timeout_s=timeout_s + 0.05 * len(asked),
                install=INSTALL,
            )
        except CheckerFailed:
            return judged
    found: dict[int, list[tuple[int, str, str | None]]] = {}
    for line in output.splitlines():
        finding = _FINDING.match(line)
        if finding is not None and finding["rule"] in rules:
            number = asked[file_number(finding["file"])]
            found.setdefault(number, []).append((int(finding["line"]), finding["message"], finding["rule"]))
    for number, errors in found.items():
        judged[number] = Judgment(len(errors), first_errors(errors))
    return judged


def _configuration(python_version: str, platform: str, rules: Sequence[str]) -> str:
    # JSON strings are TOML's too
    switched_on = "\n".join(f'{rule} = "error"' for rule in rules)
    return (
        f"[environment]\nroot = [{json.dumps('.')}]\npython = {json.dumps('.environment')}\n"
        f"python-version = {json.dumps(python_version)}\npython-platform = {json.dumps(platform.lower())}\n"
        f"typeshed = {json.dumps(str(_pyright_typeshed()))}\n"
        f'[rules]\nall = "ignore"\n{switched_on}\n'
    )


@cache
def _unsure(sees_packages: bool) -> re.Pattern[str]:
    """What a source must not contain for a finding to be sure."""
    forms: list[str] = []
    if sees_packages:
        forms.append(r"import\s+\*")  # may bind any name
    # packages that the library and the stubs share (distutils): the two look for their parts in other places
    library = {path.stem for path in (_pyright_typeshed() / "stdlib").iterdir()}
    shared = {path.stem for folder in _pyright_stubs() for path in Path(folder).iterdir()} & library
    forms += [rf"\b{re.escape(name)}\b" for name in sorted(shared)]
    return re.compile("|".join(forms))


def _pyright_stubs() -> list[str]:
    """Folders of the stubs for packages outside the standard library."""
    return [str(folder) for folder in sorted((_pyright_typeshed() / "stubs").iterdir()) if folder.is_dir()]


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
