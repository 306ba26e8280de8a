"""Rows as an export reads them, with what a test wants to say of each; the rest is ordinary."""

from typing import Any

import polars as pl

from assets.exports.rows import ROW
from resources.ids import text_id

WORDS = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
)


def row(number: int, **said: Any) -> dict[str, Any]:
    """One row; texts of different numbers have nothing in common."""
    prompt = said.pop("prompt", f"Write task {number}: {' '.join(f'{word}{number}' for word in WORDS[:8])}.")
    completion = said.pop("completion", f"return {' '.join(f'{number}{word}' for word in WORDS)}")
    name = text_id(prompt, completion)
    known = {
        "sft_id": name,
        "recipe": "mine",
        "response_id": text_id("response", name),
        "instruction_id": text_id("instruction", name),
        "file_id": text_id("file", str(number)),
        "prompt": prompt,
        "completion": completion,
        "messages": [
            {"role": "user", "content": prompt},
            {"role": "assistant", "content": completion},
        ],
        "language": "python",
        "task": "code generation",
        "engine": "openai",
        "model": "org/teacher",
        "license": "MIT",
        "repo": f"owner/repo{number}",
        "path": f"src/m{number}.py",
        "commit": "c0ffee",
        "start_line": 1,
        "end_line": 9,
        "contamination": [],
        "verdict": "pass",
        "present": True,
    }
    return known | said


def rows(*made: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(made), schema=ROW)
