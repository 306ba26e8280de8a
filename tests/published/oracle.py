"""StarCoder2-Instruct's rules, written anew and plainly: what the pipeline's own way is held against.

A parser and text alone, one function a rule, no module of the pipeline. Import inference and the type check are not
here: imports are given, as the pipeline found them; so are random orders and coins.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import tree_sitter_python
from tree_sitter import Language, Node, Parser

BANNED_WORDS = ("todo", "fixme", "bug")
BANNED_MODULES = ("argparse", "os", "subprocess", "sys", "setuptools", "distutils", "matplotlib", "seaborn")
PLACEHOLDERS = (
    "todo",
    "fixme",
    "notimplemented",
    "write your code here",
    "your code here",
    "your code goes here",
)
PARSER = Parser(Language(tree_sitter_python.language()))


@dataclass(frozen=True)
class Seed:
    """A function of a file: where its `def` stands (from 1), and its text without decorators."""

    line: int
    text: str


def top_level_functions(source: str) -> list[Seed]:
    """Functions in the first column whose body begins with a string in triple double quotes that is not empty."""
    encoded = source.encode()
    found = []
    for node in _nodes(PARSER.parse(encoded).root_node):
        if node.type != "function_definition" or node.start_point[1]:
            continue
        body = node.child_by_field_name("body")
        first = next((child for child in body.children if child.type != "comment"), None) if body else None
        literal = first.children[0] if first and first.type == "expression_statement" else None
        if literal is None or literal.type != "string":
            continue
        parts = {child.type: child.text for child in literal.children}
        if parts.get("string_start") == parts.get("string_end") == b'"""' and "string_content" in parts:
            text = encoded[node.start_byte : node.end_byte].decode()
            found.append(Seed(node.start_point[0] + 1, text))
    return sorted(found, key=lambda seed: seed.line)


def _nodes(root: Node) -> Iterable[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children


def is_kept(seed: Seed, imports: Sequence[str]) -> bool:
    """Whether the rules on a function's text, with its imports above it, let it through."""
    code = "\n".join([*imports, *(["", ""] if imports else []), seed.text])
    returns = (
        node for node in _nodes(PARSER.parse(seed.text.encode()).root_node) if node.type == "return_statement"
    )
    if not any(node.child_count > 1 for node in returns):
        return False
    banned = [f"{verb} {module}" for verb in ("import", "from") for module in BANNED_MODULES]
    if any(word in code.lower() for word in (*BANNED_WORDS, *banned)):
        return False
    lines = code.split("\n")
    return len(lines) <= 150 and not any(line.startswith("def ") and "():" in line for line in lines)


def selected(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """The ids that one pass over `rows` (`response_id, instruction, response`) in their order keeps."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        keys = {"".join(row[name].split()) for name in ("instruction", "response")}
        if keys & seen:
            continue
        block = re.search(r"```python\n(.*?)```", row["response"], re.DOTALL)
        defined = _names(block[1] if block else "")
        if defined is None or defined in seen:
            continue
        seen |= {*keys, defined}
        if not any(phrase in row["response"].lower() for phrase in PLACEHOLDERS):
            kept.append(row["response_id"])
    return kept


def _names(code: str) -> str | None:
    """Names of all functions in the order of their definitions; null: the code does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except SyntaxError:
        return None
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return " ".join(node.name for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)))


def completion(row: Mapping[str, str], *, reasoned: bool, explained: bool) -> str:
    """The final response of a row with its four sections, by two coins."""
    tested = "test" in row["instruction"].lower()
    parts = [
        row["section_reasoning"] if reasoned else None,
        row["section_implementation"],
        row["section_explanation"] if explained else None,
        row["section_tests"] if tested else None,
    ]
    text = "\n\n".join(part.strip() for part in parts if part is not None)
    return re.sub(r"(?<=```python\n).*?(?=```)", lambda block: _uncommented(block[0]), text, flags=re.DOTALL)


def _uncommented(block: str) -> str:
    """The lines of a block that do not begin with a hash; an empty line before one goes with it, but not the first."""
    lines = block.splitlines(keepends=True)
    comments = [line.lstrip().startswith("#") for line in lines]
    kept = [
        line
        for place, line in enumerate(lines)
        if not comments[place]
        and not (place and not line.strip() and place + 1 < len(lines) and comments[place + 1])
    ]
    return "".join(kept)


def speaks_of_checks(instruction: str) -> bool:
    """Whether an instruction is never shown checks with."""
    lower = instruction.lower()
    return "assert" in instruction or "for example" in lower or "test" in lower


def shown_checks(prompt: str, instruction: str) -> list[str] | None:
    """The lines of code that a final prompt has beyond its instruction; None: none."""
    rest = prompt.removeprefix(instruction)
    block = re.search(r"```python\n(.*?)\n?```", rest, re.DOTALL)
    return block[1].split("\n") if block else None


def may_show(row: Mapping[str, str], shown: Sequence[str] | None, *, coin: bool) -> bool:
    """Whether a prompt may show these lines of the tests (None: nothing): of asserts alone one to five, whichever; of
    other tests all, where they are at most five; nothing where the coin or the instruction is against it."""
    lines = row["tests"].split("\n")
    alone = all(line.startswith("assert") for line in lines)
    if not coin or speaks_of_checks(row["instruction"]) or (len(lines) > 5 and not alone):
        return shown is None
    if shown is None:
        return False
    return (1 <= len(shown) <= 5 and set(shown) <= set(lines)) if alone else list(shown) == lines
