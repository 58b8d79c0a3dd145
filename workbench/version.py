"""The version of this package, which every run and every result carries."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

PACKAGE = "energy-workbench"


def package_version() -> str:
    """Give the version of this package; ``"unknown"`` when it runs without being installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"
