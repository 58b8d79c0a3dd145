"""The heading that figures, tables, pages, prints and files share: what is shown, of what, how fine and how old.

Every view and every export of a result is headed from one :class:`Heading`, so that none says less than another::

    heading = Heading("Load profiles", filters=("scenario BAU",), resolution="hourly values", made_up=True)
    heading.line                 # "Made-up data · scenario BAU · hourly values"
    heading.of(resolution="daily means")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.data.made_up import MADE_UP, MADE_UP_NOTE

__all__ = ["Heading"]

SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Heading:
    """What is shown.

    Parameters
    ----------
    title
        What it is.
    filters
        What it is restricted to: scenario, region, period, fuel.
    resolution
        What one value stands for, such as ``"hourly values"`` or ``"30-minute means"``.
    newest
        Time of the newest data, as a person reads it; empty where age does not matter.
    unit
        Of all values, where one unit holds for all of them.
    made_up
        Whether the data are made up.
    lacking
        How much of the numbers is missing although they are shown, such as ``"lacks up to 0.4 %"``.
    """

    title: str
    filters: tuple[str, ...] = ()
    resolution: str = ""
    newest: str = ""
    unit: str = ""
    made_up: bool = False
    lacking: str = ""

    def of(self, **changes: Any) -> Heading:
        """Give the heading of a part or another form of the same: other fields replace these, empty ones do not."""
        return replace(self, **{name: value for name, value in changes.items() if value})

    @property
    def name(self) -> str:
        """Title with what it is restricted to, as documents are called."""
        return f"{MADE_UP}: {self._named}" if self.made_up else self._named

    @property
    def _named(self) -> str:
        return ", ".join((self.title, *self.filters))

    @property
    def facts(self) -> Mapping[str, str]:
        """What is known of it, by name; the first says that the data are made up, where they are."""
        known = {
            "made up": MADE_UP_NOTE if self.made_up else "",
            "title": self.title,
            "filter": ", ".join(self.filters),
            "resolution": self.resolution,
            "newest data": self.newest,
            "unit": self.unit,
            "missing": self.lacking,
        }
        return {name: text for name, text in known.items() if text}

    @property
    def parts(self) -> tuple[str, ...]:
        """Everything but the title, each in a few words."""
        said = (
            MADE_UP if self.made_up else "",
            *self.filters,
            self.resolution,
            f"data to {self.newest}" if self.newest else "",
            self.unit,
            self.lacking,
        )
        return tuple(part for part in said if part)

    @property
    def line(self) -> str:
        """Everything but the title, in one line."""
        return SEPARATOR.join(self.parts)

    @property
    def caption(self) -> str:
        """Title and everything else, in one line."""
        return SEPARATOR.join((self.title, *self.parts))

    @property
    def comments(self) -> str:
        """Comment lines above the header of a CSV file, each beginning with ``#``."""
        return "".join(f"# {' '.join(line.split())}\n" for line in self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """Each fact on a line of its own."""
        return tuple(
            text if name in ("made up", "title") else f"{name.capitalize()}: {text}"
            for name, text in self.facts.items()
        )
