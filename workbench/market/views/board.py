"""What all market boards share: filters, freshness and gaps in sight, tabs of answers, refresh by data time."""

from __future__ import annotations

import datetime
import html
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets
import numpy as np

from workbench.data.heading import Heading
from workbench.data.made_up import MADE_UP_NOTE
from workbench.market.model.answer import Answer
from workbench.market.model.period import (
    Period,
    Resolution,
    bucket_resolution,
    fitting_resolution,
    native_resolution,
    resolutions_of,
)
from workbench.market.queries.coverage import holes
from workbench.market.queries.scope import ALL
from workbench.market.store.reading import MarketData
from workbench.market.views.answer_tools import Appearance
from workbench.market.views.answer_view import AnswerView, Screen
from workbench.ui.base import Pane, guarded
from workbench.ui.notes import incomplete_word
from workbench.ui.polling import poll
from workbench.ui.tabs import choice

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts import Theme

__all__ = ["PERIODS", "AnswerBoard", "Panel"]

POLL_SECONDS = 5.0
"""How often a board looks whether something new was published."""
MAX_NATIVE_DAYS = 32.0
"""Longest period that is shown in native intervals [d]."""
TODAY, CHOSEN, EVERYTHING = "Today", "Chosen days", "Everything"
FITTING = "Fitting"
PERIODS: dict[str, int] = {TODAY: 1, "2 days": 2, "7 days": 7, "30 days": 30, "90 days": 90, "12 months": 365}
"""Name -> days up to the newest data."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One answer of a tab.

    Parameters
    ----------
    ask
        Gives the answer for a period.
    draw
        Draws it; None shows it as a table.
    zooms
        Whether its figure has a time axis.
    """

    ask: Callable[[Period], Answer]
    draw: Callable[[Answer, Theme], go.Figure] | None = None
    zooms: bool = False


class AnswerBoard(Pane):
    """Filters above tabs of answers; a subclass says which.

    Parameters
    ----------
    data
        The market's data.
    period
        Name of the period that is shown first.

    Notes
    -----
    A thread looks every few seconds whether a newer version was published; what is in sight is then drawn again, up
    to the new data time. The clock on the wall has no part in what is shown, so that nothing freezes at midnight
    and nothing is shifted by a zone; it only says how old the newest data is.
    """

    title = "Market"

    quiet: bool
    """Whether filters change without drawing: while one of them changes another."""

    def __init__(self, data: MarketData, *, period: str = TODAY) -> None:
        self.data = data
        self.screen = Screen(data=data)
        self._lock = threading.RLock()
        self._views: dict[int, list[AnswerView]] = {}
        self._stale: set[int] = set()
        self.quiet = False
        self._status = ipywidgets.HTML()
        self.region = choice("Region", [ALL, *data.description.region_names])
        self.chosen = choice("Period", [*PERIODS, EVERYTHING, CHOSEN])
        self.chosen.value = period
        self.resolution = choice("Resolution", [FITTING, *map(str, resolutions_of(data.description))])
        self.first, self.last = (self._day_picker(label) for label in ("From", "To"))
        self._extra = list(self.filters())
        self._makers = dict(self.tabs())
        self._tabs = ipywidgets.Tab(
            children=[ipywidgets.VBox() for _ in self._makers], titles=tuple(self._makers), selected_index=0
        )
        self._tabs.add_class("wb-tabs")
        row = ipywidgets.HBox(
            [self.region, self.chosen, self.first, self.last, self.resolution, *self._extra]
        )
        row.add_class("wb-filters")
        super().__init__()
        self.children = [self._status, row, self.strip, self._tabs]
        self.add_class("wb-board")
        for control in (self.region, self.chosen, self.resolution, self.first, self.last, *self._extra):
            control.observe(lambda _: self.guarded(self._filters_changed), "value")
        self._tabs.observe(lambda _: self.guarded(self._draw_tab), "selected_index")
        self._filters_changed()
        poll(self, self._poll, POLL_SECONDS)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.data.description.name}, data to {self.data.last}>"

    # what a subclass says

    def filters(self) -> Sequence[ipywidgets.Widget]:
        """Give filters of its own; each is a widget with a ``value``."""
        return ()

    def tabs(self) -> Mapping[str, Callable[[], Sequence[Panel]]]:
        """Give what makes the panels of each tab, by its title."""
        raise NotImplementedError

    def headline(self, period: Period) -> str:
        """Give HTML for above the tabs: the few numbers that matter most."""
        return ""

    # what all share

    @property
    def clock(self) -> str:
        """Name of the market's time."""
        return self.data.description.clock

    def period(self) -> Period:
        """Give the period that the filters say, within the data."""
        first, last = self.data.first, self.data.last
        if self.chosen.value == CHOSEN and self.first.value is not None and self.last.value is not None:
            days = sorted(np.datetime64(day) for day in (self.first.value, self.last.value))
            wanted = Period.of_days(days[0], days[1])
            begin, end = max(wanted.begin, first), min(wanted.end, last)
            if begin < end:
                return Period(begin, end)
        if self.chosen.value == EVERYTHING:
            return Period(first, last)
        wanted = Period.last_days(PERIODS.get(self.chosen.value, 1), last)
        return Period(max(wanted.begin, first), last)

    @property
    def chosen_region(self) -> str | None:
        """The region that is shown; None for all of them."""
        return None if self.region.value == ALL else str(self.region.value)

    @property
    def chosen_resolution(self) -> Resolution | None:
        """The resolution that was chosen; None for one that fits."""
        return None if self.resolution.value == FITTING else Resolution(self.resolution.value)

    def resolution_of(self, period: Period) -> Resolution | None:
        """Give the resolution that was chosen; native intervals only of a period that a screen can hold."""
        wanted = self.chosen_resolution
        native = native_resolution(self.data.description)
        if wanted is native and period.days > MAX_NATIVE_DAYS:
            return bucket_resolution(self.data.description)
        return wanted

    def set_page(self, page: Appearance) -> None:
        """Draw for a dark or a light, a narrow or a wide page from now on."""
        with self._lock:
            screen = self.screen
            if (screen.theme == "dark", screen.narrow) == (page.dark, page.narrow):
                return
            screen.theme, screen.narrow = "dark" if page.dark else "light", page.narrow
            for views in self._views.values():
                for view in views:
                    view.restyle()

    def look(self) -> bool:
        """Look whether a newer version was published, and show it; say whether there was one."""
        with self._lock:
            if not self.data.refresh():
                self._tell_status()
                return False
            self._filters_changed()
            return True

    # inside

    def _day_picker(self, label: str) -> ipywidgets.DatePicker:
        day = _date_of(self.data.last - np.timedelta64(1, "m"))
        return ipywidgets.DatePicker(
            description=label,
            value=day,
            min=_date_of(self.data.first),
            max=day + datetime.timedelta(days=3660),
            style={"description_width": "initial"},
            layout={"width": "auto", "display": "none"},
        )

    def _filters_changed(self) -> None:
        if self.quiet:
            return
        with self._lock:
            shown = "" if self.chosen.value == CHOSEN else "none"
            for picker in (self.first, self.last):
                picker.layout.display = shown
            self._tell_status()
            self._stale = set(range(len(self._makers)))
            self._draw_tab()

    def _draw_tab(self) -> None:
        with self._lock:
            index = self._tabs.selected_index
            if index is None or not 0 <= index < len(self._makers):
                return
            if index not in self._views:
                panels = list(self._makers.values())[index]()
                self._views[index] = [
                    AnswerView(panel.ask, panel.draw, self.screen, self.set_page, zooms=panel.zooms)
                    for panel in panels
                ]
                self._tabs.children[index].children = tuple(self._views[index])
            if index in self._stale:
                period = self.period()
                for view in self._views[index]:
                    view.show(period)
                self._stale.discard(index)

    def _tell_status(self) -> None:
        self._status.value = f"{self._status_line()}{self.headline(self.period())}"

    def _status_line(self) -> str:
        data, period = self.data, self.period()
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        age = np.datetime64(now, "m") + np.timedelta64(data.description.utc_offset_minutes, "m") - data.last
        found = holes(data, period)
        words = "● no gaps in this period"
        if found:
            words = f"{incomplete_word()} {len(found):,} gaps in this period, see Data"
        stamp = str(data.last).replace("T", " ")
        step = self.resolution_of(period) or fitting_resolution(period, self.data.description)
        scope = (str(self.region.value), str(period))
        heading = Heading(data.description.title, scope, f"steps of {step}", made_up=data.description.made_up)
        made_up = f"<b>{MADE_UP_NOTE}</b><br>" if heading.made_up else ""
        return (
            f"{made_up}<b>{html.escape(heading.title)}</b> · {html.escape(heading.line)}<br>"
            f"Data to <b>{stamp}</b> {self.clock}, {_age(age)} old · version {data.version} · {words}"
        )

    def _poll(self) -> None:
        # What a callback has left in the strip stays.
        guarded(self.look, self.show_error)


def _date_of(stamp: np.datetime64) -> datetime.date:
    day: datetime.date = stamp.astype("datetime64[D]").astype(datetime.date)
    return day


def _age(age: np.timedelta64) -> str:
    minutes = int(age / np.timedelta64(1, "m"))
    if minutes < 120:
        return f"{max(minutes, 0)} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // 1440:,} days"
