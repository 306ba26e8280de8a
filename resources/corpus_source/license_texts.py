"""Which license a license file holds, recognized by the `identify` library.

It compares whole texts with 35 common licenses and names one only within 5 % of edits, so it may not know a
license, but hardly takes one for another. A text with additions (third-party notices) stays unknown.
"""

import re
import tempfile
from pathlib import Path

from identify.identify import license_id

from resources.corpus_source.spdx import all_of, spdx

LICENSE_FILE = re.compile(
    r"^(?:(?:un)?licen[cs]es?|copying|copyright)(?:[._-][\w.-]*)?$|^[\w-]+[.-]licen[cs]e(?:\.(?:txt|md|rst))?$",
    re.IGNORECASE,
)
"""Names of files that hold a license: LICENSE, LICENCE.md, LICENSE-MIT, COPYING.LESSER, UNLICENSE, ..."""

CODE_SUFFIXES = frozenset(
    {".py", ".js", ".ts", ".java", ".go", ".rs", ".rb", ".cs", ".cpp", ".h", ".html", ".json"}
)
LONGEST_TEXT = 100_000
"""Bytes above which a license file is a collection of notices, not one license."""


def is_license_file(name: str) -> bool:
    """Whether a file of that name (without its folder) holds a license."""
    return bool(LICENSE_FILE.match(name)) and Path(name).suffix.lower() not in CODE_SUFFIXES


def recognize(text: bytes) -> str | None:
    """The SPDX identifier of a license text, or null where it is not recognized."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        return None
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:  # the library reads files only
        file.write(text)
        file.flush()
        try:
            return spdx(license_id(file.name))
        except UnicodeDecodeError:
            return None


def recognize_all(texts: list[bytes]) -> str | None:
    """The SPDX expression of license files that lie side by side; null where one of them is unknown.

    They are read as holding together (AND): whether their owner means a choice is not in the texts.
    """
    return all_of([recognize(text) for text in texts]) if texts else None
