"""Do the tests reach the answer? Found in their syntax, where it leaves no doubt.

`reaches` is true only where a check that certainly runs depends on what the answer gives; all else is tried on a
useless answer. Python goes by its own syntax tree, the other languages by tree-sitter.
"""

from assets.verdicts.reaching import languages, python


def reaches(language: str, code: str, tests: str) -> bool:
    """Whether `tests`, run on `code`, certainly fail when nothing of `code` works."""
    if language == "python":
        return python.reaches(code, tests)
    return languages.reaches(language, code, tests)
