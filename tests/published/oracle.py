"""StarCoder2-Instruct's rules, written anew and plainly: what the pipeline's own way is held against.

Python's own parser and text alone, one function a rule, no module of the pipeline. Import inference and the type check
are not here: imports are given, as the pipeline found them.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Seed:
    """A function of a file: where its `def` stands (from 1), its text without decorators, and its tree."""

    line: int
    text: str
    tree: ast.FunctionDef | ast.AsyncFunctionDef


def top_level_functions(source: str) -> list[Seed] | None:
    """Functions in the first column whose body begins with a triple-double-quoted docstring; None: does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    lines = source.split("\n")
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.col_offset:
            continue
        first = node.body[0]
        if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Constant):
            continue
        literal = ast.get_source_segment(source, first) or ""
        inside = literal[3:-3]
        if (
            not literal.startswith('"""')
            or not literal.endswith('"""')
            or '"""' in inside
            or not inside.strip()
        ):
            continue
        assert node.end_lineno is not None
        found.append(Seed(node.lineno, "\n".join(lines[node.lineno - 1 : node.end_lineno]), node))
    return sorted(found, key=lambda seed: seed.line)


def is_kept(seed: Seed, imports: Sequence[str]) -> bool:
    """Whether the rules on a function's text let it through."""
    returns = [node for node in ast.walk(seed.tree) if isinstance(node, ast.Return)]
    if not any(node.value is not None for node in returns):
        return False
    code = "\n".join([*imports, seed.text]).lower()
    banned = [f"{verb} {module}" for verb in ("import", "from") for module in BANNED_MODULES]
    if any(word in code for word in (*BANNED_WORDS, *banned)):
        return False
    lines = seed.text.split("\n")
    if len(lines) > 150:
        return False
    return not any(line.strip().startswith("def ") and line.strip().endswith("():") for line in lines)


def selected(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """The ids that one pass over `rows` (`response_id, instruction, response`) in their order keeps."""
    instructions: set[str] = set()
    responses: set[str] = set()
    names: set[tuple[str, ...]] = set()
    kept = []
    for row in rows:
        instruction, response = "".join(row["instruction"].split()), "".join(row["response"].split())
        block = re.search(r"```python\n(.*?)```", row["response"], re.DOTALL)
        defined = tuple(re.findall(r"^\s*(?:async )?def (\w+)", block[1], re.MULTILINE)) if block else ()
        if instruction in instructions or response in responses or (defined and defined in names):
            continue
        instructions.add(instruction)
        responses.add(response)
        names.add(defined)
        if not any(phrase in row["response"].lower() for phrase in PLACEHOLDERS):
            kept.append(row["response_id"])
    return kept


def shown_checks(prompt: str, instruction: str) -> list[str] | None:
    """The lines of code that a final prompt has beyond its instruction; None: none."""
    rest = prompt.removeprefix(instruction)
    block = re.search(r"```python\n(.*?)\n?```", rest, re.DOTALL)
    return block[1].split("\n") if block else None


def may_show(tests: str, shown: Sequence[str]) -> bool:
    """Whether a prompt may show these lines of `tests`: all of at most five, else one to five of asserts alone."""
    lines = [line for line in tests.strip().split("\n") if not line.strip().startswith("#")]
    if len(lines) <= 5:
        return list(shown) == lines
    return (
        all(line.startswith("assert") for line in lines) and 1 <= len(shown) <= 5 and set(shown) <= set(lines)
    )
