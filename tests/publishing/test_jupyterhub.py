"""The server as a service of a JupyterHub: a real Hub with its proxy on this machine, where they are installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import websockets.sync.client
from site_under_test import CHECKOUT, PROTOCOL, Answer, Wire, ask, wait_until, write_board
from stranger_board import CELLS

from workbench.errors import ServeError
from workbench.publishing.access import Access, AccessRequest
from workbench.publishing.hub import service_address

PROXY = shutil.which("configurable-http-proxy")
PREFIX = "/services/boards/"
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{public}/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}/"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.services = [{{
    "name": "boards",
    "url": "http://127.0.0.1:{service}",
    "command": {command!r},
    "environment": {environment!r},
    "oauth_no_confirm": True,
}}]
c.JupyterHub.load_roles = [
    {{"name": "readers", "scopes": ["access:services!service=boards"], "users": ["asha"]}},
]
"""

ENVIRONMENT = {
    "JUPYTERHUB_API_TOKEN": "t",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
    "JUPYTERHUB_CLIENT_ID": "service-boards",
    "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:10101",
}


def test_the_hub_says_address_port_and_prefix():
    assert service_address(ENVIRONMENT) == ("127.0.0.1", 10101, PREFIX)


def test_without_a_hub_the_server_says_what_is_missing():
    with pytest.raises(ServeError, match="JUPYTERHUB_SERVICE_URL is not set"):
        service_address(
            {name: value for name, value in ENVIRONMENT.items() if not name.endswith("SERVICE_URL")}
        )
    with pytest.raises(ServeError, match="names no port"):
        service_address({**ENVIRONMENT, "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1"})


def test_only_who_is_signed_in_and_who_comes_back_from_the_hub_passes():
    def refusal(path: str, **facts: object) -> object:
        headers = {"host": "127.0.0.1", "authorization": "token t"}
        return Access(by_hub=True).refusal(AccessRequest("GET", path, headers, "127.0.0.1", **facts))

    assert refusal("/") == refusal("/board/demand")
    assert refusal("/").may_sign_in
    assert refusal("/", signed_in=True) is None
    assert refusal("/oauth_callback") is None
    assert Access(token="x" * 12).refusal(
        AccessRequest("GET", "/oauth_callback", {"host": "127.0.0.1"}, "127.0.0.1")
    ), "where no Hub signs in, nobody comes back from one"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def hub(finished_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if find_spec("jupyterhub") is None or PROXY is None:
        pytest.skip("jupyterhub and configurable-http-proxy are not installed")
    folder = tmp_path_factory.mktemp("hub")
    boards = tmp_path_factory.mktemp("boards of the hub")
    write_board(boards, "stranger", CELLS, publish=True, title="A board for strangers")
    code = "import sys; from workbench.cli import main; sys.exit(main(sys.argv[1:]))"
    serve = ["serve", "--jupyterhub", "--project", str(finished_project), "--folder", str(boards)]
    environment = {
        "PYTHONPATH": str(CHECKOUT),
        "DEEDS": str(folder / "deeds"),
        **{name: os.environ[name] for name in ("JUPYTER_PATH", "TMPDIR") if name in os.environ},
    }
    ports = {name: free_port() for name in ("public", "hub", "api", "service")}
    text = CONFIG.format(
        folder=folder, command=[sys.executable, "-c", code, *serve], environment=environment, **ports
    )
    (folder / "jupyterhub_config.py").write_text(text, encoding="utf-8")
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(folder / "jupyterhub_config.py")],
            cwd=folder,
            stdout=log,
            stderr=log,
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "log.txt").read_text()
        try:
            return ask(ports["public"], f"{PREFIX}health").status == 200
        except OSError:
            return False

    wait_until(answers, 120, "the Hub starts the server")
    yield ports["public"]
    process.terminate()
    process.wait(30)


@dataclass
class Browser:
    """Follows redirects and keeps cookies, by their paths."""

    port: int
    cookies: dict[str, tuple[str, str]] = field(default_factory=dict)

    def ask(self, path: str, method: str = "GET", **options: object) -> Answer:
        bare = path.partition("?")[0]
        sent = {name: value for name, (value, where) in self.cookies.items() if bare.startswith(where)}
        headers = {"Accept": "text/html", **options.pop("headers", {})}
        answer = ask(self.port, path, method, cookies=sent, headers=headers, **options)
        for name, value in answer.cookies.items():
            found = re.search(rf"{re.escape(name)}=[^,]*?Path=([^;,]+)", answer.headers.get("set-cookie", ""))
            self.cookies[name] = (value, found.group(1) if found else "/")
        return answer

    def follow(self, path: str) -> Answer:
        for _ in range(12):
            answer = self.ask(path)
            if answer.status not in (301, 302, 303):
                self.last = path
                return answer
            parts = urlsplit(answer.headers["location"])
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        raise AssertionError(path)

    def sign_in(self, name: str) -> None:
        self.follow("/hub/login")
        xsrf = self.cookies["_xsrf"][0]
        body = urlencode({"username": name, "password": "any", "_xsrf": xsrf})
        answer = self.ask("/hub/login?next=%2Fhub%2Fhome", "POST", body=body)
        assert answer.status == 302, answer.text


@pytest.mark.slow
def test_a_reader_of_the_hub_comes_to_a_board_by_a_link_and_another_does_not(hub):
    wanted = f"{PREFIX}board/stranger?Tab=Two"
    stranger = Browser(hub)
    assert (
        "/hub/login" in stranger.ask(wanted).headers["location"]
        or "oauth2" in stranger.ask(wanted).headers["location"]
    )
    assert stranger.ask(f"{PREFIX}board/stranger", headers={"Accept": "*/*"}).status == 403
    asha = Browser(hub)
    asha.sign_in("asha")
    page = asha.follow(wanted)
    assert (page.status, asha.last) == (200, wanted), page.text[:500]
    config = re.search(r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', page.text)
    assert config is not None
    kernel = json.loads(config.group(1))["kernelId"]
    assert asha.ask(f"{PREFIX}api/kernels/{kernel}").status == 200
    sent = {name: value for name, (value, where) in asha.cookies.items() if PREFIX.startswith(where)}
    session = uuid.uuid4().hex
    with websockets.sync.client.connect(
        f"ws://127.0.0.1:{hub}{PREFIX}api/kernels/{kernel}/channels?session_id={session}",
        origin=f"http://127.0.0.1:{hub}",
        subprotocols=[PROTOCOL],
        additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in sent.items())},
    ) as connection:
        assert Wire(connection, session).is_answered()
    # Known to the Hub, and not among those who may use the service.
    ravi = Browser(hub)
    ravi.sign_in("ravi")
    assert ravi.follow(wanted).status == 403


@pytest.mark.slow
def test_a_code_of_another_browser_signs_nobody_in(hub):
    browser = Browser(hub)
    answer = browser.ask(f"{PREFIX}oauth_callback?code=abc&state=xyz")
    assert answer.status == 403
    assert "has not signed you in" in answer.text
    assert not any(name.startswith("workbench-hub") for name in browser.cookies)
