"""Access control: one judgement on every request, before anything else looks at it.

A request passes when its host is ours (a page of another site that has its own name point here does not get any
further), when it comes from our own pages where it changes anything or opens a connection, and when it is
authenticated: by a cookie that the token was exchanged for, by the token in its header, or by the name that a
trusted proxy puts into a header. A token in an address counts for nothing: addresses end up in logs and histories.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["HUB_CALLBACK", "OPEN_PATHS", "Access", "AccessRequest", "Refusal"]

OPEN_PATHS = frozenset({"/sign-in", "/health"})
"""Open to every client that knows the host's name; neither says anything about what is published."""

HUB_CALLBACK = "/oauth_callback"
"""Where a JupyterHub sends readers back to, who have only its code then."""

METHODS = frozenset({"GET", "HEAD", "POST"})
MAX_PATH_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """What access control looks at.

    Attributes
    ----------
    method, path
        As asked; the path without the query.
    headers
        By lower-case name; the last one where there are several.
    address
        Where the connection comes from.
    signed_in
        Whether it carries the cookie that the right token was exchanged for.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    address: str
    signed_in: bool = False

    @property
    def is_of_another_site(self) -> bool:
        """Whether a browser says that a page of another site asks for it, and no user who follows a link."""
        if self.headers.get("sec-fetch-site", "") not in ("cross-site", "same-site"):
            return False
        is_navigation = self.headers.get("sec-fetch-mode") == "navigate" and self.method == "GET"
        is_seen = self.headers.get("sec-fetch-dest", "document") == "document"
        return not (is_navigation and is_seen) or "prefetch" in self.headers.get("sec-purpose", "")

    @property
    def is_socket(self) -> bool:
        """Whether it wants a connection that stays open."""
        return self.headers.get("upgrade", "").lower() == "websocket"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused; ``may_sign_in`` when the token would help."""

    status: int
    reason: str
    may_sign_in: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one server.

    Parameters
    ----------
    token
        What readers need; None when none is needed.
    hosts
        Names by which the server may be called, beside its own addresses.
    is_public
        Whether it listens on other addresses than this machine's own.
    proxy_header
        Header in which a trusted proxy names the person it has authenticated.
    proxies
        Addresses of trusted proxies: what they say of the client's address and of encryption is believed.
    by_hub
        Whether a JupyterHub signs readers in.
    """

    token: str | None = None
    hosts: frozenset[str] = frozenset()
    is_public: bool = False
    proxy_header: str = ""
    proxies: frozenset[str] = frozenset()
    by_hub: bool = False

    def refusal(self, request: AccessRequest) -> Refusal | None:
        """Judge a request; None when it may pass."""
        if not request.headers.get("host", "").strip():
            return Refusal(403, "the request does not name the host that it is for")
        if not self._is_our_host(request.headers["host"]):
            return Refusal(403, "the host is not ours")
        if request.method not in METHODS:
            return Refusal(405, f"{request.method[:20]} is not possible")
        if len(request.path) > MAX_PATH_CHARACTERS:
            return Refusal(414, "the address is too long")
        if request.is_of_another_site:
            return Refusal(403, "another site's page asks for it")
        if (request.method == "POST" or request.is_socket) and not self._is_our_page(request):
            return Refusal(403, "it does not come from our own page")
        if request.path in OPEN_PATHS or (self.by_hub and request.path == HUB_CALLBACK):
            return None
        return self._authentication_refusal(request)

    def client_of(self, address: str, forwarded_for: Iterable[str]) -> str:
        """Give the address of the client: what the trusted proxies, and nobody before them, say it is.

        Parameters
        ----------
        address
            Where the connection comes from.
        forwarded_for
            Values of ``X-Forwarded-For``, in order.
        """
        named = [name.strip() for value in forwarded_for for name in value.split(",")]
        while address in self.proxies and named:
            try:
                address = str(ipaddress.ip_address(named.pop()))
            except ValueError:
                break
        return address

    def is_token(self, given: str) -> bool:
        """Compare with the token, in a time that tells nothing."""
        return self.token is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def _authentication_refusal(self, request: AccessRequest) -> Refusal | None:
        if self.by_hub:
            reason = "the Hub has not signed the reader in"
            return None if request.signed_in else Refusal(403, reason, may_sign_in=True)
        if self.proxy_header:
            if request.address not in self.proxies:
                return Refusal(403, "it does not come through the proxy")
            if not request.headers.get(self.proxy_header.lower(), "").strip():
                return Refusal(401, "the proxy names no user")
            return None
        if self.token is None or request.signed_in:
            return None
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("token", "bearer") and self.is_token(given.strip()):
            return None
        return Refusal(401 if request.is_socket else 403, "the token is missing or wrong", may_sign_in=True)

    def _is_our_host(self, host: str) -> bool:
        name = _name_of(host)
        if name in self.hosts or name == "localhost":
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        # A name can be made to point anywhere; an address is where it is.
        return address.is_loopback or self.is_public

    def _is_our_page(self, request: AccessRequest) -> bool:
        origin = request.headers.get("origin")
        if origin is None:
            # Every browser names the page that opens a connection or sends a form.
            return not request.is_socket
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc.lower() == request.headers["host"].lower()


def _name_of(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server that listens on an address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
