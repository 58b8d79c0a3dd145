"""A page's connections to its kernel, and its other requests about it."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import Any

import tornado.ioloop
import tornado.web
import tornado.websocket
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from workbench.publishing.access import Refusal
from workbench.publishing.connections import is_piled_up
from workbench.publishing.frames import header_of, is_choice, passes_to_browser
from workbench.publishing.pages import COOKIE_DAYS, Page
from workbench.publishing.publication import Publication
from workbench.publishing.sessions import Session

__all__ = ["CellResults", "KernelModel", "KernelSocket", "SessionPage", "Shutdown"]

MAX_REFUSED = 50
"""Refused messages after which a connection is closed: no page sends one."""
MAX_QUESTION_CHARACTERS = 500
SILENT_SECONDS = 9.0
"""Two pings without an answer: the browser has crashed, or its network is gone."""
PROTOCOL = "v1.kernel.websocket.jupyter.org"

_log = logging.getLogger(__name__)


class OfSession(Page):
    """A request about a session, from the browser that began it."""

    def session(self, identity: str) -> Session:
        """Find the session; of another browser's there is nothing to be found."""
        found = self.publication.sessions.find(identity, self.visitor)
        if found is None:
            self.publication.log_refusal(self.request, Refusal(404, "no session of this browser"))
            raise tornado.web.HTTPError(404)
        return found


class SessionPage(OfSession):
    """A page says that it is open."""

    async def post(self, identity: str) -> None:
        """Note it, and tell whether the board has been run, and could be."""
        reason = self.publication.sessions.end_of(identity, self.visitor)
        if reason is not None:
            self.set_status(410)
            self.finish({"ended": str(reason)})
            return
        session = self.session(identity)
        self.publication.sessions.hear(session)
        self.finish(
            {"failure": session.failure, "finished": session.work is not None and session.work.done()}
        )


class Shutdown(OfSession):
    """A page says that it is being left."""

    async def post(self, identity: str) -> None:
        """End the session."""
        self.publication.sessions.end(self.session(identity))
        self.set_status(204)
        await self.finish()


class KernelModel(OfSession):
    """What Voilà's front end asks for first."""

    async def get(self, identity: str) -> None:
        """Describe the kernel, when the board's cells have run: all its widgets are there then."""
        session = self.session(identity)
        self.publication.sessions.hear(session)
        await self.publication.sessions.ready(session)
        self.finish(
            {"id": session.id, "name": "workbench-viewer", "execution_state": "idle", "connections": 0}
        )


class CellResults(tornado.websocket.WebSocketHandler):
    """Gives what the cells show, in the way in which Voilà renders a page step by step."""

    def initialize(self, publication: Publication) -> None:
        """Take what is published."""
        self.publication = publication
        self._session: Session | None = None

    def get_compression_options(self) -> dict[str, Any] | None:
        """Compress: what a board shows is mostly numbers."""
        return {}

    async def open(self, identity: str) -> None:
        """Find the session."""
        self.set_nodelay(True)
        cookie = self.get_signed_cookie(self.publication.cookie("visitor"), max_age_days=COOKIE_DAYS)
        self._session = self.publication.sessions.find(identity, "" if cookie is None else cookie.decode())
        if self._session is None:
            self.publication.log_refusal(self.request, Refusal(404, "no session of this browser"))
            self.close(4404, "no such session")

    async def on_message(self, message: str | bytes) -> None:
        """Answer the one question there is."""
        session = self._session
        if session is None or len(message) > MAX_QUESTION_CHARACTERS:
            return
        try:
            is_question = json.loads(message).get("action") == "execute"
        except (ValueError, AttributeError):
            is_question = False
        if not is_question:
            self.publication.log_refusal(self.request, Refusal(400, "an unknown message"))
            return
        await self.publication.sessions.ready(session)
        with contextlib.suppress(tornado.websocket.WebSocketClosedError):
            for index, outputs in enumerate(session.outputs):
                # One at a time: of several, Voilà shows what follows the first widget too late or never.
                for shown in [[output] for output in outputs] or [[]]:
                    payload = {"cell_index": index, "total_cell": -1, "output_cell": {"outputs": shown}}
                    await self.write_message({"action": "execution_result", "payload": payload})


class KernelSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """A page's connection to its kernel: every message is looked at, in both directions."""

    def initialize(self, publication: Publication) -> None:
        """Take what is published."""
        super().initialize()
        self.publication = publication
        self._session: Session | None = None
        self._refused = 0
        self.bytes_sent = 0

    def get_compression_options(self) -> dict[str, Any] | None:
        """Compress: what a board shows is mostly numbers."""
        return {}

    async def pre_get(self) -> None:
        """Find the session and connect to its kernel."""
        cookie = self.get_signed_cookie(self.publication.cookie("visitor"), max_age_days=COOKIE_DAYS)
        session = self.publication.sessions.find(self.kernel_id, "" if cookie is None else cookie.decode())
        if session is None:
            self.publication.log_refusal(self.request, Refusal(404, "no session of this browser"))
            raise tornado.web.HTTPError(404)
        if PROTOCOL not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            self.publication.log_refusal(self.request, Refusal(400, "an unknown protocol"))
            raise tornado.web.HTTPError(400)
        if session.sockets >= self.publication.limits.sockets_of_page or not session.connects.take():
            self.publication.log_refusal(self.request, Refusal(429, "too many connections of one page"))
            raise tornado.web.HTTPError(429)
        await self.publication.sessions.ready(session)
        self._session = session
        await super().pre_get()

    def send_ping(self) -> None:
        """Ask whether the browser is still there; it answers without its page's help."""
        if tornado.ioloop.IOLoop.current().time() - self.last_pong > SILENT_SECONDS:
            # Without a closing handshake: a client that answers no ping does not answer that either.
            stream = getattr(self.ws_connection, "stream", None)
            if stream is not None:
                stream.close()
        elif self.ws_connection is not None:
            with contextlib.suppress(tornado.websocket.WebSocketClosedError):
                self.ping(b"")

    async def open(self, kernel_id: str) -> None:
        """Count the connection."""
        # An answer is several small messages: each would wait up to 40 ms for the one before to be confirmed.
        self.set_nodelay(True)
        if self._session is not None:
            self._session.sockets += 1
        await super().open(kernel_id)

    def on_message(self, message: str | bytes) -> None:
        """Let a message pass to the kernel, or refuse it with one line in the log."""
        # Of a connection that closes more may have come: Jupyter's server would read it in an older protocol, by
        # which any number in it is a count of gigabytes.
        if self._refused > MAX_REFUSED or self.ws_connection is None or self.selected_subprotocol != PROTOCOL:
            return
        session = self._session
        reason = "no session" if session is None else session.frames.refusal(message)
        if not reason and session is not None:
            if isinstance(message, bytes) and is_choice(message):
                self.publication.sessions.note_choice(session)
            super().on_message(message)
        else:
            self._refused += 1
            self.publication.log_refusal(self.request, Refusal(403, reason))
            if self._refused > MAX_REFUSED:
                self.close(4403, "too many refused messages")

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Let a message pass to the browser, when it is for visitors."""
        if not isinstance(message, bytes) or not passes_to_browser(str(header_of(message).get("msg_type"))):
            return None
        self.bytes_sent += len(message)
        if self.ws_connection is None:
            return None
        sent = super().write_message(message, binary)
        # It fails when the browser has gone meanwhile, which nobody waits to hear.
        sent.add_done_callback(lambda future: future.cancelled() or future.exception())
        stream = getattr(self.ws_connection, "stream", None)
        if stream is not None and is_piled_up(stream, self.publication.limits.queued_bytes):
            self.publication.log_refusal(self.request, Refusal(408, "the reader does not read"))
            stream.close()
        return sent

    def on_close(self) -> None:
        """Count the connection no more."""
        if self._session is not None:
            self._session.sockets -= 1
            self.publication.sessions.hear(self._session)
            _log.debug("A page of %s has got %d bytes", self._session.board.slug, self.bytes_sent)
        if self.connection is not None:
            super().on_close()
