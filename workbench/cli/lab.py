"""``workbench lab``: JupyterLab on the notebooks, with the project beside them."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from workbench.cli.notebooks import HOME, notebooks_folder
from workbench.data.projects.project import Project

__all__ = ["lab", "opening", "show_project", "writable_folders"]

LINK = "project"
"""Name of the link in the notebooks' folder that leads to the project."""
SHUTDOWN_SECONDS = 15.0
"""In which a server ends its kernels; then it is killed."""
QUIET = Path(__file__).parent / "jupyter"
"""Settings of JupyterLab: no other host is asked for news, and no question about it covers the first page."""
OWN_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


def lab(options: argparse.Namespace) -> int:
    """Start JupyterLab and wait until it ends; its exit code is ours, and our end is its end."""
    environment = dict(os.environ)
    known = environment.get("JUPYTER_CONFIG_PATH")
    environment["JUPYTER_CONFIG_PATH"] = f"{known}{os.pathsep}{QUIET}" if known else str(QUIET)
    folder = notebooks_folder(options.folder)
    project = options.project or environment.get("WORKBENCH_PROJECT")
    if project:
        opened = Project.open(project).folder
        environment["WORKBENCH_PROJECT"] = str(opened)
        show_project(folder, opened)
    with ExitStack() as stack:
        environment |= stack.enter_context(writable_folders(environment))
        command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *opening(folder)]
        return _run([*command, *options.rest], environment)


def opening(folder: Path) -> list[str]:
    """Options that open the home notebook first, where a folder has it."""
    return [f"--LabApp.default_url=/lab/tree/{HOME}"] if (folder / HOME).is_file() else []


def show_project(folder: Path, project: Path) -> None:
    """Let the file browser show a project beside the notebooks: as a link, where it does not lie among them."""
    link = folder / LINK
    if project.is_relative_to(folder) or (link.exists() and not link.is_symlink()):
        return
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(project, target_is_directory=True)
    except OSError as error:
        _say(f"The file browser shows no project: {link} cannot be made ({error.strerror}).")


@contextmanager
def writable_folders(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Give variables that lead Jupyter to a temporary folder where it may not write into the usual ones."""
    from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

    python = Path(environment.get("IPYTHONDIR") or Path.home() / ".ipython")
    needed = (jupyter_config_dir(), jupyter_data_dir(), jupyter_runtime_dir(), python)
    if all(_is_writable(Path(place)) for place in needed):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="workbench-lab-") as own:
        _say(
            f"The home folder cannot be written: JupyterLab keeps its settings in {own} until it ends. "
            f"Set {', '.join(OWN_FOLDERS)} to folders of your own to keep them."
        )
        yield {name: str(Path(own, name.lower())) for name in OWN_FOLDERS}


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    server = subprocess.Popen(command, env=environment)

    def end(number: int, _: Any) -> None:
        # At a terminal Ctrl+C reaches the server too, which asks before it ends.
        if number != signal.SIGINT or not sys.stdin.isatty():
            server.terminate()

    numbers = (signal.SIGTERM, signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        return server.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if server.poll() is None:
            server.terminate()
            try:
                server.wait(SHUTDOWN_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()


def _say(sentence: str) -> None:
    print(f"workbench: {sentence}", file=sys.stderr)  # noqa: T201
