"""Whether a file's license lets it into the corpus, by SPDX expression and policy.

Expressions are parsed by the `license-expression` library. Of `A OR B` the user may choose, so one allowed
side suffices; under `A AND B` both hold, so both must be allowed. An exception (`WITH`) only ever permits
more, so the license before it decides. An unknown license is let in only by `any`.
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
class LicenseVerdict:
    """Whether a license is allowed by the policy, whether it is permissive, and a sentence on why not."""

    allowed: bool
    permissive: bool
    detail: str | None


def license_verdict(license: str | None, allow: Policy) -> LicenseVerdict:
    """Judge one SPDX expression (null: unknown) by the policy `allow`."""
    expression = _parsed(license) if license else None
    permissive = expression is not None and _satisfied(expression, PERMISSIVE)
    if allow == "any":
        return LicenseVerdict(True, permissive, None)
    if expression is None:
        detail = "license not known" if not license else f"not an SPDX expression: {license}"
        return LicenseVerdict(False, False, detail)
    if allow == "any-known":
        return LicenseVerdict(True, permissive, None)
    if allow == "permissive":
        return LicenseVerdict(permissive, permissive, None if permissive else f"not permissive: {license}")
    if isinstance(allow, str):
        raise ValueError(
            f"license policy {allow!r}: write permissive, any-known, any or a list of identifiers"
        )
    allowed = _satisfied(expression, frozenset(allow))
    return LicenseVerdict(allowed, permissive, None if allowed else f"not allowed: {license}")


def license_verdicts(licenses: Iterable[str | None], allow: Policy) -> pl.DataFrame:
    """Verdicts of distinct licenses, for joining to files (with `nulls_equal`).

    Columns: license (null for unknown), license_allowed and permissive (booleans), license_detail.
    """
    distinct = sorted(set(licenses), key=lambda license: (license is not None, license or ""))
    verdicts = [license_verdict(license, allow) for license in distinct]
    return pl.DataFrame(
        {
            "license": distinct,
            "license_allowed": [verdict.allowed for verdict in verdicts],
            "permissive": [verdict.permissive for verdict in verdicts],
            "license_detail": [verdict.detail for verdict in verdicts],
        },
        schema={
            "license": pl.String,
            "license_allowed": pl.Boolean,
            "permissive": pl.Boolean,
            "license_detail": pl.String,
        },
    )


def known_identifier(name: str) -> str | None:
    """SPDX's own spelling of one license identifier, or null where it is none."""
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
def _parsed(license: str) -> LicenseExpression | None:
    try:
        return _licensing().parse(license, validate=True, strict=True)
    except ExpressionError:
        return None
