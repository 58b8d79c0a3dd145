"""Series thinned for the screen: the points that carry the shape, at most about as many as a screen has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.market.definitions.energy import Floats

MAX_POINTS = 1500
"""Of one series on one chart."""


def thin(x: Floats, y: Floats, limit: int = MAX_POINTS) -> NDArray[np.int64]:
    """Choose the points of a series that keep its shape, peaks included.

    Parameters
    ----------
    x
        Rising positions, shape (n,).
    y
        Values, shape (n,); missing ones are kept where a run of them begins, so that a line breaks there.
    limit
        Number of points to keep; the first and the last always are.

    Returns
    -------
    ndarray
        Rising positions of the chosen points: all of them when there are no more than ``limit``.

    Notes
    -----
    Largest-Triangle-Three-Buckets: Steinarsson, S. (2013), *Downsampling Time Series for Visual Representation*,
    University of Iceland, section 4.2. Each stretch between gaps is thinned by itself, in proportion to its length.
    """
    count = len(y)
    if count <= limit:
        return np.arange(count)
    missing = np.isnan(y)
    if not missing.any():
        return _largest_triangles(x, y, limit)
    begins_gap = missing & ~np.concatenate(([False], missing[:-1]))
    seen = np.flatnonzero(~missing)
    stretches = np.split(seen, np.flatnonzero(np.diff(seen) > 1) + 1)
    if not len(seen) or 3 * len(stretches) + 1 > limit:
        # More gaps than points: no share is left to keep each of them in sight.
        return seen[_largest_triangles(x[seen], y[seen], limit)]
    spare = limit - int(begins_gap.sum()) - 2 * len(stretches)
    kept = [np.flatnonzero(begins_gap)]
    for stretch in stretches:
        share = 2 + spare * len(stretch) // len(seen)
        kept.append(stretch[_largest_triangles(x[stretch], y[stretch], share)])
    return np.sort(np.concatenate(kept))


def _largest_triangles(x: Floats, y: Floats, limit: int) -> NDArray[np.int64]:
    count = len(y)
    if count <= limit:
        return np.arange(count)
    if limit < 3:
        return np.array([0, count - 1])[:limit]
    edges = np.linspace(1, count - 1, limit - 1).astype(np.int64)
    middles_x, middles_y = _means_of(x, edges), _means_of(y, edges)
    chosen = np.empty(limit, dtype=np.int64)
    chosen[0], chosen[-1] = 0, count - 1
    last = 0
    for bucket in range(limit - 2):
        begin, end = edges[bucket], edges[bucket + 1]
        is_last = bucket == limit - 3
        next_x = x[-1] if is_last else middles_x[bucket + 1]
        next_y = y[-1] if is_last else middles_y[bucket + 1]
        area = np.abs(
            (x[last] - next_x) * (y[begin:end] - y[last]) - (x[last] - x[begin:end]) * (next_y - y[last])
        )
        last = begin + int(area.argmax())
        chosen[bucket + 1] = last
    return chosen


def _means_of(values: Floats, edges: NDArray[np.int64]) -> Floats:
    sums = np.add.reduceat(values[: edges[-1]], edges[:-1])
    means: Floats = sums / np.diff(edges)
    return means
