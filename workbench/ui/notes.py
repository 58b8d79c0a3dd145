"""What a result's user has to know before its figures: the gravest notes, above everything else."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets

from workbench.data.heading import Heading
from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.notes import Note, NoteKind, Notes
from workbench.ui.headline import tiles_strip

__all__ = ["heading_strip", "incomplete_word", "made_up_strip", "notes_strip", "with_notes"]

MAX_SHOWN = 3
INCOMPLETE_SIGN = "\N{CIRCLE WITH LEFT HALF BLACK}"
"""The sign that a run which lacks something has in its panel too."""
_STYLE = """<style>
.workbench-notes { border-left: 4px solid var(--jp-border-color1, #9aa5b1); padding: 2px 12px; margin: 4px 0 8px;
  line-height: 1.45; }
.workbench-notes.incomplete { border-color: #9a6200; }
.workbench-notes.made-up { border-color: #d55e00; }
.workbench-notes p { margin: 2px 0; }
.workbench-notes b { font-weight: 600; }
b.workbench-incomplete { color: #9a6200; }
[data-jp-theme-light="false"] b.workbench-incomplete, [data-theme="dark"] b.workbench-incomplete { color: #e7ab3e; }
@media (prefers-color-scheme: dark) {
  body:not([data-jp-theme-light]) b.workbench-incomplete { color: #e7ab3e; }
}
@media print { b.workbench-incomplete { color: #9a6200 !important; } }
.workbench-heading { line-height: 1.45; margin: 2px 0 6px; color: var(--jp-ui-font-color2, #52606d);
  overflow-wrap: anywhere; }
</style>"""


def notes_strip(notes: Notes) -> ipywidgets.HTML:
    """Make the strip of the gravest notes; hidden when there are none."""
    if not len(notes):
        return ipywidgets.HTML(layout={"display": "none"})
    lines = [_line(note) for note in notes.gravest(MAX_SHOWN)]
    if len(notes) > MAX_SHOWN:
        lines.append(f"<p>{len(notes) - MAX_SHOWN} more in the table of notes.</p>")
    state = "" if notes.is_complete else " incomplete"
    title = "" if notes.is_complete else f"<p>{incomplete_word('This result is incomplete.')}</p>"
    return ipywidgets.HTML(f'{_STYLE}<div class="workbench-notes{state}">{title}{"".join(lines)}</div>')


def incomplete_word(words: str = "Incomplete:") -> str:
    """Write that something is incomplete, in the colour and with the sign that this has everywhere."""
    return f'{_STYLE}<b class="workbench-incomplete">{INCOMPLETE_SIGN} {html.escape(words)}</b>'


def made_up_strip() -> ipywidgets.HTML:
    """Make the strip that says that data are made up."""
    return ipywidgets.HTML(f'{_STYLE}<div class="workbench-notes made-up"><p><b>{MADE_UP_NOTE}</b></p></div>')


def heading_strip(heading: Heading) -> ipywidgets.HTML:
    """Make the line that says what is shown: title, filter, resolution, newest data, made up or not."""
    title, rest = html.escape(heading.title), html.escape(heading.line)
    return ipywidgets.HTML(f'{_STYLE}<div class="workbench-heading"><b>{title}</b> · {rest}</div>')


def with_notes(result: Any, view: ipywidgets.Widget, *, marked: bool = False) -> ipywidgets.Widget:
    """Put heading and notes of a result above its view, and that it is made up unless the page says so already."""
    headline = getattr(view, "headline", None)
    tiles = headline() if callable(headline) else ()
    notes, heading = getattr(result, "notes", None), getattr(result, "heading", None)
    strips = [made_up_strip()] if getattr(result, "made_up", False) and not marked else []
    if isinstance(heading, Heading):
        strips.append(heading_strip(heading))
    if tiles:
        strips.append(tiles_strip(tiles))
    if isinstance(notes, Notes) and len(notes):
        strips.append(notes_strip(notes))
    return ipywidgets.VBox([*strips, view]) if strips else view


def _line(note: Note) -> str:
    kind = f"<b>{html.escape(str(note.kind).capitalize())}:</b>" if note.kind is NoteKind.OMISSION else ""
    kind = kind or f"{html.escape(str(note.kind).capitalize())}:"
    return f"<p>{kind} {html.escape(str(note))}</p>"
