"""The parse check for every language: tree-sitter finds no error in the text, taken as a file of its own.

No compiler, nothing is run. A grammar is more forgiving than a compiler and knows no names and no types. Forms
that stand alone only within a class or an interface (methods, constructors, accessors) are tried in one too.
"""

import time
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version

from tree_sitter import Node, Parser

from resources.languages import RECORDS
from resources.languages.grammars import grammar
from resources.languages.parser_input import read_by_calls
from resources.type_checker.base import Judgment, TypeChecker, TypeCheckerUnavailable, first_errors


class GrammarCheck(TypeChecker):
    """Whether tree-sitter reads each source of a language without an error."""

    def __init__(self, language: str, timeout_s: float = 5.0) -> None:
        """Check sources in `language`, at most `timeout_s` seconds each."""
        if language not in RECORDS:
            raise TypeCheckerUnavailable(f"no grammar for {language!r}; there are {', '.join(RECORDS)}")
        self.language = language
        self.timeout_s = timeout_s

    def identity(self) -> dict[str, str]:
        """The grammar and its version."""
        package = RECORDS[self.language].grammar.package.replace("_", "-")
        return {"checker": "grammar", "language": self.language, "version": f"{package} {version(package)}"}

    def judge(self, sources: Sequence[str]) -> list[Judgment]:
        """One judgment for each of `sources`, in their order; see `TypeChecker.judge`."""
        return [self._judge(source) for source in sources]

    def _judge(self, source: str) -> Judgment:
        form_of = RECORDS[self.language].grammar
        opened = form_of.before if not source.lstrip().startswith("<?") else ""
        forms = [opened + source]
        if form_of.within is not None:
            forms.append(f"{opened}{form_of.within[0]}{source}{form_of.within[1]}")
        first: Judgment | None = None
        deadline = time.monotonic() + self.timeout_s
        for form in forms:
            for parser in _parsers(self.language):
                judgment = _parse(parser, form.encode(), deadline)
                if judgment.ok or judgment.n_errors is None:
                    return judgment
                first = first or judgment
        return first or Judgment(0)


@cache
def _parsers(language: str) -> list[Parser]:
    return [Parser(grammar(language, name)) for name in RECORDS[language].grammar.functions]


def _parse(parser: Parser, source: bytes, deadline: float) -> Judgment:
    with read_by_calls(source) as read:
        try:
            tree = parser.parse(
                read, progress_callback=lambda _offset, _has_error: time.monotonic() > deadline
            )
        except ValueError:  # stopped by the callback
            parser.reset()
            return Judgment(None, "no verdict: parsing took too long")
    errors = _errors(tree.root_node)
    return Judgment(len(errors), first_errors(errors) if errors else None)


def _errors(root: Node) -> list[tuple[int, str, str | None]]:
    """Outermost errors of a tree: line, what is wrong, no rule."""
    found: list[tuple[int, str, str | None]] = []
    stack = [root] if root.has_error else []
    while stack:
        node = stack.pop()
        if node.is_missing:
            found.append((node.start_point.row + 1, f"{node.type} is missing", None))
        elif node.is_error:
            text = (node.text or b"").decode(errors="replace").split("\n")[0][:40]
            found.append((node.start_point.row + 1, f"cannot be parsed: {text}", None))
        else:
            stack.extend(child for child in node.children if child.has_error)
    return found
