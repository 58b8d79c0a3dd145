"""The report on paper: what a board reads on at most four sheets, the rest in appendices behind them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from finance.report_cases import make_project

from workbench.finance.jobs import make_finance_report
from workbench.finance.model.what_if import Driver, DriverKind
from workbench.finance.results.report.page import report_page
from workbench.finance.results.saved import FinanceResult
from workbench.finance.sample import sample_figures


def test_a_report_begins_with_its_tiles_and_puts_the_rest_into_appendices(
    company_report: FinanceResult,
) -> None:
    page = report_page(company_report)
    first = [section.title for section in page.sections if not section.appendix]
    letters = [section.appendix for section in page.sections if section.appendix]
    (tiles,) = [part.content for part in page.sections[0].parts if part.kind == "tiles"]

    assert first == ["Overview", "Why it changed", "Outlook", "What stands out"]
    assert letters == [chr(ord("A") + place) for place in range(len(letters))]
    assert "Net profit Dec 2023" in tiles
    assert tiles.count('class="workbench-tile"') == 2


@pytest.mark.browser
@pytest.mark.slow
def test_the_report_of_a_company_with_all_that_a_report_can_have_takes_four_sheets(
    tmp_path: Path, browser: Any
) -> None:
    table = sample_figures(26)
    money = table.select_dtypes("number").columns
    table = table.assign(**{f"{name} Budget": table[name] * 1.02 for name in money})
    # Events, and as many sentences as there can be.
    for place in (60, 100, 140, 180):
        table.loc[place, money] *= 3
    rows = pd.DataFrame(table).to_csv(index=False).encode()
    project = make_project(tmp_path / "board", company__csv=rows)
    drivers = (Driver(DriverKind.PRICE, 3.0), Driver(DriverKind.VOLUME, -5.0))
    result = make_finance_report(project, file="company.csv", drivers=drivers)
    assert result.folder is not None
    page = browser.new_page()
    page.goto((result.folder / "report.html").as_uri())
    whole = page.pdf(format="A4")
    page.evaluate(
        "() => { let at = document.querySelector('.first-appendix');"
        " while (at) { const next = at.nextElementSibling; at.remove(); at = next; } }"
    )
    sheets = [len(re.findall(rb"/Type\s*/Page\b", given)) for given in (page.pdf(format="A4"), whole)]
    page.close()

    assert 2 <= sheets[0] <= 4
    assert sheets[1] > sheets[0]
