"""Which places in the tests of a script language decide or report an outcome, and what marks are put there.

Belongs here: what JavaScript, PHP and Ruby have in common. How each of them writes conditions, handlers, reports and
marks is its own file's. A condition whose branches throw, leave, report or count is a check, and its value is shown to
the harness; a handler says what it does with what it catches, so that a check that failed and was caught is still seen.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from resources.sandbox.languages.reported import said
from resources.sandbox.languages.script_parts import STRINGS, Conditional, Handler, literals
from resources.sandbox.languages.syntax import edit, parse, walk

HELD, FALSE_FAILS, TRUE_FAILS = "h", "p", "f"
"""How a condition is watched: that it is evaluated; also that it must be true; also that it must be false."""

LEAVES, CHECKS, KEEPS, GIVES = "leave", "check", "keep", "give"
"""Kinds beside `pass` and `fail`: an outcome thrown or exited with, an assertion, a value kept, a value given back."""


@dataclass
class ScriptChecks(ABC):
    """Tests, the marks to be set in them, and how many places were found that a harness can count."""

    language: str
    tests: str
    mark: str
    sites: int = 0
    _edits: list[tuple[int, int, int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = parse(self.language, self.tests)
        self.own = self.own_functions()
        self.deciding = self._names_that_decide()
        for node in walk(self.root):
            if node.has_error and not node.children:
                continue
            self.visit(node)
            conditional = self.conditional(node)
            if conditional is not None and not conditional.condition.has_error:
                self._watch(conditional)
            for handler in self.handlers(node):
                self._handle(handler)

    # what a language says

    @abstractmethod
    def visit(self, node: Node) -> None:
        """Marks that only this language needs."""

    @abstractmethod
    def conditional(self, node: Node) -> Conditional | None:
        """`node` as a condition with its branches."""

    @abstractmethod
    def handlers(self, node: Node) -> Iterator[Handler]:
        """The handlers of `node`."""

    @abstractmethod
    def kind(self, node: Node) -> str | None:
        """What `node` itself, without what is below it, does with an outcome."""

    @abstractmethod
    def is_function(self, node: Node) -> bool:
        """Whether what is below `node` runs at another time."""

    @abstractmethod
    def watch(self, condition: Node, mode: str) -> None:
        """Show `condition`'s value to the harness."""

    @abstractmethod
    def caught(self, handler: Handler, how: str) -> None:
        """Tell the harness what was caught, first of all in the handler."""

    @abstractmethod
    def reached(self, node: Node) -> None:
        """Tell the harness that the statement `node`, which reports a failure, was reached."""

    # what they share

    def kinds(self, nodes: Iterable[Node]) -> set[str]:
        """What `nodes` and all below them do with an outcome."""
        found: set[str] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            kind = self.kind(node)
            if kind is not None:
                found.add(kind)
            if not self.is_function(node):
                waiting.extend(node.children)
        return found

    def _told(self, branch: tuple[Node, ...]) -> set[str]:
        if len(branch) == 1 and branch[0].type in STRINGS:  # one of the words that a report chooses between
            word = said(literals(branch[0]))
            return {word} if word else set()
        return self.kinds(branch)

    def _watch(self, conditional: Conditional) -> None:
        then, otherwise = self._told(conditional.when_true), self._told(conditional.when_false)
        told = (then | otherwise) & {"pass", "fail", LEAVES}
        if not told:
            return
        mode = HELD
        if LEAVES not in then | otherwise:
            if "fail" in then and "pass" not in then:
                mode = TRUE_FAILS
            elif ("fail" in otherwise and "pass" not in otherwise) or ("pass" in then and "fail" not in then):
                mode = FALSE_FAILS
            elif "pass" in otherwise and "fail" not in otherwise and not then:
                mode = TRUE_FAILS
        self.sites += 1
        self.watch(conditional.condition, mode)

    def _handle(self, handler: Handler) -> None:
        kinds = self.kinds(handler.body)
        tried = self.kinds(handler.tried)
        direct = [node for node in handler.tried if self._fails_for_sure(node)]
        if CHECKS in kinds or LEAVES in kinds:
            how = "decides"  # an assertion or a further throw in the handler does
        elif "fail" in kinds and "pass" not in kinds:
            how = "fails"
        elif "pass" in kinds or direct:
            how = "expects"
        elif CHECKS in tried or LEAVES in tried or (GIVES not in kinds and self.runs_tests(handler.tried)):
            how = "swallows"
        else:
            how = "keeps"
        for node in direct:
            if self.kinds([node]) == {"fail"}:
                self.reached(node)
        self.sites += how != "keeps"
        self.caught(handler, how)

    def _fails_for_sure(self, statement: Node) -> bool:
        """Whether `statement`, once reached, is a failure by itself: a throw, or the report of one."""
        if self.conditional(statement) is not None or self.is_function(statement):
            return False
        inner = [child for child in statement.named_children if self.conditional(child) is None]
        return any(
            self.kind(node) in ("fail", LEAVES) or self.fails_always(node) for node in (statement, *inner)
        )

    def fails_always(self, node: Node) -> bool:
        """Whether `node` is an assertion that cannot hold."""
        del node
        return False

    def runs_tests(self, nodes: Iterable[Node]) -> bool:
        """Whether `nodes` call a function of the tests, or one that was handed to them."""
        return any(self.called(node) in self.own for top in nodes for node in walk(top))

    @abstractmethod
    def called(self, node: Node) -> str | None:
        """The name of the plain function that `node` calls."""

    @abstractmethod
    def own_functions(self) -> frozenset[str]:
        """Names of functions and parameters in the tests."""

    def _names_that_decide(self) -> frozenset[str]:
        """Names that stand in a condition which throws or leaves, in an assertion or an exit: they need no reading."""
        found: set[str] = set()
        self.deciding: frozenset[str] = frozenset()
        for node in walk(self.root):
            conditional = self.conditional(node)
            if conditional is not None and LEAVES in self.kinds(
                (*conditional.when_true, *conditional.when_false)
            ):
                found.update(self.names(conditional.condition))
            if self.kind(node) in (CHECKS, LEAVES):
                found.update(self.names(node))
        return frozenset(found)

    def names(self, node: Node) -> set[str]:
        """Names of variables in `node`, not in functions below it."""
        found: set[str] = set()
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if node.type in (
                "identifier",
                "variable_name",
                "global_variable",
                "instance_variable",
                "property_identifier",
            ):
                found.add((node.text or b"").decode())
            if not self.is_function(node):
                waiting.extend(node.children)
        return found

    @property
    def text(self) -> str:
        """The tests with their marks."""
        return edit(self.tests, [(place, end, text) for place, _, _, end, text in sorted(self._edits)])

    def put(self, place: int, text: str, *, closing: bool = False) -> None:
        """Insert `text` at a byte of the tests; `MARK` in it is the run's own name.

        What closes is before what opens at the same place, and inner marks are within outer ones.
        """
        turn = len(self._edits)
        side, order = (0, -turn) if closing else (1, turn)
        self._edits.append((place, side, order, place, text.replace("MARK", self.mark)))

    def around(self, node: Node, before: str, after: str) -> None:
        """Insert text on both sides of `node`."""
        self.put(node.start_byte, before)
        self.put(node.end_byte, after, closing=True)

    def replace(self, node: Node, text: str) -> None:
        """`text` in the place of `node`."""
        self._edits.append((node.start_byte, 2, 0, node.end_byte, text.replace("MARK", self.mark)))
