"""Every parameter of a capacity plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from workbench.runs.model.setting_types import InForm
from workbench.runs.model.settings import setting

_CHOICES = "workbench.capacity.inputs.choices"
_CARRIERS = f"{_CHOICES}:carriers"


class Horizon(StrEnum):
    """How several years are planned."""

    SINGLE = "single year"
    ROLLING = "rolling years"
    """One year after another; what is built in one exists in the next (myopic)."""
    PERFECT = "perfect foresight"
    """All years in one problem, discounted."""


class Snapshots(StrEnum):
    """Which hours of a year are computed, and with what weight."""

    FULL = "full year"
    TYPICAL_DAYS = "typical days"
    PEAK_WEEKS = "peak weeks"
    CRITICAL_DAYS = "critical days"
    AVERAGES = "averages of hours"


class Commitment(StrEnum):
    """How thermal units are switched."""

    OFF = "off"
    """Linear dispatch; no unit is switched, so that ramps and least outputs hold all the time."""
    LINEARISED = "linearised"
    FULL = "full"
    """Whole units on or off: a mixed-integer problem; prices are those with these fixed."""


class Method(StrEnum):
    """Algorithm of HiGHS for linear problems."""

    CHOOSE = "choose"
    SIMPLEX = "simplex"
    INTERIOR_POINT = "ipm"
    HIPO = "hipo"
    """The newer interior point of HiGHS, the fastest for large problems; of the package ``highspy[extras]``."""
    FIRST_ORDER = "pdlp"


@dataclass(frozen=True, slots=True)
class CapacityConfig:
    """Parameters of one capacity plan; a saved one gives the same plan again."""

    source: str = setting(
        "",
        help="Workbook of plants, or a PyPSA network (NetCDF, CSV folder, Excel), by its name in the project's "
        "inputs; the only workbook of plants if empty",
        in_form=InForm(offers=f"{_CHOICES}:sources"),
    )
    scenario: str = setting(
        "base",
        help="Name of the scenario; its results go into a folder of that name",
        in_form=InForm(offers=f"{_CHOICES}:scenarios", is_open=True),
    )
    demand_source: str = setting(
        "automatic",
        help="Hourly load: a sheet of the workbook, a saved load profile, or the hourly load workbook grown to "
        "each year",
        choices=("automatic", "sheet", "load profile", "hourly load"),
    )
    load_profile: str = setting(
        "",
        help="Scenario of the load profile; the only one if empty",
        in_form=InForm(offers=f"{_CHOICES}:load_profiles"),
    )
    accept_incomplete: bool = setting(
        False,
        help="Plan with a load profile of which a part is missing; the plan is incomplete then too",
        advanced=True,
    )
    demand_growth: float = setting(
        5.0,
        help="Growth of the load beyond the years that are given",
        unit="% a year",
        minimum=-20,
        maximum=50,
    )
    horizon: Horizon = setting(Horizon.SINGLE, help="One year, year after year, or all years at once")
    years: tuple[int, ...] = setting((2030,), help="Fiscal years to plan", minimum=2000, maximum=2100)
    snapshots: Snapshots = setting(Snapshots.TYPICAL_DAYS, help="Which hours of a year are computed")
    typical_days: int = setting(
        24,
        help="Number of typical days; they are brought to the year's energy, peak and mean availabilities",
        minimum=1,
        maximum=366,
    )
    peak_weeks: int = setting(
        4, help="Number of peak weeks, one in each part of the year", minimum=1, maximum=52, advanced=True
    )
    critical_days: tuple[str, ...] = setting(
        tuple,
        help="Representative days as MM-DD; the day of highest residual load of each month if empty",
        in_form=InForm("01-15, 04-15, 07-15, 10-15"),
        advanced=True,
    )
    hours: int = setting(
        1,
        help="Hours that are averaged into one",
        unit="h",
        choices=(1, 2, 3, 4, 6, 8, 12, 24),
        advanced=True,
    )
    check_all_hours: bool = setting(
        True,
        help="Dispatch what is built on chosen hours in all hours of each year too, and say what that costs and "
        "leaves unserved",
        advanced=True,
    )
    commitment: Commitment = setting(
        Commitment.OFF,
        help="How thermal units are switched; where off, their least outputs and ramps hold all the time",
    )
    discount_rate: float | None = setting(
        None,
        help="Cost of capital, instead of the workbook's",
        unit="%",
        minimum=0,
        maximum=40,
        advanced=True,
    )
    social_discount_rate: float = setting(
        2.0,
        help="Discounting between years, for perfect foresight",
        unit="%",
        minimum=0,
        maximum=20,
        advanced=True,
    )
    unserved_cost: float = setting(
        50_000.0,
        help="Cost of load that is not served; 0 makes serving all load a must",
        unit="currency/MWh",
        minimum=0,
    )
    co2_limit: dict[int, float] = setting(
        dict,
        title="CO2 limit",
        help="Most CO2 by year [Mt], straight lines between the years given",
        minimum=0,
        in_form=InForm("2030: 25, 2040: 10"),
    )
    co2_price: float = setting(
        0.0, title="CO2 price", help="Price of CO2, on top of fuel costs", unit="currency/t", minimum=0
    )
    renewable_share: dict[int, float] = setting(
        dict,
        help="Least share of renewable energy by year [% of load], straight lines between",
        minimum=0,
        maximum=100,
        in_form=InForm("2030: 40, 2040: 70"),
    )
    reserve_margin: float | None = setting(
        None,
        help="Firm capacity above the peak load: 15 % if empty, 0 for none",
        unit="%",
        minimum=0,
        maximum=100,
    )
    outage_rates: dict[str, float] = setting(
        dict,
        help="Forced outages by carrier [% of the time]; assumed by carrier where not given",
        minimum=0,
        maximum=100,
        in_form=InForm("coal: 8, gas: 5", keys=_CARRIERS),
        advanced=True,
    )
    build_limits: dict[str, float] = setting(
        dict,
        help="Most new capacity by carrier [MW a year]",
        minimum=0,
        in_form=InForm("solar: 1500", keys=_CARRIERS),
        advanced=True,
    )
    energy_limits: dict[str, float] = setting(
        dict,
        help="Most energy by carrier [GWh a year]: fuel, water, imports (carrier market)",
        minimum=0,
        in_form=InForm("hydro: 7000", keys=_CARRIERS),
        advanced=True,
    )
    capacity_factor_limits: dict[str, float] = setting(
        dict,
        help="Highest monthly capacity factor by carrier [%], beside the workbook's",
        minimum=0,
        maximum=100,
        in_form=InForm("hydro: 45", keys=_CARRIERS),
        advanced=True,
    )
    storage_cycles: dict[str, float] = setting(
        dict,
        help="Most full cycles a day by carrier of storage",
        minimum=0,
        maximum=24,
        in_form=InForm("battery: 1", keys=_CARRIERS),
        advanced=True,
    )
    retirements: dict[str, int] = setting(
        dict,
        help="First year without a plant, by its name",
        minimum=1900,
        maximum=2200,
        in_form=InForm("Old coal: 2032", keys=f"{_CHOICES}:plants"),
        advanced=True,
    )
    transmission_losses: int = setting(
        0,
        help="Segments of the losses of lines of a network, as PyPSA has them; 0 is without losses",
        minimum=0,
        maximum=20,
        advanced=True,
    )
    security_constrained: bool = setting(
        False,
        help="No line of a network is overloaded after the outage of any other (N-1, as PyPSA has it)",
        advanced=True,
    )
    rolling_horizon: int = setting(
        0,
        help="Dispatch in windows of so many snapshots instead of at once; 0 is at once",
        minimum=0,
        advanced=True,
    )
    rolling_overlap: int = setting(0, help="Snapshots that windows overlap", minimum=0, advanced=True)
    alternatives: tuple[str, ...] = setting(
        tuple,
        help="Near-optimal alternatives (MGA): least (carrier) and most (+carrier) of these carriers",
        in_form=InForm("coal, +battery"),
        advanced=True,
    )
    alternatives_slack: float = setting(
        5.0, help="Costs that an alternative may add", unit="%", minimum=0.01, maximum=100, advanced=True
    )
    near_optimal: float = setting(
        0.0,
        help="Costs within which the least and the most new capacity of each carrier are sought, such as 1; two "
        "more solves for each carrier",
        unit="%",
        minimum=0,
        maximum=100,
        advanced=True,
    )
    futures: dict[str, float] = setting(
        dict,
        help="Stochastic plan: probability by name of a future of the sheet 'Futures'",
        minimum=0,
        maximum=1,
        in_form=InForm("dry: 0.3, usual: 0.7", keys=f"{_CHOICES}:futures"),
        advanced=True,
    )
    changes: dict[str, str] = setting(
        dict,
        help="More scenarios in this run, by name: changes such as co2_price=2000; years=2035",
        in_form=InForm("dear CO2: co2_price=2000"),
        advanced=True,
    )
    solver: str = setting("highs", help="Solver, by linopy's name for it", advanced=True)
    method: Method = setting(
        Method.CHOOSE,
        help="Algorithm of HiGHS for linear problems; chosen by their size: simplex, for large ones HiPO",
        advanced=True,
    )
    solver_options: dict[str, str] = setting(
        dict, help="Options of the solver, by its own names", in_form=InForm("threads: 2"), advanced=True
    )
    time_limit: float | None = setting(
        None,
        help="Longest time of one solve, pauses left out; lower it in flight to finish with the best so far",
        unit="s",
        minimum=0,
        adjustable=True,
        advanced=True,
    )
    mip_gap: float = setting(
        1e-4,
        title="MIP gap",
        help="Relative distance from the best possible that is good enough; raised in flight it acts at once",
        minimum=0,
        maximum=1,
        adjustable=True,
        advanced=True,
    )
    accept_incumbent: bool = setting(
        False,
        help="Take the best solution so far at the time limit, and say so",
        adjustable=True,
        advanced=True,
    )


ASSUMED_RESERVE_MARGIN = 15.0
"""Firm capacity above the peak load [%] where the settings do not say; a note says so."""


def planned_margin(config: CapacityConfig) -> float:
    """Reserve margin that a plan from a workbook has to keep [%]; windows build nothing and keep none."""
    if config.rolling_horizon:
        return 0.0
    return ASSUMED_RESERVE_MARGIN if config.reserve_margin is None else config.reserve_margin


def value_in(points: dict[int, float], year: int) -> float | None:
    """Value of a year by straight lines between the years given, flat outside; None when none is given."""
    if not points:
        return None
    years = sorted(points)
    if year <= years[0]:
        return points[years[0]]
    for left, right in pairwise(years):
        if year <= right:
            return points[left] + (points[right] - points[left]) * (year - left) / (right - left)
    return points[years[-1]]
