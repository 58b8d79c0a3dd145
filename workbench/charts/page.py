"""A report as one HTML page that opens offline: sections of text, tables and live figures.

::

    page = ReportPage("Load profiles: BAU", "Kerala")
    section = page.section("Overview")
    section.text("…")
    section.figure(energy_and_peak_chart(result))
    page.write(path)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.charts.tiles import Tile, tiles_html
from workbench.data.atomic import write_text
from workbench.data.formatting import setting_text
from workbench.data.heading import Heading
from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.notes import HEADERS, NOTHING_NOTED, NoteKind, Notes
from workbench.data.tables.parts import parts_for_paper
from workbench.runs.model.settings import settings_of, to_plain

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from markupsafe import Markup

    from workbench.data.results.store import Result

TEMPLATE = "page.html.jinja"
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; form-action 'none'; base-uri 'none'"
)
"""What a report may load: nothing but what is in it, whatever a script of it would ask for."""
MAX_NOTES_FIRST = 3


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    content: Any


@dataclass(slots=True)
class Section:
    """A part of a page under its own heading; made by :meth:`ReportPage.section` and :meth:`ReportPage.appendix`.

    Parameters
    ----------
    title
        Heading.
    appendix
        Letter of an appendix; empty for a section of the report itself.
    """

    title: str
    appendix: str = ""
    parts: list[_Part] = field(default_factory=list)

    def tiles(self, tiles: Sequence[Tile]) -> None:
        """Add numbers in large type, side by side; nothing when there are none."""
        if tiles:
            self.parts.append(_Part("tiles", tiles_html(tiles)))

    def text(self, words: str) -> None:
        """Add a paragraph."""
        self.parts.append(_Part("text", words))

    def heading(self, words: str) -> None:
        """Add a heading below the section's own."""
        self.parts.append(_Part("heading", words))

    def note(self, words: str) -> None:
        """Add a quiet paragraph."""
        self.parts.append(_Part("note", words))

    def warning(self, words: str) -> None:
        """Add a paragraph that stands out."""
        self.parts.append(_Part("warning", words))

    def bullets(self, lines: Iterable[str]) -> None:
        """Add a list."""
        self.parts.append(_Part("list", list(lines)))

    def table(
        self,
        headers: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        strong: Collection[int] = (),
        text: bool = False,
    ) -> None:
        """Add a table of texts.

        Parameters
        ----------
        headers
            Headers, with units.
        rows
            Cells, formatted.
        strong
            Positions of rows to stress.
        text
            Let the cells wrap, aligned left: for words instead of numbers.
        """
        cells = [list(row) for row in rows]
        places = range(len(headers)) if text else (0,)
        content = {
            "headers": list(headers),
            "rows": cells,
            "strong": set(strong),
            "text": text,
            "parts": parts_for_paper(headers, cells, places),
        }
        self.parts.append(_Part("table", content))

    def settings(self, config: Any) -> None:
        """Add the table of a config's settings: title, value with its unit, meaning."""
        plain = to_plain(config)
        rows = [
            (item.title, _with_unit(setting_text(plain[item.name]), item.unit), item.help)
            for item in settings_of(type(config))
        ]
        self.table(("Setting", "Value", "Meaning"), rows, text=True)

    def inputs(self, result: Result[Any]) -> None:
        """Add the notes and settings of a result."""
        self.notes(result.notes)
        self.settings(result.config)

    def notes(self, notes: Notes) -> None:
        """Add the table of notes: what is missing, assumed, ambiguous, doubtful, changed or not used."""
        if len(notes):
            self.table(HEADERS, notes.rows(), text=True)
        else:
            self.text(NOTHING_NOTED)

    def gravest_notes(self, notes: Notes, limit: int = MAX_NOTES_FIRST) -> None:
        """Say the gravest notes, those that are missing as a warning; nothing when there are none."""
        for note in notes.gravest(limit):
            sentence = f"{str(note.kind).capitalize()}: {note}"
            self.warning(sentence) if note.kind is NoteKind.OMISSION else self.note(sentence)
        if len(notes) > limit:
            self.note(f"{len(notes) - limit} more in the table of notes.")

    def figure(self, *figures: go.Figure) -> None:
        """Add a live figure, or several side by side where there is room."""
        self.parts.append(_Part("figure", list(figures)))


@dataclass(slots=True)
class ReportPage:
    """A page; every text is escaped, plotly.js is inside once.

    Parameters
    ----------
    title, subtitle, footer
        Head and foot of the page.
    heading
        What the page is of, which it says below its title, on each printed sheet, and in each figure.
    """

    title: str
    subtitle: str = ""
    footer: str = ""
    heading: Heading | None = None
    sections: list[Section] = field(default_factory=list)

    @classmethod
    def of(cls, result: Result[Any], subtitle: str, footer: str = "") -> ReportPage:
        """Begin the page of a result, named after it and headed as it is."""
        return cls(f"{result.called}: {result.scenario}", subtitle, footer, result.heading)

    def section(self, title: str) -> Section:
        """Begin a new section."""
        self.sections.append(Section(title))
        return self.sections[-1]

    def appendix(self, title: str) -> Section:
        """Begin an appendix; the first begins a new sheet of paper."""
        letter = chr(ord("A") + sum(1 for section in self.sections if section.appendix))
        self.sections.append(Section(title, letter))
        return self.sections[-1]

    def render(self) -> str:
        """Give the page as HTML."""
        import jinja2
        from plotly.offline import get_plotlyjs

        from workbench.charts.figure import head, narrow_head

        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
        )
        environment.filters["css_text"] = _css_text
        number = 0
        for section in self.sections:
            for place, part in enumerate(section.parts):
                if part.kind != "figure" or isinstance(part.content, str):
                    continue
                embedded = []
                for one in part.content:
                    figure = one if self.heading is None else head(one, self.heading)
                    # Beside another one, on a phone and on paper there is room for short lines only.
                    embedded.append(_embed(narrow_head(figure), f"figure-{number}"))
                    number += 1
                inside = "".join(embedded)
                content = inside if len(embedded) == 1 else f'<div class="beside">{inside}</div>'
                section.parts[place] = _Part("figure", content)
        heading = self.heading or Heading(self.title)
        return environment.get_template(TEMPLATE).render(
            page=self,
            heading=heading,
            policy=POLICY,
            made_up=MADE_UP_NOTE if heading.made_up else "",
            plotly_js=get_plotlyjs(),
        )

    def write(self, path: Path) -> Path:
        """Write the page.

        Raises
        ------
        UnwritableFile
            When the operating system refuses.
        """
        write_text(path, self.render())
        return path


def _embed(figure: go.Figure, name: str) -> str:
    from workbench.charts.interaction import figure_config

    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        config=figure_config(responsive=True),
    )
    return html


def _css_text(text: str) -> Markup:
    """Write a text as a string of CSS in which every character but plain ones is escaped."""
    from markupsafe import Markup

    return Markup('"' + "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):x} " for c in text) + '"')


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}" if text and unit else text
