"""Land and sea, offline: a raster of the world in steps of 0.05 degrees.

``land.bin`` holds one bit for each cell, rows from the north, columns from 180 degrees west, packed by
``numpy.packbits`` and compressed by LZMA. It was derived from the mask of the package ``global-land-mask``
(MIT licence; 30 arc seconds, made from NOAA's GLOBE elevation model, which is in the public domain):

    mask = ~globe._mask                                          # 21600 x 43200, True on land
    cells = mask.reshape(3600, 6, 7200, 6).any(axis=(1, 3))      # land where any part of a cell is
    land.bin = lzma.compress(numpy.packbits(cells).tobytes())

The mask itself would take 0.9 GB of memory; the cells take 3 MB, and are finer than the grid of any weather
source. Lakes and the Caspian count as land.
"""

from __future__ import annotations

import functools
import lzma
from pathlib import Path

import numpy as np
import numpy.typing as npt

STEP = 0.05
ROWS, COLUMNS = 3600, 7200


def is_land(latitude: float, longitude: float) -> bool:
    """Tell whether any part of the cell of 0.05 degrees around a point is land.

    Parameters
    ----------
    latitude, longitude
        Degrees; longitudes come round at 360.
    """
    return bool(land_at(np.array([latitude]), np.array([longitude]))[0, 0])


def land_at(latitudes: npt.NDArray[np.float64], longitudes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell land from sea on a grid.

    Parameters
    ----------
    latitudes
        Degrees, shape (m,); beyond the poles counts as the pole.
    longitudes
        Degrees, shape (n,); they come round at 360.

    Returns
    -------
    ndarray
        True on land, shape (m, n).
    """
    rows = np.clip(np.floor((90 - latitudes) / STEP).astype(int), 0, ROWS - 1)
    columns = np.floor((longitudes + 180) / STEP).astype(int) % COLUMNS
    packed = _packed()
    found: npt.NDArray[np.bool_] = (
        packed[rows[:, None], columns[None, :] // 8] >> (7 - columns[None, :] % 8)
    ) & 1 == 1
    return found


@functools.cache
def _packed() -> npt.NDArray[np.uint8]:
    content = lzma.decompress((Path(__file__).parent / "land.bin").read_bytes())
    return np.frombuffer(content, dtype=np.uint8).reshape(ROWS, COLUMNS // 8)
