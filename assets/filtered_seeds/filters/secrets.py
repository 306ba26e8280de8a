"""The rule on secrets: keys, tokens and passwords, as detect-secrets recognizes them.

Its detectors of known forms (cloud and service keys, private keys, basic authentication, ...) are used; those
of high entropy and of keywords (`password = "..."`) are not by default: in source code most of what they find
are hashes, identifiers and placeholders. Only the patterns are applied, never its verification, which asks the
services over the network. All patterns together are searched in one pass of a linear-time engine, widened by
dropping what it lacks (look-around); the detectors themselves judge the lines of the few seeds that it finds.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.rows.outcome import Rule
from assets.rows.reasons import Reason

if TYPE_CHECKING:  # imported where they are used: a fifth of a second that reading settings need not pay
    from detect_secrets.plugins.base import BasePlugin

_ADDRESSES = "Public IP (ipv4)"  # personal data, judged there
_ENTROPY = ("Base64 High Entropy String", "Hex High Entropy String")
_KEYWORD = "Secret Keyword"
# `(?:(?<=\W)|(?<=^))`, `(?!\w)`, `(?![a-f0-9])`: without them a pattern matches more
_LOOK_AROUND = re.compile(r"\(\?:\(\?<=\\W\)\|\(\?<=\^\)\)|\(\?!(?:\\w|\[[^\]]*\])\)")

SECRET = "secret"
"""Column that `with_secret` adds."""


class SecretSettings(BaseModel):
    """Detectors of secrets for which a seed is rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    known_forms: bool = Field(default=True, description="keys and tokens whose form is known, private keys")
    keyword: bool = Field(
        default=False, description="values assigned to names such as password; many false alarms"
    )
    entropy: bool = Field(
        default=False, description="strings of high entropy (4.5 for base64, 3.0 for hex); many false alarms"
    )


def with_secret(seeds: pl.DataFrame, settings: SecretSettings) -> pl.DataFrame:
    """`seeds` (with `seed`) and a column `secret`: what was found first and on which line; null for nothing.

    The text of the secret is not in it. Names of detectors are detect-secrets' (`AWS Access Key, line 3`).
    """
    detectors = _detectors(settings.known_forms, settings.keyword, settings.entropy)
    if not detectors:
        return seeds.with_columns(pl.lit(None, pl.String).alias(SECRET))
    if settings.keyword or settings.entropy:
        suspects = seeds.select(pl.col("seed").is_not_null()).to_series()
    else:
        suspects = seeds.select(pl.col("seed").str.contains(_any_pattern()).fill_null(False)).to_series()
    found = [_first_secret(seed, detectors) for seed in seeds["seed"].filter(suspects)]
    rows = suspects.arg_true()
    column = pl.Series(SECRET, [None], pl.String).new_from_index(0, seeds.height)
    return seeds.with_columns(column.scatter(rows, pl.Series(found, dtype=pl.String)) if found else column)


def secret_rules() -> list[Rule]:
    """The rule over seeds that went through `with_secret`."""
    return [Rule(Reason.SECRET, pl.col(SECRET).is_not_null(), pl.col(SECRET))]


@cache
def _detectors(known_forms: bool, keyword: bool, entropy: bool) -> list["BasePlugin"]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    detectors: list[BasePlugin] = []
    for name, plugin in sorted(get_mapping_from_secret_type_to_class().items()):
        if name == _ADDRESSES:
            continue
        wanted = known_forms
        if name in _ENTROPY:
            wanted = entropy
        elif name == _KEYWORD:
            wanted = keyword
        if wanted:
            detectors.append(plugin())
    return detectors


@cache
def _any_pattern() -> str:
    """One pattern that matches at least wherever a detector of a known form does."""
    from detect_secrets.plugins.base import RegexBasedDetector

    patterns: list[str] = []
    for detector in _detectors(True, False, False):
        if isinstance(detector, RegexBasedDetector):
            for pattern in detector.denylist:
                flags = "i" if pattern.flags & re.IGNORECASE else ""
                patterns.append(f"(?{flags}:{_LOOK_AROUND.sub('', pattern.pattern)})")
    return "|".join(patterns)


def _first_secret(seed: str, detectors: "list[BasePlugin]") -> str | None:
    for number, line in enumerate(seed.split("\n"), 1):
        for detector in detectors:
            if any(True for _ in detector.analyze_string(line)):
                return f"{detector.secret_type}, line {number}"
    return None
