"""The four parts of a CodeOcean row: task name, instruction, information, solution; read from a model's text.

What is accepted is what WaveCoder accepts (microsoft/WaveCoder): these four, once each and in this order, an
instruction of one or two sentences, information of at most two or none. Markdown around them is forgiven.
"""

import re
from dataclasses import dataclass

from assets.instructions.code_ocean_tasks import TASK_NAMES, task_named
from assets.instructions.settings import CodeOceanTask
from assets.source_code.code_blocks import scan

PARTS = ("task name", "instruction", "information", "solution")
MOST_SENTENCES = 2

_NAME = r"[*_]*(task[ _]name|instruction|information|solution|analysis)[*_]*\s*"
_HEADING = re.compile(rf"^ {{0,3}}#{{1,6}}\s*{_NAME}(?::[*_]*\s*(.*?))?\s*#*\s*$", re.IGNORECASE)
_LABEL = re.compile(rf"^\s*{_NAME}:[*_]*\s*(.*)$", re.IGNORECASE)
_OTHER_HEADING = re.compile(r"^ {0,3}###\s+(\S.*)$")
_NO_INFORMATION = re.compile(
    r"(?:<?no ?input>?|none|nothing|n/?a|-+|no (?:additional |further )?information(?: is)?(?: required| needed)?)"
    r"[.,]?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Parts:
    """What a model wrote, tidied; `information` is None where there is none."""

    instruction: str
    information: str | None
    solution: str

    @property
    def whole_instruction(self) -> str:
        """Instruction and information, as a training row puts them."""
        return self.instruction if self.information is None else f"{self.instruction}\n\n{self.information}"


def parse_parts(text: str, task: CodeOceanTask) -> Parts | str:
    """The parts that `text` holds for `task`, or what is wrong with it.

    Prose before the first part and an analysis after the last are passed over.
    """
    found = _found(text)
    if isinstance(found, str):
        return found
    named, instruction, information, solution = (found[part].strip() for part in PARTS)
    empty = [part for part in PARTS if part != "information" and not found[part].strip()]
    if empty:
        return f"{', '.join(empty)} is empty"
    if task_named(named) != task:
        return f"the task is {named[:80]!r}, asked was {TASK_NAMES[task]!r}"
    told = None if not information or _NO_INFORMATION.fullmatch(information) else information
    for part, value, fewest in (("instruction", instruction, 1), ("information", told, 0)):
        count = 0 if value is None else sentences(value)
        if not fewest <= count <= MOST_SENTENCES:
            return f"{part} of {count} sentences"
    return Parts(instruction, told, solution)


def sentences(text: str) -> int:
    """Sentences of `text` outside code blocks, as published: what ends with a mark and white space or the end."""
    scanned = scan(text)
    prose = "\n".join(line for line, is_prose in zip(scanned.lines, scanned.prose, strict=True) if is_prose)
    return len([piece for piece in re.split(r"[.!?](?:\s|$)", prose) if piece.strip()])


def _found(text: str) -> dict[str, str] | str:
    """Each part's text by its name, or what is wrong."""
    scanned = scan(text)
    if scanned.blocks and not scanned.blocks[-1].closed:
        return "a code block is not closed"
    prose = [(number, line) for number, line in enumerate(scanned.lines) if scanned.prose[number]]
    headings = [(number, match) for number, line in prose if (match := _HEADING.match(line))]
    marks = headings or [(number, match) for number, line in prose if (match := _LABEL.match(line))]
    names = [match[1].lower().replace("_", " ") for _, match in marks]
    if names[4:] and names[4] == "analysis":
        marks, names = marks[:5], names[:5]
    missing = [part for part in PARTS if part not in names]
    if missing:
        return f"no {', '.join(missing)}"
    if tuple(names[:4]) != PARTS or names[4:] not in ([], ["analysis"]):
        return f"not the four parts in their order: {', '.join(names)}"
    lines = scanned.lines
    if headings:
        end = marks[4][0] if names[4:] else len(lines)
        first = marks[0][0]
        others = [
            match[1]
            for number, line in prose
            if first < number < end and (match := _OTHER_HEADING.match(line)) and not _HEADING.match(line)
        ]
        if others:
            return f"a part that was not asked for: {others[0][:80]}"
    ends = [number for number, _ in marks[1:]] + [len(lines)]
    return {
        name: "\n".join([match[2] or "", *lines[number + 1 : end]])
        for name, (number, match), end in zip(names, marks, ends, strict=True)
    }
