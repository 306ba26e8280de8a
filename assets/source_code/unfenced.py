"""Code that stands amid prose without a fence: runs of lines that begin like code and parse."""

import re
from collections.abc import Callable

_C_LIKE = (
    r"(?:public|private|protected|static|final|export|async|const|let|var|class|struct|enum|interface|namespace"
    r"|using|import|#include|template)\b"
)
_BEGINS = {
    "python": r"(?:from\s+[\w.]+\s+import|import\s+\w|def\s|async\s+def\s|class\s+\w+.*:|@\w"
    r"|[A-Za-z_]\w*\s*(?::[^=]+)?=[^=])",
    "javascript": rf"(?:function\b|{_C_LIKE}|module\.exports)",
    "typescript": rf"(?:function\b|type\s+\w+\s*=|{_C_LIKE})",
    "java": rf"(?:{_C_LIKE}|package\s)",
    "cpp": rf"(?:{_C_LIKE}|#\w+|(?:[\w:<>,*&]+\s+)+\w+\s*\([^)]*\)\s*\{{?$)",
    "c": r"(?:#\w+|(?:static|struct|enum|typedef|const|unsigned|int|char|void|double|float|long|bool)\b)",
    "csharp": _C_LIKE,
    "go": r"(?:package\s|import\b|func\b|type\s|var\s|const\s)",
    "rust": r"(?:use\s|pub\b|fn\s|struct\s|enum\s|impl\b|mod\s|const\s|static\s|#\[)",
    "php": r"(?:<\?php|function\s|class\s|use\s|namespace\s|\$\w+\s*=)",
    "ruby": r"(?:def\s|class\s|module\s|require\b|[a-zA-Z_]\w*\s*=[^=])",
    "swift": r"(?:import\s|func\s|struct\s|class\s|enum\s|extension\s|let\s|var\s)",
    "bash": r"(?:#!|function\s|[\w-]+\s*\(\)|[A-Za-z_]\w*=)",
}
_MOST_LINES = 400


def unfenced_code(text: str, language: str, parses: Callable[[str], bool]) -> list[str]:
    """The runs of lines of `text` that are code in `language`, in order."""
    begins = re.compile(_BEGINS.get(language, r"(?!)"))
    lines = text.split("\n")[:_MOST_LINES]
    found: list[str] = []
    number = 0
    while number < len(lines):
        if not begins.match(lines[number]):
            number += 1
            continue
        end = _end(lines, number, parses)
        if end is None:
            number += 1
        else:
            found.append("\n".join(lines[number:end]).rstrip())
            number = end
    return found


def _end(lines: list[str], first: int, parses: Callable[[str], bool]) -> int | None:
    """Where the longest run from `first` that parses ends: at an empty line, or before one that is not indented."""
    ends = [
        end
        for end in range(first + 1, len(lines) + 1)
        if end == len(lines) or not lines[end].strip() or not lines[end][:1].isspace()
    ]
    for end in reversed(ends):
        if parses("\n".join(lines[first:end])):
            return end
    return None
