"""The server as a whole: what it refuses to start with, who gets in, and that kernels go with their pages."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from site_under_test import CHECKOUT, PROTOCOL, Site, Visitor, ask, is_alive, wait_until, write_board
from stranger_board import CELLS

from workbench.errors import ProjectError, ServeError, WorkbenchError
from workbench.publishing.access import Access
from workbench.publishing.publication import ServerOptions
from workbench.publishing.server import PublishingServer, check_options
from workbench.publishing.sessions import LINGER_SECONDS

pytestmark = pytest.mark.slow

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(scope="module")
def guarded(start_site, small_folder) -> Site:
    return start_site("--token", TOKEN, notebooks=small_folder).wait()


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory) -> Path:
    """Give a folder with one board that needs no library: its server starts fast."""
    folder = tmp_path_factory.mktemp("small")
    write_board(folder, "stranger", CELLS, publish=True, title="A board for strangers")
    return folder


def serve(*options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command where it is expected to end by itself."""
    code = "import sys; from workbench.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, "serve", *options],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={
            "PYTHONPATH": str(CHECKOUT),
            "PATH": "/usr/bin:/bin",
            "HOME": str(cwd),
            **{name: os.environ[name] for name in ("JUPYTER_PATH",) if name in os.environ},
        },
        check=False,
    )


# bad input


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.1.2.3", "boards.example", ""])
def test_a_public_address_without_a_token_is_refused_and_said_why(tmp_path, address):
    options = ServerOptions(tmp_path, tmp_path, address)
    with pytest.raises(ServeError, match="--token"):
        check_options(options)


@pytest.mark.parametrize("access", [Access(token="x" * 12), Access(proxy_header="X-User")])
def test_a_public_address_with_a_token_or_a_proxy_is_not(tmp_path, access):
    check_options(ServerOptions(tmp_path, tmp_path, "0.0.0.0", access=access))


def test_a_token_that_could_be_guessed_is_refused(tmp_path):
    with pytest.raises(ServeError, match="12 characters"):
        check_options(ServerOptions(tmp_path, tmp_path, access=Access(token="letmein")))


def test_the_refusal_is_one_sentence_on_the_command_line(finished_project, tmp_path):
    ended = serve("--project", str(finished_project), "--address", "0.0.0.0", cwd=tmp_path)
    assert ended.returncode == 2
    assert "Give a token" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_named(finished_project, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = serve("--project", str(finished_project), "--port", str(port), cwd=tmp_path)
    assert ended.returncode == 2
    assert f"127.0.0.1:{port} cannot be used" in ended.stderr
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_folder_that_is_no_project_is_named(tmp_path):
    with pytest.raises(ProjectError, match="is not a project"):
        asyncio.run(PublishingServer(ServerOptions(tmp_path, tmp_path, port=0)).serve())


def test_an_unknown_board_is_a_page_that_leads_back(site):
    answer = site.ask("/board/no-such-board")
    assert answer.status == 404
    assert "All boards" in answer.text


def test_a_project_that_has_gone_and_a_journal_of_a_newer_version_are_a_page_and_a_line_in_the_log(
    start_site, finished_project, small_folder, tmp_path
):
    project = tmp_path / "project"
    shutil.copytree(finished_project, project)
    site = start_site(project=project, notebooks=small_folder).wait()
    project.rename(tmp_path / "elsewhere")
    answer = site.ask("/board/stranger")
    assert answer.status == 503
    assert "is not available at the moment" in answer.text
    assert str(tmp_path) not in answer.text
    assert str(project) in site.log_text()
    assert site.ask("/health").status == 503
    assert len(site.kernels()) == 0
    (tmp_path / "elsewhere").rename(project)
    assert site.ask("/health").status == 200
    with sqlite3.connect(project / ".workbench" / "journal.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    answer = site.ask("/board/stranger")
    assert answer.status == 503
    assert "cannot be read at the moment" in answer.text
    assert "update the workbench" in site.log_text()
    site.stop()


# who gets in


def test_without_the_token_a_reader_sees_the_form_and_a_program_a_refusal(guarded):
    for path in ("/", "/board/stranger"):
        page = guarded.ask(path, headers={"Accept": "text/html"})
        assert (page.status, page.headers["location"].partition("?")[0]) == (302, "/sign-in")
        assert guarded.ask(path).status == 403
    prefix = "0" * 16
    for path in (f"/assets/{prefix}/own/pages.css", "/voila/files/picture.png", "/api/kernels/x"):
        assert guarded.ask(path).status == 403


def test_a_token_in_the_address_counts_for_nothing(guarded):
    assert guarded.ask(f"/?token={TOKEN}").status == 403
    assert guarded.ask(f"/board/stranger?token={TOKEN}").status == 403


def test_a_token_in_the_header_lets_in(guarded):
    assert guarded.ask("/", headers={"Authorization": f"token {TOKEN}"}).status == 200


def sign_in(site: Site, token: str, source: str = "127.0.0.1") -> tuple[int, dict[str, str]]:
    form = site.ask("/sign-in", source=source)
    body = f"token={token}&_xsrf={form.cookies['_xsrf']}"
    answer = site.ask("/sign-in", "POST", cookies=form.cookies, body=body, source=source)
    return answer.status, {**form.cookies, **answer.cookies}


def test_the_form_exchanges_the_token_for_a_cookie_that_opens_boards(guarded):
    status, cookies = sign_in(guarded, TOKEN)
    assert status == 302
    assert TOKEN not in str(cookies)
    assert guarded.ask("/", cookies=cookies).status == 200
    visitor = guarded.visit("stranger", cookies)
    with visitor.socket() as wire:
        assert wire.is_answered()
    with_other_cookies = Visitor(guarded.port, visitor.kernel, {"_xsrf": "x"})
    assert with_other_cookies.ask(f"/api/kernels/{visitor.kernel}").status == 403


def test_a_forged_cookie_does_not(guarded):
    name = f"workbench-token-{guarded.port}"
    for value in ("1", "2|1:0|10:1|4:name|4:MQ==|" + "0" * 64):
        assert guarded.ask("/", cookies={name: value}).status == 403


def test_guessing_is_slowed_down(guarded):
    before, guesser = guarded.refusals(), "127.0.0.9"
    answers = [sign_in(guarded, f"wrong-{number}", guesser)[0] for number in range(12)]
    assert answers[:10] == [403] * 10
    assert answers[10:] == [429] * 2
    assert sign_in(guarded, TOKEN, guesser)[0] == 429
    assert guarded.refusals() - before >= 12


def test_the_health_of_a_guarded_server_tells_a_stranger_nothing_but_that(guarded):
    assert json.loads(guarded.ask("/health").text) == {"status": "ok"}
    known = json.loads(guarded.ask("/health", headers={"Authorization": f"token {TOKEN}"}).text)
    assert known["boards"] == 1


# kernels go with their pages


def gone_within(site: Site, seconds: float) -> float:
    return wait_until(lambda: not site.kernels(), seconds, "the kernels go")


@pytest.fixture(scope="module")
def quiet(start_site, small_folder) -> Site:
    """Give a server on which no page is open when a test begins: each waits until its own kernels are gone."""
    return start_site(notebooks=small_folder).wait()


def test_a_page_that_is_left_takes_its_kernel_with_it_at_once(quiet):
    visitor = quiet.visit("stranger")
    assert len(quiet.kernels()) == 1
    body = f"_xsrf={visitor.cookies['_xsrf']}"
    assert visitor.ask(f"/voila/api/shutdown/{visitor.kernel}", "POST", body=body).status == 204
    assert gone_within(quiet, 5) < 5
    assert visitor.ask(f"/api/kernels/{visitor.kernel}").status == 404


def test_a_page_that_never_connects_leaves_no_kernel_after_thirty_seconds(quiet):
    assert quiet.ask("/board/stranger").status == 200
    assert gone_within(quiet, 30) < 30


@pytest.mark.thorough
def test_a_connection_that_is_closed_leaves_no_kernel_after_thirty_seconds(quiet):
    with quiet.visit("stranger").socket() as wire:
        assert wire.is_answered()
        time.sleep(LINGER_SECONDS + 3)
        assert len(quiet.kernels()) == 1
    assert gone_within(quiet, 30) < 30


@pytest.mark.thorough
def test_a_browser_that_answers_no_more_leaves_no_kernel_after_thirty_seconds(quiet):
    visitor = quiet.visit("stranger")
    with visitor.socket() as wire:
        assert wire.is_answered()
    # By hand, so that nobody answers the server's pings: as when a network is gone.
    with socket.create_connection(("127.0.0.1", quiet.port)) as silent:
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        lines = [
            f"GET /api/kernels/{visitor.kernel}/channels?session_id=silent HTTP/1.1",
            f"Host: 127.0.0.1:{quiet.port}",
            f"Origin: http://127.0.0.1:{quiet.port}",
            f"Cookie: {cookies}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            f"Sec-WebSocket-Protocol: {PROTOCOL}",
        ]
        silent.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        assert b"101 Switching" in silent.recv(4096)
        assert gone_within(quiet, 30) > 5


def test_a_full_house_says_so_opens_again_shows_new_boards_and_leaves_no_process(start_site, tmp_path):
    write_board(tmp_path, "stranger", CELLS, publish=True, title="A board for strangers")
    site = start_site("--most", "2", notebooks=tmp_path).wait()
    assert "The second" not in site.ask("/").text
    visitors = [site.visit("stranger", source=f"127.0.0.{number}") for number in (1, 2)]
    refused = site.ask("/board/stranger", source="127.0.0.3")
    assert refused.status == 503
    assert "Too many readers" in refused.text
    assert '<meta http-equiv="refresh"' in refused.text
    write_board(tmp_path, "second", ["print('shown')"], publish=True, title="The second")
    assert "The second" in site.ask("/").text
    body = f"_xsrf={visitors[0].cookies['_xsrf']}"
    visitors[0].ask(f"/voila/api/shutdown/{visitors[0].kernel}", "POST", body=body)
    assert site.visit("second").kernel
    family = psutil.Process(site.process.pid).children(recursive=True)
    assert len(family) >= 2
    site.stop()
    wait_until(lambda: not any(is_alive(process) for process in family), 10, "kernel and prefork server go")


def test_no_process_outlives_a_server_that_is_killed(start_site, small_folder):
    site = start_site(notebooks=small_folder).wait()
    site.visit("stranger")
    family = psutil.Process(site.process.pid).children(recursive=True)
    assert len(family) == 2
    site.process.kill()
    site.process.wait(20)
    wait_until(lambda: not any(is_alive(process) for process in family), 10, "kernel and prefork server go")


def test_a_prefork_server_that_dies_is_replaced_for_the_next_visitor(quiet):
    (prefork,) = psutil.Process(quiet.process.pid).children()
    prefork.kill()
    wait_until(lambda: not is_alive(prefork), 5)
    with quiet.visit("stranger").socket() as wire:
        assert wire.is_answered()
    gone_within(quiet, 30)


def test_errors_of_publishing_are_errors_of_the_workbench():
    assert issubclass(ServeError, WorkbenchError)


def test_a_slow_answer_is_no_answer_to_another(site):
    began = time.monotonic()
    ask(site.port, "/")
    assert time.monotonic() - began < 1.0
