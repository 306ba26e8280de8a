"""Chat templates that say which tokens the assistant wrote, for trainers that put the loss on those alone.

TRL's `assistant_only_loss` asks the template, by `{% generation %}` around what a model is to learn; without it, a
training on `messages` puts the loss on the questions as well. What is marked is what the pipeline's own trainer
learns: the content and the token that ends it.
"""

from assets.exports.settings import ExportError
from resources.trainer.chat_templates import template_text
from resources.trainer.tiny_model import chat_template

FILE = "chat_template.jinja"

MARKER = "{% generation %}"

_PLAIN = """\
    {{- message['content'] }}
    {{- eos_token if message['role'] == 'assistant' else 'END' }}
"""
_MARKED = """\
    {%- if message['role'] == 'assistant' %}
        {% generation %}{{- message['content'] ~ eos_token }}{% endgeneration %}
    {%- else %}
        {{- message['content'] ~ 'END' }}
    {%- endif %}
"""
_CHATML = """\
    {{- '<|im_start|>' ~ message['role'] ~ '\\n' ~ message['content'] ~ '<|im_end|>\\n' }}
"""
_MARKED_CHATML = """\
    {{- '<|im_start|>' ~ message['role'] ~ '\\n' }}
    {%- if message['role'] == 'assistant' %}
        {% generation %}{{- message['content'] ~ '<|im_end|>\\n' }}{% endgeneration %}
    {%- else %}
        {{- message['content'] ~ '<|im_end|>\\n' }}
    {%- endif %}
"""
_TURNS = {
    _CHATML: _MARKED_CHATML,
    **{_PLAIN.replace("END", end): _MARKED.replace("END", end) for end in (r"\n\n", r"\n")},
}
"""How a turn ends in the project's templates, and the same with the mark."""

_INLINE = "{{ message['content'] + eos_token }}"
"""What the assistant says, where a template has a branch of its own for it (seedling's)."""


def training_template(chosen: str, own: str | None = None) -> str:
    """The template that `chosen` names (`own`: that of the tokenizer, for `model`), with the marks.

    Raises `ExportError` where it is of another make and has no marks itself.
    """
    text = template_text(chosen) or own or chat_template()
    if MARKER in text:
        return text
    for plain, marked in _TURNS.items():
        if plain in text:
            return text.replace(plain, marked)
    if text.count(_INLINE) == 1:
        return text.replace(_INLINE, f"{MARKER}{_INLINE}{{% endgeneration %}}")
    raise ExportError(
        f"the chat template ({chosen}) has no {MARKER} around what the assistant says, and is not one of the "
        "project's: give it the marks, name another with --chat-template, or export prompt_completion, which needs none"
    )
