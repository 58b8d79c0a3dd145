"""What a page may put into a project: whole files, by their names, never silently over another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.data.projects.project import Project
from workbench.runs.model import read_only
from workbench.ui.transfer import uploads
from workbench.ui.transfer.uploads import Uploads


class Page:
    """Sends a widget files as a browser does."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: list[str] = []
        self.widget = Uploads(folder, (".csv", ".xlsx"), self.taken.append)
        self.answers: list[dict[str, Any]] = []
        monkeypatch.setattr(self.widget, "send", self.answers.append)

    def ask(self, kind: str, *buffers: bytes, **fields: Any) -> dict[str, Any]:
        self.answers.clear()
        self.widget.receive({"kind": kind, "id": 3, **fields}, [memoryview(part) for part in buffers])
        return self.answers[0]

    def send(self, name: str, content: bytes) -> dict[str, Any]:
        answer = self.ask("begin", name=name, size=len(content))
        number = answer.get("number", 0)
        while "problem" not in answer and "said" not in answer and "is_taken" not in answer:
            part = content[answer["done"] :][: uploads.PART_BYTES]
            answer = self.ask("piece", part, number=number, offset=answer["done"])
        return {**answer, "number": number}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(uploads, "PART_BYTES", 4)
    return Page(Project.create(tmp_path / "project", "Project").inputs, monkeypatch)


def files_of(page: Page) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in page.widget._folder.iterdir()}


def test_a_file_comes_in_parts_and_is_told_when_it_is_whole(page: Page) -> None:
    assert page.send("a.csv", b"0123456789")["said"] == "a.csv is in the project's inputs."
    assert (page.taken, files_of(page)) == (["a.csv"], {"a.csv": b"0123456789"})
    assert not page.widget._received


def test_a_part_whose_answer_was_lost_may_come_again_and_one_that_does_not_fit_ends_the_file(
    page: Page,
) -> None:
    number = page.ask("begin", name="a.csv", size=6)["number"]
    for _ in range(2):
        assert page.ask("piece", b"abcd", number=number, offset=0)["done"] == 4
    assert "changed meanwhile" in page.ask("piece", b"efgh", number=number, offset=4)["problem"]
    assert files_of(page) == {}


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("leave", {"a.csv": b"before"}),
        ("second", {"a.csv": b"before", "a-2.csv": b"after"}),
        ("replace", {"a.csv": b"after"}),
    ],
)
def test_another_file_of_that_name_is_replaced_only_when_that_is_chosen(
    page: Page, way: str, expected: dict[str, bytes]
) -> None:
    page.send("a.csv", b"before")
    answer = page.send("a.csv", b"after")
    assert (answer["is_taken"], answer["second"]) == (True, "a-2.csv")
    assert files_of(page) == {"a.csv": b"before"}
    assert "said" in page.ask("decision", number=answer["number"], way=way)
    assert files_of(page) == expected


def test_the_same_file_again_is_no_question(page: Page) -> None:
    page.send("a.csv", b"before")
    assert page.send("a.csv", b"before")["said"] == "a.csv was there already, the same."


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("../a.csv", 3, None),
        (".hidden.csv", 3, "begins with a dot"),
        ("CON.csv", 3, "reserved"),
        ("a.exe", 3, "no kind that is read here"),
        ("a.csv", 600_000_000, "more than the 500 MB"),
        ("a.csv", 0, "is empty"),
        ("x" * 120 + ".csv", 3, "longer than"),
    ],
)
def test_a_name_leads_nowhere_else_and_what_cannot_be_taken_is_refused_first(
    page: Page, name: str, size: int, words: str | None
) -> None:
    answer = page.ask("begin", name=name, size=size)
    if words is None:
        page.ask("piece", b"abc", number=answer["number"], offset=0)
        assert files_of(page) == {"a.csv": b"abc"}
    else:
        assert words in answer["problem"]
        assert files_of(page) == {}


def test_nothing_is_written_through_a_link(page: Page, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_bytes(b"mine")
    (page.widget._folder / "a.csv").symlink_to(outside)
    assert "link" in page.send("a.csv", b"after")["problem"]
    assert outside.read_bytes() == b"mine"


def test_a_reader_of_a_board_writes_nothing(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_only, "_viewer", True)
    assert "problem" in page.ask("begin", name="a.csv", size=3)
    assert files_of(page) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "begin", "name": 3, "size": 1},
        {"kind": "begin", "name": "a.csv", "size": -1},
        {"kind": "piece", "number": 1, "offset": 0},
        {"kind": "decision", "number": 1, "way": "delete"},
        {"kind": "delete"},
    ],
)
def test_what_no_page_sends_has_no_effect(page: Page, fields: dict[str, Any]) -> None:
    page.widget.receive({"id": 1, **fields}, [])
    assert (page.answers, files_of(page)) == ([], {})


def test_only_a_few_files_are_on_their_way_at_a_time(page: Page) -> None:
    numbers = [page.ask("begin", name=f"{count}.csv", size=9)["number"] for count in range(6)]
    assert len(page.widget._received) == uploads.MAX_AT_ONCE
    assert "left meanwhile" in page.ask("piece", b"abc", number=numbers[0], offset=0)["problem"]
