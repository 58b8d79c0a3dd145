"""The daily water balance of the root zone and of the surface that dries, many fields and scenarios at once.

Arrays have their days along the last axis; fields, or scenarios of the weather, lie before it and broadcast.
Depths are in mm. A missing input makes the days from it on missing.

References
----------
.. [1] Allen et al. (1998). FAO Irrigation and Drainage Paper 56, chapters 7 and 8. Equation numbers are of this
   paper.
.. [2] Jensen, Allen (2016). Evaporation, evapotranspiration, and irrigation water requirements (2nd ed.). ASCE
   Manual 70, equations 14-12 to 14-20: runoff by curve numbers.
.. [3] Thorp (2022). pyfao56: FAO-56 evapotranspiration in Python. SoftwareX 19, 101208,
   doi:10.1016/j.softx.2022.101208: the same equations in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Booleans, Floats
from workbench.evapotranspiration.irrigation.coefficients import exposed_wet_share, wet_share_below_canopy
from workbench.evapotranspiration.irrigation.soil import (
    adjusted_fraction,
    evaporation_reduction,
    stress_coefficient,
)

__all__ = ["Balance", "Crops", "Rule", "Surface", "Water", "water_balance"]

WETS_ALL = 3.0
"""Rain from which on the whole surface counts as wet [mm] (page 149 of [1])."""


@dataclass(frozen=True, slots=True)
class Water:
    """What comes and what the air demands.

    Parameters
    ----------
    eto
        Reference evapotranspiration [mm d-1].
    rain
        [mm d-1]
    irrigation
        What is applied and infiltrates [mm d-1].
    curve_number
        Of the runoff for average moisture (CN2); none runs off where it is missing.
    """

    eto: ArrayLike
    rain: ArrayLike
    irrigation: ArrayLike = 0.0
    curve_number: ArrayLike = np.nan


@dataclass(frozen=True, slots=True)
class Crops:
    """What grows, day by day.

    Parameters
    ----------
    coefficient
        Single coefficient, or the basal one where the surface is followed.
    available
        Available water of the root zone, TAW [mm].
    p
        Share of it without stress at 5 mm/d.
    depletion
        Of the root zone before the first day [mm].
    adjusted
        Whether ``p`` is adjusted to the demand of each day.
    """

    coefficient: ArrayLike
    available: ArrayLike
    p: ArrayLike
    depletion: ArrayLike = 0.0
    adjusted: bool = True


@dataclass(frozen=True, slots=True)
class Surface:
    """The surface layer, for dual coefficients.

    Parameters
    ----------
    greatest
        Kc max of the days.
    cover
        Share of the ground below plants, of the days.
    evaporable, readily
        TEW and REW [mm].
    depletion
        Of the layer before the first day [mm].
    wetted
        Share of the surface that an irrigation wets, of the days.
    below_canopy
        Whether it does so below the plants, as drippers do.
    """

    greatest: ArrayLike
    cover: ArrayLike
    evaporable: ArrayLike
    readily: ArrayLike
    depletion: ArrayLike = 0.0
    wetted: ArrayLike = 1.0
    below_canopy: ArrayLike = False


@dataclass(frozen=True, slots=True)
class Rule:
    """When to irrigate, and how much.

    Parameters
    ----------
    allowed
        Days on which it may be.
    share
        Depletion over available water from which on it is due; missing: the readily available water.
    depth
        What is applied each time [mm]; missing: what fills the root zone up to ``leave``.
    leave
        Room left for rain [mm].
    limit
        Most at a time [mm].
    """

    allowed: ArrayLike = True
    share: ArrayLike = np.nan
    depth: ArrayLike = np.nan
    leave: ArrayLike = 0.0
    limit: ArrayLike = np.inf


@dataclass(frozen=True, slots=True)
class Balance:
    """The days of a balance; all arrays have the shape of the inputs, in mm unless it is said.

    Parameters
    ----------
    etc
        Demand of the crop without stress.
    eta
        What it uses: ``transpiration`` and ``evaporation`` with dual coefficients.
    ks, ke
        Stress and evaporation coefficients [-].
    depletion, available, readily
        Of the root zone at the end of the day; TAW and RAW.
    surface
        Depletion of the surface layer at the end of the day.
    irrigation
        Net: what was given, and what the rule adds.
    runoff, percolation
        Losses.
    short
        Water that the balance wanted and the root zone had not; zero but for drying surfaces of empty soils.
    """

    etc: Floats
    eta: Floats
    evaporation: Floats
    transpiration: Floats
    ks: Floats
    ke: Floats
    depletion: Floats
    available: Floats
    readily: Floats
    surface: Floats
    irrigation: Floats
    runoff: Floats
    percolation: Floats
    short: Floats


@dataclass(slots=True)
class _State:
    """What one day hands to the next."""

    root: Floats
    top: Floats
    wet: Floats
    irrigated: Booleans
    days: list[dict[str, Floats]] = field(default_factory=list)


def water_balance(
    water: Water,
    crops: Crops,
    surface: Surface | None = None,
    rule: Rule | None = None,
    *,
    early: bool = True,
) -> Balance:
    """Follow the water of the root zone from day to day (equations 69 to 88).

    Parameters
    ----------
    water, crops
        What comes, and what grows.
    surface
        For dual coefficients (Kcb + Ke); without it ``coefficient`` is the single one.
    rule
        Irrigation that the balance plans; without it only what was given.
    early
        Whether rain and irrigation come before the day's demand, as in examples 35 and 38, or after it.

    Returns
    -------
    Balance
        With the broadcast shape of the inputs.
    """
    shape = np.broadcast_shapes(
        *(np.shape(part) for part in (water.eto, water.rain, water.irrigation, crops.coefficient)),
        *(
            np.shape(part)
            for part in (crops.available, *((surface.greatest, surface.cover) if surface else ()))
        ),
        np.shape(rule.allowed) if rule else (),
    )
    days = {
        "eto": water.eto,
        "rain": water.rain,
        "given": water.irrigation,
        "kc": crops.coefficient,
        "taw": crops.available,
        "allowed": False if rule is None else rule.allowed,
        "greatest": 0.0 if surface is None else surface.greatest,
        "cover": 0.0 if surface is None else surface.cover,
        "wetted": 1.0 if surface is None else surface.wetted,
    }
    by_day = {name: np.moveaxis(np.broadcast_to(part, shape), -1, 0) for name, part in days.items()}
    before = shape[:-1]
    state = _State(
        np.broadcast_to(np.asarray(crops.depletion, dtype=float), before).copy(),
        np.broadcast_to(
            np.asarray(0.0 if surface is None else surface.depletion, dtype=float), before
        ).copy(),
        np.ones(before),
        np.zeros(before, dtype=bool),
    )
    for number in range(shape[-1]):
        one = {name: part[number] for name, part in by_day.items()}
        _step(one, state, water, crops, surface, rule, early=early)
    names = [item.name for item in fields(Balance)]
    if not state.days:
        return Balance(**{name: np.empty(shape) for name in names})
    return Balance(**{name: np.stack([day[name] for day in state.days], axis=-1) for name in names})


def _step(
    day: dict[str, Floats],
    state: _State,
    water: Water,
    crops: Crops,
    surface: Surface | None,
    rule: Rule | None,
    *,
    early: bool,
) -> None:
    taw, eto = np.asarray(day["taw"], dtype=float), day["eto"]
    runoff = _runoff(day["rain"], water.curve_number, surface, state.top)
    rain = day["rain"] - runoff
    given = np.asarray(day["given"], dtype=float)
    planned = np.zeros_like(state.root)
    if rule is not None:
        readily = _fraction(crops, day["kc"] * eto) * taw
        planned = _planned(rule, day["allowed"], state.root, taw, readily, given)
    net = given + planned
    ke, evaporation, etc = np.zeros_like(state.root), np.zeros_like(state.root), day["kc"] * eto
    if surface is not None:
        ke, evaporation = _surface_day(day, state, surface, rain, net, early=early)
        etc = (day["kc"] + ke) * eto
    readily = _fraction(crops, etc) * taw
    ks = stress_coefficient(np.maximum(state.root - rain - net, 0.0) if early else state.root, taw, readily)
    transpiration = ks * day["kc"] * eto
    eta = transpiration + evaporation
    percolation = np.maximum(rain + net - eta - state.root, 0.0)
    wanted = state.root - rain - net + eta + percolation
    state.root = np.clip(wanted, 0.0, taw)
    state.days.append(
        {
            "etc": etc,
            "eta": eta,
            "evaporation": evaporation,
            "transpiration": transpiration,
            "ks": ks,
            "ke": ke,
            "depletion": state.root,
            "available": taw + np.zeros_like(state.root),
            "readily": readily,
            "surface": state.top,
            "irrigation": net,
            "runoff": runoff,
            "percolation": percolation,
            "short": wanted - state.root,
        }
    )


def _surface_day(
    day: dict[str, Floats], state: _State, surface: Surface, rain: Floats, net: Floats, *, early: bool
) -> tuple[Floats, Floats]:
    """Ke and evaporation of a day (equations 71 to 79); moves the surface layer of the state on."""
    irrigated = net > 0
    wets_all = ~irrigated & (day["rain"] >= WETS_ALL)
    state.wet = np.where(irrigated, day["wetted"], np.where(wets_all, 1.0, state.wet))
    state.irrigated = np.where(irrigated, True, np.where(wets_all, False, state.irrigated))
    below = state.irrigated & np.asarray(surface.below_canopy, dtype=bool)
    wet = np.where(below, wet_share_below_canopy(state.wet, day["cover"]), state.wet)
    exposed = exposed_wet_share(day["cover"], wet)
    comes = rain + net / state.wet
    at_start = np.maximum(state.top - comes, 0.0) if early else state.top
    kr = evaporation_reduction(at_start, surface.evaporable, surface.readily)
    ke = np.minimum(kr * (day["greatest"] - day["kc"]), exposed * day["greatest"])
    evaporation = ke * day["eto"]
    lost = np.maximum(comes - state.top, 0.0)
    moved = state.top - comes + evaporation / exposed + lost
    state.top = np.clip(moved, 0.0, np.asarray(surface.evaporable, dtype=float))
    return ke, evaporation


def _planned(
    rule: Rule, allowed: Floats, root: Floats, available: Floats, readily: Floats, given: Floats
) -> Floats:
    share = np.asarray(rule.share, dtype=float)
    threshold = np.where(np.isnan(share), readily, share * available)
    due = np.asarray(allowed, dtype=bool) & (root >= threshold) & (root > 0.0) & (given <= 0.0)
    depth = np.asarray(rule.depth, dtype=float)
    amount = np.where(np.isnan(depth), np.maximum(root - np.asarray(rule.leave, dtype=float), 0.0), depth)
    return np.asarray(np.where(due, np.minimum(amount, rule.limit), 0.0))


def _fraction(crops: Crops, demand: Floats) -> Floats:
    return adjusted_fraction(crops.p, demand) if crops.adjusted else np.asarray(crops.p, dtype=float)


def _runoff(rain: Floats, curve_number: ArrayLike, surface: Surface | None, top: Floats) -> Floats:
    """Runoff of a day by curve numbers that follow the wetness of the surface ([2])."""
    average = np.asarray(curve_number, dtype=float)
    if np.isnan(average).all():
        return np.zeros_like(rain, dtype=float)
    number = average
    if surface is not None:
        dry, wet = average / (2.281 - 0.01281 * average), average / (0.427 + 0.00573 * average)
        most, readily = np.asarray(surface.evaporable, dtype=float), np.asarray(surface.readily, dtype=float)
        first, last = 0.5 * readily, 0.7 * readily + 0.3 * most
        share = np.clip((top - first) / np.maximum(last - first, 1e-9), 0.0, 1.0)
        number = wet + share * (dry - wet)
    storage = 250.0 * (100.0 / number - 1.0)
    excess = np.maximum(rain - 0.2 * storage, 0.0)
    found = np.minimum(excess**2 / (rain + 0.8 * storage), rain)
    return np.asarray(np.where(np.isnan(average), 0.0, found))
