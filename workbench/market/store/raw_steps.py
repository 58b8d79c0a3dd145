"""Answers at the native cadence, from raw rows, by the same sums that make the roll-ups."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.market.definitions.energy import Floats
from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import UNKNOWN
from workbench.market.model.tables import TABLES
from workbench.market.model.units import UnitsRegister
from workbench.market.store.manifest import Manifest
from workbench.market.store.resolution import Subject
from workbench.market.store.rollups.aggregation import Arrays, Frame, Rows, price_columns


def prices_from_grid(rrp: Floats, start: int, end: int, description: MarketDescription) -> Arrays:
    """Give the columns of the roll-up ``price`` for each native interval of a price grid."""
    interval, bucket = description.interval_minutes, description.bucket_minutes
    return price_columns(rrp, Frame(start, end, interval, interval, bucket))


def raw_steps(
    folder: Path,
    manifest: Manifest,
    description: MarketDescription,
    units: UnitsRegister,
    subject: Subject,
    start: int,
    end: int,
    series: Sequence[str] | None,
) -> Arrays:
    """Sum raw rows into native intervals.

    Parameters
    ----------
    folder, manifest, description, units
        Of the dataset's version.
    subject
        What is asked about.
    start, end
        Range from bucket to bucket [minutes since 1970].
    series
        Places of the first axis that are needed, None for all: only their rows are read.

    Returns
    -------
    dict
        Column -> array of shape (series …, intervals), all series; those not requested are empty.
    """
    from workbench.market.store.months import rows_of, scan_rows
    from workbench.market.store.rollups.building import build

    def rows(name: str) -> Rows:
        table = TABLES[name]
        wanted = _wanted(subject, name, series, description, units)
        names = units.names if name == "unit_power" else description.series_of(name)
        columns = table.reading_columns
        found = scan_rows(
            folder, manifest.tables.get(name, {}), table, start, end, series=wanted, columns=columns
        )
        return rows_of(found, table, names)

    interval, bucket = description.interval_minutes, description.bucket_minutes
    frame = Frame(start, end, interval, interval, bucket)
    return build(frozenset({str(subject)}), rows, frame, description, units)[subject]


def _wanted(
    subject: Subject,
    table: str,
    series: Sequence[str] | None,
    description: MarketDescription,
    units: UnitsRegister,
) -> Sequence[str] | None:
    """Name the series of a raw table that a question about some of a subject's series needs; None for all."""
    if series is None:
        return None
    if subject is Subject.UNIT:
        known = set(units.names)
        regions = {units[units.position(name)].region for name in series if name in known}
        return series if table == "unit_power" else sorted(regions)
    if subject is Subject.REGION_FUEL and table == "unit_power":
        listed = set(description.region_names)
        return [unit.name for unit in units if (unit.region if unit.region in listed else UNKNOWN) in series]
    return series
