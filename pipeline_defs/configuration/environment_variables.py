"""Environment variables that are nearly settings: pydantic passes over them, so they are looked for here."""

import difflib
import os
from collections.abc import Iterator

from pydantic import BaseModel


def misspelt_variable(model: type[BaseModel], prefix: str, *others: str) -> str | None:
    """What is wrong with the first variable that begins with `prefix` and is nearly a setting of `model`.

    So is one that leaves out what a setting is in (`DEVICE`), or has one underscore where two divide
    (`SANDBOX_BACKEND`). `others` are variables that are no settings and right all the same.
    """
    known = {name.upper() for name in model.model_fields} | {one.removeprefix(prefix) for one in others}
    nested = {"__".join(path).upper(): path[-1].upper() for path in _paths(model)}
    for variable in sorted(os.environ):
        name = variable.removeprefix(prefix)
        head = name.partition("__")[0]
        if not variable.startswith(prefix) or head in known:
            continue
        near = difflib.get_close_matches(head, sorted(known), n=1, cutoff=0.75)
        meant = near or [
            path
            for path, last in nested.items()
            if name == last or name.replace("__", "_") == path.replace("__", "_")
        ]
        if meant:
            those = " or ".join(f"{prefix}{path}" for path in meant)
            return f"environment variable {variable}: no such setting; did you mean {those}?"
    return None


def _paths(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The way to every single setting; what stands in lists and tables of a user's own names is left out."""
    for name, field in model.model_fields.items():
        inside = field.annotation
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            yield from ((name, *rest) for rest in _paths(inside))
        else:
            yield (name,)
