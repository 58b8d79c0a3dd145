"""The widget that shows and controls a run."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from workbench.runs.engine.run import Run
from workbench.runs.model.read_only import is_viewer
from workbench.ui.base import sentence_of
from workbench.ui.messages import MessageWidget
from workbench.ui.panel.browser_messages import BrowserMessage, read_message
from workbench.ui.panel.publisher import Publisher
from workbench.ui.restored_views import watch_restored_views
from workbench.ui.transfer.downloads import SAVE_PARTS

__all__ = ["RunPanel", "panel_of", "present"]

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    *(
        "format.js",
        "link.js",
        "store.js",
        "log_pane.js",
        "stage_list.js",
        "controls.js",
        "fold.js",
        "panel.js",
    ),
)
_panels: weakref.WeakValueDictionary[tuple[Path, str], RunPanel] = weakref.WeakValueDictionary()
_panels_lock = threading.Lock()


class RunPanel(MessageWidget):
    """Everything that is live about one run: state, progress, stages, log, requests, settings, files.

    The same panel may be shown any number of times; every view has its own log filter and follows the run.
    ``panel_of`` gives the one panel that a run has in this kernel.

    Parameters
    ----------
    run
        A run of this process or of another.
    """

    _esm = "\n".join([SAVE_PARTS, *((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS)])
    _css = (_FOLDER / "panel.css").read_text(encoding="utf-8")

    is_shared = True
    """Several views may show the one panel of a run."""

    identity = traitlets.Dict().tag(sync=True)
    """Which run it is: ``run``, ``title``, ``scenario``, ``job``, and whether it is ``readonly``; never changes."""

    _publisher: Publisher | None = None

    def __init__(self, run: Run) -> None:
        self._run = run
        super().__init__(
            identity={
                **{"run": run.id, "title": run.title, "scenario": run.scenario, "job": run.job},
                "readonly": is_viewer(),
            }
        )
        _hear_while_a_cell_runs(self.comm)
        self._publisher = Publisher(run, self._send_to_browser)

    @property
    def run(self) -> Run:
        """The run that it shows."""
        return self._run

    def show_error(self, error: BaseException | str) -> None:
        """Show an error in the strip under the panel."""
        sentence = error if isinstance(error, str) else sentence_of(error)
        if self._publisher is not None:
            self._publisher.show_problem(sentence)

    def close(self) -> None:
        """Take the panel out of every page."""
        if self._publisher is not None:
            self._publisher.close()
        super().close()

    def __repr__(self) -> str:
        return f"<RunPanel of {self._run.id}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        shown = super()._repr_mimebundle_(**options)
        bundle = shown[0] if isinstance(shown, tuple) else shown
        if bundle:
            # What a page without widgets shows: the run, not the widget.
            bundle["text/plain"] = repr(self._run)
        return shown

    def _send_to_browser(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        if self.comm is not None:
            self.send(content, buffers)

    def read(self, content: object) -> BrowserMessage:
        """Read a message of a page."""
        return read_message(content)

    def take(self, message: BrowserMessage) -> None:
        """Give a message to the publisher, which answers it."""
        if self._publisher is not None:
            self._publisher.take(message)


def _hear_while_a_cell_runs(comm: Any) -> None:
    # JupyterLab sends a widget's messages to a subshell, beside the running cell; ipykernel (7) puts them behind
    # the cell again when the widget was made by a cell. Ours only go into a queue and may come from any thread.
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _data, asked: asked


def panel_of(run: Run) -> RunPanel:
    """Give the one panel that a run has in this kernel, so that showing it twice shows the same."""
    key = (run.journal_path, run.id)
    with _panels_lock:
        panel = _panels.get(key)
        if panel is None or panel.comm is None:
            panel = _panels[key] = RunPanel(run)
        return panel


def present(run: Run) -> Mapping[str, Any] | None:
    """Show a run as its panel where widgets can be shown; None where they cannot."""
    from IPython.core.getipython import get_ipython

    if getattr(get_ipython(), "kernel", None) is None:
        return None
    watch_restored_views()
    shown = panel_of(run)._repr_mimebundle_()
    bundle: Mapping[str, Any] | None = shown[0] if isinstance(shown, tuple) else shown
    return bundle
