"""How a conversation becomes text: named chat templates and Jinja files of the user's own.

A recipe names one for its training; the checkpoint's tokenizer carries it from there on, so that an evaluation asks in
the same words. `instruction` and `at_instruction` have the form of StarCoder2-Instruct and Magicoder (a system line,
then instruction and response under headings), the system line in our wording; `alpaca` is Alpaca's, `chatml` ChatML.
"""

import hashlib
import re
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
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"chat template {file} cannot be read: {error}") from error
    _refuse_no_template(text, file)
    return text


def template_digest(chosen: str) -> str:
    """What a checkpoint's identity says of its template beside the name: SHA-256 of its text; empty for the model's."""
    text = template_text(chosen)
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()


def _refuse_no_template(text: str, file: Path) -> None:
    """Tries the template on an instruction and its response: a file of another kind would train on nothing."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals |= {"raise_exception": _raise, "strftime_now": lambda form: form}
    asked, said = "Instruction 4711.", "Response 0815."
    turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]
    given = {"bos_token": "", "eos_token": "", "tools": None, "documents": None}
    try:
        # a mark of transformers' own that changes no text
        template = environment.from_string(re.sub(r"\{%-?\s*(end)?generation\s*-?%\}", "", text))
        whole = template.render(messages=turns, add_generation_prompt=False, **given)
        begun = template.render(messages=turns[:1], add_generation_prompt=True, **given)
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"chat template {file}, line {error.lineno}: {error.message}") from error
    except Exception as error:  # a template may do anything
        raise ValueError(
            f"chat template {file} cannot write an instruction with its response: {error}"
        ) from error
    if not -1 < whole.find(asked) < whole.find(said) or asked not in begun:
        raise ValueError(
            f"chat template {file} does not show an instruction and its response after it; it gets `messages` with "
            "role and content"
        )
    if not whole.startswith(begun):
        raise ValueError(
            f"chat template {file} writes an instruction otherwise when the response is to come: what it gives with "
            "add_generation_prompt must be the beginning of the whole conversation"
        )


def _raise(message: str) -> None:
    raise ValueError(message)
