"""Which licence a licence file holds, recognised by the `identify` library.

It compares whole texts with 35 common licences and names one only within 5 % of edits, so it may not know a
licence, but hardly takes one for another. A text with additions (third-party notices) stays unknown.
"""

import re
import tempfile
from pathlib import Path

from identify.identify import license_id

from resources.corpus_source.spdx import all_of, spdx

LICENCE_FILE = re.compile(
    r"^(?:(?:un)?licen[cs]es?|copying|copyright)(?:[._-][\w.-]*)?$|^[\w-]+[.-]licen[cs]e(?:\.(?:txt|md|rst))?$",
    re.IGNORECASE,
)
"""Names of files that hold a licence: LICENSE, LICENCE.md, LICENSE-MIT, COPYING.LESSER, UNLICENSE, ..."""

CODE_SUFFIXES = frozenset(
    {".py", ".js", ".ts", ".java", ".go", ".rs", ".rb", ".cs", ".cpp", ".h", ".html", ".json"}
)
LONGEST_TEXT = 100_000
"""Bytes above which a licence file is a collection of notices, not one licence."""


def is_licence_file(name: str) -> bool:
    """Whether a file of that name (without its folder) holds a licence."""
    return bool(LICENCE_FILE.match(name)) and Path(name).suffix.lower() not in CODE_SUFFIXES


def recognise(text: bytes) -> str | None:
    """The SPDX identifier of a licence text, or null where it is not recognised."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        return None
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:  # the library reads files only
        file.write(text)
        file.flush()
        try:
            return spdx(license_id(file.name))
        except UnicodeDecodeError:
            return None


def recognise_all(texts: list[bytes]) -> str | None:
    """The SPDX expression of licence files that lie side by side; null where one of them is unknown.

    They are read as holding together (AND): whether their owner means a choice is not in the texts.
    """
    return all_of([recognise(text) for text in texts]) if texts else None
