"""Where does this number come from? Asked by a click or the Enter key on a cell or a point, answered in a dialog.

One :class:`OriginPanel` serves a view; tables and figures made within :func:`explaining` carry its key. The
page sends back which of them, and which row and column or point: a choice among what they show, nothing else.
"""

from __future__ import annotations

import contextlib
import secrets
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import traitlets

from workbench.errors import WorkbenchError
from workbench.runs.model.read_only import is_viewer
from workbench.ui.figures.page_theme import LOOK, PRINT
from workbench.ui.messages import InvalidMessage, MessageWidget, fields_of, unknown_kind, whole_number
from workbench.ui.transfer.downloads import SAVE_PARTS, Wanted, answered
from workbench.ui.transfer.offers import MadeOffer

if TYPE_CHECKING:
    from workbench.data.explanation.place import Shown
    from workbench.data.explanation.steps import Explanation

__all__ = ["Asked", "OriginPanel", "Showing", "current_panel", "explaining", "registered"]

MAX_PLACE = 10_000_000
_FOLDER = Path(__file__).parent
_current: ContextVar[OriginPanel | None] = ContextVar("origin panel", default=None)


class Showing(Protocol):
    """A table or a figure: what it shows in a place, None where it shows nothing there."""

    def shown_at(self, first: int, second: int) -> Shown | None: ...  # noqa: D102


@runtime_checkable
class Tabular(Protocol):
    """What can be downloaded as a CSV file."""

    def csv(self) -> tuple[str, bytes]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a page.

    Parameters
    ----------
    ask
        Its number, by which the page knows the answer.
    area
        Number of the table or figure.
    first, second
        Row and column of a table; trace and point of a figure.
    """

    ask: int
    area: int
    first: int
    second: int


class OriginPanel(MessageWidget):
    """Answers where the numbers of a view come from; shows nothing before it is asked.

    Parameters
    ----------
    explain
        Explains what a table or figure shows.
    """

    _esm = SAVE_PARTS + PRINT + (_FOLDER / "origins.js").read_text(encoding="utf-8")
    _css = LOOK + (_FOLDER / "origins.css").read_text(encoding="utf-8")

    key = traitlets.Unicode().tag(sync=True)
    """Tells the tables and figures of this view from others of the page."""

    def __init__(self, explain: Callable[[Shown], Explanation]) -> None:
        self._explain = explain
        self._areas: list[weakref.ref[Showing]] = []
        self._tables: dict[int, MadeOffer] = {}
        super().__init__(key=secrets.token_hex(8))

    def __repr__(self) -> str:
        return f"<OriginPanel of {len(self._areas)} tables and figures>"

    def register(self, area: Showing) -> str:
        """Take a table or figure; gives the mark by which the page names it."""
        self._areas.append(weakref.ref(area))
        return f"{self.key}:{len(self._areas) - 1}"

    def read(self, content: object) -> Asked | Wanted:
        """Read a question of a page."""
        fields = fields_of(content)
        kind = fields.get("kind")
        if kind not in ("ask", "part"):
            raise unknown_kind(fields)
        area = whole_number(fields, "area", MAX_PLACE)
        if area >= len(self._areas):
            raise InvalidMessage(f"there is no table or figure {area}")
        if kind == "part":
            return Wanted(whole_number(fields, "id"), area, whole_number(fields, "offset"))
        first, second = (whole_number(fields, name, MAX_PLACE) for name in ("first", "second"))
        return Asked(whole_number(fields, "ask"), area, first, second)

    def take(self, message: Asked | Wanted) -> None:
        """Answer a question."""
        if isinstance(message, Wanted):
            self._give_table(message)
        else:
            self._explain_shown(message)

    def _give_table(self, message: Wanted) -> None:
        table = self._areas[message.number]()
        if not isinstance(table, Tabular):
            self._ignore("it asked for a table that is not shown")
            return
        if message.offset == 0:
            name, content = table.csv()
            self._tables[message.number] = MadeOffer(name, lambda: content)
        offer = self._tables.get(message.number)
        if offer is None:
            self._ignore("it asked for a part of a table before its first")
            return
        content_of_part, buffers = answered(offer, message.offset)
        self.send({**content_of_part, "id": message.id, "name": offer.name}, buffers)

    def _explain_shown(self, message: Asked) -> None:
        area = self._areas[message.area]()
        shown = None if area is None else area.shown_at(message.first, message.second)
        if shown is None:
            self._ignore("it asked about what is not shown")
            return
        content: dict[str, Any] = {"kind": "answer", "ask": message.ask}
        try:
            explanation = self._explain(shown)
        except Exception as error:
            # A reader of a published page learns nothing of this machine from an error.
            known = isinstance(error, WorkbenchError) and not is_viewer()
            sentence = str(error) if known else "This number cannot be explained here."
            self.send({**content, "problem": sentence})
            if not isinstance(error, WorkbenchError):
                raise
            return
        if is_viewer():
            explanation = explanation.without_folders()
        self.send({**content, "html": explanation.to_html(), "text": str(explanation)})


@contextlib.contextmanager
def explaining(panel: OriginPanel | None) -> Iterator[None]:
    """Let the tables and figures that are made meanwhile be explained by a panel."""
    token = _current.set(panel)
    try:
        yield
    finally:
        _current.reset(token)


def current_panel() -> OriginPanel | None:
    """Give the panel of the view that is being made; None where its numbers are not explained."""
    return _current.get()


def registered(area: Showing) -> str:
    """Register a table or figure with the panel of the view that is being made; gives its mark or nothing."""
    panel = _current.get()
    return "" if panel is None else panel.register(area)
