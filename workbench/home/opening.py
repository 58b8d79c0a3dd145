"""Opening a project from a notebook."""

from __future__ import annotations

import html
import os
from pathlib import Path

from IPython.display import HTML, display

from workbench.data.projects.project import Project
from workbench.errors import ProjectError
from workbench.runs.model.read_only import is_viewer
from workbench.sample.project import create_from_sample

__all__ = ["open_project"]

SAMPLE = "sample-project"
HOME = "00-home.ipynb"
"""Marks the folder of all notebooks: those of a domain are in a folder inside it."""


def open_project(path: Path | str | None = None, *, describe: bool = True) -> Project:
    """Open a project and show what is in it.

    Parameters
    ----------
    path
        Its folder. Without one: the project in ``$WORKBENCH_PROJECT``, else the sample project beside the
        notebooks or in the folder above, which is made where there is none. A published page opens the server's
        project, shows nothing of it here, and makes none.
    describe
        Whether to show what is in it; a page that shows the project itself leaves that out.

    Raises
    ------
    ProjectError
        When the folder is not a project, or the sample cannot be written.
    """
    if is_viewer():
        return _open_for_readers(path)
    chosen = path or os.environ.get("WORKBENCH_PROJECT")
    made = False
    if chosen:
        project = Project.open(chosen)
    else:
        present = _sample_beside()
        made = present is None
        project = create_from_sample(_notebooks() / SAMPLE) if present is None else Project.open(present)
    if describe:
        display(_describe(project, made))  # type: ignore[no-untyped-call]
    return project


def _open_for_readers(path: Path | str | None) -> Project:
    """Open the project that the server was started with; under plain Voilà the notebook's own."""
    chosen = os.environ.get("WORKBENCH_PROJECT") or path or _sample_beside()
    _guard_kernel(chosen)
    if not chosen:
        raise ProjectError("No project is published here: name its folder in $WORKBENCH_PROJECT.", Path.cwd())
    return Project.open(chosen)


def _guard_kernel(project: Path | str | None) -> None:
    # Only needed under plain Voilà: `workbench serve` has done this before any cell runs.
    from IPython.core.getipython import get_ipython

    from workbench.ui.readers.outgoing import hide_folders
    from workbench.ui.readers.widget_guard import guard_widgets, is_guarded, serve_control_comm

    if is_guarded():
        return
    guard_widgets()
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is not None:
        serve_control_comm(kernel.comm_manager)
        hide_folders(kernel.session, [Path(project)] if project else [])


def _sample_beside() -> Path | None:
    here = _notebooks()
    folders = [folder / SAMPLE for folder in (Path.cwd(), here, here.parent)]
    return next((folder for folder in folders if folder.is_dir()), None)


def _notebooks() -> Path:
    """Give the folder of all notebooks, whichever folder in it this one is in."""
    here = Path.cwd()
    return here.parent if (here.parent / HOME).is_file() else here


def _describe(project: Project, made: bool) -> HTML:
    from workbench.data.projects.unfilled import is_unfilled

    inputs = ", ".join(
        html.escape(path.name) + (" (still empty)" if is_unfilled(path) else "")
        for path in project.input_files()
    )
    inputs = inputs or "none yet"
    scenarios = ", ".join(html.escape(name) for name in project.scenarios("demand")) or "none yet"
    note = " (made just now)" if made else ""
    region = f", {html.escape(project.region)}" if project.region not in ("", project.name) else ""
    return HTML(  # type: ignore[no-untyped-call]
        f"<b>{html.escape(project.name)}</b>{region}{note}<br>"
        f"<code>{html.escape(str(project.folder))}</code><br>"
        f"Inputs: {inputs}<br>Demand scenarios: {scenarios}<br>"
        f"Shown in {html.escape(project.energy_unit)} and {html.escape(project.currency)}"
    )
