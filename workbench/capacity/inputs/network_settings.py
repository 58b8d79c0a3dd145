"""What each setting means for an opened PyPSA network: it acts, is refused, or is noted as not used.

A network brings its own load, hours, costs and limits. A setting that would change them is refused rather than
passed over; one that only details another setting is noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.capacity.config import CapacityConfig, Commitment, Horizon
from workbench.data.notes import Notes
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import SettingError
from workbench.runs.model.settings import settings_of

if TYPE_CHECKING:
    from pypsa import Network

ACTS = frozenset(
    (
        "source",
        "scenario",
        "horizon",
        "years",
        "commitment",
        "rolling_horizon",
        "rolling_overlap",
        "transmission_losses",
        "security_constrained",
        "changes",
        "solver",
        "method",
        "solver_options",
        "time_limit",
        "mip_gap",
        "accept_incumbent",
    )
)
"""Settings that act on a network as on a workbook; what they cannot do is checked by :func:`check_settings`."""
_OWN_LIMIT = "a limit belongs into the network itself, as a global constraint or a bound of its components"
_OWN_COST = "the network's capital_cost and marginal_cost are taken as they are"
_OWN_LOAD = "the network's own load is taken"
REFUSED = {
    "demand_source": _OWN_LOAD,
    "load_profile": _OWN_LOAD,
    "demand_growth": _OWN_LOAD,
    "discount_rate": f"{_OWN_COST}, annuities included",
    "social_discount_rate": "the network's own investment_period_weightings are taken",
    "unserved_cost": "load may stay unserved only where the network has a generator for it",
    "co2_limit": _OWN_LIMIT,
    "co2_price": _OWN_COST,
    "renewable_share": _OWN_LIMIT,
    "reserve_margin": _OWN_LIMIT,
    "outage_rates": "the firm capacity of a network is that of its own availabilities",
    "build_limits": _OWN_LIMIT,
    "energy_limits": _OWN_LIMIT,
    "capacity_factor_limits": _OWN_LIMIT,
    "storage_cycles": _OWN_LIMIT,
    "retirements": "build_year and lifetime of the network's components say until when they exist",
    "alternatives": "near-optimal plans are made of workbooks only",
    "futures": "the network's own scenarios are taken",
}
"""Setting -> why it cannot be applied to a network; refused when it differs from its default."""
_OWN_HOURS = "every snapshot of the network is computed, with its own weight"
UNUSED = {
    "snapshots": _OWN_HOURS,
    "typical_days": _OWN_HOURS,
    "peak_weeks": _OWN_HOURS,
    "critical_days": _OWN_HOURS,
    "hours": _OWN_HOURS,
    "check_all_hours": _OWN_HOURS,
    "alternatives_slack": "it only widens the setting alternatives",
    "near_optimal": "ranges are sought for plans from workbooks only",
    "accept_incomplete": "no result of an earlier step is read",
}
"""Setting -> why it makes no difference; noted when it differs from its default."""


def check_settings(config: CapacityConfig, network: Network) -> Notes:
    """Refuse the settings that cannot be applied to a network, and note those without effect.

    Parameters
    ----------
    config
        The settings.
    network
        As it was read.

    Raises
    ------
    SettingError
        Naming each setting that is refused, and why.
    """
    notes = Notes()
    refused = []
    for item in settings_of(CapacityConfig):
        value = getattr(config, item.name)
        if value == item.default:
            continue
        if reason := REFUSED.get(item.name):
            refused.append(_refusal(item.name, value, reason))
    refused += [
        *_year_problems(config, network),
        *_window_problems(config, network),
        *_loss_problems(config, network),
    ]
    if refused:
        raise SettingError.of(refused)
    windows = "" if config.rolling_horizon else "rolling_horizon is 0, so that there are no windows"
    lines = "" if len(network.passive_branches()) else "the network has neither lines nor transformers"
    passive = dict.fromkeys(("transmission_losses", "security_constrained"), lines)
    note_unused_settings(config, UNUSED | {"rolling_overlap": windows} | passive, notes)
    _note_commitment(config, network, notes)
    return notes


def _refusal(name: str, value: object, reason: str) -> SettingError:
    return SettingError(
        f"{name} is set, but the source is a PyPSA network: {reason}; leave the setting at its default.",
        name,
        value,
    )


def network_years(network: Network) -> tuple[int, ...]:
    """Years that a network itself says: its investment periods, else the year of its first snapshot."""
    if network.has_investment_periods:
        return tuple(int(period) for period in network.investment_periods)
    first = network.snapshots[0]
    return (int(first.year),) if hasattr(first, "year") else ()


def _year_problems(config: CapacityConfig, network: Network) -> list[SettingError]:
    problems = []
    known, periods = network_years(network), bool(network.has_investment_periods)
    default = next(item.default for item in settings_of(CapacityConfig) if item.name == "years")
    if known and config.years not in (known, default):
        own = ", ".join(map(str, known))
        problems.append(_refusal("years", config.years, f"it is of {own}, and nothing of it is moved"))
    if config.horizon is Horizon.ROLLING or (config.horizon is Horizon.PERFECT and not periods):
        kind = "has investment periods, solved in one problem" if periods else "is of one year"
        problems.append(_refusal("horizon", config.horizon, f"it {kind}"))
    return problems


def _window_problems(config: CapacityConfig, network: Network) -> list[SettingError]:
    """Refuse windows for a network with limits over its horizon that cannot be handed on from one to the next."""
    if not config.rolling_horizon:
        return []
    limits = network.components.global_constraints.static
    named = [str(name) for name in limits.index if not _is_handed_on(network, str(name))]
    for component in ("Generator", "Link"):
        table = network.components[component].static
        for column in ("e_sum_min", "e_sum_max"):
            if column in table:
                named += [f"{column} of {name}" for name in table.index[np.isfinite(table[column])]]
    if not named:
        return []
    listed = ", ".join(map(str, named[:5]))
    reason = (
        f"its limits ({listed}) hold over all its snapshots and cannot be handed on from window to window"
    )
    return [_refusal("rolling_horizon", config.rolling_horizon, reason)]


def _is_handed_on(network: Network, name: str) -> bool:
    """Whether what a limit leaves after a window can go to the next: a most of what generators give or emit."""
    if network.has_scenarios or network.has_investment_periods:
        return False
    limit = network.components.global_constraints.static.loc[name]
    carriers = network.components.carriers.static
    if limit.type == "operational_limit":
        counted = {limit.carrier_attribute}
    elif limit.type == "primary_energy" and limit.carrier_attribute in carriers:
        emissions = carriers[str(limit.carrier_attribute)]
        counted = set(emissions.index[emissions != 0])
    else:
        return False
    stored = (network.components[component].static for component in ("StorageUnit", "Store"))
    # Levels of storage at the end of a window are those at the beginning of the next.
    return limit.sense == "<=" and not any(
        table.carrier.isin(counted).any() for table in stored if len(table)
    )


def _loss_problems(config: CapacityConfig, network: Network) -> list[SettingError]:
    """Refuse losses on branches that may grow without end: PyPSA draws their segments up to the largest size."""
    if not config.transmission_losses:
        return []
    named: list[str] = []
    for component in ("Line", "Transformer"):
        table = network.components[component].static
        if len(table):
            endless = table.s_nom_extendable.astype(bool) & ~np.isfinite(table.s_nom_max.astype(float))
            named += [str(name) for name in table.index[endless]]
    if not named:
        return []
    listed = ", ".join(named[:5])
    reason = f"the losses of what can be built need a largest size, and {listed} has no finite s_nom_max"
    return [_refusal("transmission_losses", config.transmission_losses, reason)]


def _note_commitment(config: CapacityConfig, network: Network, notes: Notes) -> None:
    switched = sum(
        int(network.components[component].static.committable.sum()) for component in ("Generator", "Link")
    )
    if config.commitment is Commitment.OFF and switched:
        notes.unused(
            f"units are switched on and off as the network says: {switched} of them are committable.",
            setting="commitment",
            advice="choose linearised, or set committable to False in the network",
        )
    elif config.commitment is not Commitment.OFF and not switched:
        notes.unused("no unit of the network is committable.", setting="commitment")
