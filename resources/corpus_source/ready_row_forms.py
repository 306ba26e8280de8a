"""What a record of instruction data says: its instruction and response, in any of the forms that such data has.

Alpaca's (instruction, input, output) and its like under other names, ShareGPT's conversations and messages; of a
conversation the first exchange counts, where a person asks and a model answers at once.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from resources.languages import BY_NAME

QUESTIONS = ("instruction", "prompt", "question", "problem", "query")
ANSWERS = ("output", "response", "completion", "answer", "solution")
CONVERSATIONS = ("messages", "conversations", "conversation")
ASKING, ANSWERING = ("user", "human"), ("assistant", "gpt", "model", "bot")
_FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+#-]+)", re.MULTILINE)
_SHOWN = 8


def exchange(record: Any, columns: Mapping[str, str] | None = None) -> tuple[str, str] | str:
    """Instruction and response of a record, or what is missing.

    `columns` names the columns of `instruction` and `response` where they are called otherwise; they come first.
    """
    if not isinstance(record, Mapping):
        return "no object with columns"
    named = columns or {}
    turns = next((record[name] for name in CONVERSATIONS if isinstance(record.get(name), list)), None)
    if turns is not None and not named:
        return _first_exchange(turns)
    asked = _text(record, (named["instruction"],) if "instruction" in named else QUESTIONS)
    said = _text(record, (named["response"],) if "response" in named else ANSWERS)
    if asked is None or said is None:
        return _missing(record, asked, said)
    given = _text(record, ("input",))
    whole = (f"{asked}\n\n{given}" if given else asked), said
    return whole if _is_unicode(*whole) else "text with half of a surrogate pair"


def language_of_answer(response: str) -> str | None:
    """The language that the first fence of a known one names."""
    return next((BY_NAME[name.lower()] for name in _FENCE.findall(response) if name.lower() in BY_NAME), None)


def _missing(record: Mapping[str, Any], asked: str | None, said: str | None) -> str:
    what = " and ".join(name for name, text in (("instruction", asked), ("response", said)) if text is None)
    columns = [str(name) for name in record]
    more = f", and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    return f"no {what}, or an empty one; its columns: {', '.join(columns[:_SHOWN]) or 'none'}{more}"


def _first_exchange(turns: list[Any]) -> tuple[str, str] | str:
    said = [
        (str(turn.get("role", turn.get("from"))).lower(), _content(turn))
        for turn in turns
        if isinstance(turn, Mapping)
    ]
    for (who, asked), (then, answer) in pairwise(said):
        if who in ASKING and then in ANSWERING and asked and answer:
            return (asked, answer) if _is_unicode(asked, answer) else "text with half of a surrogate pair"
    roles = ", ".join(who if text else f"{who} (empty)" for who, text in said[:_SHOWN])
    return f"no turn of a user that an assistant answers with text; its turns: {roles or 'none'}"


def _content(turn: Mapping[str, Any]) -> str:
    """The text of a turn; of one in parts, as servers write them, that of its texts."""
    content = turn.get("content", turn.get("value"))
    if isinstance(content, list):
        parts = [part.get("text") if isinstance(part, Mapping) else part for part in content]
        return "\n".join(part for part in parts if isinstance(part, str)).strip()
    return content.strip() if isinstance(content, str) else ""


def _text(record: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    found = (record.get(name) for name in names)
    return next((text.strip() for text in found if isinstance(text, str) and text.strip()), None)


def _is_unicode(*texts: str) -> bool:
    try:
        return bool("".join(texts).encode())
    except UnicodeEncodeError:
        return False
