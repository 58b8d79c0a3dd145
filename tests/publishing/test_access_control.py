from __future__ import annotations

import pytest

from workbench.publishing.access import Access, AccessRequest


def request(
    path: str = "/", method: str = "GET", address: str = "127.0.0.1", signed_in: bool = False, **headers: str
):
    given = {"host": "127.0.0.1:8866", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return AccessRequest(method, path, given, address, signed_in)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8866", "[::1]:8866", "LOCALHOST", "127.1.2.3"])
def test_this_machines_own_names_are_let_in(host):
    assert Access().refusal(request(host=host)) is None


@pytest.mark.parametrize(
    "host", ["", "evil.example", "10.0.0.7", "127.0.0.1.evil.example", "::::", "a@local@b"]
)
def test_other_names_are_not(host):
    assert Access().refusal(request(host=host)).status == 403


def test_a_public_server_is_called_by_its_addresses_and_by_the_names_it_was_told():
    access = Access(token="a long enough token", is_public=True, hosts=frozenset({"boards.example"}))
    for host, status in (("10.0.0.7:80", None), ("boards.example", None), ("evil.example", 403)):
        refusal = access.refusal(request(host=host, signed_in=True))
        assert (None if refusal is None else refusal.status) == status


def test_with_a_token_nothing_but_the_form_and_the_health_is_open():
    access = Access(token="a long enough token")
    assert access.refusal(request("/sign-in")) is None
    assert access.refusal(request("/health")) is None
    for path in ("/", "/board/x", "/assets/x/own/pages.css", "/api/kernels/x", "/sign-in/", "/health/x"):
        assert access.refusal(request(path)).may_sign_in


def test_the_token_counts_in_the_header_and_as_a_cookie_but_not_in_the_address():
    access = Access(token="a long enough token")
    assert access.refusal(request(authorization="token a long enough token")) is None
    assert access.refusal(request(authorization="Bearer a long enough token")) is None
    assert access.refusal(request(signed_in=True)) is None
    assert access.refusal(request(authorization="token wrong")).status == 403
    assert access.refusal(request(authorization="a long enough token")).status == 403
    assert access.refusal(request("/?token=a long enough token")).status == 403


def test_a_proxy_is_believed_only_at_its_own_address():
    access = Access(proxy_header="X-Forwarded-User", proxies=frozenset({"10.0.0.1"}), is_public=True)
    assert access.refusal(request(address="10.0.0.1", x_forwarded_user="asha")) is None
    assert access.refusal(request(address="10.0.0.1")).status == 401
    assert access.refusal(request(address="10.0.0.1", x_forwarded_user=" ")).status == 401
    assert access.refusal(request(address="10.0.0.2", x_forwarded_user="asha")).status == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "ftp://127.0.0.1:8866"]
)
def test_what_changes_or_connects_comes_from_our_own_page(origin):
    assert Access().refusal(request("/x", "POST", origin=origin)).status == 403
    assert Access().refusal(request("/x", upgrade="WebSocket", origin=origin)).status == 403


def test_our_own_page_may_change_and_connect():
    ours = "http://127.0.0.1:8866"
    assert Access().refusal(request("/x", "POST", origin=ours)) is None
    assert Access().refusal(request("/x", upgrade="websocket", origin=ours)) is None
    assert Access().refusal(request("/x", upgrade="websocket")).status == 403


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "get", ""])
def test_other_methods_are_not_possible(method):
    assert Access().refusal(request(method=method)).status == 405


def test_an_endless_address_is_refused():
    assert Access().refusal(request("/" + "x" * 401)).status == 414


LINK = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}


def test_a_link_on_another_site_is_followed():
    assert Access().refusal(request("/board/x", **LINK)) is None
    assert Access().refusal(request("/board/x", sec_fetch_site="none", sec_fetch_mode="navigate")) is None
    assert Access().refusal(request("/board/x", sec_fetch_site="same-origin")) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"sec_fetch_dest": "iframe"},
        {"sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"},
        {"sec_fetch_mode": "cors", "sec_fetch_dest": "empty"},
        {"sec_fetch_site": "same-site", "sec_fetch_dest": "script"},
        {"sec_purpose": "prefetch;prerender"},
    ],
    ids=str,
)
def test_what_a_page_of_another_site_loads_is_refused(changes):
    assert Access().refusal(request("/board/x", **{**LINK, **changes})).status == 403


def test_a_trusted_proxy_names_the_client_and_nobody_else_does():
    access = Access(proxies=frozenset({"10.0.0.1", "10.0.0.2"}))
    assert access.client_of("10.0.0.1", ["203.0.113.7"]) == "203.0.113.7"
    # What a client writes itself stands before what the proxies add.
    assert access.client_of("10.0.0.1", ["198.51.100.1, 203.0.113.7, 10.0.0.2"]) == "203.0.113.7"
    assert access.client_of("203.0.113.7", ["198.51.100.1"]) == "203.0.113.7"
    assert access.client_of("10.0.0.1", ["nonsense"]) == "10.0.0.1"
    assert access.client_of("10.0.0.1", []) == "10.0.0.1"
