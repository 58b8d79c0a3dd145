"""The server where administrators put it: under a prefix, and behind a real nginx, where there is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import websockets.sync.client
from site_under_test import CHECKOUT, PROTOCOL, Answer, Site, ask, packed, wait_until, write_board
from stranger_board import CELLS

from workbench.cli.parser import make_parser
from workbench.publishing.kernels.runtime_folder import make_folder, sweep_folders

pytestmark = pytest.mark.slow

PREFIX = "/planning/boards/"
NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]))
CONFIG = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port};
    location {location} {{
      proxy_pass http://127.0.0.1:{upstream}{target};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto {scheme};
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def prefixed(start_site: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("prefixed")
    write_board(folder, "stranger", CELLS, publish=True, title="A board for strangers")
    return start_site("--base-url", PREFIX, "--proxy", "127.0.0.1", notebooks=folder).wait()


def board_works(port: int, prefix: str, scheme: str = "http") -> Answer:
    """Follow a browser's way through gallery, page, assets and kernel, below a prefix only."""
    gallery = ask(port, prefix)
    assert gallery.status == 200
    links = re.findall(r'(?:href|src)="(/[^"]*)"', gallery.text)
    assert f"{prefix}board/stranger" in links
    page = ask(port, f"{prefix}board/stranger")
    links += re.findall(r'(?:href|src)="(/[^"]*)"', page.text)
    assert [link for link in links if not link.startswith(prefix)] == []
    for link in links:
        if "/assets/" in link:
            assert ask(port, link).status == 200, link
    config = re.search(r'id="jupyter-config-data" type="application/json">(.*?)</script>', page.text)
    assert config is not None
    facts = json.loads(config.group(1))
    assert facts["baseUrl"] == prefix
    kernel, cookies = facts["kernelId"], "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    assert ask(port, f"{prefix}api/kernels/{kernel}", cookies=page.cookies).status == 200
    with websockets.sync.client.connect(
        f"ws://127.0.0.1:{port}{prefix}api/kernels/{kernel}/channels?session_id=proxied",
        origin=f"{scheme}://127.0.0.1:{port}",
        additional_headers={"Cookie": cookies},
        subprotocols=[PROTOCOL],
        max_size=None,
    ) as connection:
        connection.send(packed("kernel_info_request", {}, "proxied"))
        assert any(b"kernel_info_reply" in connection.recv(timeout=10) for _ in range(10))
    xsrf = page.cookies["_xsrf"]
    path = f"{prefix}voila/api/shutdown/{kernel}"
    assert ask(port, path, "POST", cookies=page.cookies, body=f"_xsrf={xsrf}").status == 204
    return page


def test_a_board_works_below_a_prefix(prefixed):
    page = board_works(prefixed.port, PREFIX)
    assert f"Path={PREFIX}" in page.headers["set-cookie"]


@pytest.mark.parametrize(
    ("given", "kept"), [("boards", "/boards/"), ("/a/b/", "/a/b/"), ("/", "/"), ("", "/")]
)
def test_a_prefix_begins_and_ends_with_a_slash(given, kept):
    assert make_parser().parse_args(["serve", "--base-url", given]).base_url == kept


@pytest.mark.parametrize("given", ["a b", "/../x", "https://x/", "/x?y", '/x"/'])
def test_what_is_no_prefix_is_refused(given, capsys):
    with pytest.raises(SystemExit):
        make_parser().parse_args(["serve", "--base-url", given])
    assert "/boards/" in capsys.readouterr().err


def test_behind_a_proxy_with_https_cookies_are_sent_with_nothing_else(prefixed):
    for scheme, is_secure in (("https", True), ("http", False)):
        answer = prefixed.ask(PREFIX, headers={"X-Forwarded-Proto": scheme})
        assert ("Secure" in answer.headers["set-cookie"]) == is_secure


def test_a_request_without_a_host_is_a_sentence(prefixed):
    with socket.create_connection(("127.0.0.1", prefixed.port)) as old:
        old.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b""
        while part := old.recv(4096):
            answer += part
    assert b"403" in answer.splitlines()[0]
    assert b"does not name the host" in answer


def folders() -> set[str]:
    return {path.parent.name for path in Path(tempfile.gettempdir()).glob("wb-*/owner.json")}


def test_wrong_tokens_of_one_client_lock_out_no_other_and_a_lost_terminal_leaves_no_folder(
    start_site, prefixed
):
    before = folders()
    site = start_site("--token", "a-token-nobody-has", "--proxy", "127.0.0.1", notebooks=prefixed.notebooks)
    site.wait()
    assert len(folders() - before) == 1
    form = site.ask("/sign-in")

    def sign_in(address: str, token: str) -> int:
        body = f"token={token}&_xsrf={form.cookies['_xsrf']}"
        headers = {"X-Forwarded-For": address}
        return site.ask("/sign-in", "POST", cookies=form.cookies, body=body, headers=headers).status

    assert [sign_in("203.0.113.7", "wrong-wrong-wrong") for _ in range(11)][-1] == 429
    assert sign_in("203.0.113.8", "a-token-nobody-has") == 302
    assert "from 203.0.113.7: a wrong token" in site.log_text()
    assert site.stop(signal.SIGHUP) == 0
    assert not folders() - before


def test_the_folder_of_a_killed_server_is_swept_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    module = "workbench.publishing.kernels.runtime_folder"
    code = f"import os; from {module} import make_folder; make_folder(); os._exit(9)"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    (tmp_path / "wb-foreign").mkdir()
    (tmp_path / "wb-foreign" / "owner.json").write_text("{}")
    own = Path(make_folder())
    assert len(list(tmp_path.iterdir())) == 3
    assert len(sweep_folders()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {own.name, "wb-foreign"}


@pytest.fixture
def nginx(prefixed: Site, tmp_path: Path) -> Iterator[Callable[..., int]]:
    if NGINX is None:
        pytest.skip("nginx is not installed")
    started = []

    def start(location: str, target: str, scheme: str = "http") -> int:
        port = free_port()
        facts = {"folder": tmp_path, "port": port, "upstream": prefixed.port}
        text = CONFIG.format(location=location, target=target, scheme=scheme, **facts)
        (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
        own = ["-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path), "-e", str(tmp_path / "error.log")]
        process = subprocess.Popen([NGINX, *own])
        started.append(process)

        def answers() -> bool:
            assert process.poll() is None, (tmp_path / "error.log").read_text()
            try:
                return ask(port, PREFIX).status == 200
            except OSError:
                return False

        wait_until(answers, 20, "nginx answers")
        return port

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("target", ["", "/"], ids=["prefix passed on", "prefix taken off"])
def test_a_board_works_behind_nginx(nginx, target):
    page = board_works(nginx(PREFIX, target, "https"), PREFIX, "https")
    assert "Secure" in page.headers["set-cookie"]
