"""What the tree says of a function beside its text: values returned, arguments, what stands around it.

Signals for the filters of the recipes, at hardly any cost; no decision is taken here.
"""

from tree_sitter import Node, QueryCursor

from assets.source_code.languages.rules import Dialect, LanguageRules
from assets.source_code.parsing import Deadline, Match, matches

_Span = tuple[int, int]


class ReturnValues:
    """Finds out whether functions of one file return values."""

    def __init__(self, source: bytes, rules: LanguageRules, dialect: Dialect, deadline: Deadline) -> None:
        self._source, self._hint, self._deadline = source, rules.value_hint, deadline
        self._cursor = None if dialect.values is None else QueryCursor(dialect.values)

    def of(self, function: Node, body: Node | None) -> bool | None:
        """Whether the function itself returns a value (functions within do not count); null: cannot be told."""
        return self._of(function, body, inner=False)

    def within(self, function: Node, body: Node | None) -> bool | None:
        """As `of`, with the functions inside it."""
        return self._of(function, body, inner=True)

    def _of(self, function: Node, body: Node | None, *, inner: bool) -> bool | None:
        if self._cursor is None:
            return None
        if body is None:
            return False
        inside = body.byte_range
        if self._hint is None:
            return self._given_within(self._cursor, function, inside, function.byte_range, inner)
        return any(
            self._given_within(self._cursor, function, inside, found.span(), inner)
            for found in self._hint.finditer(self._source, *inside)
        )

    def _given_within(
        self, cursor: QueryCursor, function: Node, body: _Span, span: _Span, inner: bool
    ) -> bool:
        values: list[_Span] = []
        scopes: list[_Span] = []
        cursor.set_byte_range(*span)
        for match in matches(cursor, function, self._deadline):
            values += [value.byte_range for value in match.get("value", ())]
            scopes += [scope.byte_range for scope in match.get("scope", ())]
        within = [] if inner else [scope for scope in scopes if not _holds(scope, body)]
        return any(not any(_holds(scope, value) and scope != value for scope in within) for value in values)


def n_arguments(match: Match, rules: LanguageRules) -> int | None:
    """Parameters of a function as written; null where the language cannot tell."""
    parameters = match["parameters"][0] if "parameters" in match else None
    if rules.count_arguments is not None:
        return rules.count_arguments(parameters, match["function"][0])
    if parameters is None:
        return 0
    if parameters.type == "identifier":  # x => ..., one parameter without parentheses
        return 1
    return sum(child.type not in rules.not_arguments for child in parameters.named_children)


def surroundings(function: Node, rules: LanguageRules, *, by_lines: bool = False) -> tuple[bool, bool]:
    """Whether a function is nested in another, and whether it is a method: the nearest thing around decides.

    `by_lines`, for trees with errors: only what is indented less counts as around, since a brace that is missed makes
    the grammar put all that follows into one function.
    """
    if function.type in rules.methods:
        return False, True
    around = function.parent
    while around is not None:
        if by_lines and not _is_indented_within(function, around):
            pass
        elif around.type in rules.functions_around:
            return True, False
        if around.type in rules.classes_around:
            return False, True
        around = around.parent
    return False, False


def _is_indented_within(function: Node, around: Node) -> bool:
    row, line_begin = around.start_point[0], around
    while (outer := line_begin.parent) is not None and outer.start_point[0] == row:
        line_begin = outer
    return row == function.start_point[0] or line_begin.start_point[1] < function.start_point[1]


def _holds(outer: _Span, inner: _Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
