"""The snapshots of each planned year, and the profiles on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.capacity.config import CapacityConfig, Snapshots
from workbench.capacity.inputs.availability import solar_availability, wind_availability
from workbench.capacity.model.fiscal_hours import fit_to, hours_of
from workbench.capacity.model.system import SALES, Candidate, Outage, Plant, System, at, is_variable, of_year
from workbench.capacity.network.periods import (
    Selection,
    chosen_days,
    critical_days,
    peak_weeks,
    typical_days,
    whole_year,
)
from workbench.data.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Year:
    """One planned year on its snapshots.

    Parameters
    ----------
    year
        Fiscal year.
    hours
        All hours of it.
    load
        MW by hour.
    selection
        The hours that are computed.
    profiles
        Availability by hour, by plant name; the others are always available.
    assumed
        Profiles that the workbook does not give, in words.
    stretched
        Whether the chosen hours are brought to the year's own energy, peak and mean availabilities.
    zones
        Part of the load at each bus by hour; without any, all is at the main bus.
    inflow
        Water into reservoirs by hour [MW], by plant name.
    rest
        What planned outages leave of a plant by hour [per unit], by its name; profiles have it too.
    """

    year: int
    hours: pd.DatetimeIndex
    load: Floats
    selection: Selection
    profiles: dict[str, Floats]
    assumed: tuple[str, ...]
    stretched: bool = False
    zones: Mapping[str, Floats] = field(default_factory=dict)
    inflow: Mapping[str, Floats] = field(default_factory=dict)
    rest: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def times(self) -> pd.DatetimeIndex:
        """Beginning of each snapshot."""
        return self.hours[self.selection.positions]

    @property
    def selected_load(self) -> Floats:
        """MW by snapshot."""
        chosen = self.selection.average(self.load)
        if not self.stretched:
            return chosen
        return stretched_load(chosen, self.selection.weights, float(self.load.sum()), self.peak)

    def loads(self) -> dict[str, Floats]:
        """MW by snapshot at each bus of the load, where it is given by zone."""
        total, chosen = self.selected_load, self.selection.average(self.load)
        safe = np.where(chosen > 0, chosen, 1.0)
        return {
            bus: total * self.selection.average(part * self.load) / safe for bus, part in self.zones.items()
        }

    def shares_at_peak(self, bus: str) -> dict[str, float]:
        """Part of the load at each bus in the hour of the highest load, all at one bus without zones."""
        hour = int(self.load.argmax())
        return {name: float(part[hour]) for name, part in self.zones.items()} or {bus: 1.0}

    def availability(self, profile: Floats) -> Floats:
        """Availability by snapshot [per unit], of the year's mean."""
        chosen = self.selection.average(profile)
        if not self.stretched:
            return chosen
        return stretched_availability(chosen, self.selection.weights, float(profile.mean()))

    @property
    def peak(self) -> float:
        """Highest load of the whole year [MW], whether its hour is computed or not."""
        return float(self.load.max())

    def deviation(self) -> dict[str, float]:
        """Energy and peak of the snapshots over those of the year, less one [%]."""
        chosen = self.selected_load
        energy = float(chosen @ self.selection.weights / self.load.sum() - 1)
        return {"energy": 100 * energy, "peak": 100 * float(chosen.max() / self.peak - 1)}


def make_year(system: System, load: Floats, config: CapacityConfig, year: int) -> Year:
    """Choose the snapshots of a year.

    Parameters
    ----------
    system
        Plants and their availability.
    load
        MW by hour of the year.
    config
        Which hours.
    year
        Fiscal year.
    """
    hours = hours_of(year)
    profiles, assumed = _profiles(system, hours)
    residual = load - _weather_output(system, profiles, year)
    zones = {bus: fit_to(part, hours) for bus, part in (of_year(system.zones, year) or {}).items()}
    inflow = {name: fit_to(water, hours) for name, water in system.inflow.items()}
    prices = [price for name in system.prices if (price := price_of(system, name, year, hours)) is not None]
    different = [*profiles.values(), *inflow.values(), *prices, *(part * load for part in zones.values())]
    selection = _select(config, hours, load, residual, different, system.custom_days)
    stretched = config.snapshots is Snapshots.TYPICAL_DAYS
    rest = _after_outages(system, hours)
    profiles |= {name: profiles.get(name, 1.0) * part for name, part in rest.items()}
    return Year(year, hours, load, selection, profiles, assumed, stretched, zones, inflow, rest)


def price_of(system: System, name: str, year: int, hours: pd.DatetimeIndex) -> Floats | None:
    """Price of a market by hour of a year [currency/MWh], for what it sells and what it buys; None without one."""
    prices = of_year(system.prices.get(name.removesuffix(SALES), {}), year)
    return None if prices is None else fit_to(prices, hours)


def _after_outages(system: System, hours: pd.DatetimeIndex) -> dict[str, Floats]:
    """What planned outages leave of each plant that has some, by hour of a year."""
    found: dict[str, Floats] = {}
    for outage in system.outages:
        known = found.get(outage.plant, np.ones(len(hours)))
        found[outage.plant] = np.where(_is_out(outage, hours), known * (1 - outage.part), known)
    return found


def _is_out(outage: Outage, hours: pd.DatetimeIndex) -> NDArray[np.bool_]:
    first, last = (day[0] * 10_000 + day[1] * 100 + day[2] for day in (outage.first, outage.last))
    day = hours.month.to_numpy() * 100 + hours.day.to_numpy()
    if outage.first[0]:
        day = day + hours.year.to_numpy() * 10_000
    # What begins in December and ends in January goes over the turn of the year.
    found: NDArray[np.bool_] = (
        (day >= first) & (day <= last) if first <= last else (day >= first) | (day <= last)
    )
    return found


def stretched_load(chosen: Floats, weights: Floats, energy: float, peak: float) -> Floats:
    """Bring the load of chosen hours to the energy and the peak of the year, by one straight line.

    Parameters
    ----------
    chosen
        MW by snapshot.
    weights
        Hours that each stands for.
    energy, peak
        Of the year [MWh, MW].
    """
    highest = chosen.max()
    below = float(weights @ (highest - chosen))
    if below <= 0:
        return chosen
    slope = (peak * float(weights.sum()) - energy) / below
    found: Floats = peak - slope * (highest - chosen)
    # A line that would make a load negative fits nothing; the notes say by how much the hours differ.
    return found if found.min() >= min(0.0, chosen.min()) else chosen


def stretched_availability(chosen: Floats, weights: Floats, mean: float) -> Floats:
    """Scale the availability of chosen hours to the mean of the year; what reaches 1 stays there.

    Parameters
    ----------
    chosen
        Per unit by snapshot.
    weights
        Hours that each stands for.
    mean
        Of the year [per unit].
    """
    found = chosen
    for _ in range(50):
        now = float(weights @ found) / float(weights.sum())
        if now <= 0 or abs(now - mean) <= 1e-12:
            break
        found = np.minimum(1.0, found * (mean / now))
    return found


def _select(
    config: CapacityConfig,
    hours: pd.DatetimeIndex,
    load: Floats,
    residual: Floats,
    profiles: list[Floats],
    custom_days: tuple[str, ...],
) -> Selection:
    block = config.hours
    if config.snapshots is Snapshots.TYPICAL_DAYS:
        if config.typical_days >= len(hours) // 24:
            return whole_year(len(hours), block)
        peak = int(residual.argmax()) // 24
        return chosen_days(*typical_days(_features(load, profiles), peak, config.typical_days), block)
    if config.snapshots is Snapshots.CRITICAL_DAYS:
        return chosen_days(*critical_days(hours, residual, config.critical_days or custom_days), block)
    if config.snapshots is Snapshots.PEAK_WEEKS:
        return peak_weeks(residual, config.peak_weeks, block)
    return whole_year(len(hours), block)


def _features(load: Floats, profiles: Sequence[Floats]) -> Floats:
    """Days x hours of load and of each different profile, each scaled to a spread of one."""
    different: list[Floats] = []
    for profile in profiles:
        if not any(profile is other or np.array_equal(profile, other) for other in different):
            different.append(profile)
    parts = [load, *different]
    return np.hstack([(part / (part.std() or 1.0)).reshape(-1, 24) for part in parts])


def _weather_output(system: System, profiles: dict[str, Floats], year: int) -> Floats | float:
    total: Floats | float = 0.0
    for plant in system.plants:
        if is_variable(plant.carrier) and plant.build_year <= year < plant.build_year + plant.lifetime:
            total = total + plant.p_nom * profiles.get(plant.name, 0.0)
    return total


def _profiles(system: System, hours: pd.DatetimeIndex) -> tuple[dict[str, Floats], tuple[str, ...]]:
    found: dict[str, Floats] = {}
    assumed: dict[str, str] = {}
    made: dict[str, Floats] = {}
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    for item in items:
        if isinstance(item, Plant) and item.sells:
            continue
        given = _given(system, item)
        if given is not None:
            found[item.name] = fit_to(given, hours)
        elif is_variable(item.carrier):
            carrier = item.carrier
            if carrier not in made:
                made[carrier] = _stylised(carrier, hours)
                factor = 100 * float(made[carrier].mean())
                assumed[carrier] = (
                    f"No availability is given for {carrier}: a stylised year with a capacity factor of "
                    f"{factor:.0f} % is taken; give your own on a sheet P_max_pu."
                )
            found[item.name] = made[carrier]
    return found, tuple(assumed.values())


def _given(system: System, item: Plant | Candidate) -> Floats | None:
    outside = "outside" in item.bus.lower()
    names = (_plant_of(item), f"{item.carrier}_Outside" if outside else item.carrier, item.carrier)
    lowered = {name.lower(): values for name, values in system.p_max_pu.items()}
    return next((lowered[name.lower()] for name in names if name.lower() in lowered), None)


def _plant_of(item: Plant | Candidate) -> str:
    """Name under which the workbook gives what holds for an item: an expansion has that of its plant."""
    return (item.expands if isinstance(item, Candidate) else "") or item.name


def _stylised(carrier: str, hours: pd.DatetimeIndex) -> Floats:
    if "solar" in carrier.lower():
        return solar_availability(hours)
    wind = wind_availability(hours)
    # At sea the wind blows stronger and longer.
    return np.asarray(np.clip(wind * 1.45, 0.0, 0.95)) if "off" in carrier.lower() else wind


def least_output(system: System, item: Plant | Candidate, hours: pd.DatetimeIndex) -> Floats | None:
    """Least output of a plant by hour, where the workbook gives it for its carrier or for itself."""
    lowered = {name.lower(): values for name, values in system.p_min_pu.items()}
    for name in (_plant_of(item), item.carrier):
        if name.lower() in lowered:
            return fit_to(lowered[name.lower()], hours)
    return None


def cost_with_carbon(system: System, item: Plant | Candidate, year: int, price: float) -> float:
    """Cost of one more MWh in a year, the price of its CO2 included."""
    emissions = (
        system.carriers[item.carrier].co2_emissions / item.efficiency
        if item.carrier in system.carriers
        else 0.0
    )
    return at(item.marginal_cost, year) + price * emissions
