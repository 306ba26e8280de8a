"""Settings, recipes and lists that people write, in YAML or TOML: read as text, with bounds on what they unfold to.

A few lines of aliases can stand for billions of values, and brackets in brackets end a parser: both are refused before
anything walks through the value. Messages are one line, for the caller to put the file's name before.
"""

import tomllib
from pathlib import Path
from typing import Any

import yaml

from resources.regular_files import read_regular_text

DEEPEST = 64
"""Levels of lists and mappings in each other."""
MOST_VALUES = 1_000_000
"""Values, each counted wherever an alias repeats it."""


class DocumentError(ValueError):
    """A document cannot be read; the message says why, on one line."""


def document_text(path: Path) -> str:
    """The text of the file at `path`. Raises `DocumentError` where it is no file, cannot be read, or is no text."""
    try:
        text = read_regular_text(path)
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"is not text in UTF-8 (byte {error.start + 1}: {error.reason}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}") from error
    if "\0" in text:
        raise DocumentError("is not text: it holds NUL characters; save it as UTF-8")
    return text


def yaml_value(text: str) -> Any:
    """The value of a YAML document. Raises `DocumentError`."""
    try:
        return _bounded(yaml.safe_load(text))
    except RecursionError as error:
        raise DocumentError(_TOO_DEEP) from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(f"not readable as YAML: {' '.join(str(error).split())}") from error


def toml_value(text: str) -> dict[str, Any]:
    """The table of a TOML document. Raises `DocumentError`."""
    try:
        return _bounded(tomllib.loads(text))
    except RecursionError as error:
        raise DocumentError(_TOO_DEEP) from error
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"not readable as TOML: {error}") from error


_TOO_DEEP = f"nested more than {DEEPEST} levels deep; write it flatter"


def _bounded(value: Any) -> Any:
    """`value`, where it is neither too deep nor too large, an alias counted wherever it stands."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    values = 0
    while waiting:
        one, depth = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list | set | tuple) else ()
        values += 1 + len(inner)
        if depth > DEEPEST and inner:
            raise DocumentError(_TOO_DEEP)
        if values > MOST_VALUES:
            raise DocumentError(f"unfolds to more than {MOST_VALUES} values by its aliases; write them out")
        waiting.extend((each, depth + 1) for each in inner if isinstance(each, dict | list | set | tuple))
    return value
