"""What the nodes of a Bash tree mean: which command runs, what is printed, what decides a status.

Belongs here: reading alone. Where marks are put is in `bash_checks.py`.
"""

import re
from collections.abc import Iterator

from tree_sitter import Node

from resources.sandbox.languages.syntax import walk

_CONDITIONS = ("[", "[[", "test", "grep", "egrep", "fgrep", "diff", "cmp")


def unredirected(node: Node) -> Node:
    """`node` without its redirections."""
    while node.type == "redirected_statement" and (body := node.child_by_field_name("body")) is not None:
        node = body
    return node


def command_name(node: Node) -> str | None:
    """The command that a simple statement or the end of a pipeline runs."""
    if node.type == "pipeline" and node.named_children:
        return command_name(unredirected(node.named_children[-1]))
    if node.type == "test_command":
        return (node.children[0].text or b"").decode()
    found = node.child_by_field_name("name") if node.type == "command" else None
    return found.text.decode() if found is not None and found.text else None


def words_of(node: Node) -> list[str]:
    """A command's name and arguments as they are written."""
    return [(child.text or b"").decode() for child in node.named_children]


def literals(node: Node) -> str:
    """The fixed text in a command's arguments; what is expanded is left out."""
    pieces: list[str] = []
    waiting = list(reversed(node.children[1:]))
    while waiting:
        child = waiting.pop()
        if child.type in ("string_content", "word", "raw_string", "ansi_c_string", "number"):
            pieces.append((child.text or b"").decode())
        elif child.type in ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"):
            pieces.append("…")
        else:
            waiting.extend(reversed(child.children))
    return re.sub(r"\\(?:n|t|e\[[\d;]*m|033\[[\d;]*m|x1[bB]\[[\d;]*m)", " ", " ".join(pieces))


def is_condition(node: Node) -> bool:
    """Whether `node` is run for its status: `[`, `[[`, `((` with a comparison, `grep`, `diff`."""
    if node.type == "compound_statement" and node.children[0].type == "((":
        return re.search(rb"[=!]=|[<>]", node.text or b"") is not None
    return command_name(node) in _CONDITIONS


def leaves(node: Node) -> bool:
    """Whether `node` ends the run or the function with an outcome that may be a failure."""
    if node.type == "pipeline" and node.named_children:
        node = unredirected(node.named_children[-1])
    if node.type in ("subshell", "while_statement"):
        return any(leaves(child) for child in walk(node) if child.type == "command")
    name = command_name(node) if node.type == "command" else None
    if name not in ("exit", "return", "false"):
        return False
    return name == "false" or words_of(node)[1:] != ["0"]


def returns_an_outcome(function: Node) -> bool:
    """Whether `function` says by its status how a check went."""
    body = function.child_by_field_name("body")
    if body is None:
        return False
    for node in walk(body):
        if (
            node.type == "command"
            and command_name(node) in ("return", "false")
            and leaves(node)
            and len(words_of(node)) + (command_name(node) == "false") > 1
        ):
            return True
    statements = [child for child in body.named_children if child.type != "comment"]
    return bool(statements) and is_condition(unredirected(statements[-1]))


def names_that_decide(root: Node) -> frozenset[str]:
    """Variables whose value some `exit` or `return` gives, or a condition that leads to one: they need no reading."""
    found: set[str] = set()
    for node in walk(root):
        if node.type == "command" and command_name(node) in ("exit", "return"):
            found.update(re.findall(r"\w+", " ".join(words_of(node)[1:])))
        elif node.type == "if_statement":
            branches, otherwise = branches_of(node)
            bodies = [part for _, body in branches for part in body] + (otherwise[1] if otherwise else [])
            if any(leaves(child) for part in bodies for child in walk(part)):
                for condition, _ in branches:
                    for part in condition:
                        found.update(re.findall(r"\w+", (part.text or b"").decode()))
        elif node.type == "list":
            parts = [part for _, part in operands(node)]
            if any(leaves(child) for part in parts[1:] for child in walk(part)):
                found.update(re.findall(r"\w+", (parts[0].text or b"").decode()))
        elif (
            node.type == "test_command"
            and node.parent is not None
            and node.parent.type in ("program", "compound_statement")
        ):
            found.update(re.findall(r"\w+", (node.text or b"").decode()))
    return frozenset(found)


def operands(node: Node) -> Iterator[tuple[str, Node]]:
    """The operands of a list from left to right, each with the operator before it."""
    left, right = node.named_children[0], node.named_children[-1]
    operator = next((child.type for child in node.children if child.type in ("&&", "||")), "")
    if left.type == "list":
        yield from operands(left)
    else:
        yield "", left
    yield operator, right


Branch = tuple[list[Node], list[Node]]


def branches_of(node: Node) -> tuple[list[Branch], tuple[Node, list[Node]] | None]:
    """(condition, body) of an `if` and its `elif`s, and the `else` clause with its body."""
    found: list[Branch] = []
    otherwise: tuple[Node, list[Node]] | None = None
    for clause in (node, *[child for child in node.children if child.type == "elif_clause"]):
        condition: list[Node] = []
        body: list[Node] = []
        into = condition
        for child in clause.children:
            if child.type == "then":
                into = body
            elif child.is_named and child.type not in ("comment", "elif_clause", "else_clause"):
                into.append(child)
        found.append((condition, body))
    for child in node.children:
        if child.type == "else_clause":
            otherwise = (child, [part for part in child.named_children if part.type != "comment"])
    return found, otherwise
