"""The server: Voilà's standalone one, with our own pages in place of all of its own, behind access control."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tornado.httputil
import tornado.web
from traitlets.config import Config
from voila.app import Voila

from workbench.data.projects.project import Project
from workbench.errors import ServeError
from workbench.publishing import pages, sockets
from workbench.publishing.access import HUB_CALLBACK, is_loopback
from workbench.publishing.connections import GuardedServer, MalformedRequests, raise_descriptor_limit
from workbench.publishing.hub import HubSignIn
from workbench.publishing.kernels.provisioner import PreforkServer, ViewerKernels, register_prefork_server
from workbench.publishing.kernels.runtime_folder import make_folder, sweep_folders
from workbench.publishing.publication import Publication, ServerOptions

__all__ = ["PublishingServer"]

PING_MILLISECONDS = 4_000
_IDENTITY = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"

_log = logging.getLogger("workbench.publishing")


class GuardedApplication(tornado.web.Application):
    """Looks at every request before it is given to any page."""

    publication: Publication

    def find_handler(
        self, request: tornado.httputil.HTTPServerRequest, **options: Any
    ) -> tornado.web._HandlerDelegate:
        """Give the page that answers; the refusal when access control rejects the request."""
        request.path = self.publication.without_base(request.path)
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
    ServeError
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
        self._malformed = MalformedRequests()
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
            "xsrf_cookie_kwargs": {"samesite": "Lax", "path": self.options.base_url},
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
            *([(HUB_CALLBACK, pages.HubCallback, facts)] if self.options.access.by_hub else []),
            (rf"/session/{_IDENTITY}", sockets.SessionPage, facts),
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
        sweep_folders()
        self.connection_dir = make_folder()
        figures = Path(self.connection_dir) / "figures"
        figures.mkdir(mode=0o700)
        environment = {
            "WORKBENCH_FIGURES": str(figures),
            "WORKBENCH_PROJECT": str(project.folder),
            "IPYTHONDIR": self.connection_dir,
            "JUPYTER_RUNTIME_DIR": self.connection_dir,
        }
        settings = self.init_settings()
        self.kernel_manager.connection_dir = self.connection_dir
        hub = HubSignIn() if self.options.access.by_hub else None
        self.publication = publication = Publication(self.options, project, self.kernel_manager, hub)
        settings["cookie_secret"] = publication.secret
        modules = dict.fromkeys(name for board in publication.library.boards() for name in board.modules)
        prefork = PreforkServer(list(modules), environment)
        register_prefork_server(prefork)
        application = GuardedApplication(**settings)
        application.publication = publication
        application.add_handlers(".*$", self.init_handlers())
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                self._loop.add_signal_handler(number, self._stop.set)
        watching = None
        try:
            publication.port = self._listen(application)
            await asyncio.gather(prefork.start(), asyncio.to_thread(publication.bundle.take_kept))
            publication.is_ready = True
            tasks = [publication.sessions.watch(), publication.bundle.keep(), self._http.watch()]
            watching = asyncio.gather(*tasks, *([] if hub is None else [hub.watch()]))
            self.on_ready()
            with self._malformed.counting():
                await self._stop.wait()
        finally:
            if watching is not None:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
            self._http.stop()
            await publication.sessions.end_all()
            await prefork.stop()
            await self._http.close_all_connections()
            shutil.rmtree(self.connection_dir, ignore_errors=True)

    def close(self) -> None:
        """End the server, from any thread."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def _listen(self, application: GuardedApplication) -> int:
        import tornado.netutil

        options = self.options
        self._http = GuardedServer(
            application,
            per_address=options.limits.connections_of_address,
            in_all=raise_descriptor_limit(options.limits.pages),
            queued_bytes=options.limits.queued_bytes,
            is_proxy=options.access.proxies.__contains__,
            malformed=self._malformed,
        )
        try:
            found = tornado.netutil.bind_sockets(options.port, options.address)
        except OSError as error:
            raise ServeError(
                f"{options.address}:{options.port} cannot be used ({error.strerror or error}): another server may "
                "be running there. Choose another port with --port."
            ) from error
        self._http.add_sockets(found)
        return int(found[0].getsockname()[1])


def check_options(options: ServerOptions) -> None:
    """Make sure that nothing is opened to untrusted visitors by accident.

    Raises
    ------
    ServeError
        When the address is not this machine's own, and readers need neither a token nor a proxy's word.
    """
    if not options.notebooks.is_dir():
        raise ServeError(f"There is no folder {options.notebooks}; name the folder of the notebooks.")
    access = options.access
    guarded = access.token is not None or access.proxy_header or access.by_hub
    if not is_loopback(options.address) and not guarded:
        raise ServeError(
            f"{options.address} can be reached from other machines, whose users could read the project. Give a "
            "token (--token, or the variable WORKBENCH_TOKEN), or the header in which your proxy names who is "
            "signed in (--proxy-header)."
        )
    if options.access.token is not None and len(options.access.token) < 12:
        raise ServeError("The token is shorter than 12 characters and could be guessed; take a longer one.")


def _log_request(handler: tornado.web.RequestHandler) -> None:
    request, status = handler.request, handler.get_status()
    level = logging.DEBUG if status < 500 else logging.ERROR
    path = ascii((request.path or "")[:200])
    publication = getattr(handler.application, "publication", None)
    who = request.remote_ip if publication is None else publication.who(request)
    milliseconds = 1000 * request.request_time()
    _log.log(level, "%d %s %s of %s %.0f ms", status, request.method, path, who, milliseconds)
