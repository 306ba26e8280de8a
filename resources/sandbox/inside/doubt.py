"""What tests could see of the answer beyond values: asked of their syntax alone, so that no answer decides it.

Belongs here: which tests need one process with the answer, and which could tell a value from its copy (identity,
changes of what they got, results that are held while the answer goes on). Words in comments, in texts and as
names of their own mean nothing.
"""

import ast

from check_forms import called_name
from held_results import BUILTIN, FRESH_CALLS, holds, holds_calls, is_scope
from syntax_walk import children, nodes
from telling_words import BUILTINS, CHANGES, FIXTURES, MODULES, SPECIAL, STATE, WITH_STATE

_FRESH = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Constant, ast.Tuple, ast.BinOp,
          ast.Compare, ast.JoinedStr, ast.GeneratorExp, ast.BoolOp, ast.UnaryOp, ast.Lambda)  # fmt: skip
_HOLDING = frozenset(
    "list dict set tuple sorted frozenset defaultdict deque Counter OrderedDict zip map filter enumerate reversed "
    "iter max min next".split()
)
"""What makes a container of what it is given, or gives a part of it back."""
_SAYING = FRESH_CALLS - _HOLDING


class Doubt:
    """Reads a tree. `one_process`: why the tests need one; `identity`, `changes`: what they could observe."""

    def __init__(self, tree):
        self.bound, self.handed, self.values = set(), set(), {}
        self.used, self.modules = set(), {}
        self.one_process = None
        self.identity = self.changes = False
        every = nodes(tree)
        self.look(_FIRST, every)
        for name, module in self.modules.items():
            if name in self.used and module in MODULES:
                self.one_process = module
        if self.one_process:  # then nothing else is asked
            return
        self.look(_SECOND, every)
        if not self.changes and self.values and not self.one_process:
            self.changes = any(holds(scope.body) for scope in every if is_scope(scope))

    def look(self, looks, every):
        for node in every:
            found = looks.get(type(node))
            if found is not None:
                found(self, node)

    # -- first: what names are ------------------------------------------------------------------------------

    def name(self, node):
        if type(node.ctx) is ast.Load:
            self.used.add(node.id)
        else:
            self.bound.add(node.id)

    def defined(self, node):
        self.bound.add(node.name)

    def argument(self, node):
        self.bound.add(node.arg)
        if node.arg in FIXTURES:
            self.one_process = node.arg

    def imported(self, node):
        for alias in node.names:
            self.modules[alias.asname or alias.name.partition(".")[0]] = _home(alias.name)

    def imported_from(self, node):
        for alias in node.names:
            name = f"{node.module or ''}.{alias.name}"
            self.modules[alias.asname or alias.name] = _home(name)
            if alias.name == "*" and _home(name) in MODULES:
                self.one_process = node.module

    def assigned(self, node):
        for target in node.targets:
            if type(target) is ast.Name:
                self.values.setdefault(target.id, []).append(node.value)

    def passed(self, node):
        """Names that a function which may be the answer's was given."""
        if called_name(node) not in BUILTIN and not called_name(node).startswith("assert"):
            for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                self.handed.update(n.id for n in nodes(part) if type(n) is ast.Name)

    # -- second: what is done with them ---------------------------------------------------------------------

    def loaded(self, node):
        if node.id in STATE and self.modules.get(node.id) in WITH_STATE:
            self.one_process = node.id
        if node.id in BUILTINS and node.id not in self.bound and node.id not in self.modules:
            self.one_process = node.id

    def attribute(self, node):
        if node.attr in SPECIAL:
            self.one_process = node.attr
        of_module = type(node.value) is ast.Name and node.value.id in self.modules
        if (of_module and type(node.ctx) is not ast.Load) or (node.attr in STATE and self._of_library(node)):
            self.one_process = node.attr
        if type(node.ctx) is not ast.Load:
            self.changed(node.value)

    def _of_library(self, node):
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and self.modules.get(node.id) in WITH_STATE

    def subscript(self, node):
        if type(node.ctx) is not ast.Load:
            self.changed(node.value)

    def awaited(self, node):
        self.one_process = "async"

    def comparison(self, node):
        self.parts(node)
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(operator, ast.Is | ast.IsNot) and not (_fixed(left) or _fixed(right)):
                self.identity = True

    def call(self, node):
        name = called_name(node)
        self.parts(node)
        if (
            name == "map"
            and node.args
            and called_name(ast.Call(node.args[0], [], [])) not in _SAYING | BUILTIN
        ):
            self.changes = True
        if name == "id" and name not in self.bound:
            self.identity = True
        elif name in ("assertIs", "assertIsNot") and not any(map(_fixed, node.args[:2])):
            self.identity = True
        elif name in CHANGES and type(node.func) is ast.Attribute:
            if any(map(self._keeps, node.args)):
                self.changes = True
            self.changed(node.func.value)
        elif type(node.func) is ast.Name and name in ("setattr", "delattr") and node.args:
            self.changed(node.args[0])

    def growth(self, node):
        if type(node.target) is ast.Name and not isinstance(node.value, ast.Constant | ast.JoinedStr):
            self.changed(node.target)

    def changed(self, node):
        """`node` is changed: seen by the answer, or by the tests in another place, unless it is theirs alone."""
        deep = type(node) is not ast.Name
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Attribute | ast.Subscript):
                node = node.value
            elif isinstance(node, ast.Call):
                node = node.func
            else:
                return
        if node.id in ("self", "cls"):
            return
        values = self.values.get(node.id, [])
        own = bool(values) and all(map(_fresh, values)) and node.id not in self.handed
        if not own or (deep and any(map(holds_calls, values))):
            self.changes = True

    def growing(self, node):
        """A result is put where others are, as in `found[key] = f(x)`."""
        if type(node.targets[0]) is ast.Subscript and self._keeps(node.value):
            self.changes = True

    def parts(self, node):
        """Results of two calls meet in one expression: the first is held while the answer makes the second."""
        if not self.changes:
            given = (*node.args, *node.keywords) if type(node) is ast.Call else children(node)
            self.changes = sum(map(self._keeps, given)) > 1

    def gathered(self, node):
        """A comprehension holds every result until its end."""
        if any(self._keeps(part) for part in children(node) if type(part) is not ast.comprehension):
            self.changes = True

    def _of_module(self, node):
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self.modules

    def handed_on(self, node):
        """A generator of the tests gives a result to whoever may gather it."""
        if node.value is not None and self._keeps(node.value):
            self.changes = True

    def _keeps(self, node):
        """Whether the value of an expression may hold what the answer returned, and not only say something of it."""
        if isinstance(node, ast.Compare | ast.JoinedStr | ast.Constant | ast.Lambda):
            return False
        if isinstance(node, ast.Name):
            return any(map(holds_calls, self.values.get(node.id, ())))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            if name in _SAYING or (name in BUILTIN and name not in _HOLDING):
                return False
            if name not in _HOLDING:
                return True
        elif isinstance(node, ast.Call) and not self._of_module(node.func):
            return True
        return any(map(self._keeps, children(node)))


_FIRST = {
    ast.Name: Doubt.name, ast.FunctionDef: Doubt.defined, ast.AsyncFunctionDef: Doubt.defined,
    ast.ClassDef: Doubt.defined, ast.arg: Doubt.argument, ast.Import: Doubt.imported,
    ast.ImportFrom: Doubt.imported_from, ast.Assign: Doubt.assigned, ast.Call: Doubt.passed,
}  # fmt: skip
_SECOND = {
    ast.Name: Doubt.loaded, ast.Attribute: Doubt.attribute, ast.Subscript: Doubt.subscript,
    ast.AsyncFunctionDef: Doubt.awaited, ast.Await: Doubt.awaited, ast.Compare: Doubt.comparison,
    ast.Call: Doubt.call, ast.AugAssign: Doubt.growth, ast.Assign: Doubt.growing, ast.BinOp: Doubt.parts,
    ast.List: Doubt.parts, ast.Tuple: Doubt.parts, ast.Set: Doubt.parts, ast.Dict: Doubt.parts,
    ast.ListComp: Doubt.gathered, ast.SetComp: Doubt.gathered, ast.DictComp: Doubt.gathered,
    ast.GeneratorExp: Doubt.gathered, ast.Yield: Doubt.handed_on,
}  # fmt: skip


def _home(name):
    return "mock" if name.startswith("unittest.mock") else name.partition(".")[0]


def _fixed(node):
    """Whether comparing identity with this says no more than comparing values: None, True, a type, an enum member."""
    if isinstance(node, ast.Constant):
        return node.value is None or isinstance(node.value, bool) or node.value is Ellipsis
    if isinstance(node, ast.Name):
        return node.id in BUILTIN
    return isinstance(node, ast.Call) and called_name(node) == "type"


def _fresh(value):
    """Whether an expression makes an object that nobody else has."""
    return isinstance(value, _FRESH) or (isinstance(value, ast.Call) and called_name(value) in FRESH_CALLS)
