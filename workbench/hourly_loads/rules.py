"""How the readings of a file are taken, and what may be repaired in them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CleaningRules", "Clock", "NegativeLoads", "SpikeHandling", "Stamps"]


class Stamps(StrEnum):
    """What the time of a reading marks."""

    BEGINS = "begins"
    ENDS = "ends"


class Clock(StrEnum):
    """Which clock the times of the history were read from, where they carry no zone."""

    AUTOMATIC = "automatic"
    """The local one, unless its changes are not in the stamps: standard time then, which is said."""
    LOCAL = "local"
    STANDARD = "standard"
    """Local standard time all year, without daylight saving."""
    UTC = "utc"


class SpikeHandling(StrEnum):
    """What is done about hours far above their neighbours or their usual load."""

    KEEP = "keep"
    INTERPOLATE = "interpolate"


class NegativeLoads(StrEnum):
    """What is done about loads below zero."""

    AUTOMATIC = "automatic"
    """Kept where the load passes through zero step by step, as a net load does; missing where it jumps there."""
    KEEP = "keep"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class CleaningRules:
    """What may be done to a history.

    Parameters
    ----------
    stamps, clock, zone
        How the times are read.
    longest_gap
        Hours in a row, missing or without any load, that are filled by a straight line.
    spikes
        What is done about hours that are far too high; those that are kept set the peak.
    restore_outages
        Whether the usual load takes the place of outage hours.
    negative_loads
        What is done about loads below zero.
    holidays
        Days on which a low load is no outage, where they are known.
    """

    stamps: Stamps = Stamps.BEGINS
    clock: Clock = Clock.AUTOMATIC
    zone: str = "Asia/Kolkata"
    longest_gap: int = 3
    spikes: SpikeHandling = SpikeHandling.INTERPOLATE
    restore_outages: bool = False
    negative_loads: NegativeLoads = NegativeLoads.AUTOMATIC
    holidays: frozenset[datetime.date] = frozenset()
