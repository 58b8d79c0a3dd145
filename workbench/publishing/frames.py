"""What may pass from a visitor's browser to a kernel: reading widgets and choosing in them, nothing else."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FrameFilter", "header_of", "passes_to_browser"]

MAX_FRAME_BYTES = 64_000
MAX_PARTS = 64
MESSAGES_PER_SECOND = 60.0
MAX_BURST = 400.0
CONTROL_TARGET = "jupyter.widget.control"

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


def passes_to_browser(message_type: str) -> bool:
    """Whether a kernel's message is for visitors; errors and printed lines are not."""
    return message_type in _TO_BROWSER


def header_of(frame: bytes) -> Mapping[str, Any]:
    """Read the header of a frame of the protocol ``v1.kernel.websocket.jupyter.org``; empty when there is none."""
    parts = _parts_of(frame)
    return {} if parts is None else _plain(parts[1])


@dataclass(slots=True)
class FrameFilter:
    """Looks at every frame of one connection; remembers only which control channels it has let open.

    Parameters
    ----------
    clock
        Gives seconds.
    """

    clock: Callable[[], float] = time.monotonic
    _controls: set[str] = field(default_factory=set)
    _allowance: float = MAX_BURST
    _last: float | None = None

    def refusal(self, frame: str | bytes) -> str:
        """Say why a frame is refused; an empty text when it may pass."""
        if self._is_flood():
            return "too many messages"
        if isinstance(frame, str):
            return "text is not understood here"
        if len(frame) > MAX_FRAME_BYTES:
            return f"a message of {len(frame)} bytes"
        parts = _parts_of(frame)
        if parts is None or len(parts) < 5:
            return "a malformed message"
        channel, header, content = parts[0], _plain(parts[1]), _plain(parts[4])
        if channel != b"shell":
            return f"channel {channel[:20]!r}"
        if header.get("subshell_id") is not None:
            return "a subshell"
        return self._refusal_of(header.get("msg_type"), content)

    def _refusal_of(self, kind: object, content: Mapping[str, Any]) -> str:
        identity = content.get("comm_id")
        match kind:
            case "kernel_info_request" | "comm_info_request":
                return ""
            case "comm_open":
                if content.get("target_name") != CONTROL_TARGET or not isinstance(identity, str):
                    return f"opening {str(content.get('target_name'))[:40]!r}"
                if content.get("target_module"):
                    return f"loading {str(content['target_module'])[:40]!r}"
                if len(self._controls) < 100:
                    self._controls.add(identity)
                return ""
            case "comm_msg":
                return (
                    "" if isinstance(identity, str) and isinstance(content.get("data"), dict) else "malformed"
                )
            case "comm_close":
                is_ours = isinstance(identity, str) and identity in self._controls
                return "" if is_ours else "closing a widget"
        return f"a message {str(kind)[:40]!r}"

    def _is_flood(self) -> bool:
        now = self.clock()
        if self._last is not None:
            earned = (now - self._last) * MESSAGES_PER_SECOND
            self._allowance = min(MAX_BURST, self._allowance + earned)
        self._last = now
        self._allowance -= 1
        return self._allowance < 0


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
