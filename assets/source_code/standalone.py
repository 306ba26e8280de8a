"""A piece of code with the import lines that it needs above it: a file of its own, as prompts and answers show it."""

from collections.abc import Sequence


def with_imports(code: str, imports: Sequence[str] | None) -> str:
    """`code` without empty lines around it, below `imports` and two empty lines; alone where there are none."""
    return "\n".join([*(imports or []), *(["", ""] if imports else []), code.strip("\n")])
