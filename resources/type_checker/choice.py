"""Which checker judges a language: one name for it in recipes, assets and on the command line."""

from typing import Literal

from resources.type_checker.base import TypeChecker
from resources.type_checker.cascade import Cascade
from resources.type_checker.grammar import GrammarCheck
from resources.type_checker.pyright import Pyright, PyrightSettings
from resources.type_checker.syntax import SyntaxCheck

Check = Literal["types", "pyright", "grammar", "toolchain"]
"""`types`: Pyright's verdict by the cascade for Python, the grammar for other languages; `pyright`: Pyright
alone, for Python; `grammar`: tree-sitter; `toolchain`: the language's own parser, where it is installed."""


def checker_for(language: str, check: Check, settings: PyrightSettings | None = None) -> TypeChecker:
    """The checker for sources in `language`; `settings` are for Python's types.

    Raises `ValueError` for types of another language, `TypeCheckerUnavailable` where a checker is missing.
    """
    if check == "pyright" and language != "python":
        raise ValueError(f"pyright checks Python, not {language}: choose types, grammar or toolchain")
    match check:
        case "types":
            return Cascade(settings) if language == "python" else GrammarCheck(language)
        case "pyright":
            return Pyright(settings)
        case "grammar":
            return GrammarCheck(language)
        case "toolchain":
            return SyntaxCheck(language)
