from __future__ import annotations

from pathlib import Path

import pytest
import toy_job  # noqa: F401 - defines the jobs

from workbench.runs import Run, start
from workbench.ui import RunPanel, panel_of, present


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = start("toy", tmp_path, steps=3, delay=0.0)
    made.wait(10)
    return made


def test_an_unknown_keyword_is_refused_by_name(run: Run) -> None:
    with pytest.raises(TypeError, match="'follow'"):
        RunPanel(run, follow=True)


def test_a_run_has_one_panel_until_that_is_closed(run: Run) -> None:
    panel = panel_of(run)
    assert panel_of(run) is panel
    panel.close()
    again = panel_of(run)
    assert again is not panel
    again.close()


def test_the_repr_is_short(run: Run) -> None:
    panel = panel_of(run)
    assert repr(panel) == f"<RunPanel of {run.id}>"
    panel.close()


def test_nothing_that_a_browser_writes_is_taken(run: Run) -> None:
    panel = panel_of(run)
    panel.set_state({"identity": {"run": "forged"}, "_esm": "alert(1)"})
    panel._handle_msg({"content": {"data": {"method": "update", "state": {"identity": {}}}}, "buffers": []})
    assert panel.identity["run"] == run.id
    assert panel._esm != "alert(1)"
    panel.close()


def test_outside_of_a_kernel_a_run_is_shown_as_text(run: Run) -> None:
    assert present(run) is None
    assert run._repr_mimebundle_() == {"text/plain": repr(run)}


def test_the_script_and_style_need_no_network() -> None:
    for text in (RunPanel._esm, RunPanel._css):
        assert "http:" not in str(text)
        assert "https:" not in str(text)
        assert "import " not in str(text)
