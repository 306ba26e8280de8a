"""The well-known benchmarks of code: name, where their authors publish them, form and license.

None comes with the project: `seedline benchmarks` lists them, and says which are registered.
"""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml


class WellKnown(NamedTuple):
    """One benchmark as its authors publish it."""

    name: str
    where: str  # an address on the hub that the settings take, or words
    form: str
    license: str
    languages: str


@cache
def well_known() -> tuple[WellKnown, ...]:
    """All of them, by name."""
    text = files("assets.benchmarks").joinpath("well_known.yaml").read_text("utf-8")
    return tuple(WellKnown(name, **about) for name, about in sorted(yaml.safe_load(text).items()))


def which(name: str) -> WellKnown | None:
    """The well-known benchmark that a registered `name` means: the longest whose name it begins with."""
    plain = _plain(name)
    found = [one for one in well_known() if re.fullmatch(rf"{_plain(one.name)}(_.*)?", plain)]
    return max(found, key=lambda one: len(one.name), default=None)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.lower().replace("+", "plus"))
