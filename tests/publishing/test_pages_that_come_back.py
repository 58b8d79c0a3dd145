"""Pages that lose network, server or kernel: they say so within five seconds, and come back with the same view."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from site_under_test import CHECKOUT, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOKEN = "a-token-of-the-boards"
SAID = "#wb-status:not([hidden])"
SECONDS_TO_SAY = 5.0
BACK = 60_000
VIEW = """() => ({
  tab: document.querySelector('.lm-TabBar-tab.lm-mod-current')?.textContent,
  chosen: [...document.querySelectorAll('select')].filter((one) => one.getClientRects().length)
    .map((one) => one.selectedOptions[0]?.textContent),
})"""


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one board")
    shutil.copy(CHECKOUT / "notebooks" / "boards" / "demand.ipynb", folder)
    return folder


@pytest.fixture(scope="module")
def serve(start_site: Callable[..., Site], boards: Path) -> Callable[..., Site]:
    def started(*options: str) -> Site:
        return start_site("--token", TOKEN, *options, notebooks=boards).wait()

    return started


@pytest.fixture(scope="module")
def guarded(serve: Callable[..., Site]) -> Site:
    return serve()


@pytest.fixture(scope="module")
def context(browser: Any) -> Iterator[Any]:
    made = browser.new_context(viewport={"width": 1000, "height": 700})
    yield made
    made.close()


def open_signed_in(context: Any, address: str) -> Any:
    """Follow a link without being signed in: after the form it is the page of the link."""
    page = context.new_page()
    page.goto(address)
    page.fill("#token", TOKEN)
    page.click("button")
    page.wait_for_selector("select", timeout=BACK)
    return page


def choose(page: Any) -> dict[str, Any]:
    """Choose another tab and something in it, and give what is shown then."""
    page.locator(".lm-TabBar-tab", has_text="Sectors").first.click()
    sector = page.locator("select:visible").nth(1)
    sector.wait_for(timeout=BACK)
    sector.select_option(index=2)
    page.wait_for_function("() => location.search.includes('Sectors/')", timeout=BACK)
    view: dict[str, Any] = page.evaluate(VIEW)
    assert view["tab"].startswith("Sectors")
    return view


@pytest.fixture(scope="module")
def chosen(context: Any, guarded: Site) -> tuple[Any, dict[str, Any]]:
    """Give a page that has come back, if it should have, before each of the tests."""
    page = open_signed_in(context, f"http://127.0.0.1:{guarded.port}/board/demand")
    return page, choose(page)


def is_back_with(page: Any, view: dict[str, Any], identity: str) -> None:
    """Wait until the page has another kernel, and what was chosen is shown again."""
    page.wait_for_function(f"kernel => ({KERNEL})() !== kernel", arg=identity, timeout=BACK)
    page.wait_for_function(f"tab => ({VIEW})().tab === tab", arg=view["tab"], timeout=BACK)
    page.wait_for_function(f"chosen => String(({VIEW})().chosen) === chosen", arg=",".join(view["chosen"]))
    page.wait_for_selector(SAID, state="hidden", timeout=BACK)


KERNEL = """() => {
  const config = document.getElementById('jupyter-config-data');
  return config ? JSON.parse(config.textContent).kernelId : '';
}"""


def end_session(context: Any, site: Site, identity: str) -> None:
    """End a session as the server does with a page that it has not heard for a while."""
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    answer = site.ask(
        f"/voila/api/shutdown/{identity}", "POST", cookies=cookies, body=f"_xsrf={cookies['_xsrf']}"
    )
    assert answer.status == 204


def seconds_to_say(page: Any, began: float) -> float:
    page.wait_for_selector(SAID, timeout=15_000)
    return time.monotonic() - began


def test_a_link_shows_the_same_view_to_somebody_else_also_after_signing_in(browser, guarded, chosen):
    page, view = chosen
    other = browser.new_context()
    again = open_signed_in(other, page.url)
    again.wait_for_function(f"tab => ({VIEW})().tab === tab", arg=view["tab"], timeout=BACK)
    again.wait_for_function(f"chosen => String(({VIEW})().chosen) === chosen", arg=",".join(view["chosen"]))
    assert urlsplit(again.url).query == urlsplit(page.url).query
    other.close()


def test_a_page_without_network_says_so_and_comes_back_after_its_session_has_ended(context, guarded, chosen):
    page, view = chosen
    identity = page.evaluate(KERNEL)
    context.set_offline(True)
    assert seconds_to_say(page, time.monotonic()) < SECONDS_TO_SAY
    assert page.evaluate(VIEW) == view
    # Five minutes and an hour are the same: after a quarter of a minute the kernel is gone.
    end_session(context, guarded, identity)
    context.set_offline(False)
    is_back_with(page, view, identity)


def test_a_page_that_was_frozen_comes_back(context, guarded, chosen):
    page, view = chosen
    identity = page.evaluate(KERNEL)
    devtools = context.new_cdp_session(page)
    devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
    end_session(context, guarded, identity)
    time.sleep(1)
    devtools.send("Page.setWebLifecycleState", {"state": "active"})
    is_back_with(page, view, identity)


def test_a_page_whose_kernel_has_ended_says_so_and_comes_back(guarded, chosen):
    page, view = chosen
    identity = page.evaluate(KERNEL)
    began = time.monotonic()
    for kernel in guarded.kernels():
        kernel.kill()
    assert seconds_to_say(page, began) < SECONDS_TO_SAY
    assert "has ended" in page.inner_text(SAID)
    is_back_with(page, view, identity)


@pytest.mark.parametrize("way", ["killed", "hangs"])
def test_a_page_whose_server_is_gone_says_so_and_comes_back_signed_in(serve, browser, way):
    site, context = serve(), browser.new_context(viewport={"width": 1000, "height": 700})
    page = open_signed_in(context, f"http://127.0.0.1:{site.port}/board/demand")
    view, identity = choose(page), page.evaluate(KERNEL)
    began = time.monotonic()
    site.process.send_signal(signal.SIGSTOP if way == "hangs" else signal.SIGKILL)
    assert seconds_to_say(page, began) < SECONDS_TO_SAY
    assert "no connection" in page.inner_text(SAID)
    assert page.evaluate(VIEW) == view
    if way == "hangs":
        site.process.send_signal(signal.SIGCONT)
        page.wait_for_selector(SAID, state="hidden", timeout=BACK)
        # It has missed nothing, and is the same page.
        assert page.evaluate(KERNEL) == identity
        context.close()
        site.stop()
        return
    again = serve("--port", str(site.port))
    is_back_with(page, view, identity)
    context.close()
    again.stop()
