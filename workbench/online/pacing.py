"""How often a service is asked: no faster than it allows in a minute, no more than it allows in a day."""

from __future__ import annotations

import asyncio
import datetime
import json
import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from workbench.data.atomic import write_text
from workbench.errors import InvalidData, SourceFailed
from workbench.online.service import Service
from workbench.structured import read_json


class Pace:
    """Lets requests to one service through: a minute's allowance at once, the rest as it comes back.

    Used from one event loop only.

    Parameters
    ----------
    per_minute
        Allowance.
    """

    def __init__(self, per_minute: float) -> None:
        self._max = per_minute
        self._left = per_minute
        self._counted = time.monotonic()
        self._lock = asyncio.Lock()

    async def wait(self, cost: float) -> None:
        """Return when a request that counts as ``cost`` may be made; a larger one waits for the whole allowance."""
        if math.isinf(self._max):
            return
        async with self._lock:
            self._refill()
            needed = min(cost, self._max)
            if self._left < needed:
                await asyncio.sleep((needed - self._left) * 60 / self._max)
                self._refill()
            self._left -= cost

    def _refill(self) -> None:
        now = time.monotonic()
        self._left = min(self._max, self._left + (now - self._counted) * self._max / 60)
        self._counted = now


@dataclass(frozen=True, slots=True)
class _Counted:
    day: str
    counts: dict[str, float]


class DailyAllowance:
    """Counts the requests of a day (UTC) to each host, over all runs of a project.

    Parameters
    ----------
    path
        File in which the counts are kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def take(self, service: Service, host: str, cost: float) -> None:
        """Count a request.

        Raises
        ------
        SourceFailed
            When the day's allowance is used up; nothing is asked then.
        """
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        with self._lock:
            counts = self._read(today)
            used = counts.get(host, 0.0) + cost
            if used > service.per_day:
                raise SourceFailed(
                    f"{service.title} allows {service.per_day} requests a day and {counts.get(host, 0.0):.0f} are "
                    f"used, this one counts as {cost:.0f}; continue tomorrow (UTC), or ask for less.",
                    service.id,
                )
            counts[host] = used
            write_text(self._path, json.dumps({"day": today, "counts": counts}))

    def _read(self, today: str) -> dict[str, float]:
        try:
            saved = read_json(self._path, _Counted)
        except (OSError, InvalidData):
            return {}
        return saved.counts if saved.day == today else {}
