"""Sessions: one open page with a kernel of its own, which ends when the page is gone, however that happened.

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
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.publishing.boards import PublishedBoard
from workbench.publishing.budgets import Bucket, Buckets, Limits
from workbench.publishing.frames import FrameFilter
from workbench.publishing.kernels.execution import CellFailed, Outputs, run_cell, subscribe
from workbench.publishing.kernels.provisioner import KERNEL_NAME, own_megabytes

__all__ = ["End", "Session", "Sessions", "TooManySessions"]

LINGER_SECONDS = 12.0
OPENINGS_PER_SECOND = 4.0
"""How often an address may open a page when it has opened many at once."""
LOOK_SECONDS = 1.0
CELL_SECONDS = 60.0
CONNECTS, CONNECTS_PER_SECOND = 200.0, 5.0
"""How often a page may connect: each time costs a subscription to its kernel."""

MAX_ENDED = 1_000
MAX_QUERY_CHARACTERS = 4_000
"""More than any page writes into its address; the kernel says that it is too much."""

_log = logging.getLogger(__name__)


class End(StrEnum):
    """Why a session has ended."""

    GONE = "gone"
    """Its page was left, or not heard for a while."""
    DEAD = "dead"
    """Its kernel has ended by itself."""
    IDLE = "idle"
    """Nothing was chosen for long."""
    LARGE = "large"
    """Its kernel used more memory than one may."""


class TooManySessions(WorkbenchError):
    """As many pages are open as may be."""


@dataclass(slots=True, eq=False)
class Session:
    """One open page and its kernel.

    Attributes
    ----------
    id
        Of the kernel.
    board, visitor
        What is looked at, and the secret of the browser that looks.
    outputs
        What each code cell shows, in order; ends early with ``failure``.
    address
        Where it looks from.
    query
        What was chosen at first, as the address of the page says it; examined by the kernel.
    chosen
        When something was last chosen in it.
    sockets
        How many connections to the kernel are open.
    frames, connects
        What the page may still send, and how often it may connect.
    """

    id: str
    board: PublishedBoard
    visitor: str
    heard: float
    address: str = ""
    query: str = ""
    chosen: float = 0.0
    outputs: list[Outputs] = field(default_factory=list)
    failure: str = ""
    sockets: int = 0
    frames: FrameFilter = field(default_factory=FrameFilter)
    connects: Bucket = field(default_factory=lambda: Bucket(CONNECTS, CONNECTS_PER_SECOND))
    work: asyncio.Task[None] | None = None
    starting: asyncio.Future[Any] | None = None

    def is_of(self, visitor: str) -> bool:
        """Whether this browser began the session."""
        return secrets.compare_digest(self.visitor, visitor)


class Sessions:
    """Begins sessions, runs their boards, and ends them.

    Parameters
    ----------
    kernels
        Jupyter's manager of kernels.
    folder
        Where the kernels work.
    limits
        How many at once, of one reader and of one address, and what a kernel may use.
    clock
        Gives seconds.
    """

    def __init__(
        self, kernels: Any, folder: Path, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.started = 0
        self.limits = limits
        self._openings = Buckets(limits.pages_of_address, OPENINGS_PER_SECOND, clock)
        self._kernels = kernels
        self._folder = folder
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._ended: dict[str, tuple[str, End]] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def begin(self, board: PublishedBoard, visitor: str, address: str = "", query: str = "") -> Session:
        """Begin a session; its kernel starts and its cells run while the page is on its way.

        Parameters
        ----------
        board
            What is looked at.
        visitor, address
            Who looks, and from where.
        query
            What is chosen on the page at first, as its address says it.

        Raises
        ------
        TooManySessions
            When there is no place left, or this reader or address has its share.
        """
        self._check_room(visitor, address)
        now = self._clock()
        session = Session(
            str(uuid.uuid4()),
            board,
            visitor,
            now,
            address=address,
            query=query[:MAX_QUERY_CHARACTERS],
            chosen=now,
        )
        self._sessions[session.id] = session
        self.started += 1
        session.work = asyncio.create_task(self._run(session), name=f"session {session.id}")
        return session

    def _check_room(self, visitor: str, address: str) -> None:
        open_ = self._sessions.values()
        if sum(session.visitor == visitor for session in open_) >= self.limits.pages_of_reader:
            raise TooManySessions(
                "You have many of these pages open already. Close one, then load this one again."
            )
        of_address = sum(session.address == address for session in open_)
        if of_address >= self.limits.pages_of_address or not self._openings.take(address):
            raise TooManySessions(
                "Many of these pages are open at your place already. Please try again in a little while."
            )
        if len(self._sessions) >= self.limits.pages:
            raise TooManySessions(
                "Too many readers are here at this moment. Please try again in a little while."
            )

    def note_choice(self, session: Session) -> None:
        """Note that the reader does something."""
        session.chosen = self._clock()

    def find(self, identity: str, visitor: str) -> Session | None:
        """Find a session of this browser."""
        session = self._sessions.get(identity)
        return session if session is not None and session.is_of(visitor) else None

    def end_of(self, identity: str, visitor: str) -> End | None:
        """Say why a session of this browser has ended; None where none is known."""
        whose, reason = self._ended.get(identity, ("", None))
        return reason if whose and secrets.compare_digest(whose, visitor) else None

    def hear(self, session: Session) -> None:
        """Note that the page is still there."""
        session.heard = self._clock()

    async def ready(self, session: Session) -> None:
        """Wait until the cells have run; the session must not be ended by a page that gives up waiting."""
        if session.work is None:
            return
        # A page that waits is there, however long the kernel takes on a busy machine.
        session.sockets += 1
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(session.work)
        finally:
            session.sockets -= 1
            self.hear(session)

    def end(self, session: Session, reason: End = End.GONE) -> None:
        """End a session and its kernel; the page is told why, if it is still there."""
        if self._sessions.pop(session.id, None) is not None:
            self._ended[session.id] = (session.visitor, reason)
            if len(self._ended) > MAX_ENDED:
                del self._ended[next(iter(self._ended))]
            task = asyncio.create_task(self._end_kernel(session))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def watch(self) -> None:
        """End, again and again, the sessions whose page is gone."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.end_abandoned()
            self.end_large()
            await self._end_dead()

    def end_abandoned(self) -> None:
        """End the sessions of which nothing was heard for a while."""
        now = self._clock()
        for session in list(self._sessions.values()):
            if now - session.chosen > self.limits.idle_seconds:
                _log.info("Nothing was done on a page of %s for long", session.board.slug)
                self.end(session, End.IDLE)
            elif session.sockets:
                session.heard = now
            elif now - session.heard > LINGER_SECONDS:
                _log.info("The page of %s is gone", session.board.slug)
                self.end(session)

    def end_large(self) -> None:
        """End the sessions whose kernel uses more memory of its own than one may."""
        for session in list(self._sessions.values()):
            used = own_megabytes(self._kernels, session.id)
            if used > self.limits.kernel_megabytes:
                _log.error(
                    "A kernel of %s is ended: it uses %d MB, more than %d",
                    session.board.slug,
                    used,
                    self.limits.kernel_megabytes,
                )
                self.end(session, End.LARGE)

    async def _end_dead(self) -> None:
        for session in list(self._sessions.values()):
            if session.work is not None and session.work.done() and session.id in self._kernels:
                with contextlib.suppress(KeyError):
                    if not await self._kernels.get_kernel(session.id).is_alive():
                        # The page finds out at its next sign of life, and says so.
                        _log.error("A kernel of %s has ended by itself", session.board.slug)
                        self.end(session, End.DEAD)

    async def end_all(self) -> None:
        """End every session and wait for it."""
        for session in list(self._sessions.values()):
            self.end(session)
        if self._ending:
            await asyncio.wait(self._ending, timeout=10)

    async def _run(self, session: Session) -> None:
        try:
            session.starting = asyncio.ensure_future(
                self._kernels.start_kernel(
                    kernel_id=session.id,
                    kernel_name=KERNEL_NAME,
                    cwd=str(self._folder),
                    env={"QUERY_STRING": session.query},
                )
            )
            # Of a start that is broken off in the middle, the kernel would not be known and could not be ended.
            await asyncio.shield(session.starting)
            client = self._kernels.get_kernel(session.id).client()
            client.start_channels(hb=False, stdin=False, control=False)
            try:
                await subscribe(client)
                for cell in session.board.cells:
                    if cell.is_code:
                        session.outputs.append(await run_cell(client, cell.source, CELL_SECONDS))
            finally:
                client.stop_channels()
        except CellFailed as error:
            session.failure = "This board cannot be shown now. What went wrong is in the server's log."
            _log.error("The board %s failed:\n%s", session.board.slug, error)
        except Exception:  # noqa: BLE001 - said on the page and in the log, whatever it is
            session.failure = "This board cannot be shown now. What went wrong is in the server's log."
            _log.exception("The kernel of a session of %s", session.board.slug)

    async def _end_kernel(self, session: Session) -> None:
        if session.work is not None and not session.work.done():
            session.work.cancel()
            await asyncio.wait([session.work])
        if session.starting is not None:
            await asyncio.wait([session.starting])
        with contextlib.suppress(KeyError):
            if session.id in self._kernels:
                try:
                    # It has nothing to save: it may only look.
                    await self._kernels.shutdown_kernel(session.id, now=True)
                except Exception:  # noqa: BLE001 - the other sessions continue
                    _log.exception("The kernel of a session of %s did not end", session.board.slug)
