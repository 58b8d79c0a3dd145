"""The visits: each has a kernel of its own, which goes when the visitor has gone, however that happened.

A page says that it is open by its connection to the kernel, which the server pings, and before that connection
stands by small requests. When neither has been heard for ``LINGER_SECONDS`` the kernel is ended. A page that is
reloaded or left asks for the end itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.publishing.boards import PublishedBoard
from workbench.publishing.execution import CellFailed, Outputs, run_cell, subscribe
from workbench.publishing.kernels import KERNEL_NAME

__all__ = ["TooManyVisits", "Visit", "Visits"]

LINGER_SECONDS = 12.0
LOOK_SECONDS = 1.0
CELL_SECONDS = 60.0

_log = logging.getLogger(__name__)


class TooManyVisits(WorkbenchError):
    """Every place is taken: somebody has to leave first."""


@dataclass(slots=True, eq=False)
class Visit:
    """One open page and its kernel.

    Attributes
    ----------
    id
        Of the kernel.
    board, visitor
        What is looked at, and the secret of the browser that looks.
    outputs
        What each code cell shows, in order; ends early with ``failure``.
    sockets
        How many connections to the kernel are open.
    """

    id: str
    board: PublishedBoard
    visitor: str
    heard: float
    outputs: list[Outputs] = field(default_factory=list)
    failure: str = ""
    sockets: int = 0
    work: asyncio.Task[None] | None = None
    starting: asyncio.Future[Any] | None = None

    def is_of(self, visitor: str) -> bool:
        """Whether this browser began the visit."""
        return secrets.compare_digest(self.visitor, visitor)


class Visits:
    """Begins visits, runs their boards, and ends them.

    Parameters
    ----------
    kernels
        Jupyter's manager of kernels.
    folder
        Where the kernels work.
    most
        Visits at once.
    clock
        Gives seconds.
    """

    def __init__(
        self, kernels: Any, folder: Path, most: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.begun = 0
        self.most = most
        self._kernels = kernels
        self._folder = folder
        self._clock = clock
        self._visits: dict[str, Visit] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._visits)

    def begin(self, board: PublishedBoard, visitor: str) -> Visit:
        """Begin a visit; its kernel starts and its cells run while the page is on its way.

        Raises
        ------
        TooManyVisits
            When there is no place left.
        """
        if len(self._visits) >= self.most:
            raise TooManyVisits(f"{self.most} pages are open already.")
        visit = Visit(str(uuid.uuid4()), board, visitor, self._clock())
        self._visits[visit.id] = visit
        self.begun += 1
        visit.work = asyncio.create_task(self._run(visit), name=f"visit {visit.id}")
        return visit

    def find(self, identity: str, visitor: str) -> Visit | None:
        """Find a visit of this browser."""
        visit = self._visits.get(identity)
        return visit if visit is not None and visit.is_of(visitor) else None

    def hear(self, visit: Visit) -> None:
        """Note that the page is still there."""
        visit.heard = self._clock()

    async def ready(self, visit: Visit) -> None:
        """Wait until the cells have run; the visit must not be ended by a page that gives up waiting."""
        if visit.work is None:
            return
        # Whoever waits is there, however long the kernel takes on a busy machine.
        visit.sockets += 1
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(visit.work)
        finally:
            visit.sockets -= 1
            self.hear(visit)

    def end(self, visit: Visit) -> None:
        """End a visit and its kernel."""
        if self._visits.pop(visit.id, None) is not None:
            task = asyncio.create_task(self._end_kernel(visit))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def watch(self) -> None:
        """End, again and again, the visits whose page is gone."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.end_forsaken()
            await self._end_dead()

    def end_forsaken(self) -> None:
        """End the visits of which nothing was heard for a while."""
        now = self._clock()
        for visit in list(self._visits.values()):
            if visit.sockets:
                visit.heard = now
            elif now - visit.heard > LINGER_SECONDS:
                _log.info("The page of %s is gone", visit.board.slug)
                self.end(visit)

    async def _end_dead(self) -> None:
        for visit in list(self._visits.values()):
            if visit.work is not None and visit.work.done() and visit.id in self._kernels:
                with contextlib.suppress(KeyError):
                    if not await self._kernels.get_kernel(visit.id).is_alive():
                        # The page finds out at its next sign of life, and says so.
                        _log.error("A kernel of %s has ended by itself", visit.board.slug)
                        self.end(visit)

    async def end_all(self) -> None:
        """End every visit and wait for it."""
        for visit in list(self._visits.values()):
            self.end(visit)
        if self._ending:
            await asyncio.wait(self._ending, timeout=10)

    async def _run(self, visit: Visit) -> None:
        try:
            visit.starting = asyncio.ensure_future(
                self._kernels.start_kernel(
                    kernel_id=visit.id, kernel_name=KERNEL_NAME, cwd=str(self._folder), env={}
                )
            )
            # Of a start that is broken off in the middle, nobody would know the kernel to end it.
            await asyncio.shield(visit.starting)
            client = self._kernels.get_kernel(visit.id).client()
            client.start_channels(hb=False, stdin=False, control=False)
            try:
                await subscribe(client)
                for cell in visit.board.cells:
                    if cell.is_code:
                        visit.outputs.append(await run_cell(client, cell.source, CELL_SECONDS))
            finally:
                client.stop_channels()
        except CellFailed as error:
            visit.failure = "This board cannot be shown now. What went wrong is in the server's log."
            _log.error("The board %s failed:\n%s", visit.board.slug, error)
        except Exception:  # noqa: BLE001 - said on the page and in the log, whatever it is
            visit.failure = "This board cannot be shown now. What went wrong is in the server's log."
            _log.exception("The kernel of a visit of %s", visit.board.slug)

    async def _end_kernel(self, visit: Visit) -> None:
        if visit.work is not None and not visit.work.done():
            visit.work.cancel()
            await asyncio.wait([visit.work])
        if visit.starting is not None:
            await asyncio.wait([visit.starting])
        with contextlib.suppress(KeyError):
            if visit.id in self._kernels:
                try:
                    # It has nothing to save: it may only look.
                    await self._kernels.shutdown_kernel(visit.id, now=True)
                except Exception:  # noqa: BLE001 - the other visits go on
                    _log.exception("The kernel of a visit of %s did not end", visit.board.slug)
