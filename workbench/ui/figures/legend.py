"""The legend of a figure as a table, tied to the time under the cursor; a row takes its part out of the figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import traitlets

from workbench.ui.messages import InvalidMessage, MessageWidget, fields_of, unknown_kind

__all__ = ["LegendRow", "LegendTable"]


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A trace of the figure: its name there, a drawing in its colour (SVG of our own), and formatted numbers."""

    name: str
    icon: str
    cells: tuple[str, ...]
    hidden: bool = False


class LegendTable(MessageWidget):
    """Shows one legend at a time; nothing before the first.

    Parameters
    ----------
    toggle
        Called with the name of a row whose part of the figure is to be left out, or shown again.
    """

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

    content: Any = traitlets.Dict({"caption": "", "headers": [], "rows": [], "unit": ""}).tag(sync=True)
    """What is shown: caption, headers, rows, and the unit of what is under the cursor."""

    def __init__(self, toggle: Callable[[str], None]) -> None:
        self._toggle = toggle
        super().__init__(layout={"display": "none"})

    def __repr__(self) -> str:
        return f"<LegendTable of {len(self.content['rows'])} rows>"

    def show(self, caption: str, headers: Sequence[str], rows: Sequence[LegendRow], unit: str) -> None:
        """Replace what is shown; without rows nothing is."""
        shown = [{**asdict(row), "cells": list(row.cells)} for row in rows]
        self.take_content({"caption": caption, "headers": list(headers), "rows": shown, "unit": unit})

    def take_content(self, content: Any) -> None:
        """Show what another one has shown."""
        self.content = content
        self.layout.display = "" if content["rows"] else "none"

    def read(self, content: object) -> str:
        """Read which row a browser toggles."""
        fields = fields_of(content)
        if fields.get("kind") != "toggle":
            raise unknown_kind(fields)
        name = fields.get("name")
        if name not in [row["name"] for row in self.content["rows"]]:
            raise InvalidMessage(f"there is no row {str(name)[:40]!r}")
        return str(name)

    def take(self, message: str) -> None:
        """Carry out what the page asks."""
        self._toggle(message)
