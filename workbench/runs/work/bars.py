"""Bars inside bars: loops, maps and a library's bars of one stage, and how far the stage is by them."""

from __future__ import annotations

import time
from contextvars import ContextVar

from workbench.runs.model.attention import Gate
from workbench.runs.model.plain_values import plain_number
from workbench.runs.work.open_stage import open_stage

__all__ = ["MAX_BARS", "Bar", "known_total", "open_bar"]

REPORT_SECONDS = 0.09
"""Time from which on a bar is shown again: a beat of the heartbeat, about."""
MAX_BARS = 6
"""Bars of one stage that have a place of their own; many threads may have a loop each."""
_innermost: ContextVar[Bar | None] = ContextVar("workbench_bar", default=None)


class Bar:
    """One loop, map or library's bar that is being gone through; use :func:`open_bar`.

    Attributes
    ----------
    stage
        Path of the stage it belongs to.
    title, total, unit
        What it counts, how many (None: unknown), and in what.
    done
        Items finished.
    shown
        When it was last shown (``time.monotonic``, s), where that is of interest.
    gate
        Opened to have the loop tell how far it is.
    before
        Bars of the same stage that had ended when this one began, where no bar is around it.
    """

    def __init__(self, title: str, total: float | None, unit: str, outer: Bar | None, before: int) -> None:
        self.stage = open_stage.get()
        self.title = title
        self.total = total
        self.unit = unit
        self.done = 0.0
        self.outer = outer
        self.before = before
        self.is_open = True
        self.shown = 0.0
        self.gate: Gate | None = None
        # A mapping, because single changes and copies of it are safe in threads without a lock.
        self._inside: dict[Bar, None] = {}
        self._began = time.monotonic()
        self._item = 0.0
        self._ended_inside = 0
        self._most_inside = 1

    @property
    def fraction(self) -> float | None:
        """Share of the stage that is done: the items of the outermost bar, the current one by its inner bars."""
        share = self._own_share()
        bar = self
        while bar.outer is not None:
            bar = bar.outer
            share = bar._share_with(share or 0.0)
        return None if share is None else (bar.before + share) / (bar.before + 1)

    @property
    def message(self) -> str:
        """The bars from the outermost to this one, each with how far it is."""
        return f"{self.outer.message} | {self._own_text()}" if self.outer is not None else self._own_text()

    @property
    def places(self) -> list[tuple[int, str, float | None]]:
        """The open bars around, beside and inside of this one, outermost first; empty where it is the only one.

        Each with its depth, its text, and how much of it is done (None where that is unknown).
        """
        outermost = self
        while outermost.outer is not None:
            outermost = outermost.outer
        found: list[tuple[int, str, float | None]] = []
        waiting = [(0, outermost)]
        while waiting and len(found) < MAX_BARS:
            depth, bar = waiting.pop()
            share = bar._own_share()
            found.append((depth, bar._own_text(), None if share is None else round(share, 4)))
            waiting += [(depth + 1, inner) for inner in reversed(list(bar._inside))]
        return found if len(found) > 1 else []

    @property
    def seconds_left(self) -> float | None:
        """Estimate how long the outermost bar takes from here (s); None as long as that cannot be known."""
        bar, items = self, self.done
        while bar.outer is not None:
            bar = bar.outer
            items = max(items, bar.done)
        share = self.fraction
        if share is None or items < 2 or not share:
            return None
        share = share * (bar.before + 1) - bar.before
        return max(0.0, (time.monotonic() - bar._began) * (1 / share - 1)) if share > 0 else None

    def is_due(self) -> bool:
        """Whether it was not shown for a while; if so, it counts as shown now."""
        moment = time.monotonic()
        if moment - self.shown < REPORT_SECONDS:
            return False
        self.shown = moment
        return True

    def close(self) -> None:
        """Count it as ended."""
        if not self.is_open:
            return
        self.is_open = False
        if self.outer is not None:
            self.outer._note_end_inside(self)
        if _innermost.get() is self:
            _innermost.set(_open_one(self.outer))

    def _own_text(self) -> str:
        counted = f"{self.done:.15g} of {self.total:.15g}" if self.total is not None else f"{self.done:.15g}"
        counted = f"{counted} {self.unit}" if self.unit else counted
        return f"{self.title}: {counted}" if self.title else counted

    def _own_share(self) -> float | None:
        return min(1.0, self.done / self.total) if self.total else None

    def _share_with(self, inner: float) -> float | None:
        # How many bars an item has inside is known from the items before: until one has ended, one is assumed.
        if not self.total:
            return None
        ended = self._ended_inside if self._item == self.done else 0
        part = (ended + inner) / max(self._most_inside, ended + 1)
        return min(1.0, (self.done + min(1.0, part)) / self.total)

    def _note_begin_inside(self, inner: Bar) -> None:
        self._inside[inner] = None

    def _note_end_inside(self, inner: Bar) -> None:
        self._inside.pop(inner, None)
        if self._item != self.done:
            self._item, self._ended_inside = self.done, 0
        self._ended_inside += 1
        self._most_inside = max(self._most_inside, self._ended_inside)
        if self.gate is not None:
            self.gate.open = True


def open_bar(title: str, total: float | None, unit: str, ended: dict[str, int]) -> Bar:
    """Begin a bar inside the innermost one of this stage.

    Parameters
    ----------
    title, total, unit
        What it counts, how many, in what.
    ended
        Outermost bars that the job has begun before, by stage; this one is counted in.
    """
    outer = _open_one(_innermost.get())
    if outer is not None and outer.stage != open_stage.get():
        outer = None
    before = 0
    if outer is None:
        stage = open_stage.get()
        before = ended.get(stage, 0)
        ended[stage] = before + 1
    bar = Bar(title, total, unit, outer, before)
    if outer is not None:
        outer._note_begin_inside(bar)
    _innermost.set(bar)
    return bar


def known_total(value: object) -> float | None:
    """Give how many items there are; None for what is not a number, or less than nothing."""
    number = plain_number(value)
    return number if number is not None and number >= 0 else None


def _open_one(bar: Bar | None) -> Bar | None:
    # What was left open inside a bar that has been closed (its loop was left) is over too.
    found = bar
    while bar is not None:
        if not bar.is_open:
            found = bar.outer
        bar = bar.outer
    return found
