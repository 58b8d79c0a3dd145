from __future__ import annotations

import numpy as np
import pytest

from workbench.demand.model.drivers import GrowthPath, breaks, extend, per_person, splice

ACTUAL = {2022: 100.0, 2023: 105.0, 2024: 110.0}


def test_a_driver_without_a_path_ends_with_its_actuals() -> None:
    path = extend("GSDP", ACTUAL, until=2030)
    assert path.last_year == 2024
    assert not path.reaches(2025)
    assert np.isnan(path.array(range(2024, 2026))[1])


def test_growth_by_year_ends_where_it_is_not_given() -> None:
    path = extend("GSDP", ACTUAL, until=2030, growth=GrowthPath({2025: 5.0, 2026: 10.0}, "main!I32"))
    assert path.levels[2026] == pytest.approx(110 * 1.05 * 1.10)
    assert path.last_year == 2026
    assert path.source == "main!I32"


def test_one_growth_for_all_years_reaches_the_end() -> None:
    path = extend("GSDP", ACTUAL, until=2030, growth=GrowthPath(5.5, "setting"))
    assert path.levels[2030] == pytest.approx(110 * 1.055**6)


def test_levels_of_a_table_join_the_last_actual_without_a_jump() -> None:
    table = {2024: 1000.0, 2025: 1100.0, 2026: 1210.0}
    path = extend("GSDP", ACTUAL, until=2026, table=table, table_source="commons")
    assert path.levels[2026] == pytest.approx(110 * 1.21)


def test_a_path_that_reaches_zero_ends_before_it() -> None:
    path = extend("People", ACTUAL, until=2027, table={2024: 10.0, 2025: 11.0, 2026: 0.0, 2027: 5.0})
    assert path.last_year == 2025


def test_gdp_per_person_follows_from_its_parts() -> None:
    gdp = extend("GSDP", ACTUAL, until=2026, growth=GrowthPath(10.0, "x"))
    people = extend("People", {2023: 10.0, 2024: 10.0}, until=2026, growth=GrowthPath(0.0, "x"))
    income = per_person("income", gdp, people)
    assert income.levels == pytest.approx({2023: 10.5, 2024: 11.0, 2025: 12.1, 2026: 13.31})
    assert income.last_actual == 2024


def test_a_new_base_year_is_found_and_bridged_with_the_usual_growth() -> None:
    values = 100 * 1.06 ** np.arange(15.0)
    rebased = values.copy()
    rebased[6:] *= 1.25
    assert breaks(rebased) == [6]
    spliced = splice(rebased, [6])
    assert spliced[-1] == rebased[-1]
    assert np.diff(np.log(spliced)) == pytest.approx(np.log(1.06))


@pytest.mark.parametrize("recovery", [1.0, 0.7])
def test_a_pandemic_year_is_no_new_base_year(recovery: float) -> None:
    growth = np.full(14, 0.06)
    growth[9], growth[10] = -0.10, 0.06 + 0.16 * recovery
    assert breaks(100 * np.exp(np.concatenate([[0], growth.cumsum()]))) == []


def test_ordinary_noise_is_no_break() -> None:
    rng = np.random.default_rng(12)
    found = [breaks(100 * np.exp(np.cumsum(rng.normal(0.06, 0.02, 20)))) for _ in range(200)]
    assert sum(map(len, found)) == 0
