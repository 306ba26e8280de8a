"""Prompt templates: files beside the stage that sends them, whose text is part of its code version.

What a template is given stands in the stage's own module; how a prompt is asked, in `asker.py`.
"""

import functools
import hashlib
from importlib.resources import files
from typing import Any

import jinja2

from assets.source_code.code_blocks import fenced


class PromptError(ValueError):
    """A prompt template cannot be rendered; the message names its file and what is wrong in it."""


class PromptTemplate(jinja2.Template):
    """A template whose errors name its file; they come before anything is asked."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """As Jinja's, but raises `PromptError`."""
        try:
            return super().render(*args, **kwargs)
        except jinja2.TemplateError as error:
            raise PromptError(
                f"{self.filename}: {error.message}; the stage's module says what it gives"
            ) from error


@functools.cache
def template(package: str, name: str) -> jinja2.Template:
    """The prompt template `prompts/<name>` of a stage's package; unknown fields in it are errors.

    Templates may call `fenced(code, language)`. Raises `PromptError`, as rendering does.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, "prompts"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # prompts are plain text, not HTML
    )
    environment.globals["fenced"] = fenced
    environment.template_class = PromptTemplate
    try:
        return environment.get_template(name)
    except jinja2.TemplateSyntaxError as error:
        raise PromptError(f"{error.filename}, line {error.lineno}: {error.message}") from error


def prompts_digest(package: str) -> str:
    """SHA-256 over names and texts of the templates, and the YAML tables beside them, in `prompts/` of `package`."""
    digest = hashlib.sha256()
    folder = files(package) / "prompts"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and entry.name.endswith((".jinja", ".yaml")):
            digest.update(f"{entry.name}\0".encode() + entry.read_bytes() + b"\0")
    return digest.hexdigest()
