"""What a visitor of a published page may send to the widgets: choices among what they offer, and nothing else.

A browser can write every synced trait of every widget of its kernel, send any custom message and open new widgets.
In a process that serves readers, :func:`guard_widgets` puts one check before all of that: a message passes only
when it is about a widget that the page shows and that is not disabled, and is a choice that this kind of widget
offers. Whatever else arrives is refused with one line in the log and changes nothing.

A widget of ours that overrides ``set_state`` examines what it is told by itself, and gets every message.
"""

from __future__ import annotations

import datetime
import logging
import math
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import anywidget
import ipywidgets
from ipywidgets.widgets.widget import _instances, _remove_buffers
from ipywidgets.widgets.widget_bool import _Bool
from ipywidgets.widgets.widget_float import _BoundedFloat, _BoundedFloatRange
from ipywidgets.widgets.widget_int import _BoundedInt, _BoundedIntRange
from ipywidgets.widgets.widget_selection import _MultipleSelection, _Selection
from ipywidgets.widgets.widget_selectioncontainer import _SelectionContainer

__all__ = ["guard_widgets", "is_guarded", "refusal_of", "serve_control_comm", "shown_widgets"]

FIRST_YEAR, LAST_YEAR = 1900, 2200
MAX_LINES = 2_000
"""Refusals of one kernel that are logged; the rest are only counted."""

_log = logging.getLogger(__name__)
_displayed: weakref.WeakSet[ipywidgets.Widget] = weakref.WeakSet()
_refused = 0
_guarded = False

MAX_CONTROLS = 8
"""Channels by which pages ask for their widgets, of one kernel."""
MAX_TOLD_BYTES, TOLD_BYTES_PER_SECOND = 20e6, 1e6
_controls: deque[Any] = deque()

Check = Callable[[Any, Any], bool]


def refusal_of(widget: ipywidgets.Widget, data: object) -> str:
    """Say why a message to a widget is refused; an empty text when it may pass.

    Parameters
    ----------
    widget
        The widget.
    data
        Content of the message, as the browser has sent it.
    """
    if not isinstance(data, Mapping):
        return "the message is not an object"
    method = data.get("method")
    if method not in ("update", "custom", "request_state"):
        return f"there is no message {str(method)[:40]!r}"
    if widget not in shown_widgets():
        return "this page does not show the widget"
    if method == "request_state" or _examines_itself(widget):
        return ""
    if getattr(widget, "disabled", False):
        return "the widget is disabled"
    if method == "custom":
        is_click = isinstance(widget, ipywidgets.Button) and data.get("content") == {"event": "click"}
        return "" if is_click else "the widget takes no such message"
    return _refusal_of_state(widget, data)


def _examines_itself(widget: ipywidgets.Widget) -> bool:
    kind = type(widget)
    is_ours = isinstance(widget, anywidget.AnyWidget) and kind.__module__.partition(".")[0] == "workbench"
    return is_ours and kind.set_state is not anywidget.AnyWidget.set_state


def _refusal_of_state(widget: ipywidgets.Widget, data: Mapping[str, Any]) -> str:
    state = data.get("state")
    if not isinstance(state, Mapping) or data.get("buffer_paths"):
        return "the state is not a plain object"
    checks = _checks_of(widget)
    for name, value in state.items():
        if name not in checks:
            return f"{str(name)[:40]!r} may not be set by a visitor"
        if not checks[name](widget, value):
            return f"{str(name)[:40]!r} is not offered as {str(value)[:40]!r}"
    return ""


def shown_widgets() -> set[ipywidgets.Widget]:
    """Give the widgets that were displayed, and all that are inside of them."""
    found: set[ipywidgets.Widget] = set()
    waiting = list(_displayed)
    while waiting:
        widget = waiting.pop()
        if widget not in found and widget.comm is not None:
            found.add(widget)
            waiting += _inside(widget)
    return found


def _inside(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    for name in widget.keys:
        value = getattr(widget, name)
        if isinstance(value, ipywidgets.Widget):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (item for item in value if isinstance(item, ipywidgets.Widget))
        elif isinstance(value, dict):
            yield from (item for item in value.values() if isinstance(item, ipywidgets.Widget))


# what each kind of widget offers


def _checks_of(widget: ipywidgets.Widget) -> Mapping[str, Check]:
    for kind, checks in _OFFERS:
        if isinstance(widget, kind):
            return checks
    return {}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_one_of(widget: Any, value: object) -> bool:
    if value is None:
        return widget.index is None
    return _is_whole(value) and 0 <= value < len(widget.options)  # type: ignore[operator]


def _are_some_of(widget: Any, value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= len(widget.options)
        and all(item is not None and _is_one_of(widget, item) for item in value)
    )


def _is_a_page(widget: Any, value: object) -> bool:
    if value is None:
        return True
    return _is_whole(value) and 0 <= value < len(widget.children)  # type: ignore[operator]


def _is_between(widget: Any, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    if isinstance(widget, (_BoundedInt, _BoundedIntRange)) and not _is_whole(value):
        return False
    return bool(widget.min <= value <= widget.max)


def _is_a_range(widget: Any, value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(_is_between(widget, item) for item in value) and value[0] <= value[1]


def _is_a_day(widget: Any, value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, Mapping) or set(value) != {"year", "month", "date"}:
        return False
    if not all(_is_whole(part) for part in value.values()):
        return False
    try:
        # A browser counts the months from 0.
        day = datetime.date(value["year"], value["month"] + 1, value["date"])
    except (ValueError, OverflowError):
        return False
    first = widget.min or datetime.date(FIRST_YEAR, 1, 1)
    last = widget.max or datetime.date(LAST_YEAR, 12, 31)
    return bool(first <= day <= last)


def _is_yes_or_no(_widget: Any, value: object) -> bool:
    return isinstance(value, bool)


_OFFERS: tuple[tuple[type, Mapping[str, Check]], ...] = (
    (_MultipleSelection, {"index": _are_some_of}),
    (_Selection, {"index": _is_one_of}),
    (_SelectionContainer, {"selected_index": _is_a_page}),
    (ipywidgets.Valid, {}),
    (_Bool, {"value": _is_yes_or_no}),
    (ipywidgets.Play, {"value": _is_between, "playing": _is_yes_or_no, "repeat": _is_yes_or_no}),
    (ipywidgets.IntProgress, {}),
    (ipywidgets.FloatProgress, {}),
    (_BoundedIntRange, {"value": _is_a_range}),
    (_BoundedFloatRange, {"value": _is_a_range}),
    (_BoundedInt, {"value": _is_between}),
    (_BoundedFloat, {"value": _is_between}),
    (ipywidgets.DatePicker, {"value": _is_a_day}),
)
"""By kind, the special before the general: which traits a visitor may set, and to what."""


# guarding the widgets of this process


def guard_widgets() -> None:
    """Examine, from now on, every message of a browser to any widget of this process."""
    global _guarded
    _guarded = True
    take = ipywidgets.Widget._handle_msg

    def take_if_admitted(widget: ipywidgets.Widget, message: Mapping[str, Any]) -> None:
        data = message.get("content", {}).get("data")
        reason = refusal_of(widget, data)
        if reason:
            _refuse(widget, reason)
            _put_back(widget, data)
        else:
            take(widget, message)

    ipywidgets.Widget._handle_msg = take_if_admitted
    for kind in (ipywidgets.Widget, anywidget.AnyWidget):
        _note_displays(kind)


def is_guarded() -> bool:
    """Whether every message of a browser is examined in this process."""
    return _guarded


def _note_displays(kind: type) -> None:
    show = kind.__dict__["_repr_mimebundle_"]

    def show_and_note(widget: Any, *arguments: Any, **options: Any) -> Any:
        _displayed.add(widget)
        return show(widget, *arguments, **options)

    kind._repr_mimebundle_ = show_and_note  # type: ignore[attr-defined]


def _refuse(widget: ipywidgets.Widget, reason: str) -> None:
    global _refused
    _refused += 1
    level = logging.WARNING if _refused <= MAX_LINES else logging.DEBUG
    _log.log(level, "Refused a visitor's message to a %s: %s", type(widget).__name__, reason)


def _put_back(widget: ipywidgets.Widget, data: Any) -> None:
    """Tell a page what counts where its value was refused: it is not left standing over what belongs to another."""
    state = data.get("state") if isinstance(data, Mapping) else None
    if isinstance(state, Mapping) and (names := [name for name in state if name in widget.keys]):
        widget.send_state(names)


def serve_control_comm(manager: Any) -> None:
    """Let browsers ask a kernel for the widgets that it shows, and open none of their own.

    Parameters
    ----------
    manager
        The kernel's comm manager.
    """
    manager.targets.clear()
    manager.register_target("jupyter.widget.control", _open_control)


def _open_control(comm: Any, _message: Mapping[str, Any]) -> None:
    _controls.append(comm)
    while len(_controls) > MAX_CONTROLS:
        # Pages come back under other names; the oldest are those of connections that are gone.
        _controls.popleft().close()

    def answer(message: Mapping[str, Any]) -> None:
        data = message.get("content", {}).get("data")
        if not isinstance(data, Mapping) or data.get("method") != "request_states":
            _log.warning("Refused a visitor's message: the page can only be asked for its widgets")
            return
        if not _telling.may():
            _log.warning("Refused a visitor's message: the page has been told its widgets many times")
            return
        states, paths, buffers = _remove_buffers(_states_shown())
        _telling.note(states, buffers)
        comm.send({"method": "update_states", "states": states, "buffer_paths": paths}, buffers=buffers)

    comm.on_msg(answer)


class _Telling:
    """How many bytes of states pages may still ask for: of one board they may be a megabyte, at each request."""

    def __init__(self) -> None:
        self._bytes, self._last = MAX_TOLD_BYTES, time.monotonic()

    def may(self) -> bool:
        now = time.monotonic()
        self._bytes = min(MAX_TOLD_BYTES, self._bytes + (now - self._last) * TOLD_BYTES_PER_SECOND)
        self._last = now
        return self._bytes > 0

    def note(self, states: Mapping[str, Any], buffers: list[Any]) -> None:
        self._bytes -= len(repr(states)) + sum(map(len, buffers))


_telling = _Telling()


def _states_shown() -> dict[str, Any]:
    shown = shown_widgets()
    return {
        identity: {
            "model_name": widget._model_name,
            "model_module": widget._model_module,
            "model_module_version": widget._model_module_version,
            "state": widget.get_state(),
        }
        for identity, widget in list(_instances.items())
        if widget in shown
    }
