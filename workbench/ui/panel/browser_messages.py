"""What a browser may say to a panel, and nothing else.

A message is read field by field into one of the facts below; what does not fit is refused with
:class:`~workbench.ui.messages.InvalidMessage` and has no effect.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.runs.model.states import Level
from workbench.ui.messages import MAX_NUMBER, InvalidMessage, fields_of, unknown_kind, whole_number

__all__ = [
    "Adjust",
    "BrowserMessage",
    "Bye",
    "Confirm",
    "Control",
    "Hello",
    "Here",
    "LineFilter",
    "ReadFile",
    "ReadLines",
    "ReadText",
    "Watch",
    "read_message",
]

MAX_PAGE = 400
MAX_TEXT_PAGE = 5_000
MAX_FILTER_CHARACTERS = 200
MAX_VALUE_CHARACTERS = 2_000
MAX_FILTERS = 4

_CLIENT = re.compile(r"[A-Za-z0-9-]{1,40}")
_ACTIONS = ("pause", "resume", "cancel")


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which log lines a page shows."""

    level: Level = Level.DEBUG
    contains: str = ""

    @property
    def key(self) -> str:
        """Name of the filter in the messages to the browser."""
        return f"{self.level.word}|{self.contains}"

    @property
    def takes_all(self) -> bool:
        """Whether every line passes."""
        return self.level == Level.DEBUG and not self.contains


@dataclass(frozen=True, slots=True)
class BrowserMessage:
    """What every message carries: who asks (one per page), and the number to answer with."""

    client: str
    id: int


@dataclass(frozen=True, slots=True)
class Hello(BrowserMessage):
    """A page has opened the panel and needs everything."""


@dataclass(frozen=True, slots=True)
class Here(BrowserMessage):
    """A page still shows the panel."""


@dataclass(frozen=True, slots=True)
class Watch(BrowserMessage):
    """A page shows the log through these filters from now on."""

    filters: tuple[LineFilter, ...]


@dataclass(frozen=True, slots=True)
class ReadLines(BrowserMessage):
    """A page has scrolled to log lines that it does not have."""

    filter: LineFilter
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class ReadText(BrowserMessage):
    """A page wants log lines in full, to copy or download them."""

    filter: LineFilter
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class ReadFile(BrowserMessage):
    """A page downloads a file of the run and wants the part that begins at an offset [bytes]."""

    number: int
    offset: int


@dataclass(frozen=True, slots=True)
class Control(BrowserMessage):
    """The user has clicked on pause, resume or cancel."""

    action: str


@dataclass(frozen=True, slots=True)
class Adjust(BrowserMessage):
    """The user wants other settings."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Confirm(BrowserMessage):
    """A page shows the end of the run."""


@dataclass(frozen=True, slots=True)
class Bye(BrowserMessage):
    """A page has closed the panel."""


def read_message(content: object) -> BrowserMessage:
    """Read what a browser has sent.

    Raises
    ------
    InvalidMessage
        When it is anything but a well-formed message of a known kind.
    """
    fields = fields_of(content)
    client = fields.get("client")
    if not isinstance(client, str) or not _CLIENT.fullmatch(client):
        raise InvalidMessage("a message does not say which page it is from")
    number = whole_number(fields, "id")
    match fields.get("kind"):
        case "hello":
            return Hello(client, number)
        case "here":
            return Here(client, number)
        case "watch":
            return Watch(client, number, _filters(fields.get("filters")))
        case "lines":
            first, count = whole_number(fields, "first"), whole_number(fields, "count", MAX_PAGE)
            return ReadLines(client, number, _filter(fields.get("filter")), first, count)
        case "text":
            first, count = (
                whole_number(fields, "first"),
                whole_number(fields, "count", MAX_TEXT_PAGE),
            )
            return ReadText(client, number, _filter(fields.get("filter")), first, count)
        case "file":
            return ReadFile(client, number, whole_number(fields, "number"), whole_number(fields, "offset"))
        case "control":
            return Control(client, number, _action(fields.get("action")))
        case "adjust":
            return Adjust(client, number, _changes(fields.get("changes")))
        case "confirm":
            return Confirm(client, number)
        case "bye":
            return Bye(client, number)
    raise unknown_kind(fields)


def _filters(value: object) -> tuple[LineFilter, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_FILTERS:
        raise InvalidMessage(f"filters are not a list of 1 to {MAX_FILTERS}")
    return tuple(_filter(item) for item in value)


def _filter(value: object) -> LineFilter:
    words = {level.word: level for level in Level}
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, str) for part in value):
        raise InvalidMessage("a filter is not a pair of a level and a text")
    word, contains = value
    if word not in words or len(contains) > MAX_FILTER_CHARACTERS:
        raise InvalidMessage(
            f"a filter has an unknown level or a text of more than {MAX_FILTER_CHARACTERS} characters"
        )
    return LineFilter(words[word], contains)


def _action(value: object) -> str:
    if value not in _ACTIONS:
        raise InvalidMessage(f"there is no request {str(value)[:40]!r}")
    return str(value)


def _changes(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not 1 <= len(value) <= 50:
        raise InvalidMessage("changes are not an object of 1 to 50 settings")
    for name, changed in value.items():
        if not isinstance(name, str) or not name.isidentifier() or not _is_plain(changed):
            raise InvalidMessage(f"the change of {str(name)[:40]!r} is not a plain value")
    return dict(value)


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= MAX_NUMBER
    return isinstance(value, str) and len(value) <= MAX_VALUE_CHARACTERS
