"""The finance view: without a browser what it offers and refuses, and in JupyterLab as an analyst meets it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

import workbench
from tests.finance.report_cases import company_csv, make_project
from workbench.data.projects.project import Project
from workbench.finance.anomalies.events import read_judgements
from workbench.finance.config import FinanceConfig
from workbench.finance.inputs.mapping.saved import load_mapping
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.roles import Role
from workbench.finance.results.saved import FinanceResult
from workbench.finance.views import report_view as finance_report_view
from workbench.finance.views.mapping_form import MappingReview, review_above
from workbench.finance.views.report_view import FinanceReportView
from workbench.ui import declared, result_tabs
from workbench.ui.forms.form import ConfigForm

MOMENT = datetime.datetime(2024, 2, 1, tzinfo=datetime.UTC)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "board", company__csv=company_csv(30))


def all_of(widget: ipywidgets.Widget, kind: type) -> list[Any]:
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += all_of(child, kind)
    return found


def test_a_confirmed_mapping_is_kept_and_its_file_stands_in_the_form(project: Project) -> None:
    view = workbench.view("finance", project)
    view.above.read_button.click()
    assert not view.above.confirm_button.disabled
    view.above.confirm_button.click()
    assert view.form.config.file == "company.csv"
    mapping, _ = load_mapping(project)
    assert mapping is not None
    assert mapping.column_of(Role.REVENUE) == "Revenue"


def test_an_edited_role_leaves_the_column_that_had_it(project: Project) -> None:
    review = MappingReview(project, lambda _: None)
    review.read_button.click()
    role = next(d for d in all_of(review, ipywidgets.Dropdown) if d.description == "Role of Marketing")
    role.value = Role.EXPENSES
    shown = {
        d.description: d.value
        for d in all_of(review, ipywidgets.Dropdown)
        if d.description.startswith("Role of")
    }
    assert shown["Role of Marketing"] == Role.EXPENSES
    assert shown["Role of Operating Costs"] is None


def test_a_file_that_cannot_be_read_says_so_in_the_view(tmp_path: Path) -> None:
    project = make_project(tmp_path / "board", empty__csv=b"")
    review = MappingReview(project, lambda _: None)
    review.read_button.click()
    said = " ".join(item.value for item in all_of(review, ipywidgets.HTML))
    assert "empty.csv" in said
    assert 'role="alert"' in said


def test_an_ambiguous_date_order_is_asked_and_the_answer_opens_the_way(tmp_path: Path) -> None:
    rows = "".join(f"0{day}/0{month}/2024,{day}00\n" for month in range(1, 9) for day in (1, 2))
    project = make_project(tmp_path / "board", dates__csv=f"Date,Revenue\n{rows}".encode())
    review = MappingReview(project, lambda _: None)
    review.read_button.click()
    assert review.confirm_button.disabled
    question = review._questions.children[0]
    question.value = question.options[1][1]
    assert not review.confirm_button.disabled


def test_a_column_that_was_answered_to_be_unused_is_kept_as_unused(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "company", "Company")
    rows = [f"2024-{month:02d}-28,{month}00.5,{month}5.5" for month in range(1, 13)]
    (project.inputs / "similar.csv").write_text("\n".join(["Date,Revenue,Purchasses", *rows]))
    review = MappingReview(project, lambda file: None)
    review.read_button.click()
    question = review._questions.children[0]
    question.value = "unused"
    review.confirm_button.click()

    mapping, _ = load_mapping(project)
    assert mapping is not None
    assert mapping.of("Purchasses").role is None


def test_a_file_that_comes_into_the_inputs_is_chosen_and_read(project: Project) -> None:
    form = ConfigForm(FinanceConfig, project=project)
    review = review_above(project, form)
    (project.inputs / "new.csv").write_bytes(b"Date,Revenue\n2024-01-31,5\n")
    form.take_file("new.csv")
    assert review.file.value == "new.csv"
    assert "new.csv" in review._status.value
    assert "new.csv" in [value for _, value in form._fields["file"].input.options]


def test_every_tab_of_a_report_can_be_opened(company_project: Project, company_report: FinanceResult) -> None:
    view = FinanceReportView(company_report, company_project)
    for place in range(len(view.titles)):
        view.selected_index = place
        assert view.children[place].children


@pytest.mark.usefixtures("without_report")
def test_an_event_is_muted_from_the_view(project: Project) -> None:
    spoilt = company_csv(60).replace(b"2023-05-31,South,Online,", b"2023-05-31,South,Online,1", 1)
    (project.inputs / "spoilt.csv").write_bytes(spoilt)
    result = make_finance_report(project, file="spoilt.csv", horizon=3)
    view = FinanceReportView(result, project)
    view.selected_index = list(view.titles).index("What stands out")
    mute = next(b for b in all_of(view, ipywidgets.Button) if b.description == "Mute")
    mute.click()
    assert list(read_judgements(project.folder)) == [result.table("events").key.iloc[0]]


def test_a_reader_of_a_published_page_gets_no_form_and_no_button(
    company_project: Project, company_report: FinanceResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, result = company_project, company_report
    for module in (declared, finance_report_view, result_tabs):
        monkeypatch.setattr(module, "is_viewer", lambda: True)
    view = FinanceReportView(result, project)
    for place in range(len(view.titles)):
        view.selected_index = place
    shown = [view, workbench.board("finance", project), workbench.view("finance", project)]
    for widget in shown:
        assert not all_of(widget, ipywidgets.FileUpload)
        assert not [
            b for b in all_of(widget, ipywidgets.Button) if b.description in ("Run", "Mute", "Acknowledge")
        ]
        texts = " ".join(item.value for item in all_of(widget, ipywidgets.HTML))
        assert str(project.folder) not in texts


def test_without_any_report_it_is_said_where_they_are_made(project: Project) -> None:
    saved = workbench.board("finance", project).results
    assert "finance/10-report.ipynb" in saved.children[0].value


@pytest.mark.browser
@pytest.mark.slow
def test_an_analyst_makes_a_report_from_the_sample_in_jupyterlab(open_notebook: Any) -> None:
    notebook = open_notebook(
        "import workbench\nproject = workbench.open_project()",
        'workbench.view("finance", project)',
    )
    page = notebook.page
    page.locator("button:has-text('Add sample files')").click(timeout=90_000)
    page.locator("button:has-text('Read the file')").click()
    page.locator("button:has-text('Confirm these columns')").click(timeout=60_000)
    page.get_by_text("The columns are kept").wait_for(timeout=60_000)
    page.locator("button.jupyter-button:text-is('Run')").first.click()
    page.get_by_role("tab", name="Overview").wait_for(timeout=180_000)
    page.locator(".js-plotly-plot .gtitle:has-text('Revenue')").first.wait_for(timeout=60_000)
    page.get_by_role("tab", name="Why it changed").click()
    page.locator(".js-plotly-plot .gtitle:has-text('Revenue by region')").first.wait_for(timeout=60_000)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
