"""What a run reads: places, weather files, and a trusted reference to learn from."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.made_up import any_made_up
from workbench.data.problems import Problem, Problems, Severity
from workbench.data.projects.project import WORKBOOK_SUFFIXES, Project
from workbench.errors import InvalidData, SettingError
from workbench.evapotranspiration.config import EvapotranspirationConfig, Period, day_of
from workbench.evapotranspiration.inputs.files import read_daily_table
from workbench.evapotranspiration.inputs.netcdf_files import is_netcdf
from workbench.evapotranspiration.inputs.places.land import land_at
from workbench.evapotranspiration.inputs.places.place import Place, check_place
from workbench.evapotranspiration.inputs.places.place_names import place_from_text
from workbench.evapotranspiration.inputs.sites import read_sites
from workbench.evapotranspiration.model.catalogue import plain_name, source_named
from workbench.evapotranspiration.model.equations import GRASS, TimeStep
from workbench.files import is_file
from workbench.runs.model.digest import file_digest

MAX_PLACES = 400
MAX_LISTED_SITES = 5
HISTORY_WITHOUT_START = 365

Weather = Mapping[str, Mapping[str, pd.DataFrame]]
"""Site -> source -> daily weather indexed by date."""


@dataclass(frozen=True, slots=True)
class EtoInput:
    """Everything that a run reads from its project.

    Parameters
    ----------
    places
        Where ETo is requested.
    weather
        Daily weather of the file, by site and source.
    reference
        Trusted ETo: site, date, eto [mm/d]; empty without a file.
    reference_places
        Places of the reference, where they are known.
    files
        Name of each file read -> SHA-256.
    paths
        The files read.
    problems
        What was noticed.
    unused
        Name of a file -> its columns that are not read.
    uses_sites
        Whether a place or a place of the reference is one of the sites file.
    has_reference
        Whether there is a reference, read or not.
    asks_wind_height
        Whether the height of a wind stands nowhere in the weather file.
    hours
        Its hours by site and source, where its rows are parts of days and the hourly equation is requested.
    has_hours
        Whether its rows are hours or parts of them.
    """

    places: tuple[Place, ...]
    weather: Weather
    reference: pd.DataFrame
    reference_places: tuple[Place, ...]
    files: Mapping[str, str]
    paths: tuple[Path, ...]
    problems: tuple[Problem, ...]
    unused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uses_sites: bool = False
    has_reference: bool = False
    asks_wind_height: bool = False
    hours: Weather = field(default_factory=dict)
    has_hours: bool = False

    @property
    def why_no_wind_height(self) -> str:
        """Why the setting ``wind_height`` makes no difference; empty where it does."""
        if not self.weather:
            return "no weather of a file is used"
        return "" if self.asks_wind_height else "the weather file says the height of its wind, or has none"

    @property
    def made_up(self) -> bool:
        """Whether a source of the weather is made up, as that of the sample is."""
        return any_made_up(source for sources in self.weather.values() for source in sources)


def read_inputs(project: Project, config: EvapotranspirationConfig) -> EtoInput:
    """Read what a config names, or what has the usual names in the inputs.

    Raises
    ------
    DataError
        When a file cannot be read or used: with row, column and the value seen.
    SettingError
        When no place is given, or one cannot be used.
    """
    problems = Problems()
    files: dict[str, str] = {}
    paths: list[Path] = []
    unused: dict[str, tuple[str, ...]] = {}

    def note(path: Path, sha256: str) -> None:
        files[path.name] = sha256
        paths.append(path)

    listed: tuple[Place, ...] = ()
    sites_path = find_input(project, config.sites_file, "eto_sites")
    if sites_path is not None:
        listed = read_sites(sites_path, problems)
        note(sites_path, file_digest(sites_path))
    weather_path = find_input(project, config.weather_file, "eto_weather")
    of_file = (
        weather_path is not None and is_netcdf(weather_path) and not (listed or config.place or config.grid)
    )
    places = () if of_file else _places(config, listed, problems)
    weather: dict[str, dict[str, pd.DataFrame]] = {}
    hours: dict[str, dict[str, pd.DataFrame]] = {}
    asks_wind_height = has_hours = False
    if weather_path is not None:
        table = read_daily_table(
            weather_path,
            left_out=config.left_out,
            wind_height=config.wind_height,
            units=config.units,
            places=places,
        )
        places = table.places if of_file else places
        unused[weather_path.name] = table.unused
        asks_wind_height = table.asks_wind_height
        problems.extend(table.problems)
        note(weather_path, table.sha256)
        weather, called = _by_site(table.frame, places, weather_path, problems)
        has_hours = table.hours is not None
        if table.hours is not None and config.time_step is TimeStep.HOURLY:
            hours = _parts_of(called(table.hours), {place.name for place in places}, weather_path, "begin")
        _check_stations(config.stations, weather)
        _note_sites_not_read(table.frame, listed, places, weather_path.name, problems)
    reference = pd.DataFrame({"site": [], "date": pd.to_datetime([]), "eto": []})
    reference_path = find_input(project, config.reference_file, "eto_reference")
    if reference_path is not None and config.learn and config.equation not in GRASS:
        said = f"not read: a reference is of FAO-56, and the equation is '{config.equation}'."
        problems.extend([Problem(said, reference_path.name, severity=Severity.UNUSED)])
    elif reference_path is not None and config.learn:
        table = read_daily_table(reference_path, ("eto",))
        problems.extend(table.problems)
        note(reference_path, table.sha256)
        unused[reference_path.name] = table.unused
        reference = table.frame[["site", "date", "eto"]].dropna(ignore_index=True)
        if len(reference) and (reference["site"] == "").all():
            reference = _of_one_site(reference, listed or places, reference_path)
    known = {place.name: place for place in (*listed, *places)}
    reference_places = tuple(known[name] for name in reference["site"].unique() if name in known)
    unknown = [name for name in reference["site"].unique() if name not in known]
    if unknown:
        problems.warning(
            f"the reference has sites that the sites file does not: {', '.join(map(str, unknown[:5]))}; their "
            "coordinates are not known, so they are left out."
        )
        reference = reference[reference["site"].isin(known)].reset_index(drop=True)
    return EtoInput(
        places,
        weather,
        reference,
        reference_places,
        files,
        tuple(paths),
        tuple(problems),
        unused,
        uses_sites=bool(
            {place.name for place in listed} & {place.name for place in (*places, *reference_places)}
        ),
        has_reference=reference_path is not None,
        asks_wind_height=asks_wind_height,
        hours=hours,
        has_hours=has_hours,
    )


def period_of(
    config: EvapotranspirationConfig, today: datetime.date, frames: Sequence[pd.DataFrame]
) -> tuple[datetime.date, datetime.date]:
    """Give the first and last day that a config asks for at a place.

    Parameters
    ----------
    config
        The config.
    today
        Local date of the place.
    frames
        Weather of the place from files, whose days bound a history without dates.
    """
    if config.period is Period.RECENT:
        return today - datetime.timedelta(config.days), today - datetime.timedelta(1)
    if config.period is Period.FORECAST:
        return today, today + datetime.timedelta(config.ahead)
    days = [day for frame in frames for day in (frame.index.min(), frame.index.max())]
    last = day_of(config, "end") or (max(days).date() if days else today - datetime.timedelta(2))
    first = day_of(config, "start") or (
        min(days).date() if days else last - datetime.timedelta(HISTORY_WITHOUT_START - 1)
    )
    if first > last:
        raise SettingError(
            f"The period begins on {first}, after its end on {last}; give start and end.",
            "start",
            config.start,
        )
    return first, last


def find_input(project: Project, name: str, usual: str) -> Path | None:
    """Give the input that is named, else the one of the usual name; None where there is none."""
    if name:
        return project.input(name)
    known = (
        project.inputs / f"{usual}{suffix}" for suffix in (".csv", ".parquet", ".nc", *WORKBOOK_SUFFIXES)
    )
    return next(filter(is_file, known), None)


def _places(
    config: EvapotranspirationConfig, listed: tuple[Place, ...], problems: Problems
) -> tuple[Place, ...]:
    if config.place:
        same = [place for place in listed if place.name == config.place]
        place = same[0] if same else place_from_text(config.place)
        if config.elevation is not None:
            place = replace(place, elevation=config.elevation)
        return (check_place(place),)
    if config.grid:
        return _grid(config.grid, problems)
    if not listed:
        raise SettingError(
            "No place is given: name a city or coordinates, a grid, or put an eto_sites.csv (site, latitude, "
            "longitude, elevation) into the inputs.",
            "place",
            "",
        )
    if not config.sites:
        return listed
    known = {place.name: place for place in listed}
    for name in config.sites:
        if name not in known:
            raise SettingError(
                f"There is no site {name!r} in the sites file; present: {', '.join(known)}.", "sites", name
            )
    return tuple(known[name] for name in config.sites)


def _grid(grid: tuple[float, ...], problems: Problems) -> tuple[Place, ...]:
    south, west, north, east, step = grid
    latitudes = np.round(np.arange(south, north + step / 1e6, step), 6)
    longitudes = np.round(np.arange(west, east + step / 1e6, step), 6)
    count = len(latitudes) * len(longitudes)
    land = land_at(latitudes, longitudes) if count <= 100 * MAX_PLACES else np.zeros((0, 0), dtype=bool)
    places = tuple(
        Place(f"{latitudes[i]:.3f} {longitudes[j]:.3f}", float(latitudes[i]), float(longitudes[j]))
        for i, j in np.argwhere(land)
    )
    if count > 100 * MAX_PLACES or len(places) > MAX_PLACES:
        raise SettingError(
            f"The grid has {len(places) or count} places, at most {MAX_PLACES} can be requested at once; take a "
            "larger step.",
            "grid",
            grid,
        )
    if not places:
        raise SettingError(f"None of the {count} places of the grid lies on land; move it.", "grid", grid)
    if len(places) < count:
        problems.warning(
            f"{count - len(places)} of {count} places of the grid lie in the sea and are left out."
        )
    return tuple(check_place(place) for place in places)


def _of_one_site(frame: pd.DataFrame, places: tuple[Place, ...], path: Path) -> pd.DataFrame:
    """Give a table without a column of sites the only one that there is."""
    if len(places) > 1:
        raise InvalidData(
            f"{path.name}: there is no column 'site', and {len(places)} places are requested; add one.", path
        )
    return frame.assign(site=places[0].name)


def _note_sites_not_read(
    frame: pd.DataFrame,
    listed: tuple[Place, ...],
    places: tuple[Place, ...],
    file: str,
    problems: Problems,
) -> None:
    """Name the sites of a weather file that no place is called, and those that were not requested."""
    wanted, known = {place.name for place in places}, {place.name for place in listed}
    others = [str(name) for name in frame["site"].unique() if name and name not in wanted]
    for what, names in (
        ("are not among the sites, and are not read", [name for name in others if name not in known]),
        ("are not requested, and are not read", [name for name in others if name in known]),
    ):
        if names:
            more = " …" if len(names) > MAX_LISTED_SITES else ""
            shown = f"{', '.join(names[:MAX_LISTED_SITES])}{more}"
            problems.extend([Problem(f"column 'site': {shown} {what}.", file, severity=Severity.UNUSED)])


def _check_stations(stations: tuple[str, ...], weather: Weather) -> None:
    present = sorted({source for sources in weather.values() for source in sources})
    known = {"none", *map(plain_name, present)}
    for name in stations:
        if present and plain_name(name) not in known:
            raise SettingError(
                f"There is no source {name!r} in the weather file; there are {', '.join(present)}; "
                "'none' takes no source for a station.",
                "stations",
                name,
            )


def _by_site(
    frame: pd.DataFrame, places: tuple[Place, ...], path: Path, problems: Problems
) -> tuple[dict[str, dict[str, pd.DataFrame]], Callable[[pd.DataFrame], pd.DataFrame]]:
    """Give the weather of the places by source, and what names sites and sources of its hours alike."""
    names: dict[str, str] = {}
    if (frame["site"] == "").all():
        frame = _of_one_site(frame, places, path)
        names = {"": places[0].name}
    written = {str(name): source_named(str(name)) for name in frame["source"].unique() if str(name)}
    counts = Counter(written.values())
    known = {old: new for old, new in written.items() if old != new and counts[new] == 1}
    for old, new in written.items():
        if old in known:
            said, severity = f"the source '{old}' is read as {new}.", Severity.CHANGE
        elif old != new:
            said, severity = (
                f"'{old}' is one of several names of {new} and stays a source of its own.",
                Severity.WARNING,
            )
        else:
            continue
        problems.extend([Problem(said, path.name, severity=severity)])
    wanted = {place.name for place in places}
    written_sites = [str(name) for name in frame["site"].unique() if name]
    if len(places) == 1 and len(written_sites) == 1 and not wanted & set(written_sites):
        said = f"column 'site': '{written_sites[0]}' is the only one, and read as {places[0].name}, the only place."
        problems.extend([Problem(said, path.name, severity=Severity.WARNING)])
        names = {written_sites[0]: places[0].name}

    def called(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(source=table["source"].replace(known), site=table["site"].replace(names))

    return _parts_of(called(frame), wanted, path, "date"), called


def _parts_of(
    frame: pd.DataFrame, wanted: Collection[str], path: Path, index: str
) -> dict[str, dict[str, pd.DataFrame]]:
    """Divide rows by the sites that are wanted and their sources; one without a name is called as the file is."""
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for (site, source), part in frame.groupby(["site", "source"], sort=False):
        if site in wanted:
            rows = part.drop(columns=["site", "source"]).set_index(index).dropna(axis=1, how="all")
            found.setdefault(str(site), {})[str(source) or path.stem] = rows
    return found
