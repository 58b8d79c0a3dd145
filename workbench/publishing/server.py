"""The server: Voilà's standalone one, with our own pages in place of all of its own, and a gate before them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import shutil
import signal
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tornado.httputil
import tornado.web
from traitlets.config import Config
from voila.app import Voila

from workbench.data.projects.project import Project
from workbench.errors import JournalError, WorkbenchError
from workbench.publishing import pages, sockets
from workbench.publishing.access import Access, Refusal, Request, is_loopback
from workbench.publishing.assets import Assets
from workbench.publishing.boards import Library
from workbench.publishing.bundle import Bundle
from workbench.publishing.kernels import Nursery, ViewerKernels, register_nursery
from workbench.publishing.sessions import Visit, Visits
from workbench.runs.journal.reader import JournalReader

__all__ = ["CannotServe", "Publication", "PublishingServer", "ServerOptions"]

PING_MILLISECONDS = 4_000
WRONG_TOKENS = 10
WRONG_TOKEN_SECONDS = 60.0
_IDENTITY = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"

_log = logging.getLogger("workbench.publishing")


class CannotServe(WorkbenchError):
    """The server does not start: an address without a token, a port in use, no project."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What is published, where, and for whom.

    Parameters
    ----------
    project
        Folder of the project that every board opens.
    notebooks
        Folder of the notebooks.
    address, port
        Where the server listens; port 0 chooses a free one.
    access
        Who may come in.
    most_visits
        Open pages at once.
    """

    project: Path
    notebooks: Path
    address: str = "127.0.0.1"
    port: int = 8866
    access: Access = field(default_factory=Access)
    most_visits: int = 60


class Publication:
    """What the pages of one server share.

    Parameters
    ----------
    options
        What is published, where, and for whom.
    project
        The project.
    kernels
        Jupyter's manager of kernels.
    """

    base = "/"

    def __init__(self, options: ServerOptions, project: Project, kernels: Any) -> None:
        self.access = options.access
        self.library = Library(options.notebooks)
        self.assets = Assets()
        self.visits = Visits(kernels, options.notebooks, options.most_visits)
        self.started = time.monotonic()
        self.secret = secrets.token_bytes(32)
        self.title, region = project.name, project.region
        self.subtitle = "" if region == self.title else region
        self.bundle = Bundle(self.assets)
        self.has_figures = False
        self.port = options.port
        self._project = project
        self._wrong: defaultdict[str, deque[float]] = defaultdict(deque)
        self.token_digest = hashlib.sha256(self.secret + (self.access.token or "").encode()).hexdigest()

    @property
    def assets_address(self) -> str:
        """Address under which the assets lie."""
        return f"{self.base}assets/{self.assets.version}"

    def cookie(self, name: str) -> str:
        """Name of a cookie; browsers do not tell the ports of a host apart."""
        return f"workbench-{name}-{self.port}"

    def is_secure(self, request: tornado.httputil.HTTPServerRequest) -> bool:
        """Whether the reader's connection is encrypted, here or by a trusted proxy."""
        through_proxy = request.remote_ip in self.access.proxies and bool(self.access.proxy_header)
        forwarded = through_proxy and request.headers.get("X-Forwarded-Proto", "") == "https"
        return request.protocol == "https" or forwarded

    def page_config(self, visit: Visit) -> dict[str, Any]:
        """Tell Voilà's front end what it needs to know."""
        return {
            "appVersion": "1",
            "appUrl": "voila/",
            "baseUrl": self.base,
            "kernelId": visit.id,
            "frontend": "voila",
            "progressiveRendering": True,
            "jupyterLabTheme": "light",
            "themesUrl": "/voila/api/themes",
            "terminalsAvailable": False,
            "fullStaticUrl": f"{self.assets_address}/voila",
            "fullLabextensionsUrl": f"{self.assets_address}/extensions",
            "federated_extensions": self.assets.federated(),
            "extensionConfig": {},
        }

    def problem(self) -> str:
        """Say why no board can be shown now; empty when they can."""
        try:
            Project.open(self._project.folder)
        except WorkbenchError as error:
            _log.error("The project cannot be opened: %s", error)
            return (
                "The project of these pages is not there at the moment. Whoever publishes them can see why."
            )
        try:
            if self._project.journal_path.is_file():
                JournalReader(self._project.journal_path).close()
        except JournalError as error:
            _log.error("The journal cannot be read: %s", error)
            return (
                "The history of this project cannot be read at the moment. Whoever publishes it can see why."
            )
        return ""

    # who may come in

    def judge(self, request: tornado.httputil.HTTPServerRequest) -> Refusal | None:
        """Judge a request by the gate's rules."""
        headers = {name.lower(): value for name, value in request.headers.get_all()}
        facts = Request(
            request.method or "", request.path, headers, request.remote_ip or "", self._is_signed_in(request)
        )
        return self.access.refusal(facts)

    def lets_in(self, request: tornado.httputil.HTTPServerRequest, path: str) -> bool:
        """Whether whoever asks could also ask for another page."""
        headers = {name.lower(): value for name, value in request.headers.get_all()}
        facts = Request("GET", path, headers, request.remote_ip or "", self._is_signed_in(request))
        return self.access.refusal(facts) is None

    def _is_signed_in(self, request: tornado.httputil.HTTPServerRequest) -> bool:
        morsel = request.cookies.get(self.cookie("token"))
        if morsel is None or self.access.token is None:
            return False
        value = tornado.web.decode_signed_value(self.secret, self.cookie("token"), morsel.value)
        return value is not None and secrets.compare_digest(value, self.token_digest.encode())

    def may_try(self, address: str) -> bool:
        """Whether an address may try another token: not after ten wrong ones within a minute."""
        tries, now = self._wrong[address], time.monotonic()
        while tries and now - tries[0] > WRONG_TOKEN_SECONDS:
            tries.popleft()
        return len(tries) < WRONG_TOKENS

    def note_wrong_token(self, address: str) -> None:
        """Count a wrong token."""
        if len(self._wrong) > 10_000:
            self._wrong.clear()
        self._wrong[address].append(time.monotonic())

    def log_refusal(self, request: tornado.httputil.HTTPServerRequest, refusal: Refusal) -> None:
        """Write the one line that every refused attempt leaves."""
        # Shown as Python would write it: a line end in an address must not look like another line of the log.
        path = ascii(request.path[:200])
        _log.warning(
            "Refused %s %s %s from %s: %s",
            refusal.status,
            ascii(request.method or "")[1:-1],
            path,
            request.remote_ip,
            ascii(refusal.reason)[1:-1],
        )


class GatedApplication(tornado.web.Application):
    """Looks at every request before it is given to any page."""

    publication: Publication

    def find_handler(
        self, request: tornado.httputil.HTTPServerRequest, **options: Any
    ) -> tornado.web._HandlerDelegate:
        """Give the page that answers; the refusal when the gate does not let the request pass."""
        refusal = self.publication.judge(request)
        if refusal is not None:
            facts = {"publication": self.publication, "refusal": refusal}
            return self.get_handler_delegate(request, pages.Refused, facts)
        return super().find_handler(request, **options)


class PublishingServer(Voila):  # type: ignore[misc]
    """Voilà, standalone, for the boards of one project.

    Parameters
    ----------
    options
        What is published, where, and for whom.

    Raises
    ------
    CannotServe
        When it may not or cannot listen there.
    ProjectError
        When there is no project.
    """

    def __init__(self, options: ServerOptions) -> None:
        # No configuration file, of whatever folder it is started in, may open what is closed here.
        # A kernel that has died is not started again: it would know nothing of the page that shows it.
        config = Config({"KernelManager": {"autorestart": False}})
        super().__init__(config=config, config_file_paths=[], root_dir=str(options.notebooks))
        self.options = options
        self.on_ready: Callable[[], None] = lambda: None

    def initialize(self, argv: Any = None) -> None:
        """Take nothing from a command line or a file."""
        from voila.configuration import VoilaConfiguration

        self.voila_configuration = VoilaConfiguration(
            parent=self,
            multi_kernel_manager_class="jupyter_server.services.kernels.kernelmanager.AsyncMappingKernelManager",
            kernel_spec_manager_class=ViewerKernels,
            show_tracebacks=False,
            strip_sources=True,
            file_allowlist=[],
            allow_template_override="NO",
            allow_theme_override="NO",
        )
        self.setup_template_dirs()

    def init_settings(self) -> dict[str, Any]:
        """Give Voilà's settings with ours over them."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.allowed_message_types = [
            *("comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"),
        ]
        self.kernel_manager.allow_tracebacks = False
        self.kernel_manager.buffer_offline_messages = False
        self.kernel_manager.cull_idle_timeout = 0
        return settings | {
            "xsrf_cookies": True,
            "xsrf_cookie_kwargs": {"samesite": "Lax"},
            "ws_ping_interval": PING_MILLISECONDS,
            "ws_ping_timeout": PING_MILLISECONDS,
            "websocket_max_message_size": 1_000_000,
            "log_function": _log_request,
        }

    def init_handlers(self) -> list[Any]:
        """Give our own pages only; none of Voilà's serves a file or a notebook by its path."""
        facts = {"publication": self.publication}
        return [
            ("/", pages.Gallery, facts),
            (r"/board/([^/]+)", pages.BoardPage, facts),
            (r"/assets/([0-9a-f]{16})/(.+)", pages.AssetPage, facts),
            ("/health", pages.Health, facts),
            ("/sign-in", pages.SignIn, facts),
            (rf"/visit/{_IDENTITY}", sockets.VisitPage, facts),
            (rf"/voila/api/shutdown/{_IDENTITY}", sockets.Shutdown, facts),
            (rf"/voila/execution/{_IDENTITY}", sockets.CellResults, facts),
            (rf"/api/kernels/{_IDENTITY}", sockets.KernelModel, facts),
            (rf"/api/kernels/(?P<kernel_id>{_IDENTITY[1:-1]})/channels", sockets.KernelSocket, facts),
            ("/.*", pages.NotFound, facts),
        ]

    def start(self) -> None:
        """Serve until a signal ends it."""
        asyncio.run(self.serve())

    async def serve(self) -> None:
        """Serve until :meth:`close` is called, or a signal comes."""
        check_options(self.options)
        project = Project.open(self.options.project)
        # A folder of our own with a short name: the names of the kernels' sockets may not be long.
        self.connection_dir = tempfile.mkdtemp(prefix="wb-")
        environment = {
            "WORKBENCH_PROJECT": str(project.folder),
            "IPYTHONDIR": self.connection_dir,
            "JUPYTER_RUNTIME_DIR": self.connection_dir,
        }
        settings = self.init_settings()
        self.kernel_manager.connection_dir = self.connection_dir
        self.publication = publication = Publication(self.options, project, self.kernel_manager)
        settings["cookie_secret"] = publication.secret
        modules = dict.fromkeys(name for board in publication.library.boards() for name in board.modules)
        nursery = Nursery(list(modules), environment)
        register_nursery(nursery)
        application = GatedApplication(**settings)
        application.publication = publication
        application.add_handlers(".*$", self.init_handlers())
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                self._loop.add_signal_handler(number, self._stop.set)
        watching = None
        try:
            publication.port = self._listen(application)
            await nursery.start()
            watching = asyncio.gather(publication.visits.watch(), publication.bundle.keep())
            self.on_ready()
            await self._stop.wait()
        finally:
            if watching is not None:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
            self._http.stop()
            await publication.visits.end_all()
            await nursery.stop()
            await self._http.close_all_connections()
            shutil.rmtree(self.connection_dir, ignore_errors=True)

    def close(self) -> None:
        """End the server, from any thread."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def _listen(self, application: GatedApplication) -> int:
        import tornado.httpserver
        import tornado.netutil

        options = self.options
        self._http = tornado.httpserver.HTTPServer(application, max_body_size=1_000_000)
        try:
            found = tornado.netutil.bind_sockets(options.port, options.address)
        except OSError as error:
            raise CannotServe(
                f"{options.address}:{options.port} cannot be used ({error.strerror or error}): another server may "
                "be running there. Choose another port with --port."
            ) from error
        self._http.add_sockets(found)
        return int(found[0].getsockname()[1])


def check_options(options: ServerOptions) -> None:
    """Make sure that nothing is opened to strangers by accident.

    Raises
    ------
    CannotServe
        When the address is not this machine's own, and readers need neither a token nor a proxy's word.
    """
    if not options.notebooks.is_dir():
        raise CannotServe(f"There is no folder {options.notebooks}; name the folder of the notebooks.")
    guarded = options.access.token is not None or options.access.proxy_header
    if not is_loopback(options.address) and not guarded:
        raise CannotServe(
            f"{options.address} can be reached from other machines, and anybody could read the project. Give a "
            "token (--token, or the variable WORKBENCH_TOKEN), or the header in which your proxy names who is "
            "signed in (--proxy-header)."
        )
    if options.access.token is not None and len(options.access.token) < 12:
        raise CannotServe("The token is shorter than 12 signs and could be guessed; take a longer one.")


def _log_request(handler: tornado.web.RequestHandler) -> None:
    request, status = handler.request, handler.get_status()
    level = logging.DEBUG if status < 500 else logging.ERROR
    path = ascii((request.path or "")[:200])
    _log.log(level, "%d %s %s %.0f ms", status, request.method, path, 1000 * request.request_time())
