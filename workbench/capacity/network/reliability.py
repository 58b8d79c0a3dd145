"""Loss of load of a finished plan: the outages of its units convolved, against the residual load of every hour.

References
----------
Billinton and Allan (1996), Reliability Evaluation of Power Systems, chapter 2: capacity outage probability table,
loss of load expectation, expected energy not supplied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from workbench.data.arrays import Floats

UNIT = 500.0
"""MW; a larger plant counts as several units of one size, which fail one by one."""
STEPS = 20_000
"""Most steps of the table of outages."""


@dataclass(frozen=True, slots=True)
class LossOfLoad:
    """What is to be expected in a year."""

    hours: float
    """Loss of load expectation [h]."""
    energy: float
    """Expected unserved energy [MWh]."""


def loss_of_load(plants: Iterable[tuple[float, float]], residual: Floats) -> LossOfLoad:
    """Compute the hours and the energy that a set of plants can be expected not to serve.

    Parameters
    ----------
    plants
        Capacity [MW] and rate of forced outages of each.
    residual
        Load less what the weather gives, by hour [MW].
    """
    units = [
        (mw / count, rate, count)
        for mw, rate in plants
        if mw > 0
        for count in [max(1, int(np.ceil(mw / UNIT)))]
    ]
    total = sum(mw * count for mw, _, count in units)
    step = max(1.0, total / STEPS)
    # Probability that so many steps are out; a unit between two steps is shared out over both, to keep the mean.
    out = np.zeros(int(np.ceil(total / step)) + len(units) + 2)
    out[0] = 1.0
    for mw, rate, count in units:
        low = int(mw / step)
        part = mw / step - low
        for _ in range(count):
            failed = (1 - part) * _shifted(out, low) + part * _shifted(out, low + 1)
            out = (1 - rate) * out + rate * failed
    available = total - step * np.arange(out.size)
    need = residual[residual > 0]
    # From this step on too little is left; a rounding of the last digit is no loss.
    first = np.clip(np.floor((total - need) / step + 1e-9).astype(int) + 1, 0, out.size)
    chance = np.append(np.cumsum(out[::-1])[::-1], 0.0)[first]
    mean = np.append(np.cumsum((out * available)[::-1])[::-1], 0.0)[first]
    return LossOfLoad(float(chance.sum()), float((need * chance - mean).sum()))


def _shifted(values: Floats, steps: int) -> Floats:
    if steps == 0:
        return values
    moved = np.zeros_like(values)
    moved[steps:] = values[:-steps]
    return moved
