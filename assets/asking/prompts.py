"""Prompt templates: files beside the stage that sends them, whose text is part of its code version.

What a template is given is in the stage's own module; how a prompt is asked, in `asker.py`; a recipe's own
templates, in `own_prompts.py`.
"""

import functools
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import jinja2

from assets.asking.own_prompts import OwnPrompts, PromptError, own_prompts
from assets.source_code.code_blocks import fenced
from resources.digests import contents_sha256, folder_contents


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


def template(package: str, name: str) -> jinja2.Template:
    """The template `name`: the recipe's own, else `prompts/<name>` of a stage's package.

    Unknown fields in it are errors. Templates may call `fenced(code, language)`. Raises `PromptError`, as
    rendering does.
    """
    return _template(package, name, own_prompts())


@functools.cache
def _template(package: str, name: str, own: OwnPrompts) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [jinja2.FunctionLoader(_loader(own)), jinja2.PackageLoader(package, "prompts")]
        ),
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


def _loader(own: OwnPrompts) -> Callable[[str], tuple[str, str, Callable[[], bool]] | None]:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        found = own.find(name)
        return None if found is None else (*found, lambda: True)

    return load


def prompts_digest(package: str) -> str:
    """SHA-256 over names and texts of the templates, and the YAML tables beside them, in `prompts/` of `package`.

    A template of the recipe's own counts with its own text.
    """
    own = own_prompts()
    shipped = folder_contents(files(package) / "prompts", (".jinja", ".yaml"))
    found = ((name, content, own.find(name)) for name, content in shipped)
    return contents_sha256(
        (name, content if text is None else text[0].encode()) for name, content, text in found
    )
