"""Stretches of market time and the bins into which they are cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workbench.errors import SettingError
from workbench.market.model.clock import Stamp, Stamps, begin_of, comparable_start, day_of, written
from workbench.market.model.description import MarketDescription

MINUTE = np.timedelta64(1, "m")
DAY = np.timedelta64(1440, "m")


class Resolution(StrEnum):
    """Length of the bins in which a series is shown."""

    FIVE_MINUTES = "5 min"
    QUARTER_HOUR = "15 min"
    HALF_HOUR = "30 min"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def minutes(self) -> int:
        """Length [min]; zero for a month, whose length differs."""
        return _MINUTES[self]


_MINUTES = {
    Resolution.FIVE_MINUTES: 5,
    Resolution.QUARTER_HOUR: 15,
    Resolution.HALF_HOUR: 30,
    Resolution.HOUR: 60,
    Resolution.DAY: 1440,
    Resolution.WEEK: 10080,
    Resolution.MONTH: 0,
}


@dataclass(frozen=True, slots=True)
class Period:
    """All intervals that begin at or after ``begin`` and end at or before ``end``: stamps in ``(begin, end]``.

    Parameters
    ----------
    begin, end
        Market time, ``datetime64[m]``.

    Raises
    ------
    ValueError
        When the end is not after the begin.
    """

    begin: Stamp
    end: Stamp

    def __post_init__(self) -> None:
        object.__setattr__(self, "begin", np.datetime64(self.begin, "m"))
        object.__setattr__(self, "end", np.datetime64(self.end, "m"))
        if not self.begin < self.end:
            raise ValueError(
                f"the period from {self.begin} to {self.end} is empty, expected its end after its begin"
            )

    @classmethod
    def of_days(cls, first: Stamp, last: Stamp) -> Period:
        """Give whole days, the last included."""
        return cls(np.datetime64(first, "D"), np.datetime64(last, "D") + np.timedelta64(1, "D"))

    @classmethod
    def last_days(cls, days: int, data_time: Stamp) -> Period:
        """Give the day of the newest interval and those before it, up to what is known.

        Parameters
        ----------
        days
            How many days; 1 is the current day. At midnight the newest interval belongs to the day that ends, which
            stays the current one until the first interval of the next is there.
        data_time
            Stamp of the newest interval: the clock on the wall has no part in it.
        """
        today = day_of(np.asarray(data_time, dtype="datetime64[m]"), 1)
        return cls(today.astype("datetime64[m]") - (days - 1) * DAY, data_time)

    @property
    def hours(self) -> float:
        """Length [h]."""
        return float((self.end - self.begin) / np.timedelta64(60, "m"))

    @property
    def days(self) -> float:
        """Length [d]."""
        return self.hours / 24.0

    def comparable(self) -> Period:
        """Give the previous comparable period: a year earlier, aligned by weekday."""
        begin = comparable_start(self.begin, self.end)
        return Period(begin, begin + (self.end - self.begin))

    def holds(self, stamps: Stamps) -> NDArray[np.bool_]:
        """Tell for each period-ending stamp whether its interval is in the period."""
        inside: NDArray[np.bool_] = (stamps > self.begin) & (stamps <= self.end)
        return inside

    def __str__(self) -> str:
        return f"{written(self.begin)} to {written(self.end)}"


@dataclass(frozen=True, slots=True)
class Bins:
    """A period cut at the borders of a resolution; the first and the last bin may be shorter.

    Parameters
    ----------
    edges
        Borders, one more than there are bins: the begin of the period, borders of the resolution, its end.
    resolution
        Which resolution.
    """

    edges: Stamps
    resolution: Resolution

    def __len__(self) -> int:
        return len(self.edges) - 1

    @property
    def begins(self) -> Stamps:
        """Begin of each bin."""
        begins: Stamps = self.edges[:-1]
        return begins

    @property
    def ends(self) -> Stamps:
        """End of each bin: its period-ending stamp."""
        ends: Stamps = self.edges[1:]
        return ends

    def of(self, stamps: Stamps, minutes: int) -> NDArray[np.int64]:
        """Number of the bin in which each interval begins; rising stamps give rising numbers."""
        numbers: NDArray[np.int64] = np.searchsorted(self.edges, begin_of(stamps, minutes), side="right") - 1
        return numbers


def native_resolution(description: MarketDescription) -> Resolution:
    """Give the resolution of a market's own intervals."""
    return _at_least(description.interval_minutes)


def bucket_resolution(description: MarketDescription) -> Resolution:
    """Give the finest resolution that is answered from the roll-ups: the half hour of a market of five minutes."""
    return _at_least(description.bucket_minutes)


def resolutions_of(description: MarketDescription) -> tuple[Resolution, ...]:
    """Give the resolutions in which a market's data can be shown."""
    coarser = (item for item in Resolution if not item.minutes % description.bucket_minutes)
    return tuple(dict.fromkeys((native_resolution(description), *coarser)))


def _at_least(minutes: int) -> Resolution:
    return next((item for item in Resolution if item.minutes and not item.minutes % minutes), Resolution.DAY)


def cut(period: Period, resolution: Resolution | None, description: MarketDescription) -> Bins:
    """Cut a period into bins that begin on full half-hours, hours, days, Mondays or months.

    Parameters
    ----------
    period
        Which stretch of time.
    resolution
        Length of the bins; None for one that fits.
    description
        The market, whose intervals no bin cuts.

    Raises
    ------
    SettingError
        When the resolution is finer than the market's intervals.
    """
    resolution = resolution or fitting_resolution(period, description)
    interval = description.interval_minutes
    if resolution.minutes % interval or 0 < resolution.minutes < interval:
        offered = ", ".join(resolutions_of(description))
        raise SettingError(
            f"{description.title} has intervals of {interval} minutes, which {resolution} would cut; take one of "
            f"{offered}.",
            "resolution",
            str(resolution),
        )
    if resolution is Resolution.MONTH:
        month = np.timedelta64(1, "M")
        first, last = (edge.astype("datetime64[M]") for edge in (period.begin, period.end))
        inner = np.arange(first + month, last + month).astype("datetime64[m]")
    else:
        step = resolution.minutes
        # 1970-01-01 was a Thursday; weeks begin on Mondays.
        shift = 4 * 1440 if resolution is Resolution.WEEK else 0
        first = (period.begin.astype(np.int64) - shift) // step * step + shift
        inner = np.arange(first + step, period.end.astype(np.int64), step).astype("datetime64[m]")
    inner = inner[(inner > period.begin) & (inner < period.end)]
    return Bins(np.concatenate(([period.begin], inner, [period.end])), resolution)


def fitting_resolution(period: Period, description: MarketDescription) -> Resolution:
    """Choose the resolution in which a period fills a screen without crowding it."""
    if period.days <= _MAX_NATIVE_DAYS:
        return native_resolution(description)
    if period.days <= _MAX_BUCKET_DAYS:
        return bucket_resolution(description)
    for days, resolution in _MAX_DAYS:
        if period.days <= days:
            return resolution
    return Resolution.MONTH


_MAX_NATIVE_DAYS = 2.0
_MAX_BUCKET_DAYS = 31.0
_MAX_DAYS = (
    (400.0, Resolution.DAY),
    (1100.0, Resolution.WEEK),
)
