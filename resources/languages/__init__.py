"""The programming languages: one record a file, here in the order in which tables and partitions show them.

A language is known by the name of its file and by its aliases; what else there is of it, by that name, is in the
rooms that use it. A new language takes:

1. its record here, and its name in `LANGUAGES`;
2. its rules of extraction, a file in `assets/source_code/languages`;
3. its grammar's package in `pyproject.toml`;

and to be judged:

4. its file in `resources/sandbox/languages` (what runs in the sandbox beside a program is in `harness` there);
5. there too, what a check looks like: its words in `check_words.py`, or a harness that counts checks by itself and a
   line in `assertions.py`;
6. what makes an answer useless: a statement that fails, and its plain types, in `assets/verdicts/useless/bodies.py`.

Few-shot banks and labelled docstrings may follow; what is absent has its reason in the record, and a test holds every
table against it.
"""

import importlib
from collections.abc import Callable, Iterable

from resources.languages.record import Language

LANGUAGES = (
    "python",
    "javascript",
    "typescript",
    "java",
    "cpp",
    "csharp",
    "go",
    "rust",
    "php",
    "ruby",
    "swift",
    "bash",
    "c",
    "kotlin",
)
"""Names of the languages of the pipeline."""

RECORDS: dict[str, Language] = {
    name: importlib.import_module(f"{__name__}.{name}").LANGUAGE for name in LANGUAGES
}


def _by(names_of: Callable[[Language], Iterable[str]]) -> dict[str, str]:
    return {name: record.name for record in RECORDS.values() for name in names_of(record)}


BY_NAME = _by(lambda record: (record.name, *record.aliases))
"""Language by each of its names, in lower case."""

BY_EXTENSION = _by(lambda record: record.extensions)
BY_FILE_NAME = _by(lambda record: record.file_names)
BY_INTERPRETER = _by(lambda record: record.interpreters)


def language_named(name: str) -> str | None:
    """The language that `name` means, in whatever case; None where it is none of ours."""
    return BY_NAME.get(name.strip().lower())


def lacking(part: str) -> dict[str, str]:
    """Languages that lack `part` (one of `PARTS`), and why."""
    return {name: record.absent[part] for name, record in RECORDS.items() if part in record.absent}
