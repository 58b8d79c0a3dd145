"""Places: coordinates as people write them, the gazetteer, land and sea, the outlines of services."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.errors import SettingError
from workbench.evapotranspiration.inputs.places import gazetteer
from workbench.evapotranspiration.inputs.places.gazetteer import cities_within, find_cities, nearest_city
from workbench.evapotranspiration.inputs.places.land import is_land, land_at
from workbench.evapotranspiration.inputs.places.place import (
    Place,
    check_place,
    format_coordinates,
    format_dms,
    parse_coordinates,
)
from workbench.evapotranspiration.inputs.places.place_names import name_of, place_from_text
from workbench.evapotranspiration.inputs.services.coverage import Region, covers

PIRACICABA = (-22.725, -47.6475)


@pytest.mark.parametrize(
    "text",
    [
        "-22.725, -47.6475",
        "-22.725 -47.6475",
        "-22,725; -47,6475",
        "22.725 S 47.6475 W",
        "S22.725 W47.6475",
        "W 47.6475, S 22.725",
        "22°43'30\"S 47°38'51\"W",
        "22°43'30\"S, 47°38'51\"W",
        "22\N{DEGREE SIGN} 43\N{PRIME} 30\N{DOUBLE PRIME} S 47\N{DEGREE SIGN} 38\N{PRIME} 51\N{DOUBLE PRIME} W",
        "W 47:38:51; S 22:43:30",
        "22 43 30 S, 47 38 51 W",
        "22°43.5'S 47°38.85'W",
        "\N{MINUS SIGN}22.725, \N{MINUS SIGN}47.6475",
    ],
)
def test_coordinates_are_read_in_every_usual_way(text: str) -> None:
    assert parse_coordinates(text) == pytest.approx(PIRACICABA, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("95, 10", "95"),
        ("10, 181", "181"),
        ("22°70'S 47°W", "70 minutes"),
        ("-22 S, 47 W", "a sign and a letter"),
        ("22 S, 47 N", "latitude twice"),
        ("12", "not a pair of coordinates"),
        ("22 S, 47 O", "west in Portuguese and east in German"),
        ("somewhere 5", "not a pair of coordinates"),
    ],
)
def test_coordinates_that_cannot_be_are_refused_with_what_was_seen(text: str, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        parse_coordinates(text)


def test_coordinates_that_are_written_are_read_back() -> None:
    rng = np.random.default_rng(1)
    for latitude, longitude in zip(rng.uniform(-89, 89, 200), rng.uniform(-179, 179, 200), strict=True):
        assert parse_coordinates(format_coordinates(latitude, longitude)) == pytest.approx(
            (latitude, longitude), abs=6e-5
        )
        assert parse_coordinates(format_dms(latitude, longitude)) == pytest.approx(
            (latitude, longitude), abs=0.5 / 3600 + 1e-9
        )


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("x", 95.0, 10.0), "latitude is 95, expected -90 to 90.*exchanged"),
        (Place("x", 10.0, 200.0), "longitude is 200, expected -180 to 180.*write -160"),
        (Place("x", 90.0, 10.0), "latitude is 90, the pole"),
        (Place("x", -90.0, 10.0), "latitude is -90, the pole"),
        (Place("x", float("nan"), 10.0), "latitude is nan"),
        (Place("x", 0.0, -30.0), "latitude 0, longitude -30 lies in the sea"),
        (Place("x", 22.725, -47.6475), "in the sea.*other sign of the l"),
        (Place("x", -22.725, -47.6475, 12_000.0), "elevation is 12000 m"),
    ],
)
def test_a_place_without_weather_is_refused_with_the_values_seen(place: Place, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        check_place(place)


def test_islands_and_shores_count_as_land() -> None:
    # A cell with any land is land: Santorini, Key West, Fernando de Noronha.
    for latitude, longitude in ((36.42, 25.43), (24.56, -81.78), (-3.855, -32.42)):
        assert is_land(latitude, longitude)
    for latitude, longitude in ((0.0, -30.0), (45.0, -40.0), (-40.0, 90.0), (35.0, 18.0)):
        assert not is_land(latitude, longitude)


def test_a_city_on_an_atoll_that_the_raster_lacks_is_land_all_the_same() -> None:
    assert not is_land(4.175, 73.51)
    assert check_place(Place("Male", 4.175, 73.51)).name == "Male"


def test_nearly_all_cities_of_the_gazetteer_lie_on_land() -> None:
    lat, lon = gazetteer._coordinates()
    on_land = [is_land(a, b) for a, b in zip(lat[::5], lon[::5], strict=True)]
    assert np.mean(on_land) > 0.995


def test_the_land_is_asked_for_on_grids_that_cross_the_date_line() -> None:
    east, west = land_at(np.array([-17.8]), np.array([178.0, 538.0]))[0]
    assert east
    assert west


def test_a_city_is_found_without_accents_and_by_its_country() -> None:
    assert find_cities("sao paulo")[0].name == "São Paulo"
    assert find_cities("Balsas, BR")[0].country == "BR"
    assert [city.name for city in find_cities("Piracicba")][:1] == ["Piracicaba"]
    assert find_cities("") == ()


def test_a_name_that_is_no_city_is_answered_with_what_comes_near() -> None:
    with pytest.raises(SettingError, match="did you mean Piracicaba, BR"):
        place_from_text("Piracicabba")
    with pytest.raises(SettingError, match="no city 'Xqzwv'"):
        place_from_text("Xqzwv")


def test_a_point_is_named_for_its_city_only_near_it() -> None:
    assert name_of(-22.73, -47.65) == "Piracicaba"
    assert name_of(-8.0, -60.0) == "-8.0000 -60.0000"
    city, away = nearest_city(-22.725, -47.6475)
    assert (city.name, away < 1.0) == ("Piracicaba", True)


def test_the_cities_of_a_box_come_by_size() -> None:
    found = [city.name for city in cities_within(4, 50, 16, 56, 3)]
    assert found[0] == "Berlin"
    assert len(found) == 3


def test_the_gazetteer_is_small_and_carries_its_licence() -> None:
    path = gazetteer.Path(gazetteer.__file__).parent / "cities.csv"
    assert path.stat().st_size < 400_000
    assert "CC BY 4.0" in path.read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize(
    ("region", "countries"),
    [
        (Region.UNITED_STATES, {"US", "PR", "VI", "GU", "MP"}),
        (Region.NORDIC, {"NO", "SE", "FI", "DK", "AX"}),
    ],
)
def test_the_outlines_hold_every_city_of_their_countries_and_none_of_the_neighbours(
    region: Region, countries: set[str]
) -> None:
    wrong = [
        str(city)
        for city in gazetteer._cities()
        if covers(region, city.latitude, city.longitude) != (city.country in countries)
    ]
    assert wrong == []
