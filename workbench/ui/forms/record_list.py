"""A setting that is a list of records (overlays, say): each a small form, added and removed by buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import traitlets

from workbench.runs.model.settings import to_plain

__all__ = ["RecordList"]


class RecordList(ipywidgets.VBox):  # type: ignore[misc]
    """Edits a tuple of records of one kind; ``value`` holds them as plain values, not validated.

    Parameters
    ----------
    make_form
        Makes the form of one record: of a new one without an argument.
    records
        What is shown first.
    """

    value = traitlets.Tuple()

    def __init__(self, make_form: Callable[..., Any], records: Sequence[Any] = ()) -> None:
        self._make_form = make_form
        self._forms: list[Any] = []
        self._rows = ipywidgets.VBox()
        add = ipywidgets.Button(description="Add", icon="plus", layout={"width": "120px"})
        add.on_click(lambda _: self._add(self._make_form()))
        super().__init__([self._rows, add])
        self.show(records)

    def show(self, records: Sequence[Any]) -> None:
        """Replace the records."""
        self._forms = []
        for record in records:
            self._forms.append(self._watched(self._make_form(record)))
        self._update()

    def _add(self, form: Any) -> None:
        self._forms.append(self._watched(form))
        self._update()

    def _remove(self, form: Any) -> None:
        self._forms.remove(form)
        self._update()

    def _watched(self, form: Any) -> Any:
        form.on_change(self._take_values)
        return form

    def _update(self) -> None:
        self._rows.children = tuple(self._row(form) for form in self._forms)
        self._take_values()

    def _row(self, form: Any) -> ipywidgets.Widget:
        remove = ipywidgets.Button(description="Remove", layout={"width": "120px"})
        remove.on_click(lambda _: self._remove(form))
        border = "1px solid var(--jp-border-color2, #e0e0e0)"
        return ipywidgets.VBox(
            [form, remove], layout={"border": border, "padding": "6px", "margin": "0 0 6px"}
        )

    def _take_values(self) -> None:
        self.value = tuple(to_plain(dict(form.values)) for form in self._forms)
