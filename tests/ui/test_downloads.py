"""What a page may download: the files that are listed, in parts, and tables as they are."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from workbench.ui.figures.origins import OriginPanel, explaining
from workbench.ui.figures.tables import TableArea
from workbench.ui.transfer import offers
from workbench.ui.transfer.downloads import Downloads
from workbench.ui.transfer.offers import MadeOffer


class Page:
    """Asks a widget and keeps what it answers."""

    def __init__(self, widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.widget, self.answers = widget, []
        monkeypatch.setattr(
            widget, "send", lambda content, buffers=None: self.answers.append((content, buffers))
        )

    def part(self, offset: int, **which: int) -> tuple[dict[str, Any], list[bytes]]:
        self.answers.clear()
        self.widget.receive({"kind": "part", "id": 5, "offset": offset, **which})
        return self.answers[0]

    def whole(self, **which: int) -> bytes:
        content = b""
        while True:
            answer, buffers = self.part(len(content), **which)
            content += buffers[0]
            if len(content) >= answer["total"]:
                return content


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".inner").mkdir()
    (tmp_path / "report.html").write_bytes(b"0123456789" * 10)
    (tmp_path / ".inner" / "table.parquet").write_bytes(b"abc")
    return tmp_path


def test_every_file_of_a_folder_is_listed_with_its_size_and_comes_in_parts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "PART_BYTES", 30)
    widget = Downloads.of_folder(folder)
    assert widget.files == [[".inner/table.parquet", 3], ["report.html", 100]]
    page = Page(widget, monkeypatch)
    assert page.whole(number=1) == b"0123456789" * 10
    answer, buffers = page.part(90, number=1)
    assert (answer["id"], len(buffers[0])) == (5, 10)


def test_a_part_tells_that_the_file_is_another_one_now(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(Downloads.of_folder(folder), monkeypatch)
    before = page.part(0, number=1)[0]["state"]
    (folder / "report.html").write_bytes(b"x" * 200)
    assert page.part(0, number=1)[0]["state"] != before
    (folder / "report.html").unlink()
    assert "cannot be read" in page.part(0, number=1)[0]["problem"]


@pytest.mark.parametrize(
    "message",
    [{"number": 2, "offset": 0}, {"number": 0, "offset": -1}, {"number": "report.html", "offset": 0}, {}],
)
def test_nothing_but_a_part_of_a_listed_file_is_answered(
    folder: Path, message: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = Downloads.of_folder(folder)
    page = Page(widget, monkeypatch)
    widget.receive({"kind": "part", "id": 1, **message})
    assert page.answers == []


def test_what_is_made_on_request_is_made_once_for_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "PART_BYTES", 4)
    made = []
    widget = Downloads({"a.bin": MadeOffer("a.bin", lambda: made.append(1) or b"0123456789")})
    assert Page(widget, monkeypatch).whole(number=0) == b"0123456789"
    assert made == [1]


def test_a_table_is_downloaded_with_all_rows_and_every_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = OriginPanel(lambda shown: None)
    with explaining(panel):
        area = TableArea()
    frame = pd.DataFrame(
        {"year": [2025, 2026, 2027], "peak": [1234.56789, 2345.678901, None], "name": ["=1", "b", "c"]}
    )
    area.show_frame(frame, caption="Peaks", units={"peak": "MW"}, limit=2)
    assert f'data-table="{panel.key}:0"' in area.value
    page = Page(panel, monkeypatch)
    rows = list(csv.reader(io.StringIO(page.whole(area=0).decode())))
    assert rows == [
        ["Year", "Peak [MW]", "Name"],
        ["2025", "1234.56789", "'=1"],
        ["2026", "2345.678901", "b"],
        ["2027", "", "c"],
    ]
    assert page.answers[0][0]["name"].endswith(".csv")
