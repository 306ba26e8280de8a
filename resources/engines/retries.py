"""When to try again: growing, jittered waits, and the server's own word (Retry-After) where it gives one."""

import email.utils
import random
import time
from collections.abc import Mapping

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0


def backoff_s(tries: int) -> float:
    """Seconds to wait after so many tries: doubling from half a second to thirty, half of it by chance.

    By chance, so that requests that failed together do not come back together. No data depends on it.
    """
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(tries - 1, 16)) * random.uniform(0.5, 1.0)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: `retry-after-ms`, or `Retry-After` as seconds or as a date."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        if "retry-after" in headers:
            return max(0.0, float(headers["retry-after"]))
    except ValueError:
        pass
    if "retry-after" not in headers:
        return None
    try:
        return max(0.0, email.utils.parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
