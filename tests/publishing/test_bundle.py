"""The first page after a start: it gets at once what pages have requested of the server before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.publishing import bundle as bundle_module
from workbench.publishing.assets import Assets
from workbench.publishing.bundle import Bundle


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets()


@pytest.fixture
def nothing_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_module, "SHIPPED", tmp_path / "nothing.json")


def a_piece(assets: Assets) -> str:
    return next(f"voila/{path.name}" for path in sorted(assets._voila.glob("[0-9]*.voila.js")))


def test_the_first_server_of_a_machine_begins_with_the_list_of_the_package(
    assets: Assets, tmp_path: Path
) -> None:
    first = Bundle(assets, kept=tmp_path / "none.json")
    first.take_kept()
    assert first.find(first.name) is not None
    shipped = json.loads(bundle_module.SHIPPED.read_text(encoding="utf-8"))["pieces"]
    # Of other versions some are called otherwise: they are left out, not requested in vain.
    assert 0 < len(first._pieces) <= len(shipped)
    assert not first.is_due()


@pytest.mark.usefixtures("nothing_shipped")
def test_the_next_server_begins_with_what_pages_have_requested(assets: Assets, tmp_path: Path) -> None:
    clock, kept = Clock(), tmp_path / "cache" / "pieces.json"
    first = Bundle(assets, clock, kept)
    first.take_kept()
    assert first.name == ""
    first.note(a_piece(assets))
    clock.now = 3
    assert first.is_due()
    first.make()
    first._keep_list()
    second = Bundle(assets, clock, kept)
    second.take_kept()
    assert second.name == first.name
    assert second.find(second.name) == first.find(first.name)
    assert not second.is_due()
    assert [path.name for path in kept.parent.iterdir()] == ["pieces.json"]


@pytest.mark.usefixtures("nothing_shipped")
@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", json.dumps({"version": "other", "pieces": ["voila/1.voila.js"]})],
)
def test_a_list_that_is_damaged_or_of_other_assets_is_not_read(
    assets: Assets, tmp_path: Path, content: str
) -> None:
    kept = tmp_path / "pieces.json"
    kept.write_text(content, encoding="utf-8")
    bundle = Bundle(assets, kept=kept)
    bundle.take_kept()
    assert bundle.name == ""


def test_nothing_but_pieces_of_the_front_end_is_taken_from_a_list(assets: Assets, tmp_path: Path) -> None:
    kept = tmp_path / "pieces.json"
    pieces = ["../../etc/passwd", "own/board.js", 7, None, "voila/999999.voila.js", a_piece(assets)]
    kept.write_text(json.dumps({"version": assets.version, "pieces": pieces}), encoding="utf-8")
    bundle = Bundle(assets, kept=kept)
    bundle.take_kept()
    assert list(bundle._pieces) == [a_piece(assets)]
