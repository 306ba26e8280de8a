"""The door of audit questions: what a question is, and those that the project brings."""

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path

from resources.documents import DocumentError, document_text
from resources.doors import Door

NAME = re.compile(r"[a-z][a-z0-9_]*")
PARAMETER = re.compile(r"param ([a-z][a-z0-9_]*): (.+)")


class QuestionError(ValueError):
    """A question cannot be asked; the message names its file and the remedy."""


@dataclass(frozen=True)
class Question:
    """SQL in DuckDB's dialect over the tables of a recipe; its first line is a comment that says what it asks.

    A table is named as its artifact is, the tables beside it as `<artifact>__rejected` and `<artifact>__funnel`.
    `place` is what an error calls it by, such as the path of its file.
    """

    sql: str
    place: str

    def __post_init__(self) -> None:
        """Raises `QuestionError` where the first line is no comment."""
        if not self.purpose:
            raise QuestionError(
                f"{self.place}: the first line of a question is a comment that says what it asks, such as "
                "-- How many training rows has each repository?"
            )

    @classmethod
    def of_file(cls, file: Traversable | Path) -> "Question":
        """The question in a `.sql` file. Raises `QuestionError`."""
        try:
            text = document_text(file) if isinstance(file, Path) else file.read_text(encoding="utf-8")
            return cls(text, str(file))
        except DocumentError as error:
            raise QuestionError(f"{file}: {error}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise QuestionError(f"{file} cannot be read as text: {error}") from error

    @cached_property
    def purpose(self) -> str:
        """The comment lines at the head, up to its parameters."""
        lines = []
        for line in self._head:
            if PARAMETER.fullmatch(line):
                break
            lines.append(line)
        return " ".join(lines).strip()

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Name to meaning of what can be given with it: lines `-- param NAME: meaning` of the head.

        In the SQL a parameter is `getvariable('NAME')`, null where it is not given.
        """
        found = [PARAMETER.fullmatch(line) for line in self._head]
        return {one[1]: one[2] for one in found if one is not None}

    @cached_property
    def _head(self) -> list[str]:
        lines = []
        for line in self.sql.splitlines():
            if not line.startswith("--"):
                break
            lines.append(line.removeprefix("--").strip())
        return lines

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the SQL, among them the names of the tables that it reads."""
        return frozenset(re.findall(r"\w+", self.sql))


AUDIT_QUESTIONS = Door(
    "audit_questions",
    Question,
    {
        "cache_without_owner": "assets.audit.shipped:CACHE_WITHOUT_OWNER",
        "checkpoints": "assets.audit.shipped:CHECKPOINTS",
        "contamination": "assets.audit.shipped:CONTAMINATION",
        "cost_per_row": "assets.audit.shipped:COST_PER_ROW",
        "dumps": "assets.audit.shipped:DUMPS",
        "duplicate_families": "assets.audit.shipped:DUPLICATE_FAMILIES",
        "largest_repositories": "assets.audit.shipped:LARGEST_REPOSITORIES",
        "license_by_stage": "assets.audit.shipped:LICENSE_BY_STAGE",
        "license_mix": "assets.audit.shipped:LICENSE_MIX",
        "lineage_completeness": "assets.audit.shipped:LINEAGE_COMPLETENESS",
        "models_and_terms": "assets.audit.shipped:MODELS_AND_TERMS",
        "rejected_by_dump": "assets.audit.shipped:REJECTED_BY_DUMP",
        "rows_of_repository": "assets.audit.shipped:ROWS_OF_REPOSITORY",
        "staleness": "assets.audit.shipped:STALENESS",
        "take_down_impact": "assets.audit.shipped:TAKE_DOWN_IMPACT",
        "verdicts": "assets.audit.shipped:VERDICTS",
        "yield_funnel": "assets.audit.shipped:YIELD_FUNNEL",
    },
)


def questions(*folders: Path | None) -> dict[str, Question]:
    """Name to question: those behind the door, then every `<name>.sql` in `folders` (None: no folder).

    Raises `QuestionError` for a folder that is missing, a file that is no question, and a name that is used twice.
    """
    found = {name: AUDIT_QUESTIONS.open(name) for name in AUDIT_QUESTIONS.names()}
    for folder in folders:
        for name, question in _in_folder(folder).items() if folder is not None else ():
            if name in found and found[name] != question:
                raise QuestionError(
                    f"{question.place}: there is a question {name!r} already ({found[name].place}); rename the file"
                )
            found[name] = question
    return found


def _in_folder(folder: Path) -> dict[str, Question]:
    if not folder.is_dir():
        raise QuestionError(f"there is no folder of questions {folder}; it is named by the field `questions`")
    files = sorted(folder.glob("*.sql"))
    wrong = [file.name for file in files if not NAME.fullmatch(file.stem)]
    if wrong:
        raise QuestionError(
            f"{folder / wrong[0]}: the file's name becomes an asset's; write it in lower-case letters, digits and _"
        )
    return {file.stem: Question.of_file(file) for file in files}
