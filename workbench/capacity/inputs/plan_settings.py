"""What settings mean for a plan from a workbook: what names nothing is refused, what changes nothing is noted."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.capacity.config import CapacityConfig, Commitment, Horizon, Snapshots
from workbench.capacity.inputs.demand_source import Load
from workbench.capacity.model.fiscal_hours import hours_of
from workbench.capacity.model.system import Candidate, Kind, Plant, System, is_renewable
from workbench.data.notes import Notes
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import SettingError

__all__ = ["check_names", "note_unused"]

_ALL_HOURS = "every hour is computed as it is"
_NOTHING_BUILT = "windows (rolling_horizon) build nothing"


def check_names(config: CapacityConfig, system: System) -> list[SettingError]:
    """List what settings name that the workbook does not have.

    Parameters
    ----------
    config
        The settings.
    system
        As it was read.
    """
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    carriers = sorted({item.carrier for item in items})
    built = sorted({item.carrier for item in system.candidates})
    found = []
    named: tuple[tuple[str, Iterable[str], str, Iterable[str]], ...] = (
        *(
            (name, getattr(config, name), "carrier", carriers)
            for name in (
                "build_limits",
                "energy_limits",
                "capacity_factor_limits",
                "storage_cycles",
                "outage_rates",
            )
        ),
        ("retirements", config.retirements, "plant", (plant.name for plant in system.plants)),
        ("futures", config.futures, "future of the sheet 'Futures'", system.futures),
        (
            "alternatives",
            (wish.lstrip("+-") for wish in config.alternatives),
            "carrier that can be built",
            built,
        ),
    )
    for setting, names, what, present in named:
        known = list(present)
        found += [
            SettingError(
                f"{setting} names '{name}', which is not a {what} here; there are {', '.join(known) or 'none'}.",
                setting,
                name,
            )
            for name in names
            if name not in known
        ]
    if any(config.renewable_share.values()) and not any(is_renewable(name) for name in carriers):
        found.append(
            SettingError(
                f"renewable_share asks for up to {max(config.renewable_share.values()):g} %, but nothing that runs "
                f"or can be built is renewable; carriers here are {', '.join(carriers)}.",
                "renewable_share",
                config.renewable_share,
            )
        )
    return found + _day_problems(config)


def _day_problems(config: CapacityConfig) -> list[SettingError]:
    found = []
    if config.snapshots is Snapshots.CRITICAL_DAYS:
        for year in config.years:
            days = set(hours_of(year).strftime("%m-%d"))
            found += [
                SettingError(
                    f"critical_days names '{day}', which is not a day of {year}; expected MM-DD, such as 03-21.",
                    "critical_days",
                    day,
                )
                for day in config.critical_days
                if day not in days
            ]
    return found


def note_unused(config: CapacityConfig, system: System, load: Load, notes: Notes) -> None:
    """Note the settings that make no difference to a plan.

    Parameters
    ----------
    config
        The settings.
    system
        As it was read.
    load
        As it was found.
    notes
        Gets the notes.
    """
    note_unused_settings(config, {**_of_the_load(config, load), **_of_the_plan(config, system)}, notes)


def _of_the_load(config: CapacityConfig, load: Load) -> dict[str, str]:
    grown = any(note.setting == "demand_growth" for note in load.notes)
    inherited = any(note.setting == "accept_incomplete" for note in load.notes)
    return {
        "load_profile": "" if load.profile else f"the load is that of the {load.source}",
        "accept_incomplete": "" if inherited else "no incomplete load profile is read",
        "demand_growth": "" if grown else "the load of every planned year is given",
    }


def _of_the_plan(config: CapacityConfig, system: System) -> dict[str, str]:
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    windows = config.rolling_horizon > 0
    several = len(config.years) > 1
    emitting = {name for name, carrier in system.carriers.items() if carrier.co2_emissions > 0}
    by_snapshots = {
        "typical_days": Snapshots.TYPICAL_DAYS,
        "peak_weeks": Snapshots.PEAK_WEEKS,
        "critical_days": Snapshots.CRITICAL_DAYS,
    }
    building = _NOTHING_BUILT if windows else "" if system.candidates else "nothing can be built"
    reasons = {
        name: "" if config.snapshots is kind else f"the snapshots are '{config.snapshots}'"
        for name, kind in by_snapshots.items()
    }
    reasons |= {
        "horizon": "" if several else "one year is planned",
        "social_discount_rate": ""
        if several and config.horizon is Horizon.PERFECT
        else "years are discounted only with perfect foresight of several",
        "discount_rate": building,
        "commitment": _unless(
            config.commitment is Commitment.OFF or any(plant.committable for plant in system.plants),
            "no plant is committable",
        ),
        "co2_price": _unless(any(item.carrier in emitting for item in items), "nothing emits CO2"),
        "rolling_overlap": _unless(windows, "rolling_horizon is 0, so that there are no windows"),
        **dict.fromkeys(
            ("transmission_losses", "security_constrained"),
            "a plan from a workbook has links between its buses, and no lines",
        ),
        "check_all_hours": _NOTHING_BUILT
        if windows
        else _unless(
            config.snapshots not in (Snapshots.FULL, Snapshots.AVERAGES) or config.hours > 1, _ALL_HOURS
        ),
        "near_optimal": building
        or _unless(config.commitment is not Commitment.FULL, "whole units are switched (commitment)"),
        "alternatives_slack": _unless(bool(config.alternatives), "no alternatives are asked for"),
        "snapshots": _unless(
            config.snapshots is not Snapshots.AVERAGES or config.hours > 1,
            "averages of 1 hour (hours) are the full year; choose more hours",
        ),
        **_of_limits(config, system),
    }
    return reasons


def _of_limits(config: CapacityConfig, system: System) -> dict[str, str]:
    """Limits on carriers without anything that they limit, and retirements after the end."""
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    kinds = {
        "build_limits": {item.carrier for item in system.candidates},
        "capacity_factor_limits": {item.carrier for item in items if item.kind is Kind.GENERATOR},
        "storage_cycles": {item.carrier for item in items if item.kind is Kind.STORAGE_UNIT},
    }
    if any("battery" in carrier.lower() for carrier in kinds["storage_cycles"]):
        kinds["storage_cycles"].add("battery")
    words = {
        "build_limits": "nothing can be built of",
        "capacity_factor_limits": "no generators are of",
        "storage_cycles": "no storage with a capacity in MW is of",
    }
    found = {}
    for name, carriers in kinds.items():
        without = sorted(set(getattr(config, name)) - carriers)
        found[name] = f"{words[name]} {', '.join(without)}" if without else ""
    ends = {plant.name: plant.build_year + plant.lifetime for plant in system.plants}
    late = [
        name
        for name, year in config.retirements.items()
        if name in ends and (year >= ends[name] or year > config.years[-1])
    ]
    found["retirements"] = f"{', '.join(late)} stays in all planned years, or ends before" if late else ""
    return found


def _unless(acts: bool, reason: str) -> str:
    return "" if acts else reason
