"""Which evolutions are worthless: the text rules of Evol-Instruct's eliminations, on single texts.

Method: WizardLM, as WizardCoder and MagicoderS took it over. Asking the judge whether an evolution adds anything
is in `evol_instruct.py`; here its answer is read.
"""

import re

from assets.source_code.code_blocks import scan

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above after again all also am an and any are as at be because been before being below between
        both but by can could did do does doing down during each few for from further had has have having he her
        here hers him his how i if in into is it its just me more most my no nor not now of off on once only or
        other our ours out over own same she should so some such than that the their theirs them then there
        these they this those through to too under until up very was we were what when where which while who
        whom why will with would you your yours
        """,
    )
)
"""English words that say nothing by themselves."""

_VERDICT = re.compile(r"\b(not\s+equal|unequal|different|equal)\b", re.IGNORECASE)


def has_no_content(text: str) -> bool:
    """Whether `text` holds nothing but punctuation and stop words."""
    return all(word in STOP_WORDS for word in re.findall(r"[^\W_]+", text.lower()))


def refuses(answer: str, words: tuple[str, ...], most_words: int) -> bool:
    """Whether an answer of fewer than `most_words` words says one of `words` outside its code."""
    if len(answer.split()) >= most_words:
        return False
    scanned = scan(answer)
    prose = "\n".join(line for line, is_prose in zip(scanned.lines, scanned.prose, strict=True) if is_prose)
    return _first_of(prose, words) is not None


def words_of_the_prompt(text: str, phrases: tuple[str, ...]) -> str | None:
    """The first of `phrases` that `text` says, whatever its case and line breaks; None: none."""
    return _first_of(text, phrases)


def says_the_same(verdict: str) -> bool | None:
    """Whether the judge's answer says that two prompts are equal; None: it says neither."""
    found = _VERDICT.search(verdict)
    return None if found is None else found[1].lower() == "equal"


def _first_of(text: str, phrases: tuple[str, ...]) -> str | None:
    for phrase in phrases:
        pattern = r"[\s_]+".join(re.escape(word) for word in phrase.split())
        if re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", text, re.IGNORECASE):
            return phrase
    return None
