"""EvalPlus's rule for the code of a Python answer (its `sanitize`), so that its published scores can be had again.

The longest run of lines that compiles, fences or not; of it the imports, and of functions that return, classes and
assignments each name's first that the entry point reaches. It knows no drafts and no attempts.
"""

import ast
import re
import warnings

from tree_sitter import Node, Parser

from resources.languages.grammars import grammar

_MOST_LINES = 400


def evalplus_code(text: str, entry_point: str) -> str:
    """What EvalPlus would judge of `text`."""
    code = _longest_that_compiles(text)
    root = Parser(grammar("python")).parse(code.encode()).root_node
    imports = [node for node in root.children if node.type in ("import_statement", "import_from_statement")]
    first: dict[str, Node] = {}
    for node in root.children:
        inner = node.children[0] if node.type == "expression_statement" and node.children else node
        known = node.type == "class_definition" or inner.type == "assignment"
        if not known and not (node.type == "function_definition" and _holds(node, "return_statement")):
            continue
        name = next((_text(child) for child in inner.children if child.type == "identifier"), "")
        first.setdefault(name, inner)
    reached, left = {entry_point}, [entry_point]
    while left:
        node = first.get(left.pop())
        further = (_identifiers(node) if node is not None else set()) - reached
        reached |= further
        left += further
    kept = [node for name, node in first.items() if name in reached]
    return "\n".join(_text(node) for node in [*imports, *kept])


def _longest_that_compiles(text: str) -> str:
    """The run of at least two lines with most lines that are not empty; the first of the longest."""
    lines = text.split("\n")[:_MOST_LINES]
    filled = [0]
    for line in lines:
        filled.append(filled[-1] + bool(line.strip()))
    best, most = lines[:1], 0
    for first in range(len(lines)):
        # an indented line begins nothing that compiles, and neither does what is too short to be longer
        if re.match(r"[ \t]+\S", lines[first]):
            continue
        for end in range(len(lines), first + 1, -1):
            if filled[end] - filled[first] <= most:
                break
            if _compiles("\n".join(lines[first:end])):
                best, most = lines[first:end], filled[end] - filled[first]
                break
    return "\n".join(best)


def _compiles(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _holds(node: Node, kind: str) -> bool:
    return node.type == kind or any(_holds(child, kind) for child in node.children)


def _identifiers(node: Node) -> set[str]:
    if node.type == "identifier":
        return {_text(node)}
    return set[str]().union(*(_identifiers(child) for child in node.children))


def _text(node: Node) -> str:
    return (node.text or b"").decode()
