"""Views that a reloaded page of JupyterLab has given up on are shown when their widgets are there."""

from __future__ import annotations

from pathlib import Path

from workbench.ui.messages import MessageWidget

__all__ = ["RestoredViews", "watch_restored_views"]


class RestoredViews(MessageWidget):
    """Shows nothing; its script looks after the outputs of the notebook it is restored in."""

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

    is_shared = True
    """One serves all views of a kernel."""

    def __repr__(self) -> str:
        return "<RestoredViews>"


_of_this_kernel: list[RestoredViews] = []


def watch_restored_views() -> None:
    """Let this kernel have one; another where someone has closed all widgets."""
    if not _of_this_kernel or _of_this_kernel[0].comm is None:
        _of_this_kernel[:] = [RestoredViews()]
