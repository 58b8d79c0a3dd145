"""Which tables of NEMWEB files are read, in which versions, and what their columns are called here.

Source: AEMO, MMS data model report (tables DISPATCH_UNIT_SCADA, DISPATCHPRICE, TRADINGPRICE, DISPATCHREGIONSUM,
DISPATCHINTERCONNECTORRES, ROOFTOP_PV_ACTUAL). Columns are found by name, so that their order does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from workbench.market.model.tables import FLOW, PRICE, REGION, ROOFTOP, SERVICES, UNIT_POWER, USUAL, RawTable

CHANGED = "LASTCHANGED"
"""Column with the time when a row was last changed; files without it have the time of their publication."""


@dataclass(frozen=True, slots=True)
class NemwebTable:
    """A table of NEMWEB files.

    Parameters
    ----------
    table
        Where its rows go.
    versions
        Versions whose columns are known to mean what is said here.
    stamp, series
        Columns with the end of the interval and the name of the series.
    values
        Column here -> column there. Columns that are not required may be missing (older versions lack them).
    intervention
        Column that marks the run with the operator's intervention; "" when there is none.
    source
        Column that names the source of a row; "" when there is none.
    ranks
        Source -> rank of its rows: of two readings for one interval that of the higher rank counts.
    rank
        Rank of rows whose source has none.
    settled
        Whether its rows have the interval by which the market was settled then, instead of the table's cadence.
    """

    table: RawTable
    versions: tuple[str, ...]
    stamp: str
    series: str
    values: Mapping[str, str]
    intervention: str = ""
    source: str = ""
    ranks: Mapping[str, int] = field(default_factory=dict)
    rank: int = USUAL
    settled: bool = False


def _up_to(version: int) -> tuple[str, ...]:
    """Name the versions of a table up to the newest that is known: later ones only added columns."""
    return tuple(str(number) for number in range(1, version + 1))


_SHORT = {"1s": "1SEC", "6s": "6SEC", "60s": "60SEC", "5min": "5MIN", "reg": "REG"}
_PRICES = {"rrp": "RRP"} | {
    service: f"{way.upper()}{_SHORT[name]}RRP"
    for service in SERVICES
    for way, _, name in (service.partition("_"),)
}
"""Price of energy, and of ancillary services where a file has them."""

LAYOUTS: Mapping[tuple[str, str], NemwebTable] = MappingProxyType(
    {
        ("DISPATCH", "UNIT_SCADA"): NemwebTable(
            UNIT_POWER, ("1",), "SETTLEMENTDATE", "DUID", {"mw": "SCADAVALUE"}
        ),
        ("DISPATCH", "PRICE"): NemwebTable(
            PRICE, _up_to(5), "SETTLEMENTDATE", "REGIONID", _PRICES, "INTERVENTION"
        ),
        ("DREGION", ""): NemwebTable(
            PRICE, ("2", "3"), "SETTLEMENTDATE", "REGIONID", _PRICES, "INTERVENTION"
        ),
        ("TRADING", "PRICE"): NemwebTable(
            PRICE, ("1", "2", "3"), "SETTLEMENTDATE", "REGIONID", _PRICES, rank=2, settled=True
        ),
        ("DISPATCH", "REGIONSUM"): NemwebTable(
            REGION,
            _up_to(9),
            "SETTLEMENTDATE",
            "REGIONID",
            {
                "demand": "TOTALDEMAND",
                "solar_uigf": "SS_SOLAR_UIGF",
                "solar_cleared": "SS_SOLAR_CLEAREDMW",
                "wind_uigf": "SS_WIND_UIGF",
                "wind_cleared": "SS_WIND_CLEAREDMW",
                "battery_storage": "BDU_ENERGY_STORAGE",
                "battery_generation": "BDU_CLEAREDMW_GEN",
                "battery_load": "BDU_CLEAREDMW_LOAD",
                "net_interchange": "NETINTERCHANGE",
            },
            "INTERVENTION",
        ),
        ("DISPATCH", "INTERCONNECTORRES"): NemwebTable(
            FLOW,
            _up_to(3),
            "SETTLEMENTDATE",
            "INTERCONNECTORID",
            {
                "flow": "METEREDMWFLOW",
                "target": "MWFLOW",
                "losses": "MWLOSSES",
                "export_limit": "EXPORTLIMIT",
                "import_limit": "IMPORTLIMIT",
            },
            "INTERVENTION",
        ),
        ("ROOFTOP", "ACTUAL"): NemwebTable(
            ROOFTOP,
            ("1", "2"),
            "INTERVAL_DATETIME",
            "REGIONID",
            {"mw": "POWER", "quality": "QI"},
            source="TYPE",
            # Best-quality history of whole days, measured almost in real time, estimated from satellite images.
            ranks={"DAILY": 4, "MEASUREMENT": 3, "SATELLITE": 2},
        ),
    }
)
