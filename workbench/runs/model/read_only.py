"""Whether this process serves readers, who may look at everything that is published and change nothing.

The server that publishes notebooks starts each kernel with ``WORKBENCH_VIEWER=1``. It is read once, when this
module is imported, so that nothing that happens in the kernel later can turn it off. A kernel that plain Voilà has
started is known by its environment and serves readers too, unless ``WORKBENCH_VIEWER=0`` says otherwise. What
changes anything (starting or asking something of a run, opening a journal for writing, writing a file) calls
:func:`refuse_viewer` first, below every widget: a message that a browser has forged meets the same refusal as a
button.
"""

from __future__ import annotations

import os

from workbench.errors import ViewerRefused

__all__ = ["VARIABLE", "is_viewer", "refuse_viewer"]

VARIABLE = "WORKBENCH_VIEWER"

_told = os.environ.get(VARIABLE, "")
# The one is set for a kernel that a request starts, the other for all that Voilà starts.
_by_voila = os.environ.get("SERVER_SOFTWARE", "").startswith("voila/") or "VOILA_PREHEAT" in os.environ
_viewer = _told != "0" if _told else _by_voila


def is_viewer() -> bool:
    """Tell whether this process is read-only, because it serves untrusted visitors."""
    return _viewer


def refuse_viewer(what: str) -> None:
    """Refuse something that only an analyst may do.

    Parameters
    ----------
    what
        What was tried, as the beginning of a sentence: ``"Starting a run"``.

    Raises
    ------
    ViewerRefused
        When this process serves readers.
    """
    if _viewer:
        raise ViewerRefused(f"{what} is not possible here: this is a published page, which only shows.")
