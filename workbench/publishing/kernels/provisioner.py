"""Asking the prefork server for kernels, and Jupyter's way of handling them."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from workbench.errors import WorkbenchError
from workbench.runs.model.read_only import VARIABLE

__all__ = [
    "KERNEL_NAME",
    "ForkedKernel",
    "PreforkServer",
    "PreforkServerGone",
    "ViewerKernels",
    "own_megabytes",
    "register_prefork_server",
]

KERNEL_NAME = "workbench-viewer"
FOR_FORKS = {
    # A thread of the parent would be missing in its forks; a board is drawn by one.
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # Arrow's own allocator keeps what a table was read into, 20 MB for each visitor; malloc gives it back.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""What libraries are told in the process that kernels are forked from."""
ANSWER_SECONDS = 20.0
WARM_UP_SECONDS = 120.0

_log = logging.getLogger(__name__)
_PROVISIONER = "workbench-prefork"


class PreforkServerGone(WorkbenchError):
    """The process that makes kernels has ended; the next session starts another one."""


@dataclass(slots=True, eq=False)
class Kernel:
    """A kernel that was forked; ``code`` is how it has ended, None while it lives."""

    pid: int
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    code: int | None = None


class PreforkServer:
    """Starts the process that kernels are forked from, and asks it for them.

    Parameters
    ----------
    modules
        What it loads beforehand.
    environment
        Variables that it and every kernel get beside our own.
    """

    def __init__(self, modules: Sequence[str], environment: Mapping[str, str]) -> None:
        self._modules = list(modules)
        self._environment = {
            **os.environ,
            **environment,
            VARIABLE: "1",
            **FOR_FORKS,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] | None = None
        self._starting = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Kernel]] = {}
        self._kernels: dict[int, Kernel] = {}

    @property
    def pid(self) -> int | None:
        """Process id, None while it does not run."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the process where it does not run, and wait until it has loaded everything.

        Raises
        ------
        PreforkServerGone
            When it ends before that.
        """
        async with self._starting:
            if self.pid is None:
                self._ready = asyncio.get_running_loop().create_future()
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "workbench.publishing.kernels.prefork", *self._modules),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env=self._environment,
                )
                self._reader = asyncio.create_task(self._listen(self._process))
        assert self._ready is not None
        await asyncio.wait_for(asyncio.shield(self._ready), WARM_UP_SECONDS)

    async def fork(self, connection_file: str, environment: Mapping[str, str], folder: Path) -> Kernel:
        """Have a kernel forked; where the process has ended meanwhile, by another one.

        Raises
        ------
        PreforkServerGone
            When that ends too.
        TimeoutError
            When it does not answer.
        """
        try:
            return await self._fork(connection_file, environment, folder)
        except PreforkServerGone:
            _log.error("The process that makes kernels has ended; another one is started")
            if self._reader is not None:
                await self._reader
            return await self._fork(connection_file, environment, folder)

    async def _fork(self, connection_file: str, environment: Mapping[str, str], folder: Path) -> Kernel:
        await self.start()
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            self._ask(
                fork=number,
                connection_file=connection_file,
                environment=dict(environment),
                folder=str(folder),
            )
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        finally:
            self._asked.pop(number, None)

    def send_signal(self, kernel: Kernel, number: int) -> None:
        """Send a signal to a kernel that still lives."""
        if kernel.code is None and self.pid is not None:
            self._ask(signal=number, pid=kernel.pid)

    async def stop(self) -> None:
        """End the process and its kernels."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reader is not None:
            await self._reader

    def _ask(self, **request: Any) -> None:
        if self.pid is None or self._process is None or self._process.stdin is None:
            raise PreforkServerGone("The process that makes kernels has ended; try again.")
        self._process.stdin.write(json.dumps(request).encode() + b"\n")

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self._take(json.loads(line))
        await process.wait()
        gone = PreforkServerGone("The process that makes kernels has ended; try again.")
        for waiting in (self._ready, *self._asked.values()):
            if waiting is not None and not waiting.done():
                waiting.set_exception(gone)
                # A caller that waits gets it; when none does, it is not an error of its own.
                waiting.exception()
        for kernel in self._kernels.values():
            kernel.code = -signal.SIGKILL
            kernel.ended.set()
        self._kernels.clear()

    def _take(self, answer: Mapping[str, Any]) -> None:
        if "ready" in answer:
            for name, reason in answer["failed"].items():
                _log.warning("%s could not be loaded beforehand: %s", name, reason)
            if answer["threads"] > 1:
                _log.warning("A library has started %d threads, which forks lack", answer["threads"] - 1)
            if self._ready is not None and not self._ready.done():
                self._ready.set_result(None)
        elif "fork" in answer:
            kernel = self._kernels[answer["pid"]] = Kernel(answer["pid"])
            waiting = self._asked.get(answer["fork"])
            if waiting is not None and not waiting.done():
                waiting.set_result(kernel)
            else:
                self._ask(signal=int(signal.SIGKILL), pid=kernel.pid)
        elif answer["gone"] in self._kernels:
            ended = self._kernels.pop(answer["gone"])
            ended.code = answer["code"]
            ended.ended.set()


_servers: list[PreforkServer] = []


def register_prefork_server(server: PreforkServer) -> None:
    """Make kernels of the name :data:`KERNEL_NAME` come from this prefork server, in this process."""
    _servers[:] = [server]
    entry = EntryPoint(_PROVISIONER, f"{__name__}:ForkedKernel", KernelProvisionerFactory.GROUP_NAME)
    KernelProvisionerFactory.provisioners[_PROVISIONER] = entry


def own_megabytes(kernels: Any, identity: str) -> float:
    """Give the memory that a kernel shares with no other [MB]; 0 when it is gone.

    Parameters
    ----------
    kernels
        Jupyter's manager of kernels.
    identity
        Id of the kernel.
    """
    provisioner = kernels.get_kernel(identity).provisioner if identity in kernels else None
    pid = getattr(provisioner, "pid", None)
    parent = _servers[0].pid if _servers else None
    if not pid or not parent:
        return 0.0
    # What is mapped from files is one copy for all. What was forked is counted as the parent's.
    return max(0.0, _anonymous_megabytes(pid) - _anonymous_megabytes(parent))


def _anonymous_megabytes(pid: int) -> float:
    try:
        used = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0.0
    return float(used.rss - getattr(used, "shared", 0)) / 2**20


class ViewerKernels(KernelSpecManager):
    """Knows one kernel only: the one that serves visitors, whatever a notebook asks for."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Give the one kernel there is."""
        return KernelSpec(
            argv=["the prefork server forks it", "{connection_file}"],
            name=KERNEL_NAME,
            display_name="Workbench, for visitors",
            language="python",
            interrupt_mode="signal",
            metadata={"kernel_provisioner": {"provisioner_name": _PROVISIONER, "config": {}}},
        )

    def find_kernel_specs(self) -> dict[str, str]:
        """Name the one kernel there is."""
        return {KERNEL_NAME: ""}


class ForkedKernel(LocalProvisioner):
    """A kernel whose process the prefork server has forked."""

    _kernel: Kernel | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a process to look after."""
        return self._kernel is not None

    async def poll(self) -> int | None:
        """How the process has ended; None while it lives."""
        return 0 if self._kernel is None else self._kernel.code

    async def wait(self) -> int | None:
        """Wait for the end of the process."""
        if self._kernel is None:
            return 0
        await self._kernel.ended.wait()
        code, self._kernel = self._kernel.code, None
        return code

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the process."""
        if self._kernel is not None:
            _servers[0].send_signal(self._kernel, int(signum))

    async def kill(self, restart: bool = False) -> None:
        """End the process at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Ask the process to end."""
        await self.send_signal(signal.SIGTERM)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Write the connection file and see to the environment."""
        chosen = dict(kwargs.pop("env", {}))
        kwargs = await super().pre_launch(env={}, **kwargs)
        return {**kwargs, "env": chosen}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Have the process forked."""
        folder = Path(kwargs.get("cwd") or Path.cwd())
        self._kernel = await _servers[0].fork(cmd[-1], kwargs["env"], folder)
        self.pid = self._kernel.pid
        self.cwd = folder
        return self.connection_info
