"""Answers of services kept on disk: used until they expire, then requested again only if they have changed."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.data.atomic import write_bytes
from workbench.errors import InvalidData
from workbench.structured import json_from, typed

KEPT_HEADERS = ("etag", "last-modified")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """An answer of a service.

    Parameters
    ----------
    body
        As it came, decompressed.
    status
        HTTP status it came with.
    fetched, expires
        Seconds since 1970.
    headers
        Those that are needed to ask again: ``etag`` and ``last-modified``.
    """

    body: bytes
    status: int
    fetched: float
    expires: float
    headers: Mapping[str, str]

    @property
    def conditions(self) -> dict[str, str]:
        """Request headers that ask for an answer only if it has changed."""
        named = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return {named[name]: self.headers[name] for name in named if name in self.headers}


@dataclass(frozen=True, slots=True)
class _Header:
    address: str
    length: int
    status: int
    fetched: float
    expires: float
    headers: dict[str, str]


class ResponseCache:
    """A folder of answers; only good ones are kept, so that a failure is never remembered.

    Parameters
    ----------
    folder
        Safe to delete at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, source: str, address: str) -> CachedResponse | None:
        """Give what was kept for an address, expired or not; None when nothing was, or it is damaged."""
        try:
            content = self._path(source, address).read_bytes()
            header, _, body = content.partition(b"\n")
            facts = typed(json_from(header, "answer"), _Header, "answer")
        except (OSError, InvalidData):
            return None
        if facts.address != address or facts.length != len(body):
            return None
        return CachedResponse(body, facts.status, facts.fetched, facts.expires, facts.headers)

    def keep(self, source: str, address: str, response: CachedResponse) -> None:
        """Keep an answer under its address.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        facts = asdict(response)
        del facts["body"]
        facts |= {"address": address, "length": len(response.body), "headers": dict(response.headers)}
        write_bytes(self._path(source, address), json.dumps(facts).encode() + b"\n" + response.body)

    def _path(self, source: str, address: str) -> Path:
        return self._folder / source / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.answer"


def expiry(headers: Mapping[str, str], now: float, otherwise: float) -> float:
    """Find out until when an answer may be used without asking again (RFC 9111, section 4.2.1).

    Parameters
    ----------
    headers
        Of the answer, names in lower case.
    now
        Seconds since 1970.
    otherwise
        Seconds it is good for when the service does not say.

    Returns
    -------
    float
        Seconds since 1970.
    """
    control = headers.get("cache-control", "").lower()
    if "no-store" in control or "no-cache" in control:
        return now
    if found := re.search(r"max-age=(\d+)", control):
        return now + int(found[1])
    if (moment := http_date(headers.get("expires", ""))) is not None:
        return max(now, moment)
    return now + otherwise


def http_date(text: str) -> float | None:
    """Read a date of an HTTP header as seconds since 1970; None when it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.timestamp()


def validators(headers: Mapping[str, str]) -> dict[str, str]:
    """Give those of an answer's headers that are needed to ask again whether it has changed."""
    return {name: headers[name] for name in KEPT_HEADERS if name in headers}
