"""Log-probabilities in OpenAI's protocol: how they are asked for, and read out of an answer of either route.

Chat completions list each token with its likeliest alternatives; completions have one object of parallel lists. A
server that has none leaves them out, and one that refuses the field is asked without it.
"""

import re
from typing import Any

REFUSED = re.compile(r"logprobs", re.IGNORECASE)
"""In the message of a 400 or 422: the server, or the model behind it, takes no such field."""

Candidates = list[list[dict[str, Any]]]


def asking_for(count: int, *, chat: bool) -> dict[str, Any]:
    """The fields of a body that ask for the `count` likeliest tokens in each place."""
    return {"logprobs": True, "top_logprobs": count} if chat else {"logprobs": count}


def candidates_of(choice: dict[str, Any]) -> Candidates | None:
    """The candidates of every place (`CANDIDATES`) in a choice; null: it has none, or in a form that is unknown."""
    found = choice.get("logprobs")
    if not isinstance(found, dict):
        return None
    if isinstance(found.get("content"), list):
        places = [_of_chat(place) for place in found["content"]]
    elif isinstance(found.get("top_logprobs"), list):
        places = [_of_completion(place) for place in found["top_logprobs"]]
    else:
        return None
    return places if any(places) else None


def _of_chat(place: Any) -> list[dict[str, Any]]:
    listed = place.get("top_logprobs") if isinstance(place, dict) else None
    told = listed if isinstance(listed, list) and listed else [place]
    pairs = [(one.get("token"), one.get("logprob")) for one in told if isinstance(one, dict)]
    return _ordered(pairs)


def _of_completion(place: Any) -> list[dict[str, Any]]:
    return _ordered(list(place.items())) if isinstance(place, dict) else []


def _ordered(pairs: list[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """The likeliest first; what is no text with a number is left out, and halves of characters are marked."""
    sound = [
        {"token": token.encode("utf-8", "replace").decode("utf-8"), "logprob": float(logprob)}
        for token, logprob in pairs
        if isinstance(token, str) and isinstance(logprob, int | float) and not isinstance(logprob, bool)
    ]
    return sorted(sound, key=lambda one: -one["logprob"])
