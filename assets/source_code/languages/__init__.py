"""The languages whose functions can be extracted: a name of the corpus, and the file with its rules."""

import importlib
from functools import cache

from assets.source_code.languages.rules import LanguageRules
from resources.languages import LANGUAGES


@cache
def rules_of(language: str) -> LanguageRules:
    """The rules of one of `LANGUAGES`; its grammar is loaded at first use."""
    if language not in LANGUAGES:
        raise KeyError(
            f"no extraction rules for language {language!r}; there are rules for {', '.join(LANGUAGES)}"
        )
    return importlib.import_module(f"{__name__}.{language}").RULES
