"""Settings by name (of a sector, of a carrier) as one table: a row for each name, a column for each setting."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets

from workbench.runs.model.setting_types import mapping_of, text_of
from workbench.ui.forms.field import Field
from workbench.ui.labels import labelled

__all__ = ["MAX_ROWS", "KeyTable"]

MAX_ROWS = 80
"""Most names that become rows; where there are more, the settings stay fields of text."""
AS_ALL = "—"


class KeyTable(ipywidgets.VBox):  # type: ignore[misc]
    """Shows the fields of several mappings as a table; the fields keep the values, and say what is wrong.

    Parameters
    ----------
    fields
        Fields of mappings with the same names.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = tuple(fields)
        self._cells: dict[tuple[int, str], ipywidgets.Widget] = {}
        self._names: tuple[str, ...] = ()
        self._is_writing = False
        self._grid = ipywidgets.GridBox([], layout={"grid_gap": "2px 8px", "align_items": "center"})
        self._scroll = ipywidgets.Box([self._grid], layout={"overflow": "auto", "display": "none"})
        columns = {"grid_template_columns": "repeat(auto-fill, minmax(240px, 1fr))", "grid_gap": "4px 24px"}
        super().__init__(
            [self._scroll, ipywidgets.GridBox([field.box for field in fields], layout=columns)],
            layout={"margin": "8px 0", "max_width": "100%"},
        )
        for field in fields:
            field.input.observe(lambda _: self._read(), "value")

    def __repr__(self) -> str:
        return f"<KeyTable of {len(self._fields)} settings, {len(self._names)} names>"

    def offer(self, names: Sequence[str], values: Sequence[Sequence[str]]) -> None:
        """Make the rows.

        Parameters
        ----------
        names
            Of the rows; without any, or with too many, the fields are shown as they are.
        values
            What each column offers; text is typed where it offers nothing.
        """
        given = [name for field in self._fields for name in _mapping(field) or ()]
        rows = tuple(dict.fromkeys([*names, *given]))
        can_be_shown = bool(names) and len(rows) <= MAX_ROWS
        can_be_shown = can_be_shown and all(_mapping(field) is not None for field in self._fields)
        self._names = rows if can_be_shown else ()
        for field in self._fields:
            field.input.layout.display = "none" if can_be_shown else ""
        self._scroll.layout.display = "" if can_be_shown else "none"
        self._cells.clear()
        widths = " ".join("minmax(110px, 190px)" for _ in self._fields)
        self._grid.layout.grid_template_columns = f"minmax(120px, 240px) {widths}"
        self._grid.children = self._made(values) if can_be_shown else ()

    def _made(self, values: Sequence[Sequence[str]]) -> list[ipywidgets.Widget]:
        parts: list[ipywidgets.Widget] = [
            _text(title, bold=True) for title in ("", *(field.title for field in self._fields))
        ]
        for name in self._names:
            parts.append(_text(name))
            for place, field in enumerate(self._fields):
                current = text_of((_mapping(field) or {}).get(name, ""))
                cell = _cell(current, values[place])
                labelled(cell, f"{field.title} of {name}", where="unseen")
                cell.observe(lambda _, place=place: self._write(place), "value")
                self._cells[place, name] = cell
                parts.append(cell)
        return parts

    def _write(self, place: int) -> None:
        """Put a column into its field."""
        if self._is_writing:
            return
        self._is_writing = True
        try:
            typed = {name: self._cells[place, name].value.strip() for name in self._names}
            self._fields[place].input.value = text_of({name: text for name, text in typed.items() if text})
        finally:
            self._is_writing = False

    def _read(self) -> None:
        """Put the fields into the cells, after they were changed by other means."""
        if self._is_writing or not self._names:
            return
        mappings = [_mapping(field) for field in self._fields]
        if any(set(found or ()) - set(self._names) for found in mappings) or None in mappings:
            return
        self._is_writing = True
        try:
            for (place, name), cell in self._cells.items():
                text = text_of((mappings[place] or {}).get(name, ""))
                if isinstance(cell, ipywidgets.Dropdown) and text not in dict(cell.options).values():
                    cell.options = [*cell.options, (text, text)]
                cell.value = text
        finally:
            self._is_writing = False


def _mapping(field: Field) -> Mapping[str, Any] | None:
    """Give what a field holds by name; None when it cannot be read."""
    try:
        return {str(name): value for name, value in mapping_of(str(field.input.value)).items()}
    except (TypeError, ValueError):
        return None


def _cell(current: str, names: Sequence[str]) -> ipywidgets.Widget:
    layout = {"width": "auto"}
    if not names:
        return ipywidgets.Text(value=current, placeholder=AS_ALL, layout=layout, continuous_update=False)
    options = [(AS_ALL, ""), *((name, name) for name in names)]
    if current and current not in names:
        options.append((current, current))
    return ipywidgets.Dropdown(options=options, value=current, layout=layout)


def _text(words: str, *, bold: bool = False) -> ipywidgets.HTML:
    weight = 600 if bold else 400
    style = f"font-weight:{weight};line-height:1.3;font-size:13px;overflow-wrap:anywhere"
    return ipywidgets.HTML(f'<div style="{style}">{html.escape(words)}</div>')
