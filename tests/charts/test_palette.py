from __future__ import annotations

import re

import pytest

from workbench.charts import CARRIERS, CATEGORIES, carrier_colour, category_colours
from workbench.charts.palette import UNKNOWN


def test_every_colour_is_a_hexadecimal_triplet():
    for colour in (*CATEGORIES, *CARRIERS.values()):
        assert re.fullmatch(r"#[0-9A-F]{6}", colour)


def test_eight_categories_get_eight_different_colours():
    names = [f"sector {number}" for number in range(8)]
    assert len(set(category_colours(names).values())) == 8


@pytest.mark.parametrize(
    ("carrier", "same_as"),
    [
        ("Solar", "solar"),
        ("rooftop_solar", "rooftop solar"),
        ("Coal_share", "coal"),
        ("pumped hydro old", "pumped hydro"),
    ],
)
def test_a_longer_name_takes_the_colour_of_the_carrier_in_it(carrier, same_as):
    assert carrier_colour(carrier) == CARRIERS[same_as]


def test_an_unknown_carrier_has_one_colour_of_its_own_and_a_name_that_says_nothing_is_grey():
    assert carrier_colour("dilithium") == carrier_colour("Dilithium")
    assert carrier_colour("dilithium") in UNKNOWN
    assert carrier_colour("Unknown") == "#7F7F7F"


def test_carriers_that_stand_beside_each_other_in_plans_are_told_apart():
    side_by_side = ("wind", "onwind", "offwind", "market", "DC", "AC", "import", "unknown")
    assert len({carrier_colour(name) for name in side_by_side}) == len(side_by_side)
    assert carrier_colour("Broadcast tower") not in (CARRIERS["dc"], CARRIERS["ac"])
