from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from site_under_test import write_board

from workbench.publishing.boards import Library
from workbench.publishing.thumbnails import thumbnail


def slugs(folder: Path) -> list[str]:
    return [board.slug for board in Library(folder).boards()]


def test_only_what_carries_the_mark_is_published(tmp_path):
    write_board(tmp_path, "b-open", ["1"], publish=True, title="Open", description="One line.")
    write_board(tmp_path, "a-closed", ["1"], publish=False)
    write_board(tmp_path, "c-unmarked", ["1"])
    (tmp_path / "inside").mkdir()
    write_board(tmp_path / "inside", "deeper", ["1"], publish=True)
    (board,) = Library(tmp_path).boards()
    assert (board.slug, board.title, board.description) == ("b-open", "Open", "One line.")


@pytest.mark.parametrize("value", ["true", 1, "yes", [True], {"a": 1}])
def test_a_mark_that_is_not_true_publishes_nothing_and_says_so(tmp_path, value, caplog):
    write_board(tmp_path, "board", ["1"], publish=value)
    with caplog.at_level(logging.WARNING):
        assert slugs(tmp_path) == []
    assert "board.ipynb is not published" in caplog.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"metadata": []}',
        b'{"metadata": {"workbench": true}}',
        b'{"metadata": {"workbench": {"publish": true}}}',
        b'{"metadata": {"workbench": {"publish": true}}, "cells": [1]}',
        b'{"metadata": {"workbench": {"publish": true}}, "cells": [{"cell_type": "code", "source": [1]}]}',
    ],
)
def test_a_damaged_notebook_is_passed_over(tmp_path, content):
    (tmp_path / "damaged.ipynb").write_bytes(content)
    write_board(tmp_path, "good", ["1"], publish=True)
    assert slugs(tmp_path) == ["good"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    outside = tmp_path / "outside"
    folder = tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (folder / "secret.ipynb").symlink_to(write_board(outside, "secret", ["1"], publish=True))
    assert slugs(folder) == []


def test_a_name_that_could_be_a_path_is_not_published(tmp_path):
    for name in (".hidden", "with space", "per%2fcent", "-dash"):
        write_board(tmp_path, name, ["1"], publish=True)
    assert slugs(tmp_path) == []


def test_a_board_is_found_by_its_exact_name_only(tmp_path):
    write_board(tmp_path, "board", ["1"], publish=True)
    library = Library(tmp_path)
    assert library.find("board") is not None
    for name in ("board.ipynb", "Board", "../board", "./board", "", "board/"):
        assert library.find(name) is None


def test_a_changed_notebook_is_read_again_and_a_removed_one_is_gone(tmp_path):
    path = write_board(tmp_path, "board", ["1"], publish=True, title="Before")
    library = Library(tmp_path)
    assert library.find("board").title == "Before"
    notebook = json.loads(path.read_text())
    notebook["metadata"]["workbench"]["title"] = "Afterwards"
    path.write_text(json.dumps(notebook))
    assert library.find("board").title == "Afterwards"
    path.unlink()
    assert library.find("board") is None


def test_the_modules_that_a_board_imports_are_known_beforehand(tmp_path):
    code = "import os, json as j\nfrom workbench.ui import RunPanel\ndef f():\n    import numpy.linalg\n"
    write_board(tmp_path, "board", [code, "this is no python"], publish=True)
    assert Library(tmp_path).find("board").modules == ("os", "json", "workbench.ui", "numpy.linalg")


def test_the_modules_of_a_view_that_is_shown_by_name_are_known_too(tmp_path):
    code = "import workbench\nworkbench.board('demand', workbench.open_project())\nx.board('nothing', 1)"
    write_board(tmp_path, "board", [code], publish=True)
    found = Library(tmp_path).find("board").modules
    assert {"workbench.demand.views.view", "workbench.demand.results.saved"} <= set(found)
    assert not [name for name in found if "jobs" in name]


def test_boards_lie_beside_the_notebooks_or_in_their_own_folder_and_are_ordered_as_they_say(tmp_path):
    (tmp_path / "boards").mkdir()
    write_board(tmp_path, "a-last", ["1"], publish=True, order=2)
    write_board(tmp_path / "boards", "z-first", ["1"], publish=True, order=1)
    write_board(tmp_path / "boards", "a-last", ["2"], publish=True, order=0)
    assert slugs(tmp_path) == ["z-first", "a-last"]


def test_every_board_has_a_picture_that_names_no_other_host(tmp_path):
    write_board(tmp_path, "50-market-today", ["1"], publish=True)
    write_board(tmp_path, "else", ["1"], publish=True, icon="capacity")
    write_board(tmp_path, "unknown", ["1"], publish=True, icon="<script>")
    pictures = [thumbnail(board) for board in Library(tmp_path).boards()]
    assert len(set(pictures)) == 3
    for picture in pictures:
        assert picture.startswith("<svg")
        assert "http" not in picture
        assert "script" not in picture


def test_the_shipped_boards_are_published():
    found = Library(Path(__file__).parents[2] / "notebooks").boards()
    assert {"demand", "load-profiles", "capacity"} <= {board.slug for board in found}
    for board in found:
        assert board.description
        assert len(board.description) < 120
