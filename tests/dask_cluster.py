"""A Dask scheduler and its workers as processes of their own on this machine, for the tests to use and to kill."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import psutil

PACKAGE_ROOT = Path(__file__).parents[1]
QUIET = {
    "OMP_NUM_THREADS": "1",
    # What Dask measures of itself a hundred times a second and shows on a dashboard that nobody opens.
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__GIL__ENABLED": "False",
}


def own_disk(folder: Path) -> list[str]:
    """Words before a command that has an empty disk of its own in place of a folder, as on another machine."""
    mount = 'mount -t tmpfs none "$0" && exec "$@"'
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, str(folder)]


class Network:
    """A network of its own for one more machine, whose link to this one can be cut; needs the right to make it."""

    def __init__(self) -> None:
        number = os.getpid() % 250
        self.name = f"workbench{os.getpid()}"
        self._link = f"wb{os.getpid()}"
        self.here, self.there = f"10.231.{number}.1", f"10.231.{number}.2"

    def __enter__(self) -> Network:
        inside = ["netns", "exec", self.name, "ip"]
        self._ip("netns", "add", self.name)
        self._ip("link", "add", self._link, "type", "veth", "peer", "name", "there", "netns", self.name)
        self._ip("addr", "add", f"{self.here}/24", "dev", self._link)
        self._ip("link", "set", self._link, "up")
        self._ip(*inside, "addr", "add", f"{self.there}/24", "dev", "there")
        self._ip(*inside, "link", "set", "there", "up")
        self._ip(*inside, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)

    def cut(self) -> None:
        """Have nothing pass any more, without a word to either side."""
        self._ip("link", "set", self._link, "down")

    def _ip(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)


class Cluster:
    """One scheduler, and workers that can be killed one by one."""

    def __init__(
        self,
        folder: Path,
        workers: int = 2,
        threads: int = 1,
        *,
        nanny: bool = False,
        host: str = "127.0.0.1",
    ) -> None:
        self.folder = folder
        self._host = host
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / "log.txt").open("ab")
        self._file = folder / "scheduler.json"
        self.scheduler = self._start_scheduler("0")
        self.workers = [self.add_worker(threads, nanny=nanny) for _ in range(workers)]
        if workers:
            self.wait_for(workers)

    @property
    def address(self) -> str:
        return str(json.loads(self._file.read_text())["address"])

    def _start_scheduler(self, port: str) -> subprocess.Popen[bytes]:
        words = ["--host", self._host, "--port", port, "--no-dashboard", "--scheduler-file", str(self._file)]
        made = self._start("distributed.cli.dask_scheduler", *words)
        self._wait(self._is_written)
        return made

    def restart_scheduler(self) -> None:
        """Start another scheduler at the address of the one that was killed; its workers have ended with it."""
        port = self.address.rpartition(":")[2]
        self.scheduler.wait()
        self._file.unlink()
        self.scheduler = self._start_scheduler(port)

    def _is_written(self) -> bool:
        """Tell whether the scheduler has written its whole file; it begins it before it writes."""
        try:
            return bool(self.address)
        except (FileNotFoundError, json.JSONDecodeError):
            return False

    def add_worker(
        self,
        threads: int = 1,
        *,
        nanny: bool = False,
        path: Path | None = None,
        hidden: Path | None = None,
        python: str = sys.executable,
        network: Network | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a worker: with a folder before its search path, a disk of its own in place of a folder, or another
        Python, which finds nothing of ours.
        """
        host = self._host if network is None else network.there
        words = ["--scheduler-file", str(self._file), "--host", host, "--nthreads", str(threads)]
        words += ["--no-dashboard", "--local-directory", str(self.folder)]
        words.append("--nanny" if nanny else "--no-nanny")
        return self._start(
            "distributed.cli.dask_worker", *words, path=path, hidden=hidden, python=python, network=network
        )

    def wait_for(self, workers: int) -> None:
        from distributed import Client

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Mismatched versions")
            client = Client(self.address, set_as_default=False)
        with client:
            client.wait_for_workers(workers, timeout=30)

    def end(self) -> None:
        self.end_workers()
        _end(self.scheduler)
        self._log.close()

    def end_workers(self) -> None:
        """Kill the workers."""
        for process in self.workers:
            _end(process)
        self.workers.clear()

    def _start(
        self,
        module: str,
        *words: str,
        path: Path | None = None,
        hidden: Path | None = None,
        python: str = sys.executable,
        network: Network | None = None,
    ) -> subprocess.Popen[bytes]:
        ours = PACKAGE_ROOT if python == sys.executable else None
        places = [str(place) for place in (path, ours) if place is not None]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places), **QUIET}
        command = [python, "-m", module, *words]
        if hidden is not None:
            command = [*own_disk(hidden), *command]
        if network is not None:
            command = ["ip", "netns", "exec", network.name, *command]
        return subprocess.Popen(command, env=environment, stdout=self._log, stderr=self._log)

    def _wait(self, condition: object, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():  # type: ignore[operator]
            assert time.monotonic() < deadline, (self.folder / "log.txt").read_text()
            time.sleep(0.01)


def _end(process: subprocess.Popen[bytes]) -> None:
    family = []
    if process.poll() is None:
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    process.wait()
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
