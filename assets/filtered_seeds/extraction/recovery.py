"""Functions that an error elsewhere in their file hid: each is read again alone, and what stays unread is said.

A grammar goes on behind an error as it can: it may lose all that follows, or take it into one function. So every
place with documentation that gave no sound function is cut out by its indentation, put into what stands around it
(the lines that open its blocks, else a class), and parsed. A function that is not read there either has the error
itself; it becomes a row with `has_error` and neither name nor docstring, so that the filters reject it by name.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

from tree_sitter import Node, Tree

from assets.filtered_seeds.extraction.documentation import Documentation
from assets.filtered_seeds.extraction.documented_rows import (
    ATTRIBUTE,
    documented_starts,
    indent_of,
    is_comment,
)
from assets.filtered_seeds.extraction.functions import Function, FunctionsOfTree, documentation_places
from assets.filtered_seeds.extraction.imports import FileImports
from assets.filtered_seeds.extraction.lines import dedent
from assets.filtered_seeds.extraction.readings import Reading, in_order
from assets.source_code.languages.rules import LanguageRules
from assets.source_code.parsing import Deadline, parse

ENDS_TRIED = 6
"""Lines that are tried as the last of a function. With usual indentation the first is it."""

MOST_LINES = 2000
"""Lines that a function is looked for in."""
_NO_FUNCTION = re.compile(
    rb"\s*(?:(?:export|default|public|private|internal|protected|abstract|final|static|sealed|partial|pub(?:\([^)]*\))?"
    rb"|open|declare|unsafe|readonly|ref|const(?=\s+enum)|template\s*<[^{;]*>)\s+)*"
    rb"(?:class|struct|interface|enum|namespace|module|record|trait|impl|type|import|package|mod|use|protocol|extension"
    rb"|actor|union|typedef|using|macro_rules!|if|for|while|until|case|select|return|switch|foreach)\b|\s*#"
)
_DEFAULT = re.compile(rb"=\s*\{[^{}]*\}")
_QUOTED = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")


def has_opaque_documentation(source: bytes, tree: Tree, rules: LanguageRules) -> bool:
    """Whether documentation may stand where the grammar reads tokens only (`rules.opaque`)."""
    if not rules.opaque:
        return False
    waiting: list[Node] = [tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.type in rules.opaque:
            if any(hint.search(source, node.start_byte, node.end_byte) for hint in rules.documentation_hints):
                return True
        elif node.end_byte - node.start_byte > len(b"m!{}"):
            waiting += node.named_children
    return False


def with_recovered(
    functions: list[Function], source: bytes, rules: LanguageRules, imports: FileImports, deadline: Deadline
) -> list[Function]:
    """`functions` of a file, those that only reading alone finds, and a row for each that cannot be read at all.

    In the order of their lines. A function that was read with an error and is sound alone takes its place.
    Raises `ParseTimeout` once `deadline` is over.
    """
    lines = source.split(b"\n")
    sound = {
        (function.first_row, function.last_row): function for function in functions if not function.has_error
    }
    broken = {function.first_row: function for function in functions if function.has_error}
    covered = _Rows(sound)
    starts = list(documented_starts(source, lines, rules))
    for number, start in enumerate(starts):
        if covered.hold(start):
            continue
        stop = next(
            (other for other in starts[number + 1 :] if indent_of(lines[other]) <= indent_of(lines[start])),
            None,
        )
        piece = _Piece(lines, start, min(stop or len(lines), start + MOST_LINES), rules)
        if not piece.may_be_function:
            continue
        alone = piece.functions(imports, deadline)
        if alone is None:
            broken.setdefault(start, piece.unread())
            continue
        for function in alone:
            sound.setdefault((function.first_row, function.last_row), function)
            broken.pop(function.first_row, None)
        covered = _Rows(sound)
    return sorted(
        [*sound.values(), *broken.values()], key=lambda function: (function.first_row, -function.last_row)
    )


class _Rows:
    """Which rows are within functions."""

    def __init__(self, spans: dict[tuple[int, int], Function]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(spans):
            self._firsts.append(first)
            self._lasts.append(max(last, self._lasts[-1] if self._lasts else last))

    def hold(self, row: int) -> bool:
        """Whether `row` is one of them."""
        place = bisect_right(self._firsts, row)
        return place > 0 and row <= self._lasts[place - 1]


@dataclass(slots=True)
class _Piece:
    """Lines `start` to `stop` (not included) of a file, which begin with what may be a documented function."""

    lines: list[bytes]
    start: int
    stop: int
    rules: LanguageRules

    @property
    def may_be_function(self) -> bool:
        """Whether what the documentation is above has parentheses, and no word that opens something else."""
        head: list[bytes] = []
        code_row = self._code_row()
        if code_row > self.start and not self.lines[code_row - 1].strip():
            return False  # what a blank line parts from it documents no function
        for line in self.lines[code_row : self.stop]:
            head.append(line)
            if re.search(rb"[{;]|=>|:\s*$", line) or len(head) == 30:
                break
        text = _DEFAULT.sub(b"", b"\n".join(head))
        before, opened, _ = text.partition(b"{")
        if (b";" in before and not opened) or (self.rules.opaque and b"$" in before):
            return False  # a declaration, or the pattern that a macro makes functions by
        return b"(" in before.replace(b"$(", b"") and _NO_FUNCTION.match(text) is None

    def functions(self, imports: FileImports, deadline: Deadline) -> list[Function] | None:
        """The functions of the piece, read alone; none where it is something else, null where it cannot be read."""
        for end in self._ends():
            is_sound = False
            for source, shift in self._alone(end):
                for reading in self._readings(source, deadline):
                    is_sound = True
                    places = documentation_places(source, self.rules)
                    found = FunctionsOfTree(source, self.rules, reading, deadline, places, imports)
                    own = [_moved(function, shift) for function in found]
                    if own := [function for function in own if function.first_row >= self.start]:
                        return own
            if is_sound:
                return []
        return None

    def _readings(self, source: bytes, deadline: Deadline) -> Iterator[Reading]:
        """The readings of `source` without an error."""
        seen = self.rules.without_macros(source)
        for text in dict.fromkeys((seen, reduce(lambda text, view: view(text), self.rules.views, seen))):
            for dialect in in_order(b"", self.rules):
                tree = parse(text, dialect, deadline)
                if not tree.root_node.has_error:
                    yield Reading(tree, dialect, text)

    def unread(self) -> Function:
        """The row of a function that no grammar could read."""
        end = next(iter(self._ends()), self.stop - 1)
        code_row = self._code_row()
        return Function(
            text=dedent(b"\n".join(self.lines[self.start : end + 1]).decode(errors="replace")),
            docstring=None,
            docstring_form=None,
            name=None,
            first_row=self.start,
            last_row=end,
            imports=[],
            has_return_value=None,
            n_arguments=None,
            is_nested=False,
            is_method=False,
            has_error=True,
            shares_lines=False,
            documentation=Documentation("", "", self.start, max(self.start, code_row - 1), self.start, False),
            has_code=True,
        )

    def _code_row(self) -> int:
        """The first row that is neither comment nor attribute."""
        row, in_block = self.start, False
        while row < self.stop:
            line = self.lines[row].strip()
            if in_block or line.startswith(b"/*"):
                in_block = b"*/" not in line
            elif line and not is_comment(line, self.rules) and not ATTRIBUTE.match(line):
                return row
            row += 1
        return self.start

    def _ends(self) -> list[int]:
        """Rows that may be the last of the function, the likeliest first."""
        margin, code_row = indent_of(self.lines[self.start]), self._code_row()
        last, ends, is_open = code_row, [], 0
        for row in range(code_row, self.stop):
            line = self.lines[row]
            if not line.strip():
                continue
            depth, closes = indent_of(line), line.lstrip()[:1] in (b")", b"]", b"}")
            if self.rules.block_end:
                if depth < margin:
                    break
                code = _QUOTED.sub(b"", line)
                is_open += code.count(b"{") - code.count(b"}")
                ends_block = line.lstrip().startswith(self.rules.block_end) or re.search(rb"[;}]", line)
                if depth == margin and ends_block and (self.rules.block_end != b"}" or not is_open):
                    ends.append(row)
                elif depth == margin and is_open < 0:
                    break
            else:
                if depth <= margin and row > code_row and not closes:
                    ends.append(last)
                last = row
        if not self.rules.block_end:
            ends.append(last)
        return list(dict.fromkeys(ends))[:ENDS_TRIED]

    def _alone(self, end: int) -> Iterator[tuple[bytes, int]]:
        """The piece to its row `end` in what may be around it, and by how many rows it is moved.

        First within the lines that open its blocks, then as it is, then in a class.
        """
        text = b"\n".join(self.lines[self.start : end + 1])
        around = [(b"", b""), *((before.encode(), after.encode()) for before, after in self.rules.classes)]
        if self.rules.block_end != b"end" and (headers := self._headers()):
            around.insert(0, (b"\n".join(headers), b"\n".join([self.rules.block_end] * len(headers))))
        for before, after in around:
            yield b"\n".join((before, text, after)), self.start - before.count(b"\n") - 1

    def _headers(self) -> list[bytes]:
        opening = b"{" if self.rules.block_end else b":"
        headers: list[bytes] = []
        margin = indent_of(self.lines[self.start])
        for row in range(self.start - 1, -1, -1):
            if not margin:
                break
            line = self.lines[row]
            if not line.strip() or indent_of(line) >= margin or is_comment(line, self.rules):
                continue
            margin = indent_of(line)
            if line.strip() == b"{" and row:
                line = self.lines[row - 1].rstrip() + b" {"
            if line.rstrip().endswith(opening):
                headers.insert(0, line)
        return headers


def _moved(function: Function, rows: int) -> Function:
    documentation = function.documentation
    moved = replace(
        documentation,
        first_row=documentation.first_row + rows,
        last_row=documentation.last_row + rows,
        text_first_row=documentation.text_first_row + rows,
    )
    return replace(
        function,
        first_row=function.first_row + rows,
        last_row=function.last_row + rows,
        definition_row=function.definition_row + rows,
        documentation=moved,
    )
