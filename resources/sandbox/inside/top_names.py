"""Names that tests bind at their top level, and the statements that note what they are bound to.

Used where answer and tests share one namespace (`tests_names.TestsNames`).
"""

import ast

from check_forms import place_of
from syntax_walk import children, nodes

BOUND = "\0seedline bound"


def bindings(statement):
    """The names that a simple statement at the top level binds; None for a statement of another kind."""
    kind = type(statement)
    if kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        return [statement.name]
    if kind in (ast.Import, ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
    if kind is ast.Assign:
        return [part.id for target in statement.targets for part in nodes(target) if _bound(part)]
    if kind is ast.AnnAssign:
        return [statement.target.id] if statement.value and type(statement.target) is ast.Name else []
    return None


def note_inside(statement):
    """Note what is bound inside a loop or another block at the top level, as `noted` does behind it.

    Returns the names that are noted wherever the block binds them, and those that it binds otherwise too.
    """
    names, seen = set(), set()
    whole = nodes(statement)
    for part in _blocks_in(statement):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(part, field, ())
            for at in range(len(block) - 1, -1, -1):
                given = bindings(block[at])
                if given:
                    names.update(given)
                    seen.update(map(id, nodes(block[at])))
                    block.insert(at + 1, noted(given, block[at]))
        if type(part) is ast.For:
            given = [target.id for target in nodes(part.target) if _bound(target)]
            names.update(given)
            seen.update(map(id, nodes(part.target)))
            part.body.insert(0, noted(given, part.body[0]))
    others = {part.name for part in whole if type(part) is ast.ExceptHandler}
    for part in whole:
        if type(part) is ast.Name and type(part.ctx) is not ast.Load and id(part) not in seen:
            others.add(part.id)
        elif isinstance(part, ast.MatchAs | ast.MatchStar | ast.MatchMapping):
            others.add(getattr(part, "name", None) or getattr(part, "rest", None))
    return names, others


def _blocks_in(statement):
    """A compound statement and those inside it that share its scope."""
    found = [statement]
    for part in found:
        for child in children(part):
            if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case) and bindings(child) is None:
                found.append(child)
    return found


def noted(names, statement):
    """A statement that notes what `names` are bound to, behind `statement`."""
    at = place_of(statement)
    given = ast.Constant(tuple(names), **at)
    return ast.Expr(ast.Call(ast.Constant(BOUND, **at), [given], [], **at), **at)


def _bound(node):
    return type(node) is ast.Name and type(node.ctx) is ast.Store
