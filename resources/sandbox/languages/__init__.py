"""The languages beside Python: `LANGUAGES` by name, each judged by `judge.judge` with its toolchain.

One file a language, named as in `resources.languages`, whose record says why where there is none. Python has a
fork-server of its own and is not here.
"""

import importlib

from resources.languages import LANGUAGES as NAMES
from resources.languages import lacking
from resources.sandbox.languages.language import Language


def _judged(name: str) -> Language:
    found = vars(importlib.import_module(f"{__name__}.{name}")).values()
    return next(kind for kind in found if isinstance(kind, type) and vars(kind).get("name") == name)()


LANGUAGES: dict[str, Language] = {
    name: _judged(name) for name in NAMES if name != "python" and name not in lacking("sandbox")
}
"""Language name -> how it is judged."""
