"""From what a person types to a place, and from a point to a name."""

from __future__ import annotations

from workbench.errors import SettingError
from workbench.evapotranspiration.inputs.places.gazetteer import find_cities, nearest_city, plain_name
from workbench.evapotranspiration.inputs.places.place import Place, parse_coordinates

NEAR_KILOMETRES = 10.0


def place_from_text(text: str) -> Place:
    """Read what a person typed as a place: coordinates, or the name of a city.

    Raises
    ------
    SettingError
        When it is neither; the sentence names what comes near.
    """
    if any(character.isdigit() for character in text):
        latitude, longitude = parse_coordinates(text)
        return Place(name_of(latitude, longitude), latitude, longitude)
    found = find_cities(text)
    if not found:
        raise SettingError(
            f"There is no city {text!r} among the 15 000 largest; write its coordinates, such as "
            f"-22.725, -47.648.",
            "place",
            text,
        )
    city = found[0]
    if plain_name(city.name) != plain_name(text.partition(",")[0]):
        near = "; ".join(str(other) for other in found[:5])
        raise SettingError(f"There is no city {text!r}; did you mean {near}?", "place", text)
    return Place(city.name, city.latitude, city.longitude)


def name_of(latitude: float, longitude: float) -> str:
    """Name a point by its city where one lies within 10 km, else by its coordinates."""
    city, away = nearest_city(latitude, longitude)
    return city.name if away <= NEAR_KILOMETRES else f"{latitude:.4f} {longitude:.4f}"
