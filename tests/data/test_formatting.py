from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.formatting import (
    MISSING,
    Grouping,
    Style,
    energy_factor,
    format_energy,
    format_money,
    format_number,
    group_digits,
    setting_text,
    year_from_label,
    year_label,
    year_of,
)
from workbench.errors import SettingError

EUROPE = Style(energy_unit="GWh", currency="EUR", grouping=Grouping.THOUSANDS, fiscal_year_start=1)
INDIA = Style(energy_unit="MU", currency="INR", grouping=Grouping.INDIAN, fiscal_year_start=4)


@pytest.mark.parametrize(
    ("number", "indian", "thousands"),
    [
        ("0", "0", "0"),
        ("999", "999", "999"),
        ("1000", "1,000", "1,000"),
        ("100000", "1,00,000", "100,000"),
        ("1234567", "12,34,567", "1,234,567"),
        ("-123456789.25", "-12,34,56,789.25", "-123,456,789.25"),
    ],
)
def test_digits_are_grouped_the_indian_way_or_in_thousands(number: str, indian: str, thousands: str) -> None:
    assert group_digits(number, Grouping.INDIAN) == indian
    assert group_digits(number, Grouping.THOUSANDS) == thousands
    assert group_digits(number, Grouping.NONE) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3), st.sampled_from(list(Grouping)))
def test_grouping_changes_no_digit(number: object, grouping: Grouping) -> None:
    assert group_digits(f"{number:f}", grouping).replace(",", "") == f"{number:f}"


@given(st.floats(-1e14, 1e14), st.sampled_from(list(Grouping)), st.integers(0, 6))
def test_a_formatted_number_is_within_half_of_its_last_digit(
    value: float, grouping: Grouping, decimals: int
) -> None:
    text = format_number(value, decimals=decimals, style=Style(grouping=grouping))

    assert abs(float(text.replace(",", "")) - value) <= 0.5 * 10**-decimals + abs(value) * 1e-15


@given(st.floats(1e-6, 999))
def test_small_numbers_show_at_least_three_figures(value: float) -> None:
    assert float(format_number(value)) == pytest.approx(value, rel=5.1e-3)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567.891, "12,34,568 MW"), (123.456, "123.5 MW"), (1.23456, "1.23 MW"), (0.012345, "0.0123 MW"),
     (0, "0 MW"), (-0.0, "0 MW"), (math.inf, "∞ MW"), (-math.inf, "-∞ MW"), (math.nan, MISSING), (None, MISSING)],
)  # fmt: skip
def test_a_number_carries_its_unit_and_a_missing_one_is_a_dash(value: float | None, text: str) -> None:
    assert format_number(value, "MW") == text


def test_a_difference_shows_its_sign_and_a_rounded_zero_shows_none() -> None:
    assert format_number(2.5, "%", signed=True) == "+2.50 %"
    assert format_number(-0.001, decimals=1) == "0.0"


@pytest.mark.parametrize(
    ("amount", "indian", "european"),
    [
        (12_345, "₹12,345.00", "€12,345.00"),
        (1_250_000, "₹12.50 lakh", "€1.25 million"),
        (123_456_789, "₹12.35 crore", "€123.46 million"),
        (9_999_999.996, "₹1.00 crore", "€10.00 million"),
        (-45e7 * 1000, "-₹45,000.00 crore", "-€450.00 billion"),
        (-0.001, "₹0.00", "€0.00"),
        (math.nan, MISSING, MISSING),
    ],
)
def test_money_is_in_lakh_and_crore_or_in_million_and_billion(
    amount: float, indian: str, european: str
) -> None:
    assert format_money(amount, style=INDIA) == indian
    assert format_money(amount, style=EUROPE) == european


def test_a_currency_without_a_sign_is_written_by_its_code() -> None:
    assert format_money(5e6, style=Style(currency="LKR", grouping=Grouping.THOUSANDS)) == "LKR 5.00 million"


def test_energy_is_shown_in_the_one_unit_of_the_project() -> None:
    assert format_energy(34_585_000, "MWh", style=INDIA) == "34,585 MU"
    assert format_energy(34_585_000, "MWh", style=EUROPE) == "34,585 GWh"
    assert format_energy(2.5, "TWh", style=Style(energy_unit="MU")) == "2,500 MU"
    assert format_energy(None, "MWh") == MISSING


def test_a_million_units_is_a_gigawatt_hour() -> None:
    assert energy_factor("MU", "GWh") == 1.0
    assert energy_factor("MU", "kWh") == pytest.approx(1e6)
    assert energy_factor("kWh", "MU") == pytest.approx(1e-6)
    with pytest.raises(SettingError, match=r"'units' is not known; use one of kWh, MWh"):
        energy_factor("units", "MWh")


def test_a_year_is_named_by_the_fiscal_year_or_the_calendar() -> None:
    assert year_label(2025, INDIA) == "FY 2024-25"
    assert year_label(2000, INDIA) == "FY 1999-00"
    assert year_label(2025, EUROPE) == "2025"


@given(st.integers(1900, 2999))
def test_a_year_label_is_read_back(year: int) -> None:
    assert year_from_label(year_label(year, INDIA)) == year
    assert year_from_label(year_label(year, EUROPE)) == year


@pytest.mark.parametrize(
    "label", ["2024-25", "2024-2025", "2024\N{EN DASH}25", "fy 2024/25", "FY2025", "2025"]
)
def test_other_spellings_of_a_year_are_read(label: str) -> None:
    assert year_from_label(label) == 2025


@pytest.mark.parametrize("label", ["2024-26", "24-25", "FY", "", "2024-", "next year", "2024-25-26"])
def test_what_is_no_year_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="year"):
        year_from_label(label)


@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 12, 31)), st.integers(1, 12))
def test_a_day_lies_in_the_year_that_begins_with_its_month(day: datetime.date, start: int) -> None:
    year = year_of(day, Style(fiscal_year_start=start))
    first = datetime.date(year if start == 1 else year - 1, start, 1)

    assert first <= day < first.replace(year=first.year + 1)


def test_a_setting_reads_as_words() -> None:
    drivers = [{"kind": "price", "change": 3.0}, {"kind": "volume", "change": None}]
    assert setting_text(drivers) == "kind: price, change: 3; kind: volume, change: "
    assert [setting_text(value) for value in ("", None, 12, [], 0.1, True)] == [
        "",
        "",
        "12",
        "",
        "0.1",
        "True",
    ]
