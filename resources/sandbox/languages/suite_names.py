"""Functions and names in a suite of tests, as `suite_tree` tells of them."""

import re
from dataclasses import dataclass

from tree_sitter import Node

from resources.sandbox.languages.check_words import CHECK_WORDS
from resources.sandbox.languages.syntax import declared_name, parse

PARTS = re.compile(r"::|\.|->")  # of a whole name


@dataclass
class Function:
    """A function or lambda of the tests: what of it matters for others."""

    node: Node
    name: str | None
    called_by_answer: bool = False
    fails: bool = False  # whenever it is called
    checks: bool = False
    ends: bool = False  # it may end the program with status 0
    uncounted: bool = False  # it checks where no statement could say so: its calls count


def text_of(node: Node | None) -> str:
    """The source of `node`; empty where there is none."""
    return node.text.decode(errors="replace") if node is not None and node.text else ""


def last_name(name: str | None) -> str | None:
    """The part of a whole name behind its namespaces and types."""
    return re.split(r"::|\.", name)[-1] if name else None


def answers_names(language: str, code: str) -> frozenset[str]:
    """Functions, methods and types that the answer declares."""
    words = CHECK_WORDS[language]
    found: set[str] = set()
    waiting = [parse(language, code)]
    while waiting:
        node = waiting.pop()
        if (
            node.type in words.functions
            or node.type in words.types
            or node.type.endswith(("_item", "type_spec"))
        ):
            found.add(last_name(declared_name(node)) or "")
        waiting += node.children
    return frozenset(found - {"", "main", "Main"})
