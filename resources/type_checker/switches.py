"""Comments and decorators that tell a type checker to look away: a source is judged as if they were not there.

A function whose error its author silenced is not sound; the published pipeline's functions are judged by what they
say. Lines stay where they are. What `not TYPE_CHECKING` hides runs, and is judged. Not here: other code that a checker
takes for unreachable, which it never judges.
"""

import re

_SPACE = r"[^\S\n]*"
_COMMENT = re.compile(
    rf"(#{_SPACE}(?:(?:based)?pyright|ty|mypy|pyre(?:-\w+)?|pytype|type(?={_SPACE}:{_SPACE}ignore))){_SPACE}:"
)
_HIDES = re.compile(rf"\bnot{_SPACE}(?:{_SPACE}\w+\.)?TYPE_CHECKING\b")
_DECORATOR = re.compile(r"\bno_type_check\b")


def without_switches(source: str) -> str:
    """`source` with `# type: ignore`, `# pyright: ...` and their kin as plain comments, and no `no_type_check`.

    The decorator is exchanged for one of `typing` that does nothing, under whatever name it is imported.
    """
    return _HIDES.sub("True", _DECORATOR.sub("type_check_only", _COMMENT.sub(r"\1 -", source)))
