"""Answers made useless: what the same tests must not accept.

`useless` keeps of an answer what its tests could name, and takes from it all that it does. Python goes by its own
syntax tree (`python.py`), the other languages by tree-sitter (`rewriting.py` with the rules of `languages.py`).
Which answers need this is decided in `doubt.py`.
"""

from assets.verdicts.useless import languages, python
from assets.verdicts.useless.form import Form

__all__ = ["Form", "function_bodies", "useless"]


def function_bodies(language: str, code: str) -> list[tuple[str, str]]:
    """Name and body of every function of `code` at its outermost level, methods included; a lambda has no name."""
    if language == "python":
        return python.function_bodies(code)
    return languages.function_bodies(language, code)


def useless(language: str, code: str, tests: str, form: Form) -> str | None:
    """`code` with every function's body replaced as `form` says, and its constants by other values.

    What `tests` do not mention is left out where that is sound, so that answers to one task come to one text.
    None where nothing of it can be made useless: no function or constant, or only data types, which the tests may
    use as they are.
    """
    if language == "python":
        return python.useless(code, tests, form)
    return languages.useless(language, code, tests, form)
