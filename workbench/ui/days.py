"""Two days that bound what is shown; a day that cannot be taken is put back, with the reason in sight."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable

import ipywidgets

__all__ = ["DaySpan", "said_put_back"]

Day = datetime.date


def said_put_back(reasons: list[str]) -> str:
    """Write why choices were put back, as HTML that is read aloud; empty where none was."""
    return f'<div role="status">Put back: {html.escape(" ".join(reasons))}</div>' if reasons else ""


class DaySpan:
    """The pickers of a first and a last day, which together always hold days of the data.

    The pickers themselves have no bounds: a browser would refuse a day outside of them without a word, and leave it
    standing over the figure of another period.

    Parameters
    ----------
    first, last
        First and last day of the data.
    may_be_empty
        Whether no day is a choice too; otherwise the pickers begin with the last day.
    """

    def __init__(self, first: Day, last: Day, *, may_be_empty: bool = False) -> None:
        self._first, self._last, self._may_be_empty = first, last, may_be_empty
        self._quiet = False
        begin = None if may_be_empty else last
        self.first, self.last = (_picker(label, begin) for label in ("From", "To"))
        self.reasons = ipywidgets.HTML()

    @property
    def days(self) -> tuple[Day | None, Day | None]:
        """What is chosen."""
        return self.first.value, self.last.value

    def follow(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` after a change by a person, when the days are such as can be taken."""

        def take(_: object) -> None:
            if not self._quiet:
                self.settle()
                changed()

        for picker in (self.first, self.last):
            picker.observe(take, "value")

    def limit(self, first: Day, last: Day) -> None:
        """Say which days there are from now on; what is chosen outside of them is put back."""
        self._first, self._last = first, last
        self.settle()

    def settle(self) -> None:
        """Put back what cannot be taken, and say why."""
        reasons = []
        quiet, self._quiet = self._quiet, True
        try:
            for picker, bound in ((self.first, self._first), (self.last, self._last)):
                day = picker.value
                if day is None and not self._may_be_empty:
                    picker.value = bound
                    reasons.append(f"{picker.description} needs a day.")
                elif day is not None and not self._first <= day <= self._last:
                    picker.value = None if self._may_be_empty else min(max(day, self._first), self._last)
                    reasons.append(f"there are no data on {day}, only from {self._first} to {self._last}.")
            first, last = self.days
            if first is not None and last is not None and first > last:
                self.first.value, self.last.value = last, first
                reasons.append(f"{first} is after {last}, so they have changed places.")
        finally:
            self._quiet = quiet
        self.reasons.value = said_put_back(reasons)


def _picker(label: str, day: Day | None) -> ipywidgets.DatePicker:
    return ipywidgets.DatePicker(
        description=label, value=day, style={"description_width": "initial"}, layout={"width": "auto"}
    )
