"""The version of this package, which every run and every result carries."""

from __future__ import annotations

import functools
from importlib.metadata import PackageNotFoundError, version

PACKAGE = "energy-workbench"


@functools.cache
def package_version() -> str:
    """Give the version of this package; ``"unknown"`` when it runs without being installed.

    It is read once: each reading parses a file of metadata, a third of the time in which a run starts.
    """
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"
