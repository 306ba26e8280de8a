"""A recipe's own prompt templates, in place of the project's of the same names.

A stage knows nothing of them: while its assets are built and while they run, the recipe's templates are in use
(`OwnPrompts.in_use`), and `prompts.py` looks here first, for texts and for digests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from resources.documents import DocumentError, document_text

ASSETS = Path(__file__).parents[1]
ENDING = ".jinja"


class PromptError(ValueError):
    """A prompt template cannot be used; the message names its file and what is wrong with it."""


@dataclass(frozen=True)
class OwnPrompts:
    """Name, text and file of each template."""

    templates: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def read(cls, folder: Path | None) -> "OwnPrompts":
        """The templates in `folder` (None: no templates).

        Raises `PromptError` where the folder is missing, or has a template that no stage sends.
        """
        if folder is None:
            return cls()
        if not folder.is_dir():
            raise PromptError(f"there is no folder of prompts {folder}")
        files = sorted(folder.glob(f"*{ENDING}"))
        names = template_files()
        wrong = [file.name for file in files if file.name not in names]
        if wrong:
            raise PromptError(
                f"{folder / wrong[0]}: no stage sends this prompt; there are {', '.join(names)}"
            )
        return cls(tuple((file.name, _text(file), str(file)) for file in files))

    def find(self, name: str) -> tuple[str, str] | None:
        """Text and file of the template `name`; None where the recipe has none of that name."""
        return next(((text, file) for own, text, file in self.templates if own == name), None)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """These templates are looked for first, in this thread, until the end of the block."""
        token = _IN_USE.set(self)
        try:
            yield
        finally:
            _IN_USE.reset(token)


def _text(file: Path) -> str:
    try:
        return document_text(file)
    except DocumentError as error:
        raise PromptError(f"{file}: {error}") from error


NONE = OwnPrompts()
_IN_USE: ContextVar[OwnPrompts] = ContextVar("own_prompts")


def own_prompts() -> OwnPrompts:
    """The templates that are in use."""
    return _IN_USE.get(NONE)


def template_files() -> dict[str, Path]:
    """Name to file of every template that the project's stages send, by name."""
    return {
        file.name: file for file in sorted(ASSETS.rglob(f"prompts/*{ENDING}"), key=lambda file: file.name)
    }


def shipped_template(name: str) -> Path:
    """The file of the template `name`. Raises `PromptError`."""
    files = template_files()
    if name not in files:
        raise PromptError(f"no stage sends a prompt {name!r}; there are {', '.join(files)}")
    return files[name]
