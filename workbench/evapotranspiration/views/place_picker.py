"""Choosing a place: by coordinates, by the name of a city, or by a click on a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets

from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.inputs.places.gazetteer import City, find_cities, nearest_city
from workbench.evapotranspiration.inputs.places.place import (
    Place,
    check_place,
    format_coordinates,
    format_dms,
    parse_coordinates,
)
from workbench.evapotranspiration.inputs.places.place_names import name_of
from workbench.evapotranspiration.views.place_map import PlaceMap
from workbench.evapotranspiration.views.sample_offer import SampleOffer
from workbench.runs.model.settings import changed
from workbench.ui.base import Pane
from workbench.ui.fold import Fold
from workbench.ui.forms.form import ConfigForm
from workbench.ui.tabs import choice, note

__all__ = ["PlacePicker", "picker_above"]


class PlacePicker(Pane):
    """A field for names and coordinates, the cities that are found, and a map.

    Parameters
    ----------
    on_place
        Called with each place that is chosen; it lies on land.
    sites
        Places that the map marks.
    """

    def __init__(self, on_place: Callable[[Place], None], sites: Sequence[Place] = ()) -> None:
        super().__init__()
        self._on_place = on_place
        self._found: dict[str, City] = {}
        self.place: Place | None = None
        self._text = ipywidgets.Text(
            placeholder="Piracicaba, or -22.725, -47.648, or 22°43'30\"S 47°38'51\"W",
            continuous_update=False,
            description="City or coordinates",
            style={"description_width": "initial"},
            layout={"width": "auto", "min_width": "220px", "flex": "1 1 260px", "max_width": "520px"},
        )
        self._cities = choice("Found", [("", "")])
        self._cities.layout.display = "none"
        self._status = ipywidgets.HTML()
        self.map = PlaceMap(self._take_click, sites)
        self._text.observe(lambda _: self.guarded(self._find), "value")
        self._cities.observe(lambda _: self.guarded(self._take_city), "value")
        row = ipywidgets.HBox(
            [self._text, self._cities], layout={"flex_flow": "row wrap", "max_width": "760px"}
        )
        hint = note("Type a city or coordinates, or click on the map (drag moves it, the wheel zooms).")
        self.children = [hint, row, self.map, self._status, self.strip]

    def __repr__(self) -> str:
        return f"<PlacePicker: {self.place or 'no place yet'}>"

    def find(self, text: str) -> None:
        """Choose what a text means, as if it had been typed."""
        self._text.value = text

    def _find(self) -> None:
        text = str(self._text.value).strip()
        self._status.value = ""
        self._offer({})
        if not text:
            return
        if any(character.isdigit() for character in text):
            latitude, longitude = parse_coordinates(text)
            self._choose(Place(name_of(latitude, longitude), latitude, longitude))
            return
        found = find_cities(text)
        if not found:
            raise SettingError(
                f"No city like {text!r} is among the 15 000 largest; give its coordinates.", "place", text
            )
        self._offer({f"{city} ({format_coordinates(city.latitude, city.longitude)})": city for city in found})
        self._take_city()

    def _offer(self, cities: dict[str, City]) -> None:
        # New options select the first by themselves, which is not the user's choice.
        self._found = {}
        self._cities.options = list(cities) or [""]
        self._found = cities
        self._cities.layout.display = "" if len(cities) > 1 else "none"

    def _take_city(self) -> None:
        city = self._found.get(self._cities.value)
        if city is not None:
            self._choose(Place(city.name, city.latitude, city.longitude))

    def _take_click(self, latitude: float, longitude: float) -> None:
        self._offer({})
        self.guarded(lambda: self._choose(Place(name_of(latitude, longitude), latitude, longitude)))

    def _choose(self, place: Place) -> None:
        self.place = check_place(place)
        self.map.mark(place)
        city, away = nearest_city(place.latitude, place.longitude)
        self._status.value = note(
            f"{format_coordinates(place.latitude, place.longitude)}, "
            f"{format_dms(place.latitude, place.longitude)}, {away:.0f} km from {city}"
        ).value
        self._on_place(place)


def picker_above(project: Project, form: ConfigForm) -> ipywidgets.Widget:
    """Make the offer of the sample, and a folded picker that puts the place into the form of a run.

    Parameters
    ----------
    project
        The project.
    form
        The form; its other fields stay as they are.
    """

    def take(place: Place) -> None:
        chosen = {"place": f"{place.latitude:.4f}, {place.longitude:.4f}"}
        try:
            form.show(changed(EvapotranspirationConfig(), dict(form.values) | chosen))
        except SettingError:
            # Another field is wrong and says so itself; the place is set all the same.
            form.show(changed(EvapotranspirationConfig(), chosen))

    title = "Pick a place (the sites file of the inputs is used without one)"
    return ipywidgets.VBox([SampleOffer(project, form), Fold(title, PlacePicker(take))])
