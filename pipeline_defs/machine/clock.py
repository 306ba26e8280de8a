"""The clock: S3 refuses requests from one that is wrong, and dates of releases and receipts are taken from it."""

import email.utils
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from pipeline_defs.configuration.settings import Settings
from pipeline_defs.machine.finding import Finding, State

EARLIEST = time.mktime((2026, 1, 1, 0, 0, 0, 0, 1, 0))
"""No release is older."""
FAR_S = 300
"""S3 refuses a request whose clock is a quarter of an hour away."""


def clock(settings: Settings) -> Iterator[Finding]:
    """The time here against the S3 server's, where one is named; else that it is no time before the first release."""
    now = time.time()
    here = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    mend = "set the clock, for instance by timedatectl set-ntp true"
    if now < EARLIEST:
        yield Finding("clock", State.PROBLEM, f"{here}: long ago", mend)
        return
    other = _time_of(settings.s3.endpoint_url) if settings.s3.endpoint_url else None
    if other is None:
        yield Finding("clock", State.OK, here)
    elif abs(other - now) > FAR_S:
        yield Finding("clock", State.PROBLEM, f"{here}, {abs(other - now):,.0f} s from the S3 server's", mend)
    else:
        yield Finding("clock", State.OK, f"{here}, as the S3 server's")


def _time_of(url: str) -> float | None:
    """The time that a server states; null where it states none or is not there, which others say."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=5) as answer:
            stated = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        stated = error.headers.get("Date")
    except (OSError, ValueError):
        return None
    try:
        return email.utils.parsedate_to_datetime(stated).timestamp() if stated else None
    except ValueError:
        return None
