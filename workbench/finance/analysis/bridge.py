"""Bridges: why a figure is not what it was a year ago, in parts that add up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Bridge", "contribution_bridge", "rate_volume_mix"]


@dataclass(frozen=True, slots=True)
class Bridge:
    """From one amount to another.

    Parameters
    ----------
    start, end
        Amounts before and after.
    parts
        What lies between, by name; ``start`` and all parts together give ``end``.
    """

    start: float
    end: float
    parts: Mapping[str, float]

    @property
    def rest(self) -> float:
        """What the parts leave unexplained: rounding only."""
        return self.end - self.start - sum(self.parts.values())


def contribution_bridge(
    before: Mapping[str, float], after: Mapping[str, float], start: float, end: float, *, limit: int = 10
) -> Bridge:
    """Split a change by the entities of one dimension.

    Parameters
    ----------
    before, after
        Amount of each entity; one that is missing or ``nan`` counts as nothing given.
    start, end
        Amounts of the whole.
    limit
        The largest changes that get a part of their own; the others are one.

    Returns
    -------
    Bridge
        Parts by size; what no entity explains is the part ``not assigned``.
    """
    names = sorted({*before, *after})
    moved = {name: _given(after, name) - _given(before, name) for name in names}
    ordered = sorted(moved, key=lambda name: (-abs(moved[name]), name))
    parts = {name: moved[name] for name in ordered[:limit]}
    if len(ordered) > limit:
        parts[f"{len(ordered) - limit} others"] = sum(moved[name] for name in ordered[limit:])
    rest = end - start - sum(parts.values())
    if abs(rest) > 1e-9 * max(abs(start), abs(end), 1.0):
        parts["not assigned"] = rest
    return Bridge(start, end, parts)


def rate_volume_mix(
    volume_before: Mapping[str, float],
    amount_before: Mapping[str, float],
    volume_after: Mapping[str, float],
    amount_after: Mapping[str, float],
    *,
    rate: str = "price",
) -> Bridge:
    """Split the change of an amount into volume, mix and rate.

    With units sold and revenue the rate is the price; with revenue and profit it is the margin. Volume is what more
    of everything at the average rate gives; mix is what a move towards entities of higher or lower rate gives; rate
    is what each entity's own rate gives on what it now has. Entities that are new or have ended are kept apart,
    because they have no rate on one side.

    Parameters
    ----------
    volume_before, amount_before, volume_after, amount_after
        By entity.
    rate
        What amount per volume is called.

    Returns
    -------
    Bridge
        Parts ``volume``, ``mix``, ``rate`` (by its name), ``new``, ``ended``; they add up exactly.

    References
    ----------
    Horngren, Datar, Rajan (2015), *Cost accounting*, 15th ed., chapter 14: sales-quantity, sales-mix and
    price variances.
    """
    names = sorted({*volume_before, *volume_after, *amount_before, *amount_after})
    start, end = sum(_given(amount_before, n) for n in names), sum(_given(amount_after, n) for n in names)
    had = [name for name in names if _given(volume_before, name) != 0]
    both = [name for name in had if _given(volume_after, name) != 0]
    old_volume = sum(volume_before[name] for name in both)
    new_volume = sum(volume_after[name] for name in both)
    old_amount = sum(_given(amount_before, name) for name in both)
    average = old_amount / old_volume if old_volume else 0.0
    at_old_rate = sum(volume_after[n] * _given(amount_before, n) / volume_before[n] for n in both)
    parts = {
        "volume": (new_volume - old_volume) * average,
        "mix": at_old_rate - new_volume * average,
        rate: sum(_given(amount_after, name) for name in both) - at_old_rate,
    }
    if not old_volume:
        parts["mix"] = parts["mix"] - old_amount
    appeared = sum(_given(amount_after, n) for n in names if n not in both) if len(both) < len(names) else 0.0
    gone = -sum(_given(amount_before, n) for n in names if n not in both)
    if appeared:
        parts["new"] = appeared
    if gone:
        parts["ended"] = gone
    return Bridge(start, end, parts)


def _given(amounts: Mapping[str, float], name: str) -> float:
    value = amounts.get(name, 0.0)
    return 0.0 if value != value else float(value)
