"""Where the answer in a base model's completion ends: it writes on after what was asked for.

Of a function that the prompt has begun: stop words by language, in the way of HumanEval's and MultiPL-E's harnesses,
and for languages with braces or `end` the place where the function's block closes. What begins with the answer itself
(MBPP's functions, whole programs, inserted lines) has stop words of its own. Text in, text out; nothing is run.
"""

from resources.languages import RECORDS

WHOLE_FUNCTION, PROGRAM, INSERTION = "whole function", "program", "insertion"
"""Endings of completions that do not go on with a begun function; the endings of those are their languages."""

STOPS: dict[str, tuple[str, ...]] = {
    **{name: record.stops for name, record in RECORDS.items()},
    WHOLE_FUNCTION: ('\n"""', "\nassert ", "\nprint(", "\nif __name__", "\n```"),
    PROGRAM: ('\n"""', "\n```"),
    INSERTION: ("</code>", "\nEND SOLUTION", "\n# SOLUTION END", "\n```"),
}
"""A completion ends before the first of these: each begins something new at the top level."""

BRACES = frozenset(name for name, record in RECORDS.items() if record.braces)
_QUOTES = {"rust": '"', "bash": "\"'", "cpp": "\"'", "c": "\"'", "java": "\"'", "csharp": "\"'", "swift": '"'}


def cut(ending: str, prompt: str, completion: str) -> str:
    """The part of `completion` that belongs to what `prompt` asks for; `ending` is a key of `STOPS`."""
    places = [completion.find(stop) for stop in STOPS.get(ending, ("\n```",))]
    completion = completion[: min([place for place in places if place >= 0], default=len(completion))]
    if ending == "ruby":
        return _until_end_line(completion)
    if ending in BRACES:
        return completion[: _closing_place(ending, prompt, completion)]
    return completion


def _until_end_line(completion: str) -> str:
    """Up to and with the first line that is `end` without indentation."""
    lines = completion.splitlines(keepends=True)
    last = next((index for index, line in enumerate(lines) if line.rstrip() == "end"), len(lines))
    return "".join(lines[: last + 1])


def _closing_place(language: str, prompt: str, completion: str) -> int:
    """Length of the part of `completion` after which every brace opened since the prompt's start is closed."""
    depth = 0
    for place, step in _braces(language, prompt + completion):
        depth += step
        if depth == 0 and step < 0 and place >= len(prompt):
            return place + 1 - len(prompt)
    return len(completion)


def _braces(language: str, text: str) -> list[tuple[int, int]]:
    """Places of braces in code, with +1 for an opening and -1 for a closing one; strings and comments skipped."""
    comments, block = RECORDS[language].line_comments, RECORDS[language].block_comment
    quotes = _QUOTES.get(language, "\"'`")
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(text):
        character = text[place]
        if text.startswith(comments, place):
            place = _after(text, "\n", place)
        elif block is not None and text.startswith(block[0], place):
            place = _after(text, block[1], place + len(block[0]))
        elif character in quotes:
            place = _after_string(text, place)
        else:
            if character in "{}":
                found.append((place, 1 if character == "{" else -1))
            place += 1
    return found


def _after(text: str, end: str, start: int) -> int:
    found = text.find(end, start)
    return len(text) if found < 0 else found + len(end)


def _after_string(text: str, start: int) -> int:
    place = start + 1
    while place < len(text) and text[place] != text[start]:
        if text[place] == "\n" and text[start] != "`":
            return place  # no string of these languages spans lines: the quote was an apostrophe
        place += 2 if text[place] == "\\" else 1
    return place + 1
