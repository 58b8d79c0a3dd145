"""Which failures are worth another try, after how long, and how they are described."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from workbench.online.cache import http_date
from workbench.online.service import Service

FIRST_BACKOFF = 1.0
MAX_WAIT = 120.0
HOUR, DAY = 3600.0, 86400.0
RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that brought no usable answer.

    Parameters
    ----------
    reason
        Half a sentence.
    status
        HTTP status; None when there was no answer.
    wait
        Time to wait before the next try [s]; None when another try is no use.
    closed
        Time for which the service wants no request at all [s].
    """

    reason: str
    status: int | None = None
    wait: float | None = None
    closed: float = 0.0


def failure_of_connection(error: httpx.HTTPError, service: Service, attempt: int, patience: float) -> Failure:
    """Judge an error of the connection.

    Parameters
    ----------
    error
        What was raised.
    service
        Whom the request was sent to.
    attempt
        Number of the try, from 0.
    patience
        How long the service was waited for [s].
    """
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        # A service that is slow twice will rarely be quick the third time.
        wait = 0.0 if attempt + 1 < service.slow_tries else None
        return Failure(f"it did not answer within {patience:g} s ({text})", wait=wait)
    return Failure(f"the connection failed ({text})", wait=backoff(attempt))


def failure_of_status(
    status: int, headers: Mapping[str, str], body: bytes, service: Service, attempt: int
) -> Failure:
    """Judge an answer with an error status.

    Parameters
    ----------
    status, headers, body
        The answer; names of headers in lower case.
    service
        Who answered.
    attempt
        Number of the try, from 0.
    """
    text = " ".join(body.decode("utf-8", "replace").split())
    shown = text and not text.startswith("<")  # a page for browsers says nothing more
    reason = f"it answered with status {status}" + (f": {text[:200]}" if shown else "")
    if status not in RETRIED_STATUS or (status == 429 and not service.patient):
        return Failure(reason, status)
    wait = requested_wait(status, headers, body, attempt)
    if wait > MAX_WAIT:
        return Failure(
            f"{reason}; it asks to wait {wait:.0f} s, longer than {MAX_WAIT:.0f} s", status, closed=wait
        )
    return Failure(reason, status, wait)


def requested_wait(status: int, headers: Mapping[str, str], body: bytes, attempt: int) -> float:
    """Give the time to wait that an answer asks for, else the usual one [s]."""
    after = headers.get("retry-after", "").strip()
    if after.isdecimal():
        return float(after)
    if (moment := http_date(after)) is not None:
        return max(0.0, moment - time.time())
    if status == 429:
        return _wait_in_words(body.lower(), time.time()) or backoff(attempt)
    return backoff(attempt)


def _wait_in_words(body: bytes, now: float) -> float:
    """Time until the end of the minute, hour or day (UTC) that an answer names; 0 where it names none [s]."""
    if b"in one minute" in body or b"minutely" in body:
        return 60.0
    if b"tomorrow" in body or b"daily" in body:
        return DAY - now % DAY
    if b"next hour" in body or b"hourly" in body:
        return HOUR - now % HOUR
    return 0.0


def backoff(attempt: int) -> float:
    """Give the usual time to wait after try ``attempt`` [s]: twice as long each time."""
    # Some randomness keeps many clients from returning in the same moment.
    return min(MAX_WAIT, FIRST_BACKOFF * 2.0**attempt * random.uniform(0.8, 1.2))
