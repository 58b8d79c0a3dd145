"""What the browser tests do with a panel: start a job that is shown, find its panel, wait for its state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lab import Notebook

FINAL = ("succeeded", "failed", "cancelled", "interrupted")

# The panel of a run that has ended folds, unless somebody has said otherwise.
_KEEP_OPEN = """
panel => {
  const button = panel.querySelector('.wb-fold');
  button.click();
  if (!panel.hasAttribute('data-folded')) button.click();
}
"""

# When the page first shows that nothing is heard any more.
WATCH = """
panel => {
  window.lostAt = null;
  new MutationObserver(() => {
    if (panel.dataset.lost && !window.lostAt) window.lostAt = Date.now() / 1000;
  }).observe(panel, { attributes: true });
}
"""


def lost_after(notebook: Notebook, shown: Any, moment: float) -> float:
    """Give how long after a moment a panel that is watched with ``WATCH`` shows that it is lost [s]."""
    notebook.wait_for(lambda: shown.get_attribute("data-lost") is not None, 10, "that it is lost")
    return float(notebook.page.evaluate("window.lostAt")) - moment


def start_toy(project: Path, show: bool = True, job: str = "toy", **settings: object) -> str:
    """Give the code of a cell that starts a job, and shows its panel."""
    changes = "".join(f", {name}={value!r}" for name, value in settings.items())
    imports = "import toy_job\nfrom workbench import start, attach"
    call = f"run = start({job!r}, project{changes})"
    return f"{imports}\nproject = {str(project)!r}\n{call}" + ("\nrun" if show else "")


def panel(notebook: Notebook, number: int = 0) -> Any:
    """Give a panel of the page."""
    found = notebook.page.locator(".wb-panel").nth(number)
    found.wait_for(timeout=30_000)
    return found


def state(shown: Any) -> str:
    """State of the run that a panel shows."""
    return str(shown.get_attribute("data-state"))


def wait_for_state(
    notebook: Notebook, shown: Any, wanted: str, seconds: float = 20, keep_open: bool = True
) -> None:
    """Wait until a panel shows a state; that of a run that has ended is kept from folding."""
    notebook.wait_for(lambda: state(shown) == wanted, seconds, f"{wanted}, is {state(shown)}")
    if keep_open and wanted in FINAL:
        shown.evaluate(_KEEP_OPEN)
        notebook.wait_for(lambda: shown.get_attribute("data-folded") is None, 5, "unfolded")


def line_count(shown: Any) -> str:
    """What a panel says of the number of lines."""
    return str(shown.locator(".wb-lines").inner_text())


def last_line(shown: Any) -> str:
    """Give the last line on the screen."""
    rows = [row for row in shown.locator(".wb-row:visible .wb-row-message").all_inner_texts() if row]
    return str(rows[-1]) if rows else ""
