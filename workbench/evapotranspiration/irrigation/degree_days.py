"""Growing degree days: how much warmth a crop has had.

References
----------
.. [1] McMaster, Wilhelm (1997). Growing degree-days: one equation, two interpretations. Agricultural and Forest
   Meteorology 87(4), 291-300, doi:10.1016/S0168-1923(97)00027-0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats

__all__ = ["degree_days"]


def degree_days(
    tmax: ArrayLike, tmin: ArrayLike, base: ArrayLike, upper: ArrayLike = np.inf, *, each: bool = True
) -> Floats:
    """Degree days of days [degC d].

    Parameters
    ----------
    tmax, tmin
        Extremes of the day [degC].
    base, upper
        Temperatures below and above which a crop grows no faster [degC].
    each
        Whether both extremes are brought between the bounds before their mean is taken (method 2 of [1]), else
        the mean (method 1).
    """
    high, low = np.asarray(tmax, dtype=float), np.asarray(tmin, dtype=float)
    if each:
        mean = (np.clip(high, base, upper) + np.clip(low, base, upper)) / 2.0
    else:
        mean = np.clip((high + low) / 2.0, base, upper)
    return np.asarray(mean - np.asarray(base, dtype=float))
