"""What a reader has chosen on a page, in its address: a link, or a page that comes back, shows the same view.

A choice is named by the label of its control and the titles of the tabs around it, as a person sees them::

    ?Forecast=BAU&Tab=Sectors&Sectors/Sector=Industry

Only what differs from what a page shows by itself is kept, and which result it is of. What an address asks for is
taken like a click: a control that is there gets a value that it offers; anything else changes nothing and is said.
"""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

import anywidget
import ipywidgets
import traitlets

from workbench.ui.readers.controls import (
    choose,
    containers_in,
    controls_in,
    is_shown,
    text_of,
    trait_of,
    unopened_in,
)

__all__ = ["MAX_QUERY_CHARACTERS", "KeptChoices", "choices_of_address", "keeping_choices"]

MAX_CHOICES = 60
MAX_CHARACTERS = 200
MAX_QUERY_CHARACTERS = 3_500
MAX_ROUNDS = 2 * MAX_CHOICES
RESERVED = frozenset({"theme"})
"""What an address may say beside choices."""


def choices_of_address(query: str) -> dict[str, str]:
    """Read the choices in the query of an address; what no page writes is left out."""
    if len(query) > MAX_QUERY_CHARACTERS:
        return {}
    try:
        pairs = parse_qsl(query, max_num_fields=MAX_CHOICES + len(RESERVED), keep_blank_values=True)
    except ValueError:
        return {}
    return {
        name: value
        for name, value in pairs
        if name not in RESERVED and 0 < len(name) <= MAX_CHARACTERS and len(value) <= MAX_CHARACTERS
    }


def keeping_choices(page: ipywidgets.Widget) -> ipywidgets.Widget:
    """Show a page as its address asks, and keep its choices there from now on."""
    # CGI's name of what follows the question mark; Voilà gives it to its kernels too.
    query = os.environ.get("QUERY_STRING", "")
    kept = KeptChoices(page, choices_of_address(query))
    if len(query) > MAX_QUERY_CHARACTERS:
        kept.said.value = '<div role="status">This address is too long: nothing of it was chosen.</div>'
    return ipywidgets.VBox([kept.said, page, kept])


class KeptChoices(anywidget.AnyWidget):
    """Writes the choices of a page into its address; shows nothing.

    Parameters
    ----------
    page
        The page.
    wanted
        What is chosen at first, by the names of the choices.
    """

    _esm = Path(__file__).with_name("kept_choices.js")

    query = traitlets.Unicode("").tag(sync=True)

    def __init__(self, page: ipywidgets.Widget, wanted: Mapping[str, str]) -> None:
        self._page, self._chosen = page, dict(wanted)
        self._usual: dict[str, str] = {}
        self._watched: set[str] = set()
        self._is_due = self._is_looking = False
        self.said = ipywidgets.HTML()
        super().__init__(layout={"display": "none"})
        self.look()
        self._say_what_is_missing(wanted)

    def __repr__(self) -> str:
        return f"<KeptChoices: {self.query}>"

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take nothing from a browser."""

    def look(self) -> None:
        """Give controls that are new what was chosen for them, then write the address."""
        if self._is_looking:
            return
        self._is_looking = True
        try:
            for _ in range(MAX_ROUNDS):
                if not self._meet():
                    break
            self._note_choices()
            self._write()
        finally:
            self._is_looking = False

    def _meet(self) -> bool:
        """Meet the controls that are new, up to one that is changed: others may come by that."""
        for container in containers_in(self._page):
            self._watch(container, "children")
        for name, control in controls_in(self._page):
            if control.model_id in self._usual:
                continue
            usual = self._usual[control.model_id] = text_of(control)
            self._watch(control, trait_of(control))
            wanted = self._chosen.get(name)
            if wanted is not None and wanted != usual:
                choose(control, wanted)
                return True
        return False

    def _watch(self, widget: ipywidgets.Widget, trait: str) -> None:
        if (key := f"{widget.model_id} {trait}") not in self._watched:
            self._watched.add(key)
            widget.observe(self._changed, trait)

    def _changed(self, _change: object) -> None:
        # In any thread, and many at a time: looked at when all have changed, by the thread that takes messages.
        if self._is_looking or self._is_due:
            return
        loop = _loop()
        if loop is None:
            self.look()
        else:
            self._is_due = True
            loop.add_callback(self._look_later)

    def _look_later(self) -> None:
        self._is_due = False
        self.look()

    def _note_choices(self) -> None:
        for name, control in controls_in(self._page):
            value = text_of(control)
            if value == self._usual.get(control.model_id):
                self._chosen.pop(name, None)
            else:
                self._chosen[name] = value

    def _write(self) -> None:
        chosen = dict(self._chosen)
        for name, control in controls_in(self._page) if chosen else ():
            is_day = isinstance(control, ipywidgets.DatePicker) and is_shown(control)
            if is_day or getattr(control, "keeps_link", False):
                chosen.setdefault(name, text_of(control))
        parts = [f"{quote(name, safe='/')}={quote(value, safe='/')}" for name, value in chosen.items()]
        while len(parts) > MAX_CHOICES or len("&".join(parts)) > MAX_QUERY_CHARACTERS:
            parts.pop()
        self.query = "&".join(parts)

    def _say_what_is_missing(self, wanted: Mapping[str, str]) -> None:
        shown = {name: text_of(control) for name, control in controls_in(self._page)}
        later = tuple(unopened_in(self._page))
        missing = [
            name for name, value in wanted.items() if shown.get(name) != value and not name.startswith(later)
        ]
        if missing:
            listed = ", ".join(f"{name}: {wanted[name]}" for name in missing)
            words = html.escape(f"This address asks for what is not offered here: {listed}.")
            self.said.value = f'<div role="status">{words}</div>'
            for name in missing:
                if name not in shown:
                    self._chosen.pop(name, None)
            self._write()


def _loop() -> Any:
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    return getattr(getattr(shell, "kernel", None), "io_loop", None)
