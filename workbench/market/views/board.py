"""What all market boards share: filters, freshness and gaps in sight, tabs of answers, refresh by data time."""

from __future__ import annotations

import datetime
import html
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np

from workbench.data.heading import Heading
from workbench.data.made_up import MADE_UP_NOTE
from workbench.market.model.answer import Answer
from workbench.market.model.period import (
    Period,
    Resolution,
    fitting_resolution,
    native_resolution,
    resolutions_of,
)
from workbench.market.queries.coverage import holes
from workbench.market.queries.scope import ALL, of_region
from workbench.market.store.dataset import pointer_stamp
from workbench.market.store.reading import MarketData
from workbench.market.views.answer_tools import Appearance
from workbench.market.views.answer_view import AnswerView, Legend, Screen
from workbench.ui.base import Pane, guarded
from workbench.ui.days import DaySpan, said_put_back
from workbench.ui.figures.controls import redrawing
from workbench.ui.figures.shared import NotShared, Source, key_of, store_here
from workbench.ui.live.polling import poll
from workbench.ui.notes import incomplete_word
from workbench.ui.tabs import choice

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts import Theme

__all__ = ["PERIODS", "AnswerBoard", "Panel"]

POLL_SECONDS = 1.0
"""How often a board looks whether something new was published."""
STATUS_SECONDS = 30.0
"""How often it says how old its data are."""
MAX_NATIVE_DAYS = 32
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
    legend
        Shows the figure's legend as a table; None where the figure has its own.
    """

    ask: Callable[[Period], Answer]
    draw: Callable[[Answer, Theme], go.Figure] | None = None
    zooms: bool = False
    legend: Legend | None = None


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
    resolutions: tuple[Resolution, ...] = tuple(Resolution)
    """What can be chosen, where the market has it."""

    quiet: bool
    """Whether filters change without drawing: while one of them changes another."""

    def __init__(self, data: MarketData, *, period: str = TODAY) -> None:
        self.data = data
        self.screen = Screen(data=data, key=self._key_of_figure)
        self._lock = threading.RLock()
        self._views: dict[int, list[AnswerView]] = {}
        self._stale: set[int] = set()
        self.quiet = False
        self._status = ipywidgets.HTML()
        self.region = choice("Region", [ALL, *data.description.region_names])
        self.chosen = choice("Period", [*PERIODS, EVERYTHING, CHOSEN])
        self.chosen.value = period
        steps = [str(step) for step in resolutions_of(data.description) if step in self.resolutions]
        self.resolution = choice("Resolution", [FITTING, *steps])
        self._days = DaySpan(*self._days_of_data())
        self.first, self.last = self._days.first, self._days.last
        self._put_back = ipywidgets.HTML()
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
        self.children = [self._status, row, self._days.reasons, self._put_back, self.strip, self._tabs]
        self.add_class("wb-board")
        for control in (self.region, self.chosen, self.resolution, *self._extra):
            control.observe(lambda _: self.guarded(self._filters_changed), "value")
        self._days.follow(lambda: self.guarded(self._filters_changed))
        self._tabs.observe(lambda _: self.guarded(self._draw_tab), "selected_index")
        self._seen, self._told = 0, time.monotonic()
        self._filters_changed()
        poll(self, self._poll, POLL_SECONDS)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.data.description.name}, data to {self.data.last}>"

    # what a subclass says

    def filters(self) -> Sequence[ipywidgets.Widget]:
        """Give filters of its own; each is a widget with a ``value``."""
        return ()

    def acting(self) -> Mapping[ipywidgets.Widget, Sequence[str]]:
        """Name the tabs on which a filter acts: it is shown on these only; on all, where it is not listed."""
        return {}

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
        if self.chosen.value == CHOSEN:
            wanted = Period.of_days(*(np.datetime64(day) for day in self._days.days))
            return Period(max(wanted.begin, first), min(wanted.end, last))
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
            self._days.limit(*self._days_of_data())
            self._filters_changed()
            return True

    # inside

    def _days_of_data(self) -> tuple[datetime.date, datetime.date]:
        return _date_of(self.data.first), _date_of(self.data.last - np.timedelta64(1, "m"))

    def _settle(self) -> None:
        """Put back what cannot be taken, and say why, so that all that is shown is of one state."""
        reasons, native = [], native_resolution(self.data.description)
        if self.chosen_resolution is native and self.period().days > MAX_NATIVE_DAYS:
            self.quiet, before = True, self.quiet
            self.resolution.value = FITTING
            self.quiet = before
            reasons.append(f"{native} values are shown of at most {MAX_NATIVE_DAYS} days at a time.")
        self._put_back.value = said_put_back(reasons)

    def _filters_changed(self) -> None:
        if self.quiet:
            return
        with self._lock:
            shown = "" if self.chosen.value == CHOSEN else "none"
            for part in (self.first, self.last, self._days.reasons):
                part.layout.display = shown
            self._settle()
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
                    AnswerView(
                        self._asked(panel),
                        panel.draw,
                        self.screen,
                        self.set_page,
                        zooms=panel.zooms,
                        legend=panel.legend,
                    )
                    for panel in panels
                ]
                self._tabs.children[index].children = tuple(self._views[index])
            self._offer_filters(index)
            if index in self._stale:
                period = self.period()
                with redrawing(*self._views[index]):
                    for view in self._views[index]:
                        view.show(period)
                self._stale.discard(index)

    def _offer_filters(self, index: int) -> None:
        """Show the filters that act on what is in sight; a step acts where there is a time axis."""
        title, acting = tuple(self._makers)[index], self.acting()
        has_steps = any(view.zooms for view in self._views[index])
        for control in self._extra:
            control.layout.display = "" if title in acting.get(control, (title,)) else "none"
        is_offered = has_steps and title in acting.get(self.resolution, (title,))
        self.resolution.layout.display = "" if is_offered else "none"

    def _asked(self, panel: Panel) -> Callable[[Period], Answer]:
        # Also what is answered for all regions at once is shown, named and exported for the one that is chosen.
        return lambda period: of_region(
            panel.ask(period), self.chosen_region, self.data.description.region_names
        )

    def _key_of_figure(self, draw: Callable[..., Any], answer: Answer, *chosen: object) -> str:
        """Tell a figure by the data, the question, the filters and the page; empty where it is not shared."""
        if store_here() is None or answer.question is None:
            return ""
        data, screen = self.data, self.screen
        of = (str(data.folder), pointer_stamp(data.folder), data.version, type(self).__qualname__)
        facts = (*of, answer.question, answer.title, screen.theme, screen.narrow, *chosen)
        try:
            controls = (self.region, self.resolution, *self._extra)
            return key_of(Source(repr(facts), answer, self), draw, controls)
        except NotShared:
            return ""

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
        step = self.chosen_resolution or fitting_resolution(period, self.data.description)
        scope = (str(self.region.value), str(period))
        heading = Heading(data.description.title, scope, f"steps of {step}", made_up=data.description.made_up)
        made_up = f"<b>{MADE_UP_NOTE}</b><br>" if heading.made_up else ""
        return (
            f"{made_up}<b>{html.escape(heading.title)}</b> · {html.escape(heading.line)}<br>"
            f"Data to <b>{stamp}</b> {self.clock}, {_age(age)} old · version {data.version} · {words}"
        )

    def _poll(self) -> None:
        seen, now = pointer_stamp(self.data.folder), time.monotonic()
        if seen != self._seen or now - self._told > STATUS_SECONDS:
            self._seen, self._told = seen, now
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
