"""What may pass from a visitor's browser to a kernel: reading widgets and choosing in them, nothing else."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.publishing.budgets import Bucket

__all__ = ["FrameFilter", "header_of", "is_choice", "passes_to_browser"]

MAX_FRAME_BYTES = 64_000
MAX_PARTS = 64
MESSAGES_PER_SECOND = 60.0
MAX_BURST = 400.0
BYTES_PER_SECOND = 200_000.0
MAX_BURST_BYTES = 4_000_000.0
MAX_HEADER_BYTES = 2_000
MAX_CONTROLS = 100
CONTROL_TARGET = "jupyter.widget.control"
_COMM = re.compile(r"[A-Za-z0-9_-]{1,64}")

_TO_BROWSER = frozenset(
    {
        *(
            "status",
            "comm_open",
            "comm_msg",
            "comm_close",
            "display_data",
            "update_display_data",
            "clear_output",
        ),
        *("kernel_info_reply", "comm_info_reply"),
    }
)


_BY_ITSELF = frozenset({"hello", "here", "lines", "confirm", "bye", "theme"})
"""Kinds of messages that are sent without a reader: panels live and follow the log, a page has a theme."""


def passes_to_browser(message_type: str) -> bool:
    """Whether a kernel's message is for visitors; errors and printed lines are not."""
    return message_type in _TO_BROWSER


def is_choice(frame: bytes) -> bool:
    """Whether a reader does something by a frame; what a page says and asks by itself is none."""
    parts = _parts_of(frame)
    if parts is None or len(parts) < 5 or _plain(parts[1]).get("msg_type") != "comm_msg":
        return False
    data = _plain(parts[4]).get("data")
    if not isinstance(data, dict):
        return False
    content = data.get("content")
    kind = content.get("kind") if isinstance(content, dict) else None
    return data.get("method") == "update" or (data.get("method") == "custom" and kind not in _BY_ITSELF)


def header_of(frame: bytes) -> Mapping[str, Any]:
    """Read the header of a frame of the protocol ``v1.kernel.websocket.jupyter.org``; empty when there is none."""
    parts = _parts_of(frame)
    return {} if parts is None else _plain(parts[1])


@dataclass(slots=True)
class FrameFilter:
    """Looks at every frame of one page, over all its connections; remembers which control channels it has let open.

    What is refused costs the page nothing: its next good message passes.

    Parameters
    ----------
    clock
        Gives seconds.
    """

    clock: Callable[[], float] = time.monotonic
    _controls: dict[str, None] = field(default_factory=dict)
    _messages: Bucket = field(init=False)
    _bytes: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self._messages = Bucket(MAX_BURST, MESSAGES_PER_SECOND, self.clock)
        self._bytes = Bucket(MAX_BURST_BYTES, BYTES_PER_SECOND, self.clock)

    def refusal(self, frame: str | bytes) -> str:
        """Say why a frame is refused; an empty text when it may pass."""
        if self._messages.level() < 1:
            return "too many messages"
        if isinstance(frame, str):
            return "text is not understood here"
        if len(frame) > MAX_FRAME_BYTES:
            return f"a message of {len(frame)} bytes"
        parts = _parts_of(frame)
        if parts is None or len(parts) < 5:
            return "a malformed message"
        if any(len(part) > MAX_HEADER_BYTES for part in parts[:4]):
            return "a header without measure"
        channel, header, content = parts[0], _plain(parts[1]), _plain(parts[4])
        if channel != b"shell":
            return f"channel {channel[:20]!r}"
        if header.get("subshell_id") is not None:
            return "a subshell"
        reason = self._refusal_of(header.get("msg_type"), content)
        if not reason and not self._bytes.take(len(frame)):
            return "too many bytes"
        if not reason:
            self._messages.take()
        return reason

    def _refusal_of(self, kind: object, content: Mapping[str, Any]) -> str:
        identity = content.get("comm_id")
        if identity is not None and not (isinstance(identity, str) and _COMM.fullmatch(identity)):
            return "a name of a comm that no page gives"
        match kind:
            case "kernel_info_request" | "comm_info_request":
                return ""
            case "comm_open":
                if content.get("target_name") != CONTROL_TARGET or not isinstance(identity, str):
                    return f"opening {str(content.get('target_name'))[:40]!r}"
                if content.get("target_module"):
                    return f"loading {str(content['target_module'])[:40]!r}"
                self._controls[str(identity)] = None
                if len(self._controls) > MAX_CONTROLS:
                    del self._controls[next(iter(self._controls))]
                return ""
            case "comm_msg":
                return (
                    "" if isinstance(identity, str) and isinstance(content.get("data"), dict) else "malformed"
                )
            case "comm_close":
                if identity not in self._controls:
                    return "closing a widget"
                self._controls.pop(str(identity))
                return ""
        return f"a message {str(kind)[:40]!r}"


def _parts_of(frame: bytes) -> list[bytes] | None:
    if len(frame) < 16:
        return None
    count = int.from_bytes(frame[:8], "little")
    if not 2 <= count <= MAX_PARTS or len(frame) < 8 * (count + 1):
        return None
    marks = [int.from_bytes(frame[8 * (i + 1) : 8 * (i + 2)], "little") for i in range(count)]
    if marks[0] < 8 * (count + 1) or marks[-1] > len(frame) or marks != sorted(marks):
        return None
    return [frame[start:end] for start, end in itertools.pairwise(marks)]


def _plain(part: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(part)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
