"""Emissions and intensity of generation, by fuel, by region and over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions.emissions import NO_FACTOR, EmissionFactor, factor_of
from workbench.market.definitions.energy import Floats, ratio
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.description import MarketDescription
from workbench.market.model.period import Period, Resolution
from workbench.market.queries.completeness import missing_notes, partial_columns, whole_totals
from workbench.market.queries.generation import fuel_sums, generation
from workbench.market.queries.scope import answer, check_scope, named, regions_of

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

INTENSITY, EMISSIONS = "Intensity", "Emissions"
_ABOUT = "Emissions are direct ones of burning the fuel, by factors of fuels; imports have none."


@asked
def emissions(data: MarketData, period: Period, *, region: str | None = None) -> Answer:
    """Energy, factor and emissions of each fuel over a period, with the source of each factor.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.

    Returns
    -------
    Answer
        A row per fuel that generated. Storage gives back what others generated and is left out; fuels without a
        factor have no emissions, and the notes say how much energy that is.
    """
    check_scope(data, region)
    amount, source = fuel_sums(data, period, region)
    energy = whole_totals(amount)["energy"] / 1000.0
    fuels, factors = data.description.fuels, _factors(data.description)
    kept = [at for at, fuel in enumerate(fuels) if not fuel.storage and amount["out_mwh"][at] > 0]
    tonnes = _tonnes_per_mwh(data.description)[kept]
    shown = [factors[at] for at in kept]
    columns = [
        Column("Fuel", texts([fuels[at].name for at in kept])),
        Column("Energy", energy[kept], "GWh"),
        Column("Factor", tonnes, "t/MWh"),
        Column(EMISSIONS, energy[kept] * tonnes, "kt"),
        Column("Source", texts([NO_FACTOR if factor is None else factor.source for factor in shown])),
    ]
    seen = {name: values[kept] for name, values in amount.items()}
    columns += partial_columns(seen, data.description.currency)
    notes = (_ABOUT, _without_factor(energy[kept], tonnes), *missing_notes(seen))
    return answer(data, named("Emissions by fuel", region, period), columns, period, source, *notes)


@asked
def emissions_by_region(data: MarketData, period: Period) -> Answer:
    """Energy, emissions and intensity of the generation of each region over a period.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.

    Returns
    -------
    Answer
        The intensity is of the energy whose fuel has a factor; ``Without factor`` is the rest.
    """
    tonnes = _tonnes_per_mwh(data.description)
    regions = regions_of(data, period)
    rows = []
    for region in regions:
        amount, source = fuel_sums(data, period, region)
        energy = whole_totals(amount)["energy"] / 1000.0
        counted = ~np.array([fuel.storage for fuel in data.description.fuels]) & (amount["out_mwh"] > 0)
        known = counted & ~np.isnan(tonnes)
        mass = float((energy[known] * tonnes[known]).sum())
        total, with_factor = float(energy[counted].sum()), float(energy[known].sum())
        share = 100.0 * (total - with_factor) / total if total > 0 else np.nan
        rows.append([total, mass, 1000.0 * mass / with_factor if with_factor > 0 else np.nan, share])
    table = np.array(rows, dtype=np.float64).reshape(len(regions), 4)
    heads = (("Energy", "GWh"), (EMISSIONS, "kt"), (INTENSITY, "kg/MWh"), ("Without factor", "%"))
    columns = [Column("Region", texts(regions))]
    columns += [Column(name, table[:, place], unit) for place, (name, unit) in enumerate(heads)]
    return answer(data, named("Emissions by region", None, period), columns, period, source, _ABOUT)


@asked
def intensity(
    data: MarketData, period: Period, *, region: str | None = None, resolution: Resolution | None = None
) -> Answer:
    """Emissions and intensity of the generation in each bin.

    Parameters
    ----------
    data, period, region, resolution
        As in :func:`~workbench.market.queries.generation.generation`.

    Returns
    -------
    Answer
        ``Begin``, ``End``, intensity [kg/MWh] and emissions [t/h]; missing where the power of a fuel is.
    """
    found = generation(data, period, region=region, resolution=resolution)
    mass: Floats = np.zeros(len(found))
    power: Floats = np.zeros(len(found))
    for fuel, factor in zip(data.description.fuels, _tonnes_per_mwh(data.description), strict=True):
        if not fuel.storage and fuel.name in found and not np.isnan(factor):
            mass = mass + found[fuel.name] * factor
            power = power + found[fuel.name]
    columns = [
        found.column("Begin"),
        found.column("End"),
        Column(INTENSITY, 1000.0 * ratio(mass, power), "kg/MWh"),
        Column(EMISSIONS, mass, "t/h"),
    ]
    return answer(data, named("Intensity", region, period), columns, period, found.source, _ABOUT)


def _factors(description: MarketDescription) -> list[EmissionFactor | None]:
    return [
        factor_of(fuel.name, description.emission_factors, renewable=fuel.renewable)
        for fuel in description.fuels
    ]


def _tonnes_per_mwh(description: MarketDescription) -> Floats:
    found = [np.nan if factor is None else factor.tonnes_per_mwh for factor in _factors(description)]
    return np.array(found, dtype=np.float64)


def _without_factor(energy: Floats, tonnes: Floats) -> str:
    without, total = float(np.nansum(energy[np.isnan(tonnes)])), float(np.nansum(energy))
    if not without:
        return ""
    return (
        f"{100 * without / total:.1f} % of the energy is of fuels without a factor; give it in market.toml, in "
        "[emission_factors]."
    )
