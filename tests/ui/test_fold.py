from __future__ import annotations

import ipywidgets

from workbench.ui.fold import Fold
from workbench.ui.labels import labelled


def test_a_fold_is_opened_and_closed_by_a_button_that_says_which_it_is() -> None:
    content = ipywidgets.Text()
    fold = Fold("Settings", content)
    header, area, _ = fold.children
    assert isinstance(header, ipywidgets.Button)
    assert (header.description, area.layout.display) == ("▸ Settings", "none")
    header.click()
    assert fold.is_open
    assert (header.description, area.layout.display) == ("▾ Settings", "")
    header.click()
    assert not fold.is_open
    assert area.children == (content,)


def test_a_fold_can_be_opened_by_the_program() -> None:
    fold = Fold("Settings", ipywidgets.VBox(), is_open=True)
    assert fold.children[1].layout.display == ""
    fold.is_open = False
    assert fold.children[1].layout.display == "none"


def test_a_label_belongs_to_its_control() -> None:
    control = labelled(ipywidgets.Dropdown(options=["a"]), "Role of Sales", where="unseen")
    assert control.description == "Role of Sales"
    assert "workbench-label-unseen" in control._dom_classes
