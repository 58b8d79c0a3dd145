"""The answer to "where does this number come from?": a tree of values, each with its origin, rule and place."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.formatting import INDIA, Style, energy_factor, format_number
from workbench.data.origins import Origin, weakest

__all__ = ["Explained", "Explanation", "derived", "origin_of"]

MAX_PARTS = 40
"""Parts of one value that a page lists; the others are counted."""
OPEN_DEPTH = 2
"""Steps down to which a page shows the chain unfolded."""
_FOLDERS = re.compile(r"(?<![^\s'\"(=])(?:[A-Za-z]:[\\/]|/)(?:[^\s'\"\\/]+[\\/])+")


@dataclass(frozen=True, slots=True)
class Explained:
    """A value and what it follows from.

    Parameters
    ----------
    quantity
        What it is, with year, sector or time.
    value
        A number or a text; None where it is missing, or where the step is not a value, such as a choice.
    unit
        Of the number.
    origin
        How it is known; None where the step is not a value.
    rule
        How it follows from its parts, or what was taken and why.
    place
        File, sheet and cell or row, setting, service; never a folder of this machine.
    parts
        What it follows from.
    """

    quantity: str
    value: object = None
    unit: str = ""
    origin: Origin | None = None
    rule: str = ""
    place: str = ""
    parts: tuple[Explained, ...] = ()

    def walk(self) -> Iterator[Explained]:
        """Give this step and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def line(self, style: Style = INDIA) -> str:
        """Write the step in one line: quantity, value, origin, rule, place."""
        shown = _text(self.value, self.unit, style) if self.value is not None else ""
        head = f"{self.quantity}: {shown}" if shown else self.quantity
        origin = f" ({self.origin})" if self.origin else ""
        return f"{head}{origin}" + "".join(f"; {more}" for more in (self.rule, self.place) if more)

    def __str__(self) -> str:
        return "\n".join(self._lines(INDIA, 0))

    def _lines(self, style: Style, depth: int) -> Iterator[str]:
        yield f"{'  ' * depth}{self.line(style)}"
        for part in self.parts[:MAX_PARTS]:
            yield from part._lines(style, depth + 1)
        if len(self.parts) > MAX_PARTS:
            yield f"{'  ' * (depth + 1)}and {len(self.parts) - MAX_PARTS} more"

    def to_plain(self) -> dict[str, Any]:
        """Give the step and all below it as JSON can hold them."""
        value = None if is_missing(self.value) else self.value
        return {
            "quantity": self.quantity,
            "value": value if isinstance(value, (bool, int, float)) or value is None else str(value),
            "unit": self.unit,
            "origin": str(self.origin) if self.origin else None,
            "rule": self.rule,
            "place": self.place,
            "parts": [part.to_plain() for part in self.parts],
        }

    def cleaned(self, clean: Callable[[str], str]) -> Explained:
        """Give the same with each of its texts cleaned."""
        value = clean(self.value) if isinstance(self.value, str) else self.value
        texts = (clean(self.rule), clean(self.place))
        parts = tuple(part.cleaned(clean) for part in self.parts)
        return Explained(clean(self.quantity), value, self.unit, self.origin, *texts, parts)

    def to_html(self, style: Style = INDIA, depth: int = 0) -> str:
        """Write the tree as a nested list, the deeper steps folded; every text is escaped."""
        shown = _text(self.value, self.unit, style) if self.value is not None else ""
        words = [html.escape(self.quantity) + (f": <b>{html.escape(shown)}</b>" if shown else "")]
        if self.origin:
            words.append(f'<span class="origin {self.origin}">{self.origin}</span>')
        words += [
            f'<span class="rule">{html.escape(text)}</span>' for text in (self.rule, self.place) if text
        ]
        parts = "".join(part.to_html(style, depth + 1) for part in self.parts[:MAX_PARTS])
        if len(self.parts) > MAX_PARTS:
            parts += f"<li>and {len(self.parts) - MAX_PARTS} more</li>"
        if not parts:
            return f"<li>{' '.join(words)}</li>"
        opened = " open" if depth < OPEN_DEPTH else ""
        return f"<li><details{opened}><summary>{' '.join(words)}</summary><ul>{parts}</ul></details></li>"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A cell with its chain, and what the whole result was made from.

    Parameters
    ----------
    cell
        The chain.
    notes
        Notes of the result that touch it, the gravest first.
    made
        Run, version, inputs with their hashes.
    style
        How numbers are written.
    folder
        Where the result is saved on this machine.
    """

    cell: Explained
    notes: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    style: Style = INDIA
    folder: str = ""

    @property
    def origin(self) -> Origin | None:
        """How the value is known."""
        return self.cell.origin

    @property
    def places(self) -> tuple[str, ...]:
        """The places that the chain ends in: cells, rows, settings, services."""
        return tuple(dict.fromkeys(step.place for step in self.cell.walk() if step.place))

    def without_folders(self) -> Explanation:
        """Give the same without any folder of this machine, for pages of untrusted visitors."""
        own = sorted((str(home) for home in Path(self.folder).parents if len(home.parts) > 1), key=len)[::-1]

        def clean(text: str) -> str:
            for home in own if self.folder else ():
                text = text.replace(f"{home}{os.sep}", "").replace(home, "the project")
            return _FOLDERS.sub("", text)

        notes, made = (tuple(map(clean, texts)) for texts in (self.notes, self.made))
        return Explanation(self.cell.cleaned(clean), notes, made, self.style)

    def __str__(self) -> str:
        lines = ["\n".join(self.cell._lines(self.style, 0))]
        for title, items in self._lists("Notes that touch it"):
            lines += [f"{title}:", *(f"  {item}" for item in items)]
        return "\n".join(lines)

    def _lists(self, notes: str) -> Iterator[tuple[str, Sequence[str]]]:
        made = (*self.made, f"saved in {self.folder}") if self.folder else self.made
        yield from ((title, items) for title, items in ((notes, self.notes), ("Made from", made)) if items)

    def to_plain(self) -> dict[str, Any]:
        """Give all of it as JSON can hold it."""
        return {"cell": self.cell.to_plain(), "notes": list(self.notes), "made_from": list(self.made)}

    def to_html(self) -> str:
        """Write it for a page."""
        parts = [f"<ul>{self.cell.to_html(self.style)}</ul>"]
        for title, items in self._lists("Notes that touch it"):
            listed = "".join(f"<li>{html.escape(item)}</li>" for item in items)
            parts.append(f"<h4>{title}</h4><ul>{listed}</ul>")
        return "".join(parts)

    def _repr_html_(self) -> str:
        return self.to_html()


def derived(
    quantity: str, value: object, unit: str, rule: str, *parts: Explained, place: str = ""
) -> Explained:
    """Make a value that follows from others: assumed as soon as one of them is, missing when there is none."""
    return Explained(quantity, value, unit, origin_of(value, parts), rule, place, parts)


def origin_of(value: object, parts: Sequence[Explained]) -> Origin:
    """Give how a value is known that follows from parts."""
    if is_missing(value):
        return Origin.MISSING
    known = [part.origin for part in parts if part.origin is not None]
    return Origin.ASSUMED if weakest(known) is Origin.ASSUMED else Origin.DERIVED


def is_missing(value: object) -> bool:
    """Whether there is no value: None, NaN or NaT."""
    return value is None or value != value


def _text(value: Any, unit: str, style: Style) -> str:
    if is_missing(value):
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        if unit == "GWh":
            # Never two units of energy on one page.
            value, unit = value * energy_factor(unit, style.energy_unit), style.energy_unit
        decimals = 0 if float(value).is_integer() and abs(value) < 1e15 else None
        grouped = format_number(float(value), unit, decimals=decimals, style=style)
        return grouped if unit or decimals is None else f"{value:.0f}"
    return f"{value} {unit}".strip()
