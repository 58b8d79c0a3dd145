"""What the pages of one server share: the published notebooks, who may read them, and the sessions."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tornado.httputil
import tornado.web

from workbench.data.projects.project import Project
from workbench.errors import JournalError, LinkRefused, WorkbenchError
from workbench.publishing.access import Access, AccessRequest, Refusal
from workbench.publishing.assets import Assets
from workbench.publishing.boards import Library
from workbench.publishing.budgets import Buckets, Limits
from workbench.publishing.bundle import Bundle, kept_list
from workbench.publishing.sessions import Session, Sessions
from workbench.runs.journal.opening import is_there
from workbench.runs.journal.reader import JournalReader

if TYPE_CHECKING:
    from workbench.publishing.hub import HubSignIn

__all__ = ["Publication", "ServerOptions"]

WRONG_TOKENS = 10
WRONG_TOKEN_SECONDS = 30.0
"""After so many wrong ones an address may try one more in so many seconds."""

_log = logging.getLogger("workbench.publishing")


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
    limits
        What a reader, an address and a kernel may use.
    base_url
        What stands before each path, outside of a proxy; begins and ends with a slash.
    """

    project: Path
    notebooks: Path
    address: str = "127.0.0.1"
    port: int = 8866
    access: Access = field(default_factory=Access)
    limits: Limits = field(default_factory=Limits)
    base_url: str = "/"


def _secret_of(token: str | None) -> bytes:
    """Give what cookies are signed with: the same for a token, so that readers stay signed in over a new start."""
    if token is None:
        return secrets.token_bytes(32)
    return hashlib.scrypt(token.encode(), salt=b"cookies of published boards", n=2**14, r=8, p=1, dklen=32)


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
    hub
        Signs readers in, where a JupyterHub does.
    """

    def __init__(
        self, options: ServerOptions, project: Project, kernels: Any, hub: HubSignIn | None = None
    ) -> None:
        self.base = options.base_url
        self.access = options.access
        self.limits = options.limits
        self.library = Library(options.notebooks)
        self.assets = Assets()
        self.sessions = Sessions(kernels, options.notebooks, options.limits)
        self.started = time.monotonic()
        self.secret = _secret_of(self.access.token)
        self.title, region = project.name, project.region
        self.subtitle = "" if region == self.title else region
        self.bundle = Bundle(self.assets, kept=kept_list())
        self.hub = hub
        self.has_figures = False
        self.is_ready = False
        self.port = options.port
        self._project = project
        self._wrong = Buckets(WRONG_TOKENS, 1 / WRONG_TOKEN_SECONDS)
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
        return request.protocol == "https"

    def page_config(self, session: Session) -> dict[str, Any]:
        """Tell Voilà's front end what it needs to know."""
        return {
            "appVersion": "1",
            "appUrl": "voila/",
            "baseUrl": self.base,
            "kernelId": session.id,
            "frontend": "voila",
            "progressiveRendering": True,
            "jupyterLabTheme": "light",
            "themesUrl": f"{self.base}voila/api/themes",
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
            return "The project of these pages is not available at the moment; the reason is in the server's log."
        try:
            if is_there(self._project.journal_path):
                JournalReader(self._project.journal_path).close()
        except (JournalError, LinkRefused) as error:
            _log.error("The journal cannot be read: %s", error)
            return (
                "The history of this project cannot be read at the moment; the reason is in the server's log."
            )
        return ""

    # access

    def without_base(self, path: str) -> str:
        """Give a path without what stands before each of ours; a proxy may have taken it off already."""
        if f"{path}/" == self.base:
            return "/"
        return path[len(self.base) - 1 :] if path.startswith(self.base) else path

    def judge(self, request: tornado.httputil.HTTPServerRequest) -> Refusal | None:
        """Judge a request by the rules of access control; from now on it is the client's, and not a proxy's."""
        facts = self._facts(request, request.path)
        if facts.address in self.access.proxies:
            request.remote_ip = self.access.client_of(
                facts.address, request.headers.get_list("X-Forwarded-For")
            )
            # The proxy that is nearest to the reader writes first.
            encrypted = request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip().lower() == "https"
            request.protocol = "https" if encrypted else request.protocol
        request.peer = facts.address  # type: ignore[attr-defined]
        return self.access.refusal(facts)

    def lets_in(self, request: tornado.httputil.HTTPServerRequest, path: str) -> bool:
        """Whether the client could also request another page."""
        return self.access.refusal(replace(self._facts(request, path), method="GET")) is None

    def _facts(self, request: tornado.httputil.HTTPServerRequest, path: str) -> AccessRequest:
        headers = {name.lower(): value for name, value in request.headers.get_all()}
        peer = getattr(request, "peer", request.remote_ip)
        return AccessRequest(request.method or "", path, headers, peer or "", self._is_signed_in(request))

    def _hub_name(self, request: tornado.httputil.HTTPServerRequest) -> str:
        """Name the reader whom the Hub has signed in; empty where there is none."""
        morsel = request.cookies.get(self.cookie("hub"))
        if morsel is None or self.hub is None:
            return ""
        value = tornado.web.decode_signed_value(self.secret, self.cookie("hub"), morsel.value)
        return "" if value is None else self.hub.name_of(value.decode())

    def _is_signed_in(self, request: tornado.httputil.HTTPServerRequest) -> bool:
        if self.hub is not None:
            return bool(self._hub_name(request))
        morsel = request.cookies.get(self.cookie("token"))
        if morsel is None or self.access.token is None:
            return False
        value = tornado.web.decode_signed_value(self.secret, self.cookie("token"), morsel.value)
        return value is not None and secrets.compare_digest(value, self.token_digest.encode())

    def may_try(self, address: str) -> bool:
        """Whether an address may try another token."""
        return self._wrong.has_token(address)

    def note_wrong_token(self, address: str) -> None:
        """Count a wrong token."""
        self._wrong.take(address)

    def who(self, request: tornado.httputil.HTTPServerRequest) -> str:
        """Say who asks: the address, and the name that a trusted proxy gives."""
        name = request.headers.get(self.access.proxy_header, "") if self.access.proxy_header else ""
        trusted = getattr(request, "peer", request.remote_ip) in self.access.proxies
        if self.hub is not None:
            name, trusted = self._hub_name(request), True
        # Shown as Python would write it: a name may hold anything.
        return f"{name[:80]!a} at {request.remote_ip}" if name and trusted else str(request.remote_ip)

    def log_refusal(self, request: tornado.httputil.HTTPServerRequest, refusal: Refusal) -> None:
        """Write the one line that every refused attempt leaves."""
        # Shown as Python would write it: a line end in an address must not look like another line of the log.
        path = ascii(request.path[:200])
        _log.warning(
            "Refused %s %s %s from %s: %s",
            refusal.status,
            ascii(request.method or "")[1:-1],
            path,
            self.who(request),
            ascii(refusal.reason)[1:-1],
        )
