"""The process from which visitors' kernels are forked: it has loaded what the boards need, and waits.

A kernel that starts from nothing needs seconds for its libraries and keeps a copy of its own of them. A fork of
this process is ready in a tenth of a second and shares their memory with all others. It has one thread, opens no
socket and no file, and reads lines of JSON from its standard input::

    {"fork": 1, "connection_file": "…", "environment": {…}, "folder": "…"}     a kernel for request 1
    {"signal": 9, "pid": 4711}                                                 to a kernel of its own

It answers on its standard output with ``{"ready": …}``, ``{"fork": 1, "pid": 4711}`` and
``{"gone": 4711, "code": 0}``. It ends, and its kernels with it, when its standard input does: with the server,
whatever ends that.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import gc
import importlib
import json
import logging
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Any

__all__ = ["load_modules", "main"]

LIBRARIES = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipywidgets", "anywidget"),
    *(
        "workbench.ui.readers.widget_guard",
        "workbench.ui.readers.outgoing",
        "workbench.ui.readers.kept_choices",
    ),
    "workbench.home.opening",
    # What a kernel would only load while it starts.
    *(
        "IPython.core.completerlib",
        "IPython.core.oinspect",
        "IPython.extensions.storemagic",
        "ipykernel.debugger",
    ),
    *("pdb", "tornado.platform.asyncio", "tornado.queues", "zmq.utils.garbage", "encodings.utf_8_sig"),
)
"""What every board needs; the libraries of the boards themselves are named by the caller."""

_PR_SET_PDEATHSIG = 1


def main(modules: Sequence[str]) -> None:
    """Load the modules, then fork kernels until the standard input ends."""
    # Read when ipykernel is imported: a kernel whose parent is gone ends itself.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    # A debugger has no place in a visitor's kernel, and takes half of the time in which it starts.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    failed = load_modules(modules)
    KernelForker(answers).serve({"ready": True, "failed": failed, "threads": _number_of_threads()})


def load_modules(modules: Sequence[str]) -> dict[str, str]:
    """Import modules; returns the reason for each that could not be.

    Parameters
    ----------
    modules
        Their dotted names, beside those that every board needs.
    """
    from workbench.ui.readers.widget_guard import guard_widgets

    guard_widgets()
    failed = {}
    for name in (*LIBRARIES, *modules):
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - a board that cannot be loaded says so on its own page
            failed[name] = f"{type(error).__name__}: {error}"
    if "workbench.ui.figures.area" in sys.modules:
        from workbench.publishing.kernels.warm_up import warm_up

        warm_up()
    gc.collect()
    # Else the first collection in each fork would copy every page that holds an object.
    gc.freeze()
    return failed


class KernelForker:
    """Forks kernels, passes signals on to them, and tells when one has ended.

    Parameters
    ----------
    answers
        Where the lines for the server go.
    """

    def __init__(self, answers: Any) -> None:
        self._answers = answers
        self._children: set[int] = set()
        self._waiting = b""
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def serve(self, greeting: dict[str, Any]) -> None:
        """Carry out requests until there are no more."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._answer(**greeting)
        poll = select.poll()
        poll.register(0, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        while True:
            readable = [descriptor for descriptor, _ in poll.poll()]
            if self._woken in readable:
                os.read(self._woken, 4096)
                self._reap()
            if 0 in readable and not self._read():
                break
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _read(self) -> bool:
        content = os.read(0, 1 << 16)
        if not content:
            return False
        *lines, self._waiting = (self._waiting + content).split(b"\n")
        for line in lines:
            self._carry_out(json.loads(line))
        return True

    def _carry_out(self, request: dict[str, Any]) -> None:
        if "fork" in request:
            pid = os.fork()
            if pid == 0:
                self._become_kernel(request)
            self._children.add(pid)
            self._answer(fork=request["fork"], pid=pid)
        elif request["pid"] in self._children:
            # Still ours: its number is not given to another process before it was reaped.
            os.kill(request["pid"], request["signal"])

    def _reap(self) -> None:
        while self._children:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._children.discard(pid)
            self._answer(gone=pid, code=os.waitstatus_to_exitcode(status))

    def _answer(self, **facts: Any) -> None:
        self._answers.write(json.dumps(facts) + "\n")

    def _become_kernel(self, request: dict[str, Any]) -> None:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            _die_with_parent()
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            for descriptor in (nothing, self._woken, self._wake, self._answers.fileno()):
                os.close(descriptor)
            _log_to(os.dup(2))
            os.environ.update(request["environment"])
            os.chdir(request["folder"])
            _run_kernel(request["connection_file"])
            code = 0
        except BaseException:  # noqa: BLE001 - what is left of the parent's stack must never run in the child
            traceback.print_exc()
        finally:
            os._exit(code)


def _run_kernel(connection_file: str) -> None:
    from ipykernel.kernelapp import IPKernelApp

    from workbench.ui.readers.outgoing import hide_folders
    from workbench.ui.readers.widget_guard import serve_control_comm

    application = IPKernelApp.instance()
    # No history: it is a file that all kernels would share, and no code is typed here.
    application.initialize(  # type: ignore[no-untyped-call]
        ["-f", connection_file, "--HistoryManager.enabled=False", "--IPKernelApp.log_level=ERROR"]
    )
    serve_control_comm(application.kernel.comm_manager)
    hide_folders(application.session)
    application.start()  # type: ignore[no-untyped-call]


def _number_of_threads() -> int:
    # Those of native libraries too, where the system tells: a fork lacks them just the same.
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names are enough
    except OSError:
        return threading.active_count()


def _log_to(descriptor: int) -> None:
    # ipykernel takes what is written to the error output for the browser's; the server's log is this one's place.
    stream = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _die_with_parent() -> None:
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(ctypes.util.find_library("c"))
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
