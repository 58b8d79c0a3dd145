from __future__ import annotations

import re

import pytest

from workbench.charts import CARRIERS, CATEGORIES, carrier_colour, category_colours


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


def test_an_unknown_carrier_is_grey():
    assert carrier_colour("dilithium") == "#7F7F7F"
