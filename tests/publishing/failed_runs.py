"""A project in which a run of every job has failed, one has told all it knows, and one was killed: a script.

It ends by killing itself in the middle of a run, as a machine that loses its power would.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

from workbench.data.projects.project import Project
from workbench.runs import Job, job
from workbench.runs.engine.start import start
from workbench.runs.jobs.registry import known_jobs

USER = "asha.of.planning"
DEBUG = "only-for-the-analyst"
MENTIONED = "in-a-file-of-"
SETTINGS: dict[str, dict[str, object]] = {
    "market_backfill": {"base_url": "http://127.0.0.1:9/"},
    "finance": {"file": "not-there.xlsx"},
    "market_undo": {"files": ("not-there.csv",)},
}


@dataclass(frozen=True)
class Nothing:
    """No settings."""


@job("leaky", title="Leaky", config=Nothing)
def leaky(job: Job, project: Project, config: Nothing) -> None:
    """Tell everything that a run can tell by every way there is, then fail."""
    secret = f"/srv/planning/{MENTIONED}{USER}/secret.csv"
    job.log(f"reads {secret} as {USER}, process {os.getpid()} on {os.uname().nodename}, pid={os.getpid()}")
    job.log(DEBUG, "debug")
    job.caution(f"Copied from {secret}")
    job.incomplete(f"Nothing of {secret}")
    print("printed by", USER, "from", secret)
    warnings.warn(f"{secret} is old", stacklevel=1)
    try:
        raise KeyError(secret)
    except KeyError:
        traceback.print_exc()
        logging.getLogger("library").exception("cannot read %s", secret)
    with job.stage(f"stage {secret}"):
        job.progress(0.5, f"half of {secret}")
        raise OSError(2, "No such file or directory", str(project.folder / "inputs" / "gone.xlsx"))


@job("endless", title="Endless", config=Nothing)
def endless(job: Job, project: Project, config: Nothing) -> None:
    """Kill the process."""
    job.log("the last line")
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path) -> None:
    """Fail a run of every job, then die."""
    project = Project.create(folder, "Failures")
    for name in known_jobs():
        if name != "endless":
            start(name, project, **SETTINGS.get(name, {})).wait(60)
    held = start("endless", project)
    held.wait(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
