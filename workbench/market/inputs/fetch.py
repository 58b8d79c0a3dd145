"""What is missing as work to fetch, and a polite download client that leaves no half file."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

import httpx
import numpy as np

from workbench.data.atomic import replacing
from workbench.errors import SettingError, UnreadableFile
from workbench.market.model.description import Feed, MarketDescription
from workbench.market.model.market_time import day_of, period_bounds
from workbench.market.store.gaps import Gap

USER_AGENT = "energy-workbench (market data reader)"
SILENCE_SECONDS = 60.0
WORTH_RETRYING = frozenset({408, 425, 429, 500, 502, 503, 504})
_LINK = re.compile(r'href\s*=\s*["\']?([^"\'\s>]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Work:
    """Something to fetch: the files of a feed for a day.

    Parameters
    ----------
    feed
        Which feed.
    day
        Day on the market's clock.
    stamps
        Missing stamps of that day [minutes since 1970]; empty when all of the day is wanted.
    """

    feed: Feed
    day: str
    stamps: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What it is called in a run."""
        return f"{self.feed.name} {self.day}"

    @property
    def archive(self) -> str:
        """Address of the archived file; "" when the feed has none."""
        return self.feed.archive.replace("{day}", self.day.replace("-", ""))


def work_for_gaps(gaps: Iterable[Gap], description: MarketDescription) -> tuple[Work, ...]:
    """List what to fetch so that holes are filled, by feed and day."""
    stamps: dict[tuple[str, str], set[int]] = defaultdict(set)
    for gap in gaps:
        end = int(gap.end.astype(np.int64))
        for missing in range(int(gap.start.astype(np.int64)) + gap.cadence, end + 1, gap.cadence):
            stamps[gap.table, day_of(missing)].add(missing)
    work = []
    for feed in description.feeds:
        days: dict[str, set[int]] = defaultdict(set)
        for (table, day), found in stamps.items():
            if table in feed.tables:
                days[day] |= found
        work += [Work(feed, day, tuple(sorted(found))) for day, found in sorted(days.items())]
    return tuple(work)


def work_for_days(first: str, last: str, description: MarketDescription) -> tuple[Work, ...]:
    """List what to fetch for whole days.

    Raises
    ------
    SettingError
        When a day is no date, or the last comes before the first.
    """
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as error:
        raise SettingError(
            f"{first!r} to {last!r} are no days ({error}), expected such as 2025-08-01.", "first_day", first
        ) from error
    if end < start:
        raise SettingError(f"The last day {last} comes before the first, {first}.", "last_day", last)
    days = [(start + timedelta(n)).isoformat() for n in range((end - start).days + 1)]
    return tuple(Work(feed, day) for day in days for feed in description.feeds)


class FeedClient:
    """Downloads files of feeds.

    Parameters
    ----------
    base_url
        Address that the feeds' folders are relative to.
    retries
        How often a failed request is tried again, after 0.5, 1, 2 … s.
    pause
        Gives the pause before each request [s].
    wait
        Waits; a run passes one that can be cancelled.

    Raises
    ------
    SettingError
        When the address is none.
    """

    def __init__(
        self,
        base_url: str,
        *,
        retries: int = 3,
        pause: Callable[[], float] = lambda: 0.0,
        wait: Callable[[float], None] = time.sleep,
        silence: float = SILENCE_SECONDS,
    ) -> None:
        if not re.match(r"https?://[^/\s]+", base_url):
            raise SettingError(
                f"base_url is {base_url!r}, expected an address such as https://example.org.",
                "base_url",
                base_url,
            )
        # Servers of market data answer 403 to a client that does not say who it is.
        self._client = httpx.Client(
            base_url=base_url.rstrip("/"),
            headers={"User-Agent": USER_AGENT},
            follow_redirects=True,
            timeout=httpx.Timeout(silence),
        )
        self._retries, self._pause, self._wait = retries, pause, wait
        self._listings: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> FeedClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def fetch(self, work: Work, folder: Path) -> tuple[Path, ...]:
        """Fetch the files of some work into a folder; files that are there already are not fetched again.

        Parameters
        ----------
        work
            What to fetch.
        folder
            Where to; made when missing.

        Returns
        -------
        tuple of Path
            The files, those that were there included; none where the server has none.

        Raises
        ------
        UnreadableFile
            When the server does not answer, refuses, or breaks off; files fetched before stay.
        UnwritableFile
            When the operating system refuses.
        """
        if work.archive:
            target = folder / Path(work.archive).name
            if target.is_file() or self.download(work.archive, target):
                return (target,)
        found = []
        for name in self._current(work):
            target = folder / name
            if target.is_file() or self.download(f"{work.feed.current.rstrip('/')}/{name}", target):
                found.append(target)
        return tuple(found)

    def _current(self, work: Work) -> list[str]:
        start, end = period_bounds(work.day)
        if work.feed.current not in self._listings:
            self._listings[work.feed.current] = self.listing(work.feed.current)
        chosen = []
        for name in self._listings[work.feed.current]:
            match = re.fullmatch(work.feed.pattern, name, re.IGNORECASE)
            if match is None:
                continue
            stamp = _stamp(match[1])
            # Files are named for the end of their interval, some for the begin: a day more does no harm.
            wanted = not work.stamps or any(abs(stamp - missing) <= 30 for missing in work.stamps)
            if start - 30 <= stamp <= end + 30 and wanted:
                chosen.append(name)
        return sorted(chosen)

    def listing(self, folder: str) -> tuple[str, ...]:
        """Give the names of the files that a folder's page links to.

        Raises
        ------
        UnreadableFile
            When the page cannot be had.
        """
        response = self._request(folder)
        if response is None:
            return ()
        names = (unquote(link).rstrip("/").rpartition("/")[2] for link in _LINK.findall(response.text))
        return tuple(dict.fromkeys(name for name in names if name and name[0] not in ".?"))

    def download(self, address: str, target: Path) -> bool:
        """Download one file, wholly or not at all.

        Returns
        -------
        bool
            False when the server has no such file.

        Raises
        ------
        UnreadableFile
            When it cannot be had.
        UnwritableFile
            When the operating system refuses.
        """
        response = self._request(address)
        if response is None:
            return False
        with replacing(target) as temporary:
            temporary.write_bytes(response.content)
        return True

    def _request(self, address: str) -> httpx.Response | None:
        reason = ""
        for attempt in range(self._retries + 1):
            pause = self._pause() if attempt == 0 else 0.5 * 2 ** (attempt - 1)
            if pause:
                self._wait(pause)
            try:
                response = self._client.get(address)
            except httpx.HTTPError as error:
                reason = str(error) or type(error).__name__
                continue
            if response.status_code == 404:
                return None
            if response.status_code == 200:
                return response
            reason = f"{response.status_code} {response.reason_phrase}"
            if response.status_code not in WORTH_RETRYING:
                break
        raise UnreadableFile(f"{self._client.base_url}{address} cannot be fetched: {reason}.", address)


def _stamp(text: str) -> int:
    when = f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}"
    return int(np.datetime64(when, "m").astype(np.int64))


def days_of(work: Iterable[Work], at_once: int) -> list[tuple[Work, ...]]:
    """Put work into groups of so many days."""
    by_day: dict[str, list[Work]] = defaultdict(list)
    for item in work:
        by_day[item.day].append(item)
    days = sorted(by_day)
    return [
        tuple(item for day in days[at : at + at_once] for item in by_day[day])
        for at in range(0, len(days), at_once)
    ]
