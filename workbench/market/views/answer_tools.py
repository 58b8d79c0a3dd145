"""The row under a figure: downloads of exactly what is shown, and zooms that ask for full detail."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.errors import WorkbenchError
from workbench.market.model.answer import Answer
from workbench.market.results.export import FORMATS, file_name

__all__ = ["AnswerTools", "Download", "NotUnderstood", "Theme", "Zoom", "read_request"]

_FOLDER = Path(__file__).parent
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2})?")
_LARGEST_NUMBER = 2**53

_log = logging.getLogger(__name__)


class NotUnderstood(ValueError):
    """The message is none that the row sends."""


@dataclass(frozen=True, slots=True)
class Download:
    """Somebody wants what is shown as a file of a known format."""

    id: int
    format: str


@dataclass(frozen=True, slots=True)
class Zoom:
    """Somebody looks at a part of the time axis; without stamps at all of it again."""

    begin: str
    end: str


@dataclass(frozen=True, slots=True)
class Theme:
    """The page is dark or light, narrow or wide."""

    dark: bool
    narrow: bool


def read_request(content: object) -> Download | Zoom | Theme:
    """Read what a browser has sent.

    Raises
    ------
    NotUnderstood
        When it is anything but a well-formed request.
    """
    if not isinstance(content, dict):
        raise NotUnderstood(f"a message is {type(content).__name__}, expected an object")
    number = content.get("id")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _LARGEST_NUMBER:
        raise NotUnderstood("a message has no number")
    match content.get("kind"):
        case "download":
            if content.get("format") not in FORMATS:
                raise NotUnderstood(f"there is no format {str(content.get('format'))[:40]!r}")
            return Download(number, str(content["format"]))
        case "zoom":
            begin, end = content.get("from"), content.get("to")
            if begin == "" and end == "":
                return Zoom("", "")
            if not all(isinstance(part, str) and _STAMP.fullmatch(part) for part in (begin, end)):
                raise NotUnderstood("a zoom is not between two times")
            return Zoom(str(begin), str(end))
        case "theme":
            dark, narrow = content.get("dark"), content.get("narrow")
            if not isinstance(dark, bool) or not isinstance(narrow, bool):
                raise NotUnderstood("a page is neither dark nor light, neither narrow nor wide")
            return Theme(dark, narrow)
    raise NotUnderstood(f"there is no message of kind {str(content.get('kind'))[:40]!r}")


class AnswerTools(anywidget.AnyWidget):
    """Download buttons for an answer; tells of zooms in the figure beside it and of the page's theme.

    Parameters
    ----------
    zoom
        Called with the begin and end of what is looked at, or two empty texts for all of it.
    theme
        Called with what the page looks like.
    """

    _esm = _FOLDER / "answer_tools.js"
    _css = _FOLDER / "answer_tools.css"

    ready = traitlets.Bool(False).tag(sync=True)
    """Whether there is something to download."""
    zoomed = traitlets.Bool(False).tag(sync=True)
    """Whether only a part of the period is shown."""

    def __init__(self, zoom: Callable[[str, str], None], theme: Callable[[Theme], None]) -> None:
        self._zoom, self._theme = zoom, theme
        self._answer: Answer | None = None
        super().__init__()
        self.on_msg(_take_message)

    def __repr__(self) -> str:
        return "<AnswerTools>"

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Ignore what a browser wants to write: it only asks."""
        _log.warning("Ignored that a browser tried to set %s", ", ".join(map(str, sync_data))[:80])

    def offer(self, answer: Answer | None, *, zoomed: bool = False) -> None:
        """Say what is shown now."""
        self._answer = answer
        self.ready, self.zoomed = answer is not None and len(answer) > 0, zoomed

    def _take(self, content: object) -> None:
        try:
            request = read_request(content)
        except NotUnderstood as error:
            _log.warning("Ignored a message of a browser: %s", error)
            return
        match request:
            case Download():
                self._download(request)
            case Zoom(begin, end):
                self._zoom(begin, end)
            case Theme():
                self._theme(request)

    def _download(self, request: Download) -> None:
        answer = self._answer
        if answer is None:
            self.send({"kind": "problem", "id": request.id, "sentence": "There is nothing to download yet."})
            return
        try:
            made = FORMATS[request.format](answer)
        except (WorkbenchError, MemoryError, ValueError) as error:
            _log.exception("Making %s", request.format)
            self.send({"kind": "problem", "id": request.id, "sentence": f"It could not be made: {error}"})
            return
        self.send({"kind": "file", "id": request.id, "name": file_name(answer, request.format)}, [made])


def _take_message(tools: AnswerTools, content: object, _buffers: object) -> None:
    tools._take(content)
