"""Whether a file's licence lets it into the corpus, by SPDX expression and policy.

Expressions are parsed by the `license-expression` library. Of `A OR B` the user may choose, so one allowed
side suffices; under `A AND B` both hold, so both must be allowed. An exception (`WITH`) only ever permits
more, so the licence before it decides. An unknown licence is let in only by `any`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

import polars as pl
from license_expression import (
    AND,
    OR,
    ExpressionError,
    LicenseExpression,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)

from assets.raw_corpus.permissive import PERMISSIVE

Policy = str | Collection[str]
"""`permissive`, `any-known`, `any`, or the SPDX identifiers that are allowed."""


@dataclass(frozen=True)
class LicenceVerdict:
    """Whether a licence is allowed by the policy, whether it is permissive, and a sentence on why not."""

    allowed: bool
    permissive: bool
    detail: str | None


def judge_licence(licence: str | None, allow: Policy) -> LicenceVerdict:
    """Judge one SPDX expression (null: unknown) by the policy `allow`."""
    expression = _parsed(licence) if licence else None
    permissive = expression is not None and _satisfied(expression, PERMISSIVE)
    if allow == "any":
        return LicenceVerdict(True, permissive, None)
    if expression is None:
        detail = "licence not known" if not licence else f"not an SPDX expression: {licence}"
        return LicenceVerdict(False, False, detail)
    if allow == "any-known":
        return LicenceVerdict(True, permissive, None)
    if allow == "permissive":
        return LicenceVerdict(permissive, permissive, None if permissive else f"not permissive: {licence}")
    if isinstance(allow, str):
        raise ValueError(
            f"licence policy {allow!r}: write permissive, any-known, any or a list of identifiers"
        )
    allowed = _satisfied(expression, frozenset(allow))
    return LicenceVerdict(allowed, permissive, None if allowed else f"not allowed: {licence}")


def judge_licences(licences: Iterable[str | None], allow: Policy) -> pl.DataFrame:
    """Verdicts of distinct licences, for joining to files (with `nulls_equal`).

    Columns: licence (null for unknown), licence_allowed and permissive (booleans), licence_detail.
    """
    distinct = sorted(set(licences), key=lambda licence: (licence is not None, licence or ""))
    verdicts = [judge_licence(licence, allow) for licence in distinct]
    return pl.DataFrame(
        {
            "licence": distinct,
            "licence_allowed": [verdict.allowed for verdict in verdicts],
            "permissive": [verdict.permissive for verdict in verdicts],
            "licence_detail": [verdict.detail for verdict in verdicts],
        },
        schema={
            "licence": pl.String,
            "licence_allowed": pl.Boolean,
            "permissive": pl.Boolean,
            "licence_detail": pl.String,
        },
    )


def is_permissive(licence: str | None) -> bool:
    """Whether an SPDX expression can be met under permissive licences alone; false where it is unknown."""
    return judge_licence(licence, "any").permissive


def known_identifier(name: str) -> str | None:
    """SPDX's own spelling of one licence identifier, or null where it is none."""
    parsed = _parsed(name)
    return str(parsed.key) if isinstance(parsed, LicenseSymbol) else None


def _satisfied(expression: LicenseExpression, allowed: frozenset[str]) -> bool:
    if isinstance(expression, OR):
        return any(_satisfied(side, allowed) for side in expression.args)
    if isinstance(expression, AND):
        return all(_satisfied(side, allowed) for side in expression.args)
    if isinstance(expression, LicenseWithExceptionSymbol):
        return str(expression.license_symbol.key) in allowed
    return isinstance(expression, LicenseSymbol) and str(expression.key) in allowed


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


@cache
def _parsed(licence: str) -> LicenseExpression | None:
    try:
        return _licensing().parse(licence, validate=True, strict=True)
    except ExpressionError:
        return None
