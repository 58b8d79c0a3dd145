"""The row under a figure: downloads of exactly what is shown, and zooms that ask for full detail."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import traitlets

from workbench.errors import WorkbenchError
from workbench.market.model.answer import Answer
from workbench.market.results.export import FORMATS, file_name
from workbench.ui.base import sentence_of
from workbench.ui.figures.page_theme import LOOK, PRINT
from workbench.ui.messages import InvalidMessage, MessageWidget, fields_of, unknown_kind, whole_number

__all__ = ["AnswerTools", "Appearance", "Download", "Zoom", "read_request"]

_FOLDER = Path(__file__).parent
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2})?")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """The user wants what is shown as a file of a known format."""

    id: int
    format: str


@dataclass(frozen=True, slots=True)
class Zoom:
    """The user looks at a part of the time axis; without stamps at all of it again."""

    begin: str
    end: str


@dataclass(frozen=True, slots=True)
class Appearance:
    """The page is dark or light, narrow or wide."""

    dark: bool
    narrow: bool


def read_request(content: object) -> Download | Zoom | Appearance:
    """Read what a browser has sent.

    Raises
    ------
    InvalidMessage
        When it is anything but a well-formed request.
    """
    fields = fields_of(content)
    number = whole_number(fields, "id")
    match fields.get("kind"):
        case "download":
            if fields.get("format") not in FORMATS:
                raise InvalidMessage(f"there is no format {str(fields.get('format'))[:40]!r}")
            return Download(number, str(fields["format"]))
        case "zoom":
            begin, end = fields.get("from"), fields.get("to")
            if begin == "" and end == "":
                return Zoom("", "")
            if not all(isinstance(part, str) and _STAMP.fullmatch(part) for part in (begin, end)):
                raise InvalidMessage("a zoom is not between two times")
            return Zoom(str(begin), str(end))
        case "theme":
            dark, narrow = fields.get("dark"), fields.get("narrow")
            if not isinstance(dark, bool) or not isinstance(narrow, bool):
                raise InvalidMessage("a page is neither dark nor light, neither narrow nor wide")
            return Appearance(dark, narrow)
    raise unknown_kind(fields)


class AnswerTools(MessageWidget):
    """Download buttons for an answer; tells of zooms in the figure beside it and of the page's theme.

    Parameters
    ----------
    zoom
        Called with the begin and end of what is looked at, or two empty texts for all of it.
    theme
        Called with what the page looks like.
    """

    _esm = PRINT + (_FOLDER / "answer_tools.js").read_text(encoding="utf-8")
    _css = LOOK + (_FOLDER / "answer_tools.css").read_text(encoding="utf-8")

    ready = traitlets.Bool(False).tag(sync=True)
    """Whether there is something to download."""
    zoomed = traitlets.Bool(False).tag(sync=True)
    """Whether only a part of the period is shown."""

    def __init__(self, zoom: Callable[[str, str], None], theme: Callable[[Appearance], None]) -> None:
        self._zoom, self._theme = zoom, theme
        self._answer: Answer | None = None
        super().__init__()

    def __repr__(self) -> str:
        return "<AnswerTools>"

    def offer(self, answer: Answer | None, *, zoomed: bool = False) -> None:
        """Say what is shown now."""
        self._answer = answer
        self.ready, self.zoomed = answer is not None and len(answer) > 0, zoomed

    def read(self, content: object) -> Download | Zoom | Appearance:
        """Read a message of a page."""
        return read_request(content)

    def take(self, message: Download | Zoom | Appearance) -> None:
        """Carry out what the page asks."""
        match message:
            case Download():
                self._download(message)
            case Zoom(begin, end):
                self._zoom(begin, end)
            case Appearance():
                self._theme(message)

    def _download(self, request: Download) -> None:
        answer = self._answer
        if answer is None:
            self.send({"kind": "problem", "id": request.id, "sentence": "There is nothing to download yet."})
            return
        try:
            made = FORMATS[request.format](answer)
        except (WorkbenchError, MemoryError, ValueError) as error:
            _log.exception("Making %s", request.format)
            self.send(
                {
                    "kind": "problem",
                    "id": request.id,
                    "sentence": f"It could not be made: {sentence_of(error)}",
                }
            )
            return
        self.send({"kind": "file", "id": request.id, "name": file_name(answer, request.format)}, [made])
