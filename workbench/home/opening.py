"""Opening a project from a notebook."""

from __future__ import annotations

import html
import os
from pathlib import Path

from IPython.display import HTML, display

from workbench.data.projects.project import Project
from workbench.runs.model.read_only import is_viewer
from workbench.sample.project import create_from_sample

__all__ = ["open_project"]

SAMPLE = "sample-project"
HOME = "00-home.ipynb"
"""Marks the folder of all notebooks: those of a domain are in a folder inside it."""


def open_project(path: Path | str | None = None) -> Project:
    """Open a project and show what is in it.

    Parameters
    ----------
    path
        Its folder. Without one: the project in ``$WORKBENCH_PROJECT``, else the sample project beside the
        notebooks or in the folder above, which is made where there is none. A published page opens the server's
        project, and shows nothing of it here.

    Raises
    ------
    ProjectError
        When the folder is not a project, or the sample cannot be written.
    """
    if is_viewer():
        # The one that the server was started with; its folder and inputs are not published.
        return Project.open(os.environ["WORKBENCH_PROJECT"])
    chosen = path or os.environ.get("WORKBENCH_PROJECT")
    made = False
    if chosen:
        project = Project.open(chosen)
    else:
        here = _notebooks()
        present = [folder for folder in (Path.cwd(), here, here.parent) if (folder / SAMPLE).is_dir()]
        made = not present
        project = create_from_sample(here / SAMPLE) if made else Project.open(present[0] / SAMPLE)
    display(_describe(project, made))  # type: ignore[no-untyped-call]
    return project


def _notebooks() -> Path:
    """Give the folder of all notebooks, whichever folder in it this one is in."""
    here = Path.cwd()
    return here.parent if (here.parent / HOME).is_file() else here


def _describe(project: Project, made: bool) -> HTML:
    inputs = ", ".join(html.escape(path.name) for path in project.input_files()) or "none yet"
    scenarios = ", ".join(html.escape(name) for name in project.scenarios("demand")) or "none yet"
    note = " (made just now)" if made else ""
    region = f", {html.escape(project.region)}" if project.region not in ("", project.name) else ""
    return HTML(  # type: ignore[no-untyped-call]
        f"<b>{html.escape(project.name)}</b>{region}{note}<br>"
        f"<code>{html.escape(str(project.folder))}</code><br>"
        f"Inputs: {inputs}<br>Demand scenarios: {scenarios}<br>"
        f"Shown in {html.escape(project.energy_unit)} and {html.escape(project.currency)}"
    )
