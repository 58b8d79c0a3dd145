"""A real JupyterLab in folders of its own, and the notebooks that a test opens in it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]


class Lab:
    """A running server; ``root`` is the folder that it serves."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "server.log"
        self._environment = {
            **os.environ,
            "HOME": str(folder / "home"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests" / "ui")]),
        }
        for name in ("home", "config", "data", "runtime", "ipython"):
            (folder / name).mkdir()
        settings = folder / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text(
            '{"fetchNews": "false", "checkForUpdates": false}'
        )
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={self.port}"),
            *("--ServerApp.port_retries=0", "--ServerApp.token=", "--ServerApp.password="),
            *(
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.root_dir={self.root}",
                "--LabApp.expose_app_in_browser=True",
            ),
        ]
        with self.log.open("wb") as log:
            return subprocess.Popen(command, env=self._environment, stdout=log, stderr=log, cwd=self.root)

    def wait(self, seconds: float = 60) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/api", timeout=2):
                    return
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kernels(self) -> list[dict[str, Any]]:
        """Kernels that it runs now."""
        with urllib.request.urlopen(f"{self.address}/api/kernels", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def stop(self) -> None:
        """End the server and its kernels."""
        self._process.terminate()
        self._process.wait(20)

    def write_notebook(self, name: str, cells: Sequence[str]) -> None:
        """Put a notebook into its folder."""
        made = [
            {
                "cell_type": "code",
                "id": f"cell-{index}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
            for index, source in enumerate(cells)
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        content = {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (self.root / name).write_text(json.dumps(content), encoding="utf-8")


class Notebook:
    """A notebook open in a page of its own."""

    def __init__(self, lab: Lab, page: Any, name: str) -> None:
        self.lab, self.page, self.name = lab, page, name

    def open(self) -> None:
        """Load (or load again) the page and wait for the notebook and its kernel."""
        self.page.goto(f"{self.lab.address}/doc/tree/{self.name}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.page.wait_for_function(_IS_CONNECTED, timeout=60_000)

    def command(self, command: str) -> None:
        """Carry out a command of JupyterLab."""
        self.page.evaluate("command => window.jupyterapp.commands.execute(command)", command)

    def run_all(self) -> None:
        """Run every cell, without waiting for the end."""
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def save(self) -> None:
        """Save the notebook with its widgets."""
        self.command("docmanager:save")

    def kernel(self, code: str, seconds: float = 20) -> str:
        """Run code in the notebook's kernel, outside of any cell, and give what it printed."""
        return str(self.page.evaluate(_RUN_IN_KERNEL, [code, seconds]))

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20, what: str = "") -> None:
        """Wait until a condition holds, letting the page live meanwhile."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {what or condition}")
            self.page.wait_for_timeout(50)


_IS_CONNECTED = """
() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.session?.kernel?.connectionStatus === 'connected';
}
"""

_RUN_IN_KERNEL = """
async ([code, seconds]) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false, silent: false });
  let printed = '';
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === 'stream') printed += content.text;
    if (header.msg_type === 'error') printed += content.ename + ': ' + content.evalue;
  };
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the kernel did not finish')), seconds * 1000);
  });
  await Promise.race([future.done, late]);
  return printed;
}
"""
