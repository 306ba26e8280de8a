"""Conditions, handlers and reports in tests of script languages, as `script_checks` reads them."""

from dataclasses import dataclass

from tree_sitter import Node

from resources.sandbox.languages.reported import said

CHOICES = ("ternary_expression", "conditional_expression", "conditional")
STRINGS = ("string", "template_string", "encapsed_string")


@dataclass(frozen=True)
class Conditional:
    """A condition and what follows from it."""

    condition: Node
    when_true: tuple[Node, ...]
    when_false: tuple[Node, ...]


@dataclass(frozen=True)
class Handler:
    """What is tried, and what is done with an error: its node, its statements, the place of their first."""

    tried: tuple[Node, ...]
    clause: Node
    body: tuple[Node, ...]


def literals(node: Node) -> str:
    """The fixed text in strings below `node`."""
    pieces: list[str] = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.type in ("string_fragment", "string_content", "string_value"):
            pieces.append((node.text or b"").decode())
        elif node.type in ("template_substitution", "interpolation", *CHOICES):
            pieces.append("…")
        else:
            waiting.extend(reversed(node.children))
    return " ".join(pieces)


def report(node: Node) -> str | None:
    """What a printing `node` says, where no condition inside it chooses the words."""
    return said(literals(node))
