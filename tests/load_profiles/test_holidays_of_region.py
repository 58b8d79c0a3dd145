from __future__ import annotations

import datetime

import numpy as np
import pytest
from hourly_loads.series import Area

from workbench.data.problems import Problems
from workbench.errors import SettingError
from workbench.load_profiles.inputs.holidays_of_region import find_state, holidays_of

LIST = {datetime.date(y, m, d): "" for y in (2023, 2024) for m, d in ((1, 26), (8, 15), (10, 2), (12, 25))}


def test_states_are_found_by_their_names() -> None:
    assert find_state("IN", "Kerala") == "KL"
    assert find_state("IN", "KL") == "KL"
    assert find_state("IN", "Samudra Pradesh") == ""


def test_the_calendar_goes_on_where_the_list_ends_with_those_feasts_that_the_list_holds() -> None:
    problems = Problems()
    found = holidays_of([2023, 2024, 2025], listed=LIST, country="IN", state="KL", problems=problems)
    later = [day for day in found.names if day.year == 2025]

    assert later == [datetime.date(2025, m, d) for m, d in ((1, 26), (8, 15), (10, 2), (12, 25))]
    assert "Onam (Day 2)" not in found.carried
    assert "holidays of 2025 are not all listed" in str(next(iter(problems)))


def test_a_list_from_other_years_is_reported() -> None:
    problems = Problems()
    holidays_of([2030, 2031], listed=LIST, sheet="Holidays", problems=problems)
    said = [str(problem) for problem in problems]

    assert "the holidays are of 2023 to 2024, none of them in the years 2030 to 2031" in said[0]
    assert "every day counts as ordinary" in said[1]


def test_a_year_that_the_list_only_begins_is_listed_to_there_and_then_goes_by_the_calendar() -> None:
    listed = {**LIST, datetime.date(2025, 1, 26): "", datetime.date(2025, 3, 3): "local"}
    found = holidays_of([2023, 2024, 2025], listed=listed, country="IN", state="KL")
    later = [day for day in found.names if day.year == 2025]

    assert later == [datetime.date(2025, m, d) for m, d in ((1, 26), (3, 3), (8, 15), (10, 2), (12, 25))]


def test_years_beyond_the_calendar_are_reported() -> None:
    problems = Problems()
    holidays_of(range(2030, 2041), country="IN", state="KL", problems=problems)

    assert any("feasts without a fixed date are missing" in str(problem) for problem in problems)


def test_days_can_be_added_and_taken_away() -> None:
    found = holidays_of([2024], listed=LIST, extra=["2024-06-03"], without=["2024-12-25"])

    assert datetime.date(2024, 6, 3) in found.names
    assert datetime.date(2024, 12, 25) not in found.names


def test_an_unknown_country_or_state_is_refused() -> None:
    with pytest.raises(SettingError, match="knows no XX"):
        holidays_of([2024], country="XX")
    with pytest.raises(SettingError, match="knows no IN-ZZ"):
        holidays_of([2024], country="IN", state="ZZ")


def test_the_list_of_kerala_is_carried_on_with_as_many_days_a_year(kerala: Area) -> None:
    listed = dict.fromkeys(kerala.holidays.tolist(), "")
    found = holidays_of(range(2018, 2036), listed=listed, country="IN", state="KL")
    count = {year: sum(day.year == year for day in found.names) for year in range(2018, 2036)}
    past = [count[year] for year in range(2018, 2026)]

    assert min(past) <= np.mean([count[year] for year in range(2026, 2036)]) <= max(past)
    assert "Onam (Day 2)" in found.carried
    assert "Holi" not in found.carried
