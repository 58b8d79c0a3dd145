"""Readers whom a JupyterHub signs in: the server as one of its services, by OAuth.

The Hub starts the server and tells it by its environment who it is and where the Hub is. A reader who comes without
our cookie is sent to the Hub, and comes back with a code that is exchanged for a token. The token stays here; the
browser gets a cookie that names it. Whoever the Hub does not know any more, or who may not use the service any
more, is out within ``CHECK_SECONDS``.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import tornado.web

from workbench.errors import ServeError

__all__ = ["HubSignIn", "service_address"]

CHECK_SECONDS = 60.0
IDLE_SECONDS = 12 * 3600.0
MAX_READERS = 5_000
_NEEDED = (
    *("JUPYTERHUB_API_TOKEN", "JUPYTERHUB_API_URL", "JUPYTERHUB_CLIENT_ID"),
    *("JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_SERVICE_URL"),
)

_log = logging.getLogger("workbench.publishing")


@dataclass(slots=True)
class _Reader:
    name: str
    token: str
    seen: float


def service_address(environment: Mapping[str, str]) -> tuple[str, int, str]:
    """Give address, port and prefix that the Hub has chosen for a service.

    Raises
    ------
    ServeError
        When no Hub has started this process as a service.
    """
    missing = [name for name in _NEEDED if not environment.get(name)]
    if missing:
        raise ServeError(
            f"No JupyterHub has started this server as its service: {', '.join(missing)} is not set. Name the "
            "command in c.JupyterHub.services, with a url."
        )
    url = urlsplit(environment["JUPYTERHUB_SERVICE_URL"])
    if not url.hostname or not url.port:
        raise ServeError(f"The url of the service in c.JupyterHub.services names no port: {url.geturl()}.")
    return url.hostname, url.port, environment["JUPYTERHUB_SERVICE_PREFIX"]


class HubSignIn:
    """Knows the readers whom the Hub has signed in.

    Raises
    ------
    ServeError
        When the package ``jupyterhub`` is not installed.
    """

    def __init__(self) -> None:
        try:
            from jupyterhub.services.auth import HubOAuth
        except ImportError as error:
            raise ServeError(
                "The package jupyterhub is not installed beside the workbench; install workbench[jupyterhub]."
            ) from error
        self._oauth = HubOAuth.instance()
        self._readers: dict[str, _Reader] = {}

    def name_of(self, identity: str) -> str:
        """Give the name of a reader; empty for one who is not signed in."""
        reader = self._readers.get(identity)
        if reader is None:
            return ""
        reader.seen = time.monotonic()
        return reader.name

    def address(self, handler: tornado.web.RequestHandler, wanted: str) -> str:
        """Give the Hub's address that signs a reader in, who then comes back to the page ``wanted``."""
        verifier, challenge, method = self._oauth.generate_pkce_code_challenge()
        state = self._oauth.set_state_cookie(handler, wanted, code_verifier=verifier)
        query = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        return f"{self._oauth.login_url}&{urlencode(query)}"

    async def sign_in(self, handler: tornado.web.RequestHandler) -> tuple[str, str]:
        """Exchange the code of the Hub; gives the identity of the reader and the page that was wanted.

        Raises
        ------
        PermissionError
            When the code is not of this browser, or the reader may not use the service.
        """
        state = handler.get_query_argument("state", "")
        cookie = handler.get_signed_cookie(self._oauth.get_state_cookie_name(state))
        self._oauth.clear_oauth_state_cookies(handler)
        if not state or cookie is None or not secrets.compare_digest(cookie, state.encode()):
            raise PermissionError("the state is not that of this browser")
        wanted, verifier = self._oauth.get_next_url(state), self._oauth.get_code_verifier(state)
        self._oauth.clear_oauth_state(state)
        code = handler.get_query_argument("code", "")
        token = await self._oauth.token_for_code(code, code_verifier=verifier, sync=False)
        name = await self._name_for(token)
        if not name:
            raise PermissionError("the Hub does not let the reader use this service")
        identity = secrets.token_hex(16)
        self._readers[identity] = _Reader(name, token, time.monotonic())
        while len(self._readers) > MAX_READERS:
            del self._readers[next(iter(self._readers))]
        return identity, wanted

    async def watch(self) -> None:
        """Forget, again and again, the readers whom the Hub does not let in any more."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for identity, reader in list(self._readers.items()):
                try:
                    is_in = time.monotonic() - reader.seen < IDLE_SECONDS and await self._name_for(
                        reader.token
                    )
                except Exception as error:  # noqa: BLE001 - a Hub that starts anew signs nobody out
                    _log.warning("The Hub does not answer: %s", type(error).__name__)
                    break
                if not is_in:
                    self._readers.pop(identity, None)

    async def _name_for(self, token: str) -> str:
        user = await self._oauth.user_for_token(token, use_cache=False, sync=False)
        if user is None or not self._oauth.check_scopes(self._oauth.access_scopes, user):
            return ""
        return str(user["name"])
