"""Every case of a file as people have it: on the command line with its question, and in the notebook view."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from tests.matrix import each_nth
from workbench.cli import main
from workbench.data.projects.project import Project
from workbench.finance.inputs.mapping.saved import load_mapping
from workbench.finance.results.saved import load
from workbench.finance.views.mapping_form import MappingReview
from workbench.finance.views.report_view import FinanceReportView

DAY_FIRST = {"date_order:Date": "day first"}
BOTH = {"revenue": 17412.5, "expenses": 10447.5}
TWELVE = {"revenue": 12078.0, "expenses": 7278.0}
YEARS_2 = {"revenue": 2692315.04, "expenses": 1608358.39}
REFUSED = 1
INCOMPLETE = 5
Case = tuple[str, dict[str, str], int, dict[str, float] | str]

CASES: list[Case] = [
    ("b05_apostrophe.csv", {}, 0, BOTH),
    ("b12_dupheads.csv", {"role:revenue": "Revenue"}, 0, {"revenue": 17412.5}),
    ("b15_zw.csv", {}, 0, TWELVE),
    ("b20_unquoted_thousands.csv", {}, REFUSED, "rows 2, 3, 4, 5, 6 and 7 more have more values"),
    ("b22_yy.csv", {}, 0, {"revenue": 17412.5}),
    ("b27_fy.csv", {}, 0, {"revenue": 13104.0, "expenses": 7904.0}),
    ("d1_kept_answer.csv", {}, INCOMPLETE, {"revenue": 12824.0}),
    ("datev_extf.csv", {}, INCOMPLETE, {"revenue": 47071.08, "expenses": 20833.67}),
    ("dr_cr_suffix.csv", {}, 0, {"revenue": 2692315.04}),
    ("f3_falling.csv", {}, 0, {"revenue": 678679.88, "expenses": 180000.0}),
    ("fiscal_periods.csv", {}, 0, YEARS_2),
    ("gl_debit_credit.csv", DAY_FIRST, 0, {"revenue": 1265884.6, "profit": 507288.23}),
    ("gnucash.csv", {}, 0, {"revenue": 47405.27, "profit": 47405.27}),
    ("iso_weeks.csv", {}, 0, {"revenue": 2907483.54, "expenses": 1736155.32}),
    ("long_account_amount.csv", {}, 0, {"revenue": 2692315.04, "cost_of_sales": 965015.03}),
    ("m1_gross_and_net_sales.csv", {}, 0, {"revenue": 3725984.87, "profit": 1372731.26}),
    ("m2_debit_credit.csv", {"chart": "usual"}, 0, {"revenue": 3529880.42}),
    ("m3_account_value.csv", {}, 0, {"revenue": 9036.0, "expenses": 5436.0}),
    ("m5_margin_ratio.csv", {}, 0, {"revenue": 3922089.36}),
    (
        "messy_a.csv", {"role:Sonstige Kosten": "expenses", "duplicate_rows": "once"}, INCOMPLETE,
        {"revenue": 15436189.11},
    ),
    ("month_names_across.csv", {}, REFUSED, "budget figures only, and a report is of what happened"),
    ("months_across.xlsx", {}, 0, {"revenue": 2692315.03, "profit": 1083956.63}),
    ("p1_last_month_open.csv", {}, INCOMPLETE, {}),
    ("p2_hole.csv", {}, INCOMPLETE, {}),
    ("q1_quarter_ends.csv", {}, 0, {"revenue": 17200.0, "expenses": 10320.0}),
    ("quarters_fy.csv", {}, 0, {"revenue": 1278567.1, "expenses": 765971.37}),
    ("ratio_headers.csv", {}, 0, {"revenue": 6236.0}),
    ("s1_costs_negative.csv", {}, 0, TWELVE),
    ("s2_costs_positive.csv", {}, 0, TWELVE),
    ("sap_period.csv", {}, 0, YEARS_2),
    ("stripe_balance.csv", {}, 0, {"revenue": 73081.98, "expenses": 2209.38}),
    ("two_headers_merged.csv", {}, 0, {"revenue": 2692315.03, "expenses": 1608358.4}),
    ("w1_variable_share.csv", {}, 0, {"revenue": 3922089.36, "expenses": 2419235.45}),
    ("x2_uncalculated.xlsx", {}, INCOMPLETE, {}),
    ("xero_pl_months.csv", {}, 0, {"revenue": 736555.7, "cost_of_sales": 438731.79}),
]  # fmt: skip
"""File, answers to its questions, exit code, and sums of the company's figures or what the refusal says."""


@pytest.fixture
def cases(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases" / "finance"
    if not folder.is_dir():
        pytest.skip(f"the cases are not at {folder}")
    return folder


def project_with(path: Path, folder: Path) -> Project:
    project = Project.create(folder / "company", "Company")
    shutil.copy(path, project.inputs / path.name)
    return project


def test_no_case_is_left_out(cases: Path) -> None:
    assert sorted(path.name for path in cases.iterdir()) == sorted(name for name, *_ in CASES)


def run(project: Project, name: str, answers: dict[str, str]) -> int:
    settings = [f"file={name}", "horizon=3", f"answers={json.dumps(answers, ensure_ascii=False)}"]
    given = [part for setting in settings for part in ("--set", setting)]
    return main(["run", "finance", "--project", str(project.folder), *given])


@pytest.mark.usefixtures("without_report")
@pytest.mark.parametrize(("name", "answers", "code", "expected"), each_nth(CASES, 9, pytest.mark.slow))
def test_a_case_on_the_command_line(
    name: str,
    answers: dict[str, str],
    code: int,
    expected: dict[str, float] | str,
    cases: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = project_with(cases / name, tmp_path)
    if answers:
        # First the question, with the setting that answers it.
        assert run(project, name, {}) == REFUSED
        asked = " ".join(capsys.readouterr().out.split())
        assert f"Answer '{next(iter(answers))}' with one of" in asked
        assert "--set 'answers={" in asked

    assert run(project, name, answers) == code
    printed = " ".join("".join(capsys.readouterr()).split())
    if isinstance(expected, str):
        assert expected in printed
        return
    result = load(project, "Report")
    company = result.table("history").query("dimension == ''").groupby("figure").value.sum()
    assert {figure: company[figure] for figure in expected} == pytest.approx(expected, abs=0.005)
    view = FinanceReportView(result, project)
    for place in range(len(view.titles)):
        view.selected_index = place
        assert view.children[place].children


def dropdowns(widget: ipywidgets.Widget) -> Iterator[Any]:
    if isinstance(widget, ipywidgets.Dropdown):
        yield widget
    for child in getattr(widget, "children", ()):
        yield from dropdowns(child)


@pytest.mark.parametrize(("name", "answers", "code", "expected"), each_nth(CASES, 4, pytest.mark.slow))
def test_a_case_in_the_notebook_view(
    name: str,
    answers: dict[str, str],
    code: int,
    expected: dict[str, float] | str,
    cases: Path,
    tmp_path: Path,
) -> None:
    project = project_with(cases / name, tmp_path)
    taken: list[str] = []
    review = MappingReview(project, taken.append)
    review.take_file(name)
    for value in answers.values():
        (question,) = list(dropdowns(review._questions))
        question.value = value

    if code == REFUSED and not review._columns.children:
        assert str(expected) in review.strip.value
        return
    assert not review._questions.children
    assert [item for item in dropdowns(review._columns) if item.description.startswith("Role of ")]
    review.confirm_button.click()
    assert taken == [name]
    mapping, kept = load_mapping(project)
    assert mapping is not None
    assert kept == answers
