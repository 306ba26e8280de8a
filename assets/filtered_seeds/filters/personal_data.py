"""Rules on personal data: e-mail addresses, public IPv4 addresses, international telephone numbers.

Regular expressions, as for the published corpora (StarCoder redacts e-mail and IP addresses), with the false
alarms that code makes taken out: reserved and placeholder domains, the `git@host:` of remotes, `left @ right`
of matrices, private and documentation networks, netmasks, version numbers of four parts. What is found is
never written to the rejections table, only its kind and line. Names of people are not looked for.
"""

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assets.rows.outcome import Rule
from assets.rows.reasons import Reason

_TOP_LEVEL = "com|org|net|edu|gov|mil|int|info|biz|name|pro|io|dev|ai|app|tech|cloud|xyz|[a-z]{2}"
# what follows must end the address: a call or an item after it is `left@right.method(...)`, a matrix product
_EMAIL = rf"[\w.%+-]*\w@(?:[A-Za-z0-9-]+\.)+(?:{_TOP_LEVEL})(?:[^\w(\[.:-]|[.:]\s|[.:]?$)"
_PLACEHOLDER_DOMAIN = (
    "example|test|invalid|localhost|domain|yourdomain|mydomain|somedomain|company|mycompany|yourcompany|"
    "email|mail|foo|bar|host|server|acme|foobar|abc|xyz|[a-z]"
)
_HARMLESS_EMAIL = (
    r"(?i)^(?:git|hg|svn|ssh|no-?reply|self|cls|np|torch|[a-z])@"
    r"|[@.](?:example|test|invalid|localhost|local)\W?$"
    rf"|[@.](?:{_PLACEHOLDER_DOMAIN})\.[a-z]{{2,}}(?:\.[a-z]{{2}})?\W*$"
    r"|@users\.noreply\."
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"(?:^|[^\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?:[^\w.]|\.\s|\.?$)"
_HARMLESS_IPV4 = (
    # this network, private, loop-back, link-local, carrier, documentation, benchmarks, multicast, masks
    r"^\W*(?:(?:0|10|127|22[4-9]|2[34]\d|25[0-5])\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\."
    r"|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|192\.0\.[02]\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\."
    # public name servers, and counting
    r"|8\.8\.8\.8|8\.8\.4\.4|1\.1\.1\.1|1\.0\.0\.1|1\.2\.3\.\d|9\.9\.9\.9"
    # four parts, small ones: a version
    r"|\d\.\d{1,2}\.\d{1,2}\.\d{1,2}(?:\D|$)|\d{1,2}\.0\.0\.0)"
)
_TELEPHONE = r"(?:^|[^\w+])\+\d{1,3}[ .-]\(?\d{2,4}\)?[ .-]\d{3,4}[ .-]?\d{2,4}(?:\W|$)"
_HARMLESS_TELEPHONE = r"\b555\b|\b123[ .-]?4|0000"  # fictional, counting


class PersonalDataSettings(BaseModel):
    """Kinds of personal data for which a seed is rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: bool = Field(default=True, description="e-mail addresses, reserved and placeholder domains apart")
    ip_address: bool = Field(default=True, description="public IPv4 addresses")
    telephone: bool = Field(default=True, description="telephone numbers written with + and country code")


def personal_data_rules(settings: PersonalDataSettings) -> list[Rule]:
    """Rules over seeds with `seed`; the detail is the kind and the line, counted from 1, not what was found."""
    rules: list[Rule] = []
    if settings.email:
        rules.append(_rule("e-mail address", _EMAIL, _HARMLESS_EMAIL))
    if settings.ip_address:
        rules.append(_rule("IP address", _IPV4, _HARMLESS_IPV4))
    if settings.telephone:
        rules.append(_rule("telephone number", _TELEPHONE, _HARMLESS_TELEPHONE))
    return rules


def _rule(kind: str, pattern: str, harmless: str) -> Rule:
    """Rejects where a line holds a match of `pattern` that `harmless` does not match."""
    seed = pl.col("seed")
    found = pl.element().str.extract_all(pattern)
    personal = found.list.eval(~pl.element().str.contains(harmless)).list.any()
    # taken apart into lines only where the pattern matches at all
    lines = pl.when(seed.str.contains(f"(?m){pattern}")).then(seed.str.split("\n"))
    line = lines.list.eval(personal).list.eval(pl.element().arg_true().first()).list.first()
    return Rule(Reason.PERSONAL_DATA, line.is_not_null(), pl.format("{}, line {}", pl.lit(kind), line + 1))
