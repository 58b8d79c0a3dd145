"""What is missing as work to fetch, and the client that downloads it."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np

from workbench.errors import SettingError, SourceFailed
from workbench.files import is_file
from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import Feed
from workbench.market.model.market_time import day_of, period_bounds
from workbench.market.store.gaps import Gap
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Service, Watch, check_address

PATIENCE_SECONDS = 60.0
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
        When a day is not a date, or the last comes before the first.
    """
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as error:
        raise SettingError(
            f"{first!r} to {last!r} are not days ({error}), expected such as 2025-08-01.", "first_day", first
        ) from error
    if end < start:
        raise SettingError(f"The last day {last} comes before the first, {first}.", "last_day", last)
    days = [(start + timedelta(n)).isoformat() for n in range((end - start).days + 1)]
    return tuple(Work(feed, day) for day in days for feed in description.feeds)


class FeedClient:
    """Downloads files of feeds; a context manager.

    Parameters
    ----------
    base_url
        Address that the feeds' folders are relative to.
    retries
        How often a failed request is tried again.
    pause
        Gives the pause before each request [s].
    patience
        Longest wait for the server to send something [s].

    Raises
    ------
    SettingError
        When the address is not one of a web server.
    """

    def __init__(
        self,
        base_url: str,
        *,
        retries: int = 3,
        pause: Callable[[], float] = lambda: 0.0,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        check_address(base_url, "the feeds", "base_url")
        self._service = Service(
            "feeds",
            urlsplit(base_url).netloc,
            base_url,
            tries=retries + 1,
            slow_tries=retries + 1,
            per_minute=math.inf,
            per_day=math.inf,
        )
        self._client = OnlineClient(patience=patience, purpose="market data")
        self._pause = pause
        self._listings: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> FeedClient:
        self._client.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._client.__exit__(*error)

    def fetch(self, work: Work, folder: Path, watch: Watch | None = None) -> tuple[Path, ...]:
        """Fetch the files of some work into a folder; files that are there already are not fetched again.

        Parameters
        ----------
        work
            What to fetch.
        folder
            Where to; made when missing.
        watch
            What is called meanwhile.

        Returns
        -------
        tuple of Path
            The files, those that were there included; none where the server has none.

        Raises
        ------
        SourceFailed
            When the server does not answer, refuses, or breaks off; files fetched before stay.
        UnwritableFile
            When the operating system refuses.
        """
        watch = watch or Watch()
        if work.archive:
            target = folder / Path(work.archive).name
            if is_file(target) or self.download(work.archive, target, watch):
                return (target,)
        found = []
        for name in self._current(work, watch):
            target = folder / name
            if is_file(target) or self.download(f"{work.feed.current.rstrip('/')}/{name}", target, watch):
                found.append(target)
        return tuple(found)

    def _current(self, work: Work, watch: Watch) -> list[str]:
        start, end = period_bounds(work.day)
        if work.feed.current not in self._listings:
            self._listings[work.feed.current] = self.listing(work.feed.current, watch)
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

    def listing(self, folder: str, watch: Watch | None = None) -> tuple[str, ...]:
        """Give the names of the files that a folder's page links to; none when there is no such page.

        Raises
        ------
        SourceFailed
            When the page cannot be read.
        """
        watch = watch or Watch()
        watch.sleep(self._pause())
        try:
            return self._client.get(
                HttpRequest(self._service, folder, accept="text/html, */*"), _links, watch
            )
        except SourceFailed as error:
            if error.status == 404:
                return ()
            raise

    def download(self, address: str, target: Path, watch: Watch) -> bool:
        """Download one file, wholly or not at all; False when the server has no such file.

        Raises
        ------
        SourceFailed
            When the server does not answer, refuses, or breaks off.
        UnwritableFile
            When the operating system refuses.
        """
        watch.sleep(self._pause())
        try:
            self._client.download(HttpRequest(self._service, address), target, watch)
        except SourceFailed as error:
            if error.status == 404:
                return False
            raise
        return True


def _links(page: bytes) -> tuple[str, ...]:
    links = _LINK.findall(page.decode("utf-8", "replace"))
    names = (unquote(link).rstrip("/").rpartition("/")[2] for link in links)
    return tuple(dict.fromkeys(name for name in names if name and name[0] not in ".?"))


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
