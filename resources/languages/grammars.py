"""The tree-sitter grammars that the languages' records name, loaded at first use."""

import importlib
from functools import cache

import tree_sitter

from resources.languages import RECORDS


@cache
def grammar(language: str, function: str = "") -> tree_sitter.Language:
    """The grammar of `language`; `function` names another of its package's (TSX beside TypeScript)."""
    record = RECORDS[language].grammar
    package = importlib.import_module(record.package)
    return tree_sitter.Language(getattr(package, function or record.functions[0])())
