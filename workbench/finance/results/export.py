"""The report as a workbook: every table on its sheet, text as text, so that nothing in it can become a formula."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from workbench.data.formatting import setting_text
from workbench.data.results.export import table_sheet
from workbench.data.workbooks.facts import write_facts, write_notes
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.finance.results.saved import FinanceResult

__all__ = ["write_excel"]

SHEETS = {
    "sentences": "Summary",
    "history": "Figures",
    "measures": "Measures",
    "not_available": "Not available",
    "forecasts": "Forecasts",
    "models": "Methods",
    "accuracy": "Errors of methods",
    "left_out": "Without forecast",
    "bridges": "Bridges",
    "events": "What stands out",
    "relations": "Relations",
    "leading_indicators": "Leading indicators",
    "what_if": "What if",
    "tornado": "Drivers",
    "difference": "Since the last report",
    "checks": "Checks",
    "exceptions": "Exceptions",
    "changes": "Changes to the data",
    "totals": "Control totals",
    "sources": "Rows behind figures",
    "weeks": "Weeks",
}
"""Tables that people read, and the sheets they are on."""
AMOUNTS = frozenset(
    {
        "forecast",
        "lower",
        "upper",
        "own",
        "amount",
        "actual",
        "expected",
        "low",
        "high",
        "at_stake",
        "baseline",
        "scenario",
        "difference",
        "effect",
        "opposite",
        "before",
        "after",
        "largest",
        "tolerance",
        "found",
    }
)
PERCENT = frozenset({"wape", "naive_wape", "coverage"})
MAX_ROWS = 100_000
MAX_FORECASTS = 5_000
"""Rows of forecasts and their methods: with hundreds of customers they would be most of the work of a report."""


def write_excel(result: FinanceResult, path: Path) -> Path:
    """Write the report as a workbook.

    Raises
    ------
    UnwritableFile
        When the operating system refuses, such as when the file is open in Excel.
    """
    facts = result.facts
    comments = f"{facts['file']}, SHA-256 {facts['sha256']}; workbench {facts['package_version']}"
    with writing_workbook(path, {"comments": comments}, result.heading) as book:
        write_notes(book.sheet("Notes"), result.notes)
        for name, title in SHEETS.items():
            table, units, formats = _for_reading(result, _for_people(result, name))
            rest = f"all are in {name}.parquet"
            limit = MAX_FORECASTS if name in ("forecasts", "models", "accuracy") else MAX_ROWS
            table_sheet(book, title, table, units, formats=formats, limit=limit, rest=rest)
        sheet = book.sheet("Columns and settings")
        row = write_facts(sheet, f"Finance report, scenario {result.scenario}", facts, result.config)
        headers = ("column", "role", "kind", "reason")
        mapping = [
            Column(head, [line[place] for line in facts["mapping"]]) for place, head in enumerate(headers)
        ]
        row = sheet.table(mapping, row=row + 1)
        lists = [name for name, value in facts.items() if isinstance(value, list) and name != "mapping"]
        sheet.text([f"{name}: {setting_text(facts[name])}" for name in lists], row=row + 1)
    return path


def _for_people(result: FinanceResult, name: str) -> pd.DataFrame:
    """Put figures and measures side by side, as people read them."""
    if name == "not_available":
        return _not_available(result.table("measures"))
    table = result.table(name)
    if name == "history":
        titles = {
            figure: f"{result.title(figure)} [{result.unit(figure)}]" for figure in table.figure.unique()
        }
        return _side_by_side(table, ["dimension", "entity", "period", "partial"], "figure", titles)
    if name == "measures":
        units = table.drop_duplicates("measure").set_index("measure")
        titles = {
            measure: f"{row['name']} [{result.currency if row['unit'] == 'currency' else row['unit'] or 1}]"
            for measure, row in units.rename(columns={"title": "name"}).iterrows()
        }
        return _side_by_side(
            table, ["span", "dimension", "entity", "period", "label", "partial"], "measure", titles
        )
    return table


def _not_available(measures: pd.DataFrame) -> pd.DataFrame:
    """Say once, for the last period of each span, why a measure of the company is not available."""
    company = measures[measures.dimension == ""]
    last = company.groupby("span").period.transform("max") == company.period
    return company[company.value.isna() & last][["span", "label", "measure", "reason"]]


def _side_by_side(
    table: pd.DataFrame, index: list[str], column: str, titles: Mapping[str, str]
) -> pd.DataFrame:
    wide = table.pivot_table(
        index=index, columns=column, values="value", aggfunc="first", sort=False, observed=True
    )
    order = [name for name in titles if name in wide.columns]
    return wide[order].rename(columns=titles).reset_index()


def _for_reading(
    result: FinanceResult, frame: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """Give a table with headers of words, the unit of each column, and the format of amounts."""
    headers, units, formats = [], {}, {}
    for name in map(str, frame.columns):
        head, bracket, rest = name.partition(" [")
        head = head.replace("_", " ")
        headers.append(head)
        # "before" is words in bridges, and an amount in differences; "after" of a change is text.
        numeric = _is_numeric(frame[name])
        if bracket:
            units[head] = rest.removesuffix("]")
        elif name in PERCENT:
            units[head] = "%"
        elif numeric and name in AMOUNTS:
            units[head] = result.currency
        if numeric:
            formats[head] = "#,##0.00"
    return frame.set_axis(headers, axis=1), units, formats


def _is_numeric(column: pd.Series) -> bool:
    values = column.dropna().tolist()
    return any(isinstance(value, float) for value in values) and not any(
        isinstance(value, str) for value in values
    )
