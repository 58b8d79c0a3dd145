"""Asking services politely: retries, Retry-After, the cache, allowances, and being cancelled in the middle."""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import json
import threading
import time
from collections.abc import Callable

import pytest

from online.faulty_server import FaultyServer, Reply
from workbench.errors import SettingError, SourceFailed
from workbench.online.cache import expiry
from workbench.online.client import OnlineClient
from workbench.online.pacing import DailyAllowance
from workbench.online.service import HttpRequest, Service, Watch

Open = Callable[..., OnlineClient]
QUERY = {"latitude": "-22.7", "longitude": "-47.6"}
RAIN = Service("rain", "Rain service", "https://rain.example.org")
PATH = "/rain/daily"


@pytest.fixture
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.online.retries.FIRST_BACKOFF", 0.05)


def request(good_for: float = 0.0, **more: str) -> HttpRequest:
    return HttpRequest(RAIN, PATH, QUERY | more, good_for)


def latitude(body: bytes) -> str:
    return str(json.loads(body)["query"]["latitude"])


def test_it_says_who_asks(open_client: Open, server: FaultyServer) -> None:
    assert open_client().get(request(), latitude) == "-22.7"
    agent = server.requests[0][3]["user-agent"]
    assert agent.startswith("energy-workbench/")


def test_it_says_whom_to_write_to(server: FaultyServer) -> None:
    with OnlineClient(addresses={"rain": server.address}, contact="farm@example.org") as client:
        client.get(request(), latitude)
    assert "(farm@example.org; " in server.requests[0][3]["user-agent"]


def test_a_throttled_service_is_asked_again_when_it_wants_to_be(
    open_client: Open, server: FaultyServer
) -> None:
    server.faults["rain"] = lambda n: Reply({}, 429, {"Retry-After": "1"}) if n == 0 else None
    lines: list[str] = []
    began = time.monotonic()
    assert open_client().get(request(), latitude, Watch(log=lines.append)) == "-22.7"
    assert 1.0 <= time.monotonic() - began < 3
    assert lines == ["Rain service: it answered with status 429: {}; try 2 of 3 in 1.0 s."]


def test_a_moment_as_retry_after_is_waited_for(open_client: Open, server: FaultyServer) -> None:
    when = email.utils.format_datetime(
        datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2), usegmt=True
    )
    server.faults["rain"] = lambda n: Reply({}, 503, {"Retry-After": when}) if n == 0 else None
    began = time.monotonic()
    open_client().get(request(), latitude)
    assert 0.5 <= time.monotonic() - began < 4


def test_a_wait_that_is_too_long_is_said_and_not_waited(open_client: Open, server: FaultyServer) -> None:
    server.faults["rain"] = lambda n: Reply({}, 429, {"Retry-After": "3600"})
    began = time.monotonic()
    with pytest.raises(SourceFailed, match="asks to wait 3600 s") as caught:
        open_client().get(request(), latitude)
    assert time.monotonic() - began < 1
    assert (caught.value.source, caught.value.status) == ("rain", 429)


@pytest.mark.parametrize(
    "words",
    ["Daily API request limit exceeded. Please try again tomorrow.", "Hourly API request limit exceeded."],
)
def test_a_service_that_is_used_up_for_long_is_not_asked_again_by_the_same_client(
    open_client: Open, server: FaultyServer, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setattr("workbench.online.retries.MAX_WAIT", 0.0)
    server.faults["rain"] = lambda n: Reply({"error": True, "reason": words}, 429)
    client = open_client()
    for place in ("1", "2"):
        with pytest.raises(SourceFailed, match=r"limit exceeded.*asks to wait"):
            client.get(request(place=place), latitude)
    assert server.count("rain") == 1


def test_a_service_that_does_not_want_it_is_not_asked_again_when_it_throttles(
    open_client: Open, server: FaultyServer
) -> None:
    server.faults["rain"] = lambda n: Reply({}, 429, {"Retry-After": "1"})
    service = dataclasses.replace(RAIN, patient=False)
    with pytest.raises(SourceFailed, match="429"):
        open_client().get(HttpRequest(service, PATH), json.loads)
    assert server.count("rain") == 1


def test_a_refusal_is_not_tried_again_and_its_words_are_shown(
    open_client: Open, server: FaultyServer
) -> None:
    words = {"messages": ["Please provide a valid latitude"]}
    server.faults["rain"] = lambda n: Reply(words, 422)
    with pytest.raises(SourceFailed, match=r"status 422.*valid latitude"):
        open_client().get(request(), latitude)
    assert server.count("rain") == 1


def test_rubbish_is_said_and_never_kept(open_client: Open, server: FaultyServer) -> None:
    server.faults["rain"] = lambda n: Reply(b"<html>Sign in to the hotel</html>") if n == 0 else None
    client = open_client()
    with pytest.raises(SourceFailed, match="begins with '<html>Sign in"):
        client.get(request(good_for=3600), latitude)
    assert client.get(request(good_for=3600), latitude) == "-22.7"


@pytest.mark.usefixtures("short_backoff")
def test_a_service_that_is_down_is_tried_three_times(open_client: Open, server: FaultyServer) -> None:
    server.faults["rain"] = lambda n: Reply({}, 503)
    with pytest.raises(SourceFailed, match="status 503"):
        open_client().get(request(), latitude)
    assert server.count("rain") == 3


@pytest.mark.usefixtures("short_backoff")
def test_a_service_that_cannot_be_reached_says_so(open_client: Open, server: FaultyServer) -> None:
    client = open_client()
    server.close()
    with pytest.raises(SourceFailed, match="the connection failed"):
        client.get(request(), latitude)


def test_a_slow_service_is_given_up_after_its_second_silence(open_client: Open, server: FaultyServer) -> None:
    server.faults["rain"] = lambda n: Reply({}, delay=30)
    began = time.monotonic()
    with pytest.raises(SourceFailed, match=r"did not answer within 0.5 s"):
        open_client(patience=0.5).get(request(), latitude)
    assert time.monotonic() - began < 4
    assert server.count("rain") == 2


@pytest.mark.parametrize(
    "fault",
    [
        Reply({}, delay=30),
        Reply(b"x" * 400, drip=0.1),
        Reply({}, 429, {"Retry-After": "60"}),
    ],
    ids=["silent", "dripping", "throttled"],
)
def test_a_download_is_cancelled_in_the_middle_at_once(
    open_client: Open, server: FaultyServer, fault: Reply
) -> None:
    class Asked(BaseException):
        pass

    server.faults["rain"] = lambda n: fault
    asked: list[float] = []

    def checkpoint() -> None:
        if asked:
            raise Asked

    threading.Timer(0.6, lambda: asked.append(time.monotonic())).start()
    with pytest.raises(Asked):
        open_client(patience=60).get(request(), latitude, Watch(checkpoint))
    assert time.monotonic() - asked[0] < 0.5


def test_an_answer_is_used_until_it_expires(open_client: Open, server: FaultyServer) -> None:
    client = open_client()
    client.get(request(good_for=3600), latitude)
    assert client.get(request(good_for=3600), latitude) == "-22.7"
    assert server.count("rain") == 1
    assert open_client().get(request(good_for=3600), latitude) == "-22.7"
    assert server.count("rain") == 1


def test_the_service_says_how_long_an_answer_is_good(open_client: Open, server: FaultyServer) -> None:
    server.headers["rain"] = {"Cache-Control": "max-age=3600"}
    client = open_client()
    client.get(request(good_for=0), latitude)
    client.get(request(good_for=0), latitude)
    assert server.count("rain") == 1


@pytest.mark.parametrize(
    ("header", "value", "condition"),
    [
        ("ETag", '"abc"', "if-none-match"),
        ("Last-Modified", "Mon, 01 Dec 2025 00:00:00 GMT", "if-modified-since"),
    ],
)
def test_an_expired_answer_is_asked_for_only_if_it_has_changed(
    open_client: Open, server: FaultyServer, header: str, value: str, condition: str
) -> None:
    server.headers["rain"] = {header: value}
    client = open_client()
    client.get(request(), latitude)
    assert client.get(request(), latitude) == "-22.7"
    assert server.requests[1][3][condition] == value


@pytest.mark.usefixtures("short_backoff")
def test_an_old_answer_serves_when_the_service_is_down_and_that_is_said(
    open_client: Open, server: FaultyServer
) -> None:
    client = open_client()
    client.get(request(), latitude)
    server.faults["rain"] = lambda n: Reply({}, 500)
    lines: list[str] = []
    assert client.get(request(), latitude, Watch(log=lines.append)) == "-22.7"
    assert "its answer of 0.0 h ago is used instead" in lines[-1]


def test_a_damaged_cache_is_asked_for_again(
    open_client: Open, server: FaultyServer, tmp_path: pytest.TempPathFactory
) -> None:
    client = open_client()
    client.get(request(good_for=3600), latitude)
    (path,) = (tmp_path / "online").rglob("*.answer")
    path.write_bytes(path.read_bytes()[:-50])
    assert client.get(request(good_for=3600), latitude) == "-22.7"
    assert server.count("rain") == 2


def test_the_allowance_of_a_day_is_kept(tmp_path: pytest.TempPathFactory) -> None:
    service = Service("x", "X", "https://x", per_day=10)
    DailyAllowance(tmp_path / "requests.json").take(service, "x", 6)
    with pytest.raises(SourceFailed, match="allows 10 requests a day and 6 are used, this one counts as 5"):
        DailyAllowance(tmp_path / "requests.json").take(service, "x", 5)
    DailyAllowance(tmp_path / "requests.json").take(service, "x", 4)


def test_requests_above_the_allowance_of_a_minute_are_spread(open_client: Open) -> None:
    service = dataclasses.replace(RAIN, per_minute=120)
    client = open_client()
    client.get(HttpRequest(service, PATH, QUERY, 0, cost=119), latitude)
    began = time.monotonic()
    for _ in range(3):
        client.get(HttpRequest(service, PATH, QUERY, 0, cost=1), latitude)
    assert 0.8 <= time.monotonic() - began < 3  # two a second after the first


def test_an_address_that_is_none_is_refused(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(SettingError, match="'file:///etc/passwd', expected one like https"):
        OnlineClient(tmp_path, {"rain": "file:///etc/passwd"})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "public, max-age=600"}, 600),
        ({"expires": "Thu, 01 Jan 1970 00:20:00 GMT"}, 200),
        ({"expires": "0"}, 50),
        ({}, 50),
    ],
)
def test_when_an_answer_expires_follows_its_headers(headers: dict[str, str], seconds: float) -> None:
    assert expiry(headers, 1000.0, 50.0) == pytest.approx(1000 + seconds)
