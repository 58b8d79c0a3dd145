"""What a domain says of an online service, of one request to it, and of how it waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from urllib.parse import urlsplit

from workbench.errors import SettingError
from workbench.runs import Job

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Service:
    """What the client has to know of a service.

    Parameters
    ----------
    id
        Its id in settings, errors and the cache.
    title
        What a person reads.
    address
        Where it answers.
    tries
        How often one request is made at most.
    slow_tries
        How often one that is not answered in time is made at most.
    per_minute, per_day
        Requests it allows; one request may count as many, see :attr:`HttpRequest.cost`. Infinity is no limit.
    patient
        Whether the answer "too many requests" is waited out.
    """

    id: str
    title: str
    address: str
    _: KW_ONLY
    tries: int = 3
    slow_tries: int = 2
    per_minute: float = 60
    per_day: float = 100_000
    patient: bool = True


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request.

    Parameters
    ----------
    service
        Whom it is sent to.
    path
        Below the address of the service; a whole address takes its place.
    parameters
        Of the query.
    good_for
        Time for which the answer may be used again when the service does not say [s].
    cost
        As how many requests the service counts it.
    accept
        Media type that is wanted.
    """

    service: Service
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    good_for: float = 0.0
    cost: float = 1.0
    accept: str = "application/json"


@dataclass(frozen=True, slots=True)
class Watch:
    """What is called while a request is waited for.

    Parameters
    ----------
    checkpoint
        Called ten times a second; what it raises ends the request at once.
    log
        Takes a line: what is being waited for.
    """

    checkpoint: Callable[[], None] = lambda: None
    log: Callable[[str], None] = lambda line: None

    @classmethod
    def of(cls, job: Job | None) -> Watch:
        """Poll for requests to a run while waiting, and write into its log; outside a run nothing is called."""
        if job is None:
            return cls()
        return cls(job.checkpoint, lambda line: job.log(line, level="warning"))

    def sleep(self, seconds: float) -> None:
        """Wait, with checkpoints."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.checkpoint()
            time.sleep(min(left, POLL_SECONDS))


def check_address(address: str, service: str, setting: str) -> None:
    """Refuse what is not the address of a web server.

    Raises
    ------
    SettingError
        With the setting and the address.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingError(
            f"The address of {service} ({setting}) is {address!r}, expected one like https://data.example.org.",
            setting,
            address,
        )
