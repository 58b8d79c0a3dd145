"""Downloads in a real JupyterLab, of files that its server does not show."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELL = """import ipywidgets
import toy_job
from pathlib import Path
from workbench import start
from workbench.ui.figures.origins import OriginPanel, explaining
from workbench.ui.figures.tables import table_of
from workbench.ui.panel.run_panel import panel_of
from workbench.ui.transfer.downloads import Downloads
panel = OriginPanel(lambda shown: None)
with explaining(panel):
    table = table_of(["Name", "Peak [MW]"], [["a", "1.25"]], caption="Peaks")
run = start("writes", {project!r}, path={path!r})
run.wait()
ipywidgets.VBox([panel_of(run), panel, table, Downloads.of_folder(Path({folder!r}))])"""


def test_files_and_tables_are_saved_by_the_browser(
    open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    project = tmp_path / "project"
    hidden = project / ".hidden"
    hidden.mkdir(parents=True)
    large = hidden / "large.bin"
    large.write_bytes(os.urandom(5_300_000))
    page = open_notebook(
        CELL.format(project=str(project), path=str(large), folder=str(hidden)), accept_downloads=True
    ).page

    def saved(place: str) -> Any:
        page.locator(place).first.wait_for(timeout=60_000)
        with page.expect_download(timeout=60_000) as waiting:
            page.locator(place).first.click()
        return waiting.value

    from_list = saved(".workbench-files button")
    assert from_list.suggested_filename == "large.bin"
    assert Path(from_list.path()).read_bytes() == large.read_bytes()
    from_panel = saved(".wb-file")
    assert Path(from_panel.path()).read_bytes() == large.read_bytes()
    from_table = saved(".workbench-csv")
    assert from_table.suggested_filename == "Peaks.csv"
    assert Path(from_table.path()).read_text(encoding="utf-8") == "Name,Peak [MW]\na,1.25\n"
    assert "Path: " in page.locator(".wb-chosen").inner_text()
