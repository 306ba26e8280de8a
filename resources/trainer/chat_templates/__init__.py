"""How a conversation becomes text: named chat templates and Jinja files of the user's own.

A recipe names one for its training; the checkpoint's tokenizer carries it from there on, so that an evaluation asks in
the same words. `instruction` and `at_instruction` have the form of StarCoder2-Instruct and Magicoder (a system line,
then instruction and response under headings), the system line in our wording; `alpaca` is Alpaca's, `chatml` ChatML.
"""

import hashlib
from importlib.resources import files
from pathlib import Path

OWN = "model"
"""The base model's own template, and where it has none instruction and response under headings."""

NAMES = ("plain", "instruction", "at_instruction", "alpaca", "chatml")


def template_text(chosen: str) -> str | None:
    """The template (Jinja) that `chosen` names: one of `NAMES` or a file; null for the model's own.

    Raises `ValueError` where it is neither, or the file is no template.
    """
    if chosen == OWN:
        return None
    if chosen in NAMES:
        return (
            files("resources.trainer.chat_templates").joinpath(f"{chosen}.jinja").read_text(encoding="utf-8")
        )
    file = Path(chosen).expanduser()
    if not file.is_file():
        raise ValueError(f"{chosen!r} is no chat template: give {OWN}, {', '.join(NAMES)}, or a Jinja file")
    text = file.read_text(encoding="utf-8")
    _refuse_no_template(text, file)
    return text


def template_digest(chosen: str) -> str:
    """What a checkpoint's identity says of its template beside the name: SHA-256 of its text; empty for the model's."""
    text = template_text(chosen)
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()


def _refuse_no_template(text: str, file: Path) -> None:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    try:
        ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols"]).parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"chat template {file}, line {error.lineno}: {error.message}") from error
