"""Which statements of Bash tests are checks, and the marks that tell the harness how each of them went.

A check is a condition (`[`, `[[`, `((`, `test`, `grep`, `diff`, `cmp`), or a command whose outcome decides what the
tests report, return or exit with. Marks change no status that anything reads: `MARK_held` gives on the one it found,
and `MARK_fail` stands only where the check has failed. Failed statements that nothing reads are seen by the harness's
ERR trap, on the lines that are given here. What is not whole by its syntax is left as it is.
"""

import re
from dataclasses import dataclass, field

from tree_sitter import Node

from resources.sandbox.languages.bash_reading import (
    branches_of,
    command_name,
    is_condition,
    leaves,
    names_that_decide,
    operands,
    returns_an_outcome,
    unredirected,
)
from resources.sandbox.languages.bash_reports import FAILS, PRINTS, Reports
from resources.sandbox.languages.reported import said
from resources.sandbox.languages.syntax import edit, parse, walk

_TALKATIVE = re.compile(r"verbos|quiet|debug|colou?r|trace|term", re.IGNORECASE)
_LISTS = (
    "program",
    "compound_statement",
    "do_group",
    "subshell",
    "case_item",
    "else_clause",
    "elif_clause",
    "if_statement",
)


@dataclass
class BashChecks:
    """Tests with their marks in, the lines of unread checks (from 0), and how many checks there are."""

    tests: str
    mark: str
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)
    deep_lines: set[int] = field(default_factory=set)  # of those, the ones in processes of their own
    sites: int = 0
    _deep: bool = False

    def __post_init__(self) -> None:
        root = parse("bash", self.tests)
        self._functions = {
            name.text.decode(): node
            for node in walk(root)
            if node.type == "function_definition" and (name := node.child_by_field_name("name")) and name.text
        }
        self._checking = {name for name, node in self._functions.items() if returns_an_outcome(node)}
        self._reports = Reports(self._functions.keys(), names_that_decide(root))
        self._block(root, conditional=False)
        for node in walk(root):
            self._command(node)
            if node.type == "command" and command_name(node) in PRINTS:
                self._words_chosen_in(node)

    @property
    def text(self) -> str:
        """The tests with their marks."""
        return edit(self.tests, self.edits)

    @property
    def defined(self) -> frozenset[str]:
        """Names of the functions that the tests define."""
        return frozenset(self._functions)

    def _put(self, place: int, text: str) -> None:
        self.edits.append((place, place, text.replace("MARK", self.mark)))

    def _words_chosen_in(self, printing: Node) -> None:
        """`echo "$([ a = b ] && echo PASS || echo FAIL)"`."""
        for node in walk(printing):
            if node.type == "command_substitution" and not node.has_error:
                for statement in node.named_children:
                    if statement.type in ("list", "if_statement"):
                        self._statement(statement, conditional=False)

    def _command(self, node: Node) -> None:
        """`exit` ends a run that the harness must still see; a file that is not there need not be sourced."""
        if node.type != "command" or node.has_error:
            return
        name = node.child_by_field_name("name")
        if name is not None and name.text in (b"exit", b"source", b"."):
            word = "exit" if name.text == b"exit" else "source"
            self.edits.append((name.start_byte, name.end_byte, f"{self.mark}_{word}"))

    def _block(self, block: Node, conditional: bool) -> None:
        """Statements one after the other; nothing reads their outcomes but `set -e`, and who called."""
        statements = [child for child in block.named_children if child.type != "comment"]
        for place, node in enumerate(statements):
            following = statements[place + 1] if place + 1 < len(statements) else None
            last = (
                None if block.type != "do_group" else False
            )  # of a loop only the last turn's status is kept
            self._statement(node, conditional, b"$?" in (following.text or b"") if following else last)

    def _statement(self, node: Node, conditional: bool, read: bool | None = True) -> None:
        """Marks in `node`; `read`: whether the next statement reads its status, None where none follows."""
        if node.has_error:
            for child in node.named_children:
                if child.type in ("function_definition", "compound_statement") and not child.has_error:
                    self._statement(child, conditional)
            return
        inner = unredirected(node)
        if (
            node.next_sibling is not None
            and node.next_sibling.type == "&"
            and "leave" in self._reports.kinds(node)
        ):
            self._put(node.start_byte, "{ ( ")  # its exit ends a process of its own
            self._put(node.end_byte, " ) || MARK_fail; }")
        match inner.type:
            case "function_definition":
                body = inner.child_by_field_name("body")
                name = inner.child_by_field_name("name")
                fails = name is not None and FAILS.match((name.text or b"").decode()) is not None
                if body is not None:
                    self._statement(body, fails)
            case "if_statement":
                self._if(inner)
            case "list":
                self._list(node, inner, read)
            case "case_statement":
                told = any(self._reports.kinds(item) & {"fail", "leave"} for item in inner.named_children)
                if told and node.parent is not None and node.parent.type in _LISTS:
                    self._put(node.start_byte, "MARK_held || :; ")  # the one that is taken may be empty
                for item in inner.named_children:
                    if item.type == "case_item":
                        self._items(item)
            case "for_statement" | "c_style_for_statement" | "while_statement":
                body = inner.child_by_field_name("body")
                if body is not None:
                    self._block(body, conditional)
            case "negated_command":
                if not read:
                    self._put(node.start_byte, "MARK_held || :; ")
                    self._put(node.end_byte, " || MARK_fail")
                    self.sites += 1
            case "compound_statement" if inner.children[0].type == "{":
                self._block(inner, conditional)
            case _:
                self._simple(node, inner, conditional, read)

    def _simple(self, node: Node, inner: Node, conditional: bool, read: bool | None) -> None:
        if inner.type == "subshell":
            deep, self._deep = self._deep, True
            self._block(inner, conditional)
            self._deep = deep
        if inner.type == "pipeline":
            self._pipeline(node, inner, conditional)
        if conditional and self._reports.report(inner) == "fail":
            self._put(node.start_byte, "MARK_fail; ")
            self.sites += 1
            return
        checks = is_condition(inner)
        if (checks or command_name(inner) in self._checking or leaves(inner)) and not read:
            lines = range(node.start_point[0], node.end_point[0] + 1)
            (self.deep_lines if self._deep else self.lines).update(lines)
        if checks and not any(child.type == "heredoc_redirect" for child in walk(node)):
            # the last one's status may be the function's, and so be read; of another one it is lost without `set -e`
            self._put(node.end_byte, " || MARK_lost; MARK_held" if read is False else "; MARK_held")
            self.sites += 1
        elif checks:
            self._put(node.start_byte, "MARK_held || :; ")
            self.sites += 1

    def _pipeline(self, node: Node, inner: Node, conditional: bool) -> None:
        """What a pipeline's parts count is lost with their processes, and so is the status of all but the last."""
        parts = inner.named_children
        reports, deep = self._reports, self._deep
        self._reports, self._deep = Reports(reports.functions, frozenset()), True
        for part in parts:
            if unredirected(part).type not in ("command", "test_command"):
                self._statement(part, conditional)
        self._reports, self._deep = reports, deep
        earlier = [unredirected(part) for part in parts[:-1]]
        if any(
            command_name(part) in self._functions or part.type in ("subshell", "compound_statement")
            for part in earlier
        ):
            self._put(node.end_byte, "; MARK_pipe")

    def _items(self, item: Node) -> None:
        statements = item.named_children[1:]
        if any(self._reports.kinds(statement) for statement in statements):
            self.sites += 1
        for statement in statements:
            if self._reports.kinds(statement) - {"fail"} and unredirected(statement).type == "command":
                self._put(statement.start_byte, "MARK_held || :; ")
            self._statement(statement, conditional=True)

    def _if(self, node: Node) -> None:
        """An `if` whose branches report, return or exit with an outcome is a check."""
        branches, otherwise = branches_of(node)
        kinds = [set().union(*(self._reports.kinds(part) for part in body)) for _, body in branches]
        rest = set().union(*(self._reports.kinds(part) for part in otherwise[1])) if otherwise else set()
        first, condition_text = branches[0][0], b" ".join(part.text or b"" for part in branches[0][0])
        if (rest or any(kinds)) and first:
            self.sites += 1
            self._put(first[0].start_byte, "MARK_held; ")
            passes = all("pass" in kind and not kind & {"fail", "leave"} for kind in kinds)
            if passes and not rest and not _TALKATIVE.search(condition_text.decode()):
                if otherwise is None:
                    self._put(node.children[-1].start_byte, "else MARK_fail; ")
                elif b"$?" not in (otherwise[0].text or b""):
                    self._put(otherwise[0].children[0].end_byte, " MARK_fail; ")
        for _, body in branches:
            for statement in body:
                self._statement(statement, conditional=True)
        for statement in otherwise[1] if otherwise else ():
            self._statement(statement, conditional=True)

    def _list(self, node: Node, inner: Node, read: bool | None) -> None:
        """`condition && report || report`: the condition is a check where anything after it tells its outcome."""
        parts = list(operands(inner))
        later = [(operator, part, self._reports.kinds(part)) for operator, part in parts[1:]]
        condition = parts[0][1]
        told = any(kinds for _, _, kinds in later) or any(
            operator == "||" and self._is_told_by_form(condition, part) for operator, part, _ in later
        )
        if not told:
            for _, part in parts:
                if unredirected(part).type in ("compound_statement", "subshell"):
                    self._statement(part, conditional=True)
            return
        self.sites += 1
        self._wrap(condition, "MARK_held; ")
        passed = False
        for operator, part, kinds in later:
            grouped = unredirected(part).type in ("compound_statement", "subshell") and not is_condition(
                unredirected(part)
            )
            if grouped:
                self._statement(part, conditional=True)
            if (
                operator == "||"
                and not kinds & {"pass", "leave"}
                and ("fail" in kinds or passed or self._is_told_by_form(condition, part))
            ) or (operator == "&&" and "fail" in kinds and not grouped):
                self._wrap(part, "MARK_fail; ")
            passed = passed or "pass" in kinds
        if (
            later[-1][0] == "&&"
            and "pass" in later[-1][2]
            and not later[-1][2] & {"fail", "leave"}
            and all(operator == "&&" for operator, _, _ in later)
            and not read
            and not _TALKATIVE.search((condition.text or b"").decode())
        ):
            self._put(node.end_byte, " || MARK_fail")

    def _is_told_by_form(self, condition: Node, part: Node) -> bool:
        """`[ a = b ] || echo text`, `check_it || true`: a failure, whatever the words."""
        name, answer = command_name(unredirected(condition)), command_name(unredirected(part))
        compares = is_condition(unredirected(condition)) and re.search(
            rb"=|-(?:eq|ne|lt|le|gt|ge)\b|^(?!\[)", condition.text or b""
        )
        if compares and answer in ("echo", "printf") and said((part.text or b"").decode()) != "pass":
            return True
        return name in self._checking and answer in ("true", ":", *PRINTS)

    def _wrap(self, node: Node, before: str) -> None:
        """`node` as the end of a group that begins with a mark; as it is where a here-document follows."""
        if not any(child.type == "heredoc_redirect" for child in walk(node)):
            self._put(node.start_byte, "{ " + before)
            self._put(node.end_byte, "; }")
