"""Compiling an answer: as Python compiles a module, but what it does only as a program is left out.

Belongs here: the main guard. Answers are judged as modules that tests use, so `__name__ == "__main__"` is false
in them, though `__name__` stays what pickle, dataclasses and error texts expect.
"""

import ast
import builtins


def compiled(text, name):
    """The code of an answer's `text`. Raises as `compile` does."""
    if "__main__" not in text:
        return builtins.compile(text, name, "exec", dont_inherit=True)
    tree = ast.parse(text, name)
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [_outside(part) if isinstance(part, ast.Compare) else part for part in value]
                waiting += [part for part in value if isinstance(part, ast.AST)]
            elif isinstance(value, ast.AST):
                if isinstance(value, ast.Compare):
                    value = _outside(value)
                    setattr(node, field, value)
                waiting.append(value)
    return builtins.compile(tree, name, "exec", dont_inherit=True)


def _outside(node):
    """A comparison of `__name__` with "__main__" as its value in a module that is imported."""
    sides = (node.left, *node.comparators)
    if len(sides) != 2 or not any(isinstance(s, ast.Name) and s.id == "__name__" for s in sides):
        return node
    if not any(
        isinstance(part, ast.Constant) and part.value == "__main__" for s in sides for part in ast.walk(s)
    ):
        return node
    differs = isinstance(node.ops[0], ast.NotEq | ast.IsNot | ast.NotIn)
    return ast.copy_location(ast.Constant(differs), node)
