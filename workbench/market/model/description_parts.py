"""The parts of a market's description: regions, fuels, links, feeds, rules of settlement."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.market.model.market_time import to_minutes

UNKNOWN = "Unknown"
ALWAYS = 2**40
"""More minutes than any data have."""


@dataclass(frozen=True, slots=True)
class Region:
    """A price region.

    Parameters
    ----------
    name, title
        Short and long name.
    since, until
        When it began and ended to be one, on the market's clock, such as ``"2008-07-01 00:00"``; "" when it was
        one from the first data on, and still is.
    """

    name: str
    title: str = ""
    since: str = ""
    until: str = ""

    def span(self) -> tuple[int, int]:
        """Begin and end of its existence [minutes since 1970]."""
        return (
            to_minutes(self.since) if self.since else -ALWAYS,
            to_minutes(self.until) if self.until else ALWAYS,
        )


@dataclass(frozen=True, slots=True)
class Subregion:
    """A part of a region whose readings are published beside its parent's: never add both."""

    name: str
    parent: str


@dataclass(frozen=True, slots=True)
class Fuel:
    """A group of units.

    Parameters
    ----------
    name
        As shown.
    renewable
        Whether it counts in the renewable share.
    storage
        Whether its units store energy.
    rooftop
        Whether it comes from the rooftop table instead of units; at most one.
    """

    name: str
    renewable: bool = False
    storage: bool = False
    rooftop: bool = False


@dataclass(frozen=True, slots=True)
class Interconnector:
    """A link between two regions; a positive flow goes from the first to the second."""

    name: str
    from_region: str
    to_region: str


@dataclass(frozen=True, slots=True)
class Feed:
    """Where files of a table are published.

    Parameters
    ----------
    name
        What people call it.
    tables
        The raw tables that its files bring.
    current
        Folder with the newest files, relative to the base address.
    pattern
        Regular expression of their names with one group: the stamp as ``YYYYMMDDhhmm``.
    archive
        Address of an archived file, with ``{day}`` as ``YYYYMMDD``; empty when there is none.
    archive_days
        Days that one archived file holds, from the day in its name on.
    """

    name: str
    tables: tuple[str, ...]
    current: str
    pattern: str
    archive: str = ""
    archive_days: int = 1


@dataclass(frozen=True, slots=True)
class Settlement:
    """How energy was settled until a change of the rules: by the mean price of a longer interval than today's.

    Parameters
    ----------
    until
        End of the last interval that was settled so, on the market's clock, such as ``"2021-10-01 00:00"``.
    minutes
        Interval of settlement until then [min].
    """

    until: str
    minutes: int

    @property
    def end(self) -> int:
        """The end of the last interval [minutes since 1970]."""
        return to_minutes(self.until)
