"""What every test can ask for."""

from __future__ import annotations

import fcntl
import functools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol
from accessibility import axe
from lab_fixtures import lab, lab_context, new_page, open_notebook

if TYPE_CHECKING:
    from workbench.data.projects.project import Project

__all__ = ["axe", "lab", "lab_context", "new_page", "open_notebook"]

PROJECT = Path(__file__).parents[1]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let CI try a browser's test twice; without the option a failure is a failure."""
    parser.addoption(
        "--retry-browser",
        action="store_true",
        help="run a failed test with the marker `browser` once more; every retry is listed at the end",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the files without the one mark that `-m` asks of every test, as in `-m "slow and not browser"`."""
    needed = re.match(r"(\w+)(?: and not |$)", config.option.markexpr)
    if needed is None or not collection_path.name.startswith("test_"):
        return None
    return None if _writes(collection_path, needed[1]) else True


@functools.cache
def _writes(path: Path, mark: str) -> bool:
    return f"mark.{mark}" in path.read_text(encoding="utf-8")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse what would be left out unseen, and a test whose name differs from process to process."""
    for item in items:
        for mark in ("slow", "browser"):
            if item.get_closest_marker(mark) is not None and not _writes(item.path, mark):
                raise pytest.UsageError(
                    f"{item.nodeid} has the mark `{mark}` from elsewhere: write it in its file"
                )
        if " at 0x" in item.nodeid:
            raise pytest.UsageError(f"{item.nodeid} holds an address in memory: name its cases with `ids`")
        marked = item.get_closest_marker("browser") is not None
        if "browser" in getattr(item, "fixturenames", ()) and not marked:
            raise pytest.UsageError(f"{item.nodeid} drives a browser: give it the marker `browser`")


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a browser's test that failed once more, where that is allowed, and report it as retried."""
    if not item.config.getoption("retry_browser") or item.get_closest_marker("browser") is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        if report.failed:
            report.outcome = "retried"  # type: ignore[assignment]
            item.ihook.pytest_runtest_logreport(report=report)
    if any(report.outcome == "retried" for report in reports):
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Count what is tried again apart from what passes and fails."""
    return ("retried", "R", "RETRIED") if report.outcome == "retried" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that was tried again, with the failure of its first try."""
    retried = terminalreporter.getreports("retried")
    if retried:
        terminalreporter.section(f"retries of browser tests: {len(retried)}")
    for report in retried:
        terminalreporter.line(f"RETRIED {report.nodeid} ({report.when})")
        terminalreporter.line(report.longreprtext)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real inputs; the test is skipped where it is absent."""
    folder = Path(os.environ.get("WORKBENCH_TEST_DATA") or PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real inputs are not at {folder}; set WORKBENCH_TEST_DATA to their folder")
    return folder


@pytest.fixture(autouse=True, scope="session")
def _own_user_folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' signing key and recent projects out of the user's own folders."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("user-data"))


@pytest.fixture
def without_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the page and the workbook out of runs: most of the time of a small one; their own tests write them."""
    from workbench.charts.page import ReportPage

    def write_blank(result: object, path: Path, style: object = None) -> Path:
        path.write_text("", encoding="utf-8")
        return path

    monkeypatch.setattr("workbench.demand.steps.write_report", write_blank)
    monkeypatch.setattr("workbench.demand.steps.write_excel", write_blank)
    monkeypatch.setattr("workbench.load_profiles.results.report.write_report", write_blank)
    monkeypatch.setattr("workbench.finance.results.report.page.report_page", lambda *_: ReportPage("", ""))


@pytest.fixture(scope="session")
def copy_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Project]:
    """Give a function that puts the sample project, made once for all tests, into a new folder."""
    from workbench.data.projects.project import Project
    from workbench.sample.project import create_from_sample

    made = _made_once(tmp_path_factory, "original", create_from_sample)

    def copy(folder: Path) -> Project:
        return Project.open(shutil.copytree(made, folder))

    return copy


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a sample project on which the whole planning chain has run; change only a copy of it."""
    from workbench.cli import main

    def make(folder: Path) -> None:
        assert main(["demo", "--folder", str(folder)]) == 0

    made = _made_once(tmp_path_factory, "sample-project", make)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("planned") / "sample-project"))


def _made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Make a folder once for all processes of a test run; none of them changes it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a Chromium, one for all tests: a second driver in the same process is refused."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is installed: nothing was looked at in a browser")
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield made
        made.close()
