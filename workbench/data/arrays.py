"""The types of arrays that the sciences compute with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Booleans", "Floats", "Integers", "Times"]

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]
Times: TypeAlias = NDArray[np.datetime64]
"""Moments without a zone; what clock they are of is said where they are used."""
