"""The process that reads workbooks: a loop over requests, with limits of memory and time for each.

It ends when the process that started it does, or closes the connection.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import pickle
from multiprocessing.connection import Connection

from workbench.data.workbooks.parsing import parse
from workbench.errors import UnreadableFile

MEGABYTE = 1_000_000
POLL_SECONDS = 2.0

Request = tuple[str, bytes, frozenset[str] | None, bool]


def memory_limit(size: int) -> int:
    """Memory [bytes] that a file of so many bytes may take: 1 GB, and 32 times its size."""
    return 1_000 * MEGABYTE + 32 * size


def cpu_limit(size: int) -> float:
    """Processor time [s] that a file of so many bytes may take: 10 s, and 1 s a MB."""
    return 10.0 + size / MEGABYTE


def main(descriptor: int, parent: int) -> None:
    """Answer requests until the connection ends or the parent is gone."""
    connection = Connection(descriptor)
    # Cells make no cycles: looking for some among a million of them would cost a tenth of the time.
    gc.disable()
    with contextlib.suppress(EOFError, OSError):
        while True:
            while not connection.poll(POLL_SECONDS):
                # A copy of our end of the connection may live on in a process that the parent forked.
                if os.getppid() != parent:
                    return
            request: Request = pickle.loads(connection.recv_bytes())
            connection.send_bytes(pickle.dumps(_answer(request), protocol=5))
            if len(request[1]) > MEGABYTE:
                gc.collect()
            del request


def _answer(request: Request) -> object:
    path, content, wanted, careful = request
    try:
        _limit(len(content))
        try:
            return parse(path, content, wanted, careful=careful)
        except MemoryError:
            return parse(path, content, wanted, careful=True)
    except UnreadableFile as error:
        return str(error)
    except MemoryError:
        return f"{path} {too_large(len(content))}"


def too_large(size: int) -> str:
    """End of the sentence about a file that needs more memory than it may."""
    return (
        f"needs more than {memory_limit(size) / MEGABYTE:,.0f} MB of memory to be read; "
        "delete the stray entries at the far end of its sheets, or save the needed sheets in a new workbook."
    )


def _limit(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's watch on the time remains
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime + cpu_limit(size))
    for kind, limit in ((resource.RLIMIT_AS, memory_limit(size)), (resource.RLIMIT_CPU, seconds)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))
