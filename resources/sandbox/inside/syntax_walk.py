"""Walking a syntax tree of Python fast: every suite pays for it, several times.

Belongs here: which fields of which node hold nodes that tell something. `ast.walk` asks each node for all its fields
through two generators; contexts and operators, which say nothing here, are a third of the nodes it finds.
"""

import ast

_NO_NODES = frozenset(
    "ctx op ops id attr arg asname module level kind conversion type_comment simple is_async".split()
)
FIELDS = {
    kind: tuple(field for field in kind._fields if field not in _NO_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""Kind of node -> its fields that may hold a node or a list of them."""
FIELDS[ast.Constant] = ()


def children(node):
    """The nodes right below one, contexts and operators left out."""
    found = []
    for field in FIELDS[type(node)]:
        value = getattr(node, field, None)
        if type(value) is list:
            found += [part for part in value if isinstance(part, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def nodes(tree):
    """A node and every one below it, nearer ones first, as they are now; contexts and operators left out."""
    found = [tree]
    for node in found:
        found += children(node)
    return found
