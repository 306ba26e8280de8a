"""What a docstring says of parameters and result: types and descriptions, in Sphinx, Google and NumPy form.

Text in, text out; what the words are used for is in the files beside this one.
"""

import functools
import re
from dataclasses import dataclass

_HEADING = re.compile(
    r"^(args|arguments|parameters|params|keyword arguments|returns?|yields?|raises?|notes?|examples?|see also|"
    r"references?|warnings?|todo|attributes|usage|doctest)\s*:{0,2}\s*$",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"^[-=~]{3,}$")
_FIELD_MARKS = (">>>", ":param", ":return", ":rtype", ":raise", ":type", "@param", "@return", "..")

_SPHINX = re.compile(
    r"^\s*:param(?:\s+(?P<type>[\w\[\], .|]+?))?\s+\*{0,2}(?P<name>\w+)\s*:\s*(?P<text>.+?)(?=^\s*:|\n\s*\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SPHINX_TYPE = re.compile(r"^\s*:type\s+(?P<name>\w+)\s*:\s*(?P<type>[\w\[\] ]+?)\s*$", re.MULTILINE)
_GOOGLE = re.compile(
    r"^(?P<indent>[ \t]+)\*{0,2}(?P<name>\w+)[ \t]*(?:\((?P<type>[\w\[\] ]+?)(?:,\s*optional)?\)|\([^)\n]*\))?"
    r"[ \t]*:[ \t]+(?P<text>\S[^\n]*(?:\n(?P=indent)[ \t]+\S[^\n]*)*)",
    re.MULTILINE,
)
_NUMPY = re.compile(
    r"^(?P<name>\w+)\s*:[ \t]*(?P<type>[\w\[\] ]+?)?(?:,\s*optional[^\n]*)?[ \t]*(?:[^\w\n][^\n]*)?\n"
    r"(?P<text>(?:[ \t]+\S[^\n]*\n?)+)",
    re.MULTILINE,
)
_RESULT_SPHINX = re.compile(r"^\s*:returns?:\s*(.+?)(?=^\s*:|\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)
_RESULT_HEADED = re.compile(r"^\s*Returns:?\s*\n(?:\s*-{3,}\s*\n)?((?:[ \t]*\S[^\n]*\n?)+)", re.MULTILINE)
_RESULT_TYPE_SPHINX = re.compile(r"^\s*:rtype:\s*([\w\[\] ]+?)\s*$", re.MULTILINE)
_RESULT_TYPE_HEADED = re.compile(
    r"^\s*Returns:?\s*\n(?:\s*-{3,}\s*\n)?\s*(?:\w+\s+:\s+)?([\w\[\]]+)\s*(?::.*)?$", re.MULTILINE
)


@dataclass(frozen=True)
class Parameter:
    """What is said of one parameter: its type and its description, each null where nothing is said."""

    type: str | None
    text: str | None


def description(docstring: str) -> list[str]:
    """Paragraphs of prose before the first list of parameters, example or other heading."""
    paragraphs: list[str] = []
    lines: list[str] = []
    for line in [*docstring.splitlines(), ""]:
        stripped = line.strip()
        if stripped.startswith(_FIELD_MARKS) or _HEADING.match(stripped) or _UNDERLINE.match(stripped):
            break
        if stripped:
            lines.append(stripped)
        elif lines:
            paragraphs.append(" ".join(lines))
            lines = []
    if lines:
        paragraphs.append(" ".join(lines))
    return paragraphs


@functools.lru_cache(maxsize=64)
def parameters(docstring: str) -> dict[str, Parameter]:
    """What is said of each parameter by name; names that are no parameters of the function may be among them."""
    said: dict[str, Parameter] = {}
    for pattern in (_NUMPY, _GOOGLE, _SPHINX):
        for match in pattern.finditer(docstring):
            kind, text = match["type"], re.sub(r"\s+", " ", match["text"]).strip().rstrip(".")
            said[match["name"]] = Parameter(kind.strip() if kind else None, text or None)
    for match in _SPHINX_TYPE.finditer(docstring):
        known = said.get(match["name"])
        said[match["name"]] = Parameter(match["type"].strip(), known.text if known else None)
    return said


def result(docstring: str) -> str | None:
    """What is said of the result."""
    match = _RESULT_SPHINX.search(docstring) or _RESULT_HEADED.search(docstring)
    return re.sub(r"\s+", " ", match[1]).strip().rstrip(".") if match else None


def result_type(docstring: str) -> str | None:
    """The word that stands for the result's type."""
    match = _RESULT_TYPE_SPHINX.search(docstring) or _RESULT_TYPE_HEADED.search(docstring)
    return match[1].strip() if match else None
