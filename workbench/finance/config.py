"""Every parameter of a finance report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.errors import SettingError
from workbench.finance.model.questions import QuestionKind
from workbench.finance.model.what_if import Driver
from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting

__all__ = ["FinanceConfig", "check"]


@dataclass(frozen=True, slots=True)
class FinanceConfig:
    """Parameters of one report; the same with the same file gives the same report, byte for byte."""

    file: str = setting(
        "",
        help="File with the figures (csv, tsv, xlsx …), by its name in the project's inputs",
        in_form=InForm(offers="workbench.finance.inputs.choices:files"),
    )
    scenario: str = setting(
        "Report",
        help="Name of the report; its results go into a folder of that name",
        in_form=InForm(offers="workbench.finance.inputs.choices:reports", is_open=True),
    )
    sheet: str = setting(
        "",
        help="Sheet of a workbook; the first with a table if empty",
        advanced=True,
        in_form=InForm(offers="workbench.finance.inputs.choices:sheets"),
    )
    horizon: int = setting(12, help="How far the forecasts reach", unit="months", minimum=3, maximum=18)
    level: float = setting(
        95.0, help="Share of outcomes that an interval should hold", unit="%", minimum=50, maximum=99
    )
    tolerance: float = setting(
        1.0, help="What checks let pass, for rounding", unit="currency", minimum=0, advanced=True
    )
    false_alarms: float = setting(
        0.05,
        help="Months of a series without anything unusual that may stand out, about",
        minimum=0.001,
        maximum=0.5,
        advanced=True,
    )
    drivers: tuple[Driver, ...] = setting(
        (), help="What if: prices, volumes, costs, marketing, days of payment"
    )
    variable_share: float | None = setting(
        None,
        help="Share of costs that follows volume; estimated from the file if empty",
        unit="%",
        minimum=0,
        maximum=100,
        advanced=True,
    )
    price_elasticity: float = setting(
        0.0,
        help="Change of volume for each percent of price",
        unit="% per %",
        minimum=-10,
        maximum=0,
        advanced=True,
    )
    marketing_elasticity: float = setting(
        0.0,
        help="Change of volume for each percent of marketing",
        unit="% per %",
        minimum=0,
        maximum=5,
        advanced=True,
    )
    previous: str = setting(
        "",
        help="Saved report of the last month to compare with; the one of the same name if empty",
        advanced=True,
        in_form=InForm(offers="workbench.finance.inputs.choices:reports"),
    )
    answers: dict[str, str] = setting(
        dict,
        help="Answers to questions about the file, before those kept in the project",
        advanced=True,
        in_form=InForm("role:Umsatz: revenue"),
    )


def check(config: FinanceConfig) -> Iterator[SettingError]:
    """Give a problem for each value that its type and bounds allow, but not the rest of the config."""
    if not config.file:
        yield SettingError(
            "No file is chosen: read one and confirm its columns, or name a file of the inputs in 'file'.",
            "file",
            "",
        )
    kinds = [kind.name.lower() for kind in QuestionKind]
    for key in config.answers:
        if key.partition(":")[0] not in kinds:
            yield SettingError(
                f"answers names '{key}', which is not a question; expected one of {', '.join(kinds)}, with a "
                "column behind a colon where it is about one.",
                "answers",
                key,
            )
    for driver in config.drivers:
        for problem in _driver_problems(driver):
            yield SettingError(str(problem), "drivers", problem.value)


def _driver_problems(driver: Driver) -> Iterator[SettingError]:
    for name in ("start", "end"):
        month = getattr(driver, name)
        if month and not _is_month(month):
            yield SettingError(
                f"The {name} of '{driver.kind}' is {month!r}, expected a month such as 2026-01.", name, month
            )
    if driver.start and driver.end and driver.start > driver.end:
        yield SettingError(
            f"'{driver.kind}' starts in {driver.start}, after its end {driver.end}; exchange them.",
            "start",
            driver.start,
        )


def _is_month(text: str) -> bool:
    year, dash, month = text.partition("-")
    return len(text) == 7 and dash == "-" and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12
