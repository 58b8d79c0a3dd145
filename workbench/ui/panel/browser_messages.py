"""What a browser may say to a panel, and nothing else.

Whoever sees a page can send its widgets any message. A message is therefore read field by field into one of a
few facts below; what does not fit is refused with :class:`NotUnderstood` and has no effect.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.runs.model.states import Level

__all__ = [
    "Adjust",
    "BrowserMessage",
    "Bye",
    "Confirm",
    "Control",
    "Hello",
    "Here",
    "LineFilter",
    "NotUnderstood",
    "ReadLines",
    "ReadText",
    "Watch",
    "read_message",
]

LARGEST_PAGE = 400
LARGEST_TEXT_PAGE = 5_000
LONGEST_FILTER = 200
LONGEST_VALUE = 2_000
FILTERS_PER_CLIENT = 4

_CLIENT = re.compile(r"[A-Za-z0-9-]{1,40}")
_LARGEST_NUMBER = 2**53
_ACTIONS = ("pause", "resume", "cancel")


class NotUnderstood(ValueError):
    """The message is none that a panel sends."""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which log lines somebody wants to see."""

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
class Control(BrowserMessage):
    """Somebody has clicked on pause, resume or cancel."""

    action: str


@dataclass(frozen=True, slots=True)
class Adjust(BrowserMessage):
    """Somebody wants other settings."""

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
    NotUnderstood
        When it is anything but a well-formed message of a known kind.
    """
    if not isinstance(content, dict):
        raise NotUnderstood(f"a message is {type(content).__name__}, expected an object")
    client = content.get("client")
    if not isinstance(client, str) or not _CLIENT.fullmatch(client):
        raise NotUnderstood("a message does not say which page it is from")
    number = _whole(content, "id", _LARGEST_NUMBER)
    kind = content.get("kind")
    match kind:
        case "hello":
            return Hello(client, number)
        case "here":
            return Here(client, number)
        case "watch":
            return Watch(client, number, _filters(content.get("filters")))
        case "lines":
            first, count = _whole(content, "first", _LARGEST_NUMBER), _whole(content, "count", LARGEST_PAGE)
            return ReadLines(client, number, _filter(content.get("filter")), first, count)
        case "text":
            first, count = (
                _whole(content, "first", _LARGEST_NUMBER),
                _whole(content, "count", LARGEST_TEXT_PAGE),
            )
            return ReadText(client, number, _filter(content.get("filter")), first, count)
        case "control":
            return Control(client, number, _action(content.get("action")))
        case "adjust":
            return Adjust(client, number, _changes(content.get("changes")))
        case "confirm":
            return Confirm(client, number)
        case "bye":
            return Bye(client, number)
    raise NotUnderstood(f"there is no message of kind {str(kind)[:40]!r}")


def _whole(content: Mapping[str, Any], name: str, largest: int) -> int:
    value = content.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        raise NotUnderstood(f"{name} is {str(value)[:40]}, expected a whole number from 0 to {largest}")
    return value


def _filters(value: object) -> tuple[LineFilter, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= FILTERS_PER_CLIENT:
        raise NotUnderstood(f"filters are no list of 1 to {FILTERS_PER_CLIENT}")
    return tuple(_filter(item) for item in value)


def _filter(value: object) -> LineFilter:
    words = {level.word: level for level in Level}
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, str) for part in value):
        raise NotUnderstood("a filter is no pair of a level and a text")
    word, contains = value
    if word not in words or len(contains) > LONGEST_FILTER:
        raise NotUnderstood(
            f"a filter has an unknown level or a text of more than {LONGEST_FILTER} characters"
        )
    return LineFilter(words[word], contains)


def _action(value: object) -> str:
    if value not in _ACTIONS:
        raise NotUnderstood(f"there is no request {str(value)[:40]!r}")
    return str(value)


def _changes(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not 1 <= len(value) <= 50:
        raise NotUnderstood("changes are no object of 1 to 50 settings")
    for name, changed in value.items():
        if not isinstance(name, str) or not name.isidentifier() or not _is_plain(changed):
            raise NotUnderstood(f"the change of {str(name)[:40]!r} is no plain value")
    return dict(value)


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= _LARGEST_NUMBER
    return isinstance(value, str) and len(value) <= LONGEST_VALUE
