"""How long a row is for the model that will learn it: tokens of the conversation as its trainer renders it."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from assets.exports.settings import ExportError, ExportSettings
from resources.trainer.chat_templates import template_text
from resources.trainer.tiny_model import chat_template

_AT_ONCE = 1000


def open_tokenizer(settings: ExportSettings) -> Any:
    """The tokenizer that the settings name, with the chat template that they name.

    Raises `ExportError` where it cannot be loaded, or transformers is not installed.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise ExportError("counting tokens needs transformers: pip install 'seedline[train]'") from error
    from resources.model_folder import located

    try:
        tokenizer = AutoTokenizer.from_pretrained(located(settings.tokenizer or ""))
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ExportError(f"tokenizer {settings.tokenizer} cannot be loaded: {reason}") from error
    own = template_text(settings.chat_template)
    if own is not None:
        tokenizer.chat_template = own
    elif not tokenizer.chat_template:
        tokenizer.chat_template = chat_template()
    return tokenizer


def token_counts(conversations: Sequence[Any], tokenizer: Any) -> pl.Series:
    """Tokens of each conversation (a list of messages), markers of the template included."""
    counts: list[int] = []
    for start in range(0, len(conversations), _AT_ONCE):
        texts = [
            tokenizer.apply_chat_template(messages, tokenize=False)
            for messages in conversations[start : start + _AT_ONCE]
        ]
        counts += [len(ids) for ids in tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]]
    return pl.Series("tokens", counts, pl.Int64)
