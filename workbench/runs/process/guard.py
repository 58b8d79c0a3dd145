"""A small process that outlives a child process and its parent, to kill what they leave behind.

When the parent is killed, the system kills the child at once, and the child has no moment left to end the
processes that it has started itself (a solver's, say). The guard has: it waits for the end of the parent or of
the child, then kills their process group, then ends.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable

__all__ = ["start_guard"]


def start_guard(connection: int) -> Callable[[], None]:
    """Start the guard of this process's group; called before any other thread is started.

    Parameters
    ----------
    connection
        Descriptor of the socket to the parent; the guard reads nothing from it, it only sees it break.

    Returns
    -------
        What dismisses the guard at an orderly end; without it the guard kills the group when we are gone.
    """
    group = os.getpgid(0)
    alive, held = os.pipe()
    guard = os.fork()
    if guard == 0:
        try:
            os.setsid()
            os.close(held)
            _leave_all_but(connection, alive)
            if not _is_dismissed(connection, alive):
                os.killpg(group, signal.SIGKILL)
        except OSError:
            pass
        finally:
            os._exit(0)
    os.close(alive)

    def dismiss() -> None:
        # Waited for, so that no zombie is left to a first process that does not look after them.
        os.write(held, b"done")
        os.waitpid(guard, 0)

    # Our end of this pipe stays open as long as we live, and is not passed on to what we start.
    return dismiss


def _leave_all_but(*kept: int) -> None:
    # Above all the pipes of the child's output: their reader waits until all writers have closed them.
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    lowest = 3
    for descriptor in sorted(kept):
        os.closerange(lowest, descriptor)
        lowest = descriptor + 1
    os.closerange(lowest, os.sysconf("SC_OPEN_MAX"))


def _is_dismissed(connection: int, alive: int) -> bool:
    poll = select.poll()
    # Without POLLIN on the connection: what the parent sends is the child's to read.
    poll.register(connection, 0)
    poll.register(alive, select.POLLIN)
    return any(event & select.POLLIN for _, event in poll.poll())
