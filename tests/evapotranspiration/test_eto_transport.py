"""Asking services politely: retries, Retry-After, the cache, allowances, and being cancelled in the middle."""

from __future__ import annotations

import datetime
import email.utils
import json
import threading
import time
from collections.abc import Callable

import pytest
from weather_server import Reply, WeatherServer

from workbench.errors import SettingError, SourceFailed
from workbench.evapotranspiration.inputs.services.pacing import DailyAllowance
from workbench.evapotranspiration.inputs.services.response_cache import expiry
from workbench.evapotranspiration.inputs.services.transport import Question, Transport, Watch
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceFacts

Open = Callable[..., Transport]
QUERY = {"latitude": "-22.7", "longitude": "-47.6", "start": "20200101", "end": "20200110"}


@pytest.fixture
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.evapotranspiration.inputs.services.transport.FIRST_BACKOFF", 0.05)


def question(good_for: float = 0.0, source: str = "nasa_power", **more: str) -> Question:
    return Question(SOURCES[source], "/api/temporal/daily/point", QUERY | more, good_for)


def days(body: bytes) -> int:
    return len(json.loads(body)["properties"]["parameter"]["T2M"])


def test_it_says_who_asks(open_transport: Open, server: WeatherServer) -> None:
    assert open_transport().get(question(), days) == 10
    agent = server.requests[0][3]["user-agent"]
    assert agent.startswith("energy-workbench/")


def test_a_throttled_service_is_asked_again_when_it_wants_to_be(
    open_transport: Open, server: WeatherServer
) -> None:
    server.faults["nasa_power"] = lambda n: Reply({}, 429, {"Retry-After": "1"}) if n == 0 else None
    lines: list[str] = []
    began = time.monotonic()
    assert open_transport().get(question(), days, Watch(tell=lines.append)) == 10
    assert 1.0 <= time.monotonic() - began < 3
    assert lines == ["NASA POWER: it answered with status 429: {}; try 2 of 3 in 1.0 s."]


def test_a_moment_as_retry_after_is_waited_for(open_transport: Open, server: WeatherServer) -> None:
    when = email.utils.format_datetime(
        datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2), usegmt=True
    )
    server.faults["nasa_power"] = lambda n: Reply({}, 503, {"Retry-After": when}) if n == 0 else None
    began = time.monotonic()
    open_transport().get(question(), days)
    assert 0.5 <= time.monotonic() - began < 4


def test_a_wait_that_is_too_long_is_said_and_not_waited(open_transport: Open, server: WeatherServer) -> None:
    server.faults["nasa_power"] = lambda n: Reply({}, 429, {"Retry-After": "3600"})
    began = time.monotonic()
    with pytest.raises(SourceFailed, match="asks to wait 3600 s") as caught:
        open_transport().get(question(), days)
    assert time.monotonic() - began < 1
    assert (caught.value.source, caught.value.status) == ("nasa_power", 429)


def test_met_norway_is_not_asked_again_when_it_is_throttled(
    open_transport: Open, server: WeatherServer
) -> None:
    server.faults["met_norway"] = lambda n: Reply({}, 429, {"Retry-After": "1"})
    path = "/weatherapi/locationforecast/2.0/complete"
    with pytest.raises(SourceFailed, match="429"):
        open_transport().get(Question(SOURCES["met_norway"], path, {}, 0), json.loads)
    assert server.count("met_norway") == 1


def test_a_refusal_is_not_tried_again_and_its_words_are_shown(
    open_transport: Open, server: WeatherServer
) -> None:
    words = {"messages": ["Please provide a valid latitude"]}
    server.faults["nasa_power"] = lambda n: Reply(words, 422)
    with pytest.raises(SourceFailed, match=r"status 422.*valid latitude"):
        open_transport().get(question(), days)
    assert server.count("nasa_power") == 1


def test_rubbish_is_said_and_never_kept(open_transport: Open, server: WeatherServer) -> None:
    server.faults["nasa_power"] = lambda n: Reply(b"<html>Sign in to the hotel</html>") if n == 0 else None
    transport = open_transport()
    with pytest.raises(SourceFailed, match="begins with '<html>Sign in"):
        transport.get(question(good_for=3600), days)
    assert transport.get(question(good_for=3600), days) == 10


@pytest.mark.usefixtures("short_backoff")
def test_a_service_that_is_down_is_tried_three_times(open_transport: Open, server: WeatherServer) -> None:
    server.faults["nasa_power"] = lambda n: Reply({}, 503)
    with pytest.raises(SourceFailed, match="status 503"):
        open_transport().get(question(), days)
    assert server.count("nasa_power") == 3


@pytest.mark.usefixtures("short_backoff")
def test_a_service_that_cannot_be_reached_says_so(open_transport: Open, server: WeatherServer) -> None:
    transport = open_transport()
    server.close()
    with pytest.raises(SourceFailed, match="the connection failed"):
        transport.get(question(), days)


def test_a_slow_service_is_given_up_after_its_second_silence(
    open_transport: Open, server: WeatherServer
) -> None:
    server.faults["nasa_power"] = lambda n: Reply({}, delay=30)
    began = time.monotonic()
    with pytest.raises(SourceFailed, match=r"did not answer within 0.5 s"):
        open_transport(patience=0.5).get(question(), days)
    assert time.monotonic() - began < 4
    assert server.count("nasa_power") == 2


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
    open_transport: Open, server: WeatherServer, fault: Reply
) -> None:
    class Asked(BaseException):
        pass

    server.faults["nasa_power"] = lambda n: fault
    asked: list[float] = []

    def checkpoint() -> None:
        if asked:
            raise Asked

    threading.Timer(0.6, lambda: asked.append(time.monotonic())).start()
    with pytest.raises(Asked):
        open_transport(patience=60).get(question(), days, Watch(checkpoint))
    assert time.monotonic() - asked[0] < 0.5


def test_an_answer_is_used_until_it_expires(open_transport: Open, server: WeatherServer) -> None:
    transport = open_transport()
    transport.get(question(good_for=3600), days)
    assert transport.get(question(good_for=3600), days) == 10
    assert server.count("nasa_power") == 1
    assert open_transport().get(question(good_for=3600), days) == 10
    assert server.count("nasa_power") == 1


def test_the_service_says_how_long_an_answer_is_good(open_transport: Open, server: WeatherServer) -> None:
    server.headers["nasa_power"] = {"Cache-Control": "max-age=3600"}
    transport = open_transport()
    transport.get(question(good_for=0), days)
    transport.get(question(good_for=0), days)
    assert server.count("nasa_power") == 1


@pytest.mark.parametrize(
    ("header", "value", "condition"),
    [
        ("ETag", '"abc"', "if-none-match"),
        ("Last-Modified", "Mon, 01 Dec 2025 00:00:00 GMT", "if-modified-since"),
    ],
)
def test_an_expired_answer_is_asked_for_only_if_it_has_changed(
    open_transport: Open, server: WeatherServer, header: str, value: str, condition: str
) -> None:
    server.headers["nasa_power"] = {header: value}
    transport = open_transport()
    transport.get(question(), days)
    assert transport.get(question(), days) == 10
    assert server.requests[1][3][condition] == value


@pytest.mark.usefixtures("short_backoff")
def test_an_old_answer_serves_when_the_service_is_down_and_that_is_said(
    open_transport: Open, server: WeatherServer
) -> None:
    transport = open_transport()
    transport.get(question(), days)
    server.faults["nasa_power"] = lambda n: Reply({}, 500)
    lines: list[str] = []
    assert transport.get(question(), days, Watch(tell=lines.append)) == 10
    assert "its answer of 0.0 h ago is used instead" in lines[-1]


def test_a_damaged_cache_is_asked_for_again(
    open_transport: Open, server: WeatherServer, tmp_path: pytest.TempPathFactory
) -> None:
    transport = open_transport()
    transport.get(question(good_for=3600), days)
    (path,) = (tmp_path / "weather").rglob("*.answer")
    path.write_bytes(path.read_bytes()[:-50])
    assert transport.get(question(good_for=3600), days) == 10
    assert server.count("nasa_power") == 2


def test_the_allowance_of_a_day_is_kept(tmp_path: pytest.TempPathFactory) -> None:
    facts = SourceFacts("x", "X", "https://x", None, 0, "", per_day=10)
    DailyAllowance(tmp_path / "requests.json").take(facts, "x", 6)
    with pytest.raises(SourceFailed, match="allows 10 requests a day and 6 are used, this one counts as 5"):
        DailyAllowance(tmp_path / "requests.json").take(facts, "x", 5)
    DailyAllowance(tmp_path / "requests.json").take(facts, "x", 4)


def test_requests_above_the_allowance_of_a_minute_are_spread(open_transport: Open) -> None:
    facts = SourceFacts("nasa_power", "X", "", None, 0, "", per_minute=120)
    transport = open_transport()
    transport.get(Question(facts, "/api/temporal/daily/point", QUERY, 0, cost=119), days)
    began = time.monotonic()
    for _ in range(3):
        transport.get(Question(facts, "/api/temporal/daily/point", QUERY, 0, cost=1), days)
    assert 0.8 <= time.monotonic() - began < 3  # two a second after the first


def test_an_address_that_is_none_is_refused(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(SettingError, match="'file:///etc/passwd', expected one like https"):
        Transport(tmp_path, {"nasa_power": "file:///etc/passwd"})


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
