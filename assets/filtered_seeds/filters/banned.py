"""Rules on what a seed says: words that tell of unfinished code, imports that tie it to a machine or a screen.

Words and the imports of Python are StarCoder2-Instruct's, found as published: anywhere in the lower-cased
code, so that `debug` holds `bug` and `from system` holds `from sys`. The imports of other languages are this
project's choice of their like: command lines, processes, environments, build tools, plots and windows.
"""

import re

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.rows.outcome import Rule
from assets.rows.reasons import Reason
from resources.languages import RECORDS

BANNED_IMPORTS = {name: record.banned_imports for name, record in RECORDS.items() if record.banned_imports}
"""Modules, packages and headers by language; Bash imports nothing."""


class BannedSettings(BaseModel):
    """Words and imports that a seed must not contain."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[str, ...] = Field(
        default=("todo", "fixme", "bug"), description="lower case, anywhere in the code"
    )
    imports: dict[str, tuple[str, ...]] = Field(
        default_factory=lambda: dict(BANNED_IMPORTS),
        description="names that must not be imported, by language",
    )
    whole_names: bool = Field(
        default=False,
        description="find words and Python imports only as whole names, which spares `debug` and `from system` "
        "(the published rule does not)",
    )


def banned_rules(settings: BannedSettings) -> list[Rule]:
    """Rules over seeds with `seed, imports (List(String)), language`; the detail is what was found."""
    code = pl.concat_str(pl.col("imports").list.join("\n").fill_null(""), pl.lit("\n"), pl.col("seed"))
    rules: list[Rule] = []
    edge = r"\b" if settings.whole_names else ""
    if settings.words:
        found = code.str.to_lowercase().str.extract(f"{edge}({_any(settings.words)}){edge}")
        rules.append(Rule(Reason.BANNED_WORD, found.is_not_null(), found))
    for language, names in sorted(settings.imports.items()):
        if not names:
            continue
        if language == "python":
            found = code.str.to_lowercase().str.extract(rf"{edge}((?:import|from) (?:{_any(names)})){edge}")
        else:
            # whole names with what is below them: `fs` and `fs/promises`, not `fsx`, `fs-extra`, `./fs`
            found = (
                pl.col("imports").list.join("\n").str.extract(rf"(?:^|[^\w./-])({_any(names)})(?:[^\w-]|$)")
            )
        rules.append(
            Rule(Reason.BANNED_IMPORT, (pl.col("language") == language) & found.is_not_null(), found)
        )
    return rules


def _any(words: tuple[str, ...]) -> str:
    # the longest first, so that the detail names `os/exec` and not `os`
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
