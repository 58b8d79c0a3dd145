"""A Dask scheduler and its workers as processes of their own on this machine, for the tests to use and to kill."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

PACKAGE_ROOT = Path(__file__).parents[1]


class Cluster:
    """One scheduler, and workers that can be killed one by one."""

    def __init__(self, folder: Path, workers: int = 2, threads: int = 1, *, nanny: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / "log.txt").open("ab")
        self._file = folder / "scheduler.json"
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self._file)]
        self.scheduler = self._start("distributed.cli.dask_scheduler", *words)
        self._wait(self._is_written)
        self.workers = [self.add_worker(threads, nanny=nanny) for _ in range(workers)]
        self.wait_for(workers)

    @property
    def address(self) -> str:
        return str(json.loads(self._file.read_text())["address"])

    def _is_written(self) -> bool:
        """Tell whether the scheduler has written its whole file; it begins it before it writes."""
        try:
            return bool(self.address)
        except (FileNotFoundError, json.JSONDecodeError):
            return False

    def add_worker(self, threads: int = 1, *, nanny: bool = False) -> subprocess.Popen[bytes]:
        words = ["--scheduler-file", str(self._file), "--host", "127.0.0.1", "--nthreads", str(threads)]
        words += ["--no-dashboard", "--local-directory", str(self.folder)]
        return self._start("distributed.cli.dask_worker", *words, "--nanny" if nanny else "--no-nanny")

    def wait_for(self, workers: int) -> None:
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=30)

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            family = []
            if process.poll() is None:
                family = psutil.Process(process.pid).children(recursive=True)
                process.kill()
            process.wait()
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
        self._log.close()

    def _start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT), "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", module, *words], env=environment, stdout=self._log, stderr=self._log
        )

    def _wait(self, condition: object, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():  # type: ignore[operator]
            assert time.monotonic() < deadline, (self.folder / "log.txt").read_text()
            time.sleep(0.01)
