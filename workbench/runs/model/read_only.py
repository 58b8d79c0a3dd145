"""Whether this process serves readers, who may look at everything that is published and change nothing.

The server that publishes notebooks starts each kernel with ``WORKBENCH_VIEWER=1``. It is read once, when this
module is imported, so that nothing that happens in the kernel later can turn it off. What changes anything
(starting or asking something of a run, opening a journal for writing, writing a file) calls :func:`refuse_viewer`
first, below every widget: a message that a browser has forged meets the same refusal as a button.
"""

from __future__ import annotations

import os

from workbench.errors import ViewerRefused

__all__ = ["VARIABLE", "is_viewer", "refuse_viewer"]

VARIABLE = "WORKBENCH_VIEWER"

_viewer = os.environ.get(VARIABLE, "") not in ("", "0")


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
        raise ViewerRefused(
            f"{what} is not possible here: this is a published page, which only shows. "
            "Open the notebook in JupyterLab to change something."
        )
