"""Reading what a browser sends: field by field, into facts; whatever does not fit has no effect.

A visitor of a page can send its widgets any message. The reader of a widget turns one into a fact that the widget
understands, or refuses it with :class:`InvalidMessage`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import anywidget

__all__ = ["MAX_NUMBER", "InvalidMessage", "MessageWidget", "fields_of", "unknown_kind", "whole_number"]

MAX_NUMBER = 2**53
"""The largest number up to which a browser knows all whole numbers."""
MAX_WARNINGS = 20

_log = logging.getLogger(__name__)


class InvalidMessage(ValueError):
    """The message is not one that the widget's own page sends."""


def fields_of(content: object) -> Mapping[str, Any]:
    """Give the fields of a message.

    Raises
    ------
    InvalidMessage
        When it is not an object.
    """
    if not isinstance(content, dict):
        raise InvalidMessage(f"a message is {type(content).__name__}, expected an object")
    return content


def whole_number(fields: Mapping[str, Any], name: str, largest: int = MAX_NUMBER) -> int:
    """Give a field that is a whole number from 0 to ``largest``.

    Raises
    ------
    InvalidMessage
        When it is anything else.
    """
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        raise InvalidMessage(f"{name} is {str(value)[:40]}, expected a whole number from 0 to {largest}")
    return value


def unknown_kind(fields: Mapping[str, Any]) -> InvalidMessage:
    """Make the error for a message of a kind that there is not."""
    return InvalidMessage(f"there is no message of kind {str(fields.get('kind'))[:40]!r}")


class MessageWidget(anywidget.AnyWidget):
    """A widget whose page only sends messages and may set no trait.

    A subclass reads a message with ``read`` and acts on it in ``take``.

    Parameters
    ----------
    **state
        Initial values of its traits.
    """

    def __init__(self, **state: Any) -> None:
        self._ignored = 0
        super().__init__(**state)
        # Not a bound method, which would keep the widget alive.
        self.on_msg(_receive)

    def read(self, content: object) -> Any:
        """Read a message; :class:`InvalidMessage` refuses it."""
        raise NotImplementedError

    def read_with(self, content: object, _buffers: Sequence[Any]) -> Any:
        """Read a message with the bytes beside it, which most widgets do not expect."""
        return self.read(content)

    def take(self, message: Any) -> None:
        """Act on a message that was read."""
        raise NotImplementedError

    def receive(self, content: object, buffers: Sequence[Any] = ()) -> None:
        """Take a message of a browser, or ignore it with one line in the log."""
        try:
            message = self.read_with(content, buffers)
        except InvalidMessage as error:
            self._ignore(str(error))
        else:
            self.take(message)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Ignore what a browser wants to write: nothing of the widget is the browser's to change."""
        self._ignore(f"it tried to set {', '.join(map(str, sync_data))[:80]}")

    def _ignore(self, reason: str) -> None:
        self._ignored += 1
        level = logging.WARNING if self._ignored <= MAX_WARNINGS else logging.DEBUG
        _log.log(level, "Ignored a message of a browser to %r: %s", self, reason)


def _receive(widget: MessageWidget, content: object, buffers: Sequence[Any] | None) -> None:
    widget.receive(content, buffers or ())
