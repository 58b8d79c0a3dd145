"""Looking for something new, from a thread, as long as a widget is in use."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable

import ipywidgets

__all__ = ["poll"]

_log = logging.getLogger(__name__)


def poll(widget: ipywidgets.Widget, look: Callable[[], bool | None], seconds: float) -> None:
    """Call a method of a widget again and again; stops when it gives False, or the widget is closed or dropped.

    Parameters
    ----------
    widget
        The widget; the thread does not keep it alive.
    look
        A bound method of the widget. An error in it is logged, and the next call may succeed.
    seconds
        Time between two calls [s].
    """
    held, stop = weakref.WeakMethod(look), threading.Event()
    weakref.finalize(widget, stop.set)

    def work() -> None:
        while not stop.wait(seconds):
            method = held()
            if method is None or method.__self__.comm is None:  # type: ignore[attr-defined]
                return
            try:
                if method() is False:
                    return
            except Exception:  # noqa: BLE001 - a thread that ends would leave an old view that looks alive
                _log.exception("Looking for news of a %s", type(method.__self__).__name__)  # type: ignore[attr-defined]
            del method

    threading.Thread(target=work, name=f"workbench poll of {type(widget).__name__}", daemon=True).start()
