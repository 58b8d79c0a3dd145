"""Loss, requirement, load factor and peak by year, each value with its origin.

What is assumed marks what follows from it. A peak of an actual year is measured or given, or derived from such
values, or missing: never the product of an assumed load factor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.data.notes import Notes
from workbench.data.origins import Choice, Origin, Sourced, prefer, weakest
from workbench.demand.inputs.measured_hours import MeasuredYear
from workbench.demand.requirement.evidence import Evidence
from workbench.demand.requirement.requirement import between_points, peak, requirement

__all__ = [
    "Grid",
    "Line",
    "grid_side",
    "note_assumed_load_factor",
    "note_assumed_loss",
    "note_missing_peaks",
    "trajectory",
]

PEAK_TOLERANCE = 0.005
"""Share by which a given and a derived peak may differ before it is noted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity over the years.

    Parameters
    ----------
    numbers
        One value a year, NaN where it is missing.
    origins
        Where each comes from.
    """

    numbers: Floats
    origins: tuple[Origin, ...]

    @classmethod
    def of(cls, values: Floats, origins: Sequence[Origin]) -> Line:
        """Make a line; a value that is NaN is missing, whatever it would have come from."""
        known = np.isfinite(values).tolist()
        return cls(
            values,
            tuple(o if here else Origin.MISSING for o, here in zip(origins, known, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """What the grid has to carry.

    Parameters
    ----------
    loss
        T&D loss [%].
    requirement
        Energy requirement [GWh].
    load_factor
        Annual load factor [%].
    peak
        Peak load [MW].
    """

    loss: Line
    requirement: Line
    load_factor: Line
    peak: Line


def trajectory(
    points: Mapping[int, float], default: float, years: NDArray[np.int64], evidence: Mapping[int, float]
) -> Line:
    """Give a percentage by year: given, derived between and after points, assumed before them.

    Parameters
    ----------
    points
        Percentage by year; none where nothing is given.
    default
        What is assumed where there are no points.
    years
        Years to give.
    evidence
        Percentage by year as measured hours make it; counts before a given one.
    """
    known = {**points, **evidence}
    if not known:
        return Line.of(np.full(len(years), default), [Origin.ASSUMED] * len(years))
    given = set(points) - set(evidence)
    origins = [
        Origin.GIVEN if year in given else Origin.ASSUMED if year < min(known) else Origin.DERIVED
        for year in years.tolist()
    ]
    return Line.of(between_points(known, years), origins)


def grid_side(
    years: NDArray[np.int64],
    is_forecast: NDArray[np.bool_],
    net: Floats,
    loss: Line,
    load_factor: Line,
    peaks: Mapping[int, float],
    evidence: Evidence,
    hours: Floats,
    notes: Notes,
) -> Grid:
    """Go from net consumption to requirement and peak.

    Parameters
    ----------
    years, is_forecast
        The years, and which of them are forecast years.
    net
        Net consumption [GWh], NaN where a part is missing.
    loss, load_factor
        As :func:`trajectory` gives them [%].
    peaks
        Peak by year [MW], as the workbook gives it.
    evidence
        What was measured.
    hours
        Hours of each year.
    notes
        Gets what was passed over.
    """
    needed = Line.of(
        requirement(net, loss.numbers),
        [
            Origin.MEASURED
            if year in evidence.losses
            else Origin.ASSUMED
            if origin is Origin.ASSUMED
            else Origin.DERIVED
            for year, origin in zip(years.tolist(), loss.origins, strict=True)
        ],
    )
    ruled = peak(needed.numbers, hours, load_factor.numbers)
    highest, factors = [], []
    for at, year in enumerate(years.tolist()):
        choice = _peak_of(
            year,
            bool(is_forecast[at]),
            peaks.get(year),
            evidence.years.get(year),
            float(ruled[at]),
            weakest((needed.origins[at], load_factor.origins[at])),
        )
        _note_passed_over(choice, year, notes)
        highest.append(choice.chosen)
        factors.append(
            _factor_of(
                bool(is_forecast[at]),
                Sourced(float(load_factor.numbers[at]), load_factor.origins[at]),
                choice,
                float(needed.numbers[at]) * 1000 / float(hours[at]),
                needed.origins[at],
            )
        )
    return Grid(loss, needed, _line(factors), _line(highest))


def note_assumed_loss(loss: Line, years: NDArray[np.int64], default: float, notes: Notes) -> None:
    """Note the years whose loss is not given."""
    assumed = _assumed(loss, years)
    if not assumed:
        return
    text = (
        f"No T&D loss is given: {default:g} % is assumed in every year, and the requirement follows from it."
    )
    if len(assumed) < len(years):
        text = f"The first T&D loss that is given lies after {assumed[-1]}; its value is assumed before."
    notes.assumption(
        text,
        setting="loss" if len(assumed) == len(years) else "losses",
        tables=("requirement",),
        years=assumed,
        advice="give it in ~Losses of the workbook or in the setting losses",
    )


def note_assumed_load_factor(
    factor: Line, years: NDArray[np.int64], is_forecast: NDArray[np.bool_], default: float, notes: Notes
) -> None:
    """Note the forecast years whose load factor is not given; an actual year gets none of ours."""
    assumed = [year for year in _assumed(factor, years) if year in years[is_forecast]]
    if not assumed:
        return
    text = f"No load factor is given: {default:g} % is assumed in forecast years, and their peak follows from it."
    if Origin.ASSUMED not in factor.origins[-1:]:
        text = f"The first load factor that is given lies after {assumed[-1]}; its value is assumed before."
    notes.assumption(
        text,
        setting="load_factor" if Origin.ASSUMED in factor.origins[-1:] else "load_factors",
        tables=("requirement",),
        years=assumed,
        advice="give it in ~Load_factor of the workbook or in the setting load_factors",
    )


def note_missing_peaks(
    highest: Line, years: NDArray[np.int64], expected: NDArray[np.bool_], notes: Notes
) -> None:
    """Note the actual years without a peak."""
    pairs = zip(years[expected].tolist(), np.isfinite(highest.numbers[expected]).tolist(), strict=True)
    missing = [year for year, known in pairs if not known]
    if missing:
        notes.doubt(
            f"the peak of {', '.join(map(str, missing))} is not known and left empty: what is assumed makes no "
            "peak of an actual year",
            tables=("requirement",),
            years=missing,
            advice="add the hourly load to the inputs, or give ~Peak (Year, MW), or load factor and loss",
        )


def _assumed(line: Line, years: NDArray[np.int64]) -> list[int]:
    pairs = zip(years.tolist(), line.origins, strict=True)
    return [year for year, origin in pairs if origin is Origin.ASSUMED]


def _peak_of(
    year: int,
    is_forecast: bool,
    given: float | None,
    measured: MeasuredYear | None,
    ruled: float,
    origin: Origin,
) -> Choice[float]:
    candidates = []
    if measured is not None:
        candidates.append(Sourced.measured(measured.peak, measured.place))
    if given is not None:
        candidates.append(Sourced.given(given, "~Peak"))
    if origin.is_known and (is_forecast or origin is not Origin.ASSUMED):
        derived = Origin.ASSUMED if origin is Origin.ASSUMED else Origin.DERIVED
        candidates.append(Sourced(ruled, derived, "the load factor"))
    return prefer(f"peak of {year} [MW]", *candidates)


def _factor_of(
    is_forecast: bool, stated: Sourced[float], highest: Choice[float], mean_mw: float, origin: Origin
) -> Sourced[float]:
    """The stated load factor; that of a given peak where none is given; none of ours for an actual year."""
    if stated.origin is Origin.ASSUMED and highest.origin is Origin.GIVEN and highest.value:
        derived = Origin.ASSUMED if origin is Origin.ASSUMED else Origin.DERIVED
        stated = Sourced(100 * mean_mw / highest.value, derived) if origin.is_known else Sourced.missing()
    return stated if is_forecast or stated.origin is not Origin.ASSUMED else Sourced.missing()


def _note_passed_over(choice: Choice[float], year: int, notes: Notes) -> None:
    for other in choice.passed_over:
        assert choice.value is not None
        assert other.value is not None
        if abs(other.value / choice.value - 1) > PEAK_TOLERANCE:
            place = f" ({choice.chosen.source})" if choice.origin is Origin.MEASURED else ""
            notes.ambiguity(
                f"the peak of {year} is {choice.value:,.0f} MW as {choice.origin}{place}; {other.source} would "
                f"make it {other.value:,.0f} MW ({other.origin})",
                column="~Peak",
                tables=("requirement",),
                years=(year,),
                advice="give the load factor that belongs to the peak, or leave one of them out",
            )


def _line(parts: Sequence[Sourced[float]]) -> Line:
    values = np.array([np.nan if part.value is None else part.value for part in parts], dtype=float)
    return Line.of(values, [part.origin for part in parts])
