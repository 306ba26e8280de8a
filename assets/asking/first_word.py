"""The answer to a question that asks for one word: what models put before it is passed over."""

import re

FIRST_WORD = re.compile(r"[\s*_#>`\"'(\[]*([A-Za-z]+)")


def first_word(text: str) -> str | None:
    """The first word of an answer in lower case, marks before it passed over; None: there is none."""
    found = FIRST_WORD.match(text)
    return found[1].lower() if found else None
