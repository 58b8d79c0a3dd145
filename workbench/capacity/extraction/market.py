"""What plants earn at the prices of their buses, and what lines and links carry.

References
----------
Hirth (2013), The market value of variable renewables, Energy Economics 38, doi:10.1016/j.eneco.2013.02.004: market
value as the mean price weighted with output, value factor as its part of the mean price of all hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.extraction.solved import (
    Future,
    dynamic_of,
    futures_of,
    periods_of,
    static_of,
    weights_of,
)
from workbench.capacity.model.system import UNSERVED
from workbench.data.arrays import Floats

if TYPE_CHECKING:
    from pypsa import Network

MARKET_COLUMNS = ("year", "component", "carrier", "energy", "revenue", "market_value", "capture_rate")
TRANSMISSION_COLUMNS = (
    *("year", "component", "name", "bus0", "bus1"),
    *("capacity", "forward", "back", "lost", "loading", "full_hours", "rent"),
)
FULL = 0.99
"""Part of its capacity from which on a line is full."""
_SELLERS = (("Generator", "p"), ("StorageUnit", "p"), ("Store", "p"))
_BRANCHES = (("Link", "p_nom"), ("Line", "s_nom"), ("Transformer", "s_nom"))


def market_values_table(network: Network, periods: list[int]) -> pd.DataFrame:
    """Energy sold [GWh], revenue [currency a year], market value [currency/MWh] and capture rate [%] by carrier.

    Revenue is net of what storage pays; the market value is of what is sold. Without prices there are no rows.
    """
    year_of, weights = periods_of(network, periods[0])[0], weights_of(network)
    base: dict[tuple[int, str], float] = {}
    parts = []
    for future in futures_of(network):
        prices = _prices(future)
        if prices.empty:
            return pd.DataFrame(columns=list(MARKET_COLUMNS))
        for year in periods:
            inside = year_of == year
            share = weights[inside] / weights[inside].sum()
            for bus in prices.columns:
                mean = float(share @ prices[bus].to_numpy(dtype=float)[inside])
                base[year, bus] = base.get((year, bus), 0.0) + mean
        for component, output in _SELLERS:
            static, power = future.static(component), future.dynamic(component, output)
            for name in static.index.intersection(power.columns) if len(static) else ():
                if static.carrier[name] == UNSERVED:
                    continue
                bus, carrier = str(static.bus[name]), str(static.carrier[name])
                price, mw = prices[bus].to_numpy(dtype=float), power[name].to_numpy(dtype=float) * weights
                for year in periods:
                    inside = year_of == year
                    sold = np.clip(mw[inside], 0.0, None)
                    parts.append(
                        {
                            "year": year,
                            "component": component,
                            "carrier": carrier,
                            "bus": bus,
                            # The prices of a future carry its probability already.
                            "energy": float(sold.sum()) * future.weight,
                            "revenue": float(price[inside] @ mw[inside]),
                            "sales": float(price[inside] @ sold),
                        }
                    )
    table = pd.DataFrame(parts)
    if table.empty:
        return pd.DataFrame(columns=list(MARKET_COLUMNS))
    table["base"] = [
        base[year, bus] * energy
        for year, bus, energy in zip(table.year, table.bus, table.energy, strict=True)
    ]
    keys = ["year", "component", "carrier"]
    sums = table.groupby(keys, as_index=False)[["energy", "revenue", "sales", "base"]].sum()
    sums = sums[(sums.energy > 1e-3) | (sums.revenue.abs() > 1e-3)].reset_index(drop=True)
    sold = sums.energy.where(sums.energy > 1e-3)
    sums["market_value"] = sums.sales / sold
    sums["capture_rate"] = 100 * sums.sales / sums.base.where(sums.base.abs() > 1e-6)
    sums["energy"] /= 1e3
    return sums[list(MARKET_COLUMNS)]


def _prices(future: Future) -> pd.DataFrame:
    prices = future.dynamic("Bus", "marginal_price")
    return prices if prices.notna().to_numpy().any() else prices.iloc[:, :0]


def transmission_table(network: Network, periods: list[int]) -> pd.DataFrame:
    """What each link, line and transformer carries each way and loses [GWh], how full it is, and what it earns.

    ``loading`` is the mean of its use [%], ``full_hours`` how long it is full, ``rent`` what buying at one end and
    selling at the other brings [currency a year]; blank without prices.
    """
    year_of, weights = periods_of(network, periods[0])[0], weights_of(network)
    prices = [(future, _prices(future)) for future in futures_of(network)]
    rows = []
    for component, nominal in _BRANCHES:
        static, into, out = (
            static_of(network, component),
            dynamic_of(network, component, "p0"),
            dynamic_of(network, component, "p1"),
        )
        if static.empty or into.empty:
            continue
        sizes = static[f"{nominal}_opt"].where(static[f"{nominal}_extendable"].astype(bool), static[nominal])
        for name in static.index.intersection(into.columns):
            p0, p1 = (table[name].to_numpy(dtype=float) for table in (into, out))
            size = float(sizes[name])
            earned = _earned(prices, component, str(name), static)
            for year in periods:
                inside = year_of == year
                rows.append(
                    {
                        "year": year,
                        "component": component,
                        "name": str(name),
                        "bus0": str(static.bus0[name]),
                        "bus1": str(static.bus1[name]),
                        **_use(p0[inside], p1[inside], weights[inside], size),
                        "rent": np.nan if earned is None else float(weights[inside] @ earned[inside]),
                    }
                )
    return pd.DataFrame(rows, columns=list(TRANSMISSION_COLUMNS))


def _use(p0: Floats, p1: Floats, weights: Floats, size: float) -> dict[str, float]:
    used = np.abs(p0) / size if size > 1e-6 else np.zeros(p0.size)
    return {
        "capacity": size,
        "forward": float(weights @ np.clip(p0, 0.0, None)) / 1e3,
        "back": float(weights @ np.clip(p1, 0.0, None)) / 1e3,
        "lost": float(weights @ (p0 + p1)) / 1e3,
        "loading": 100 * float(weights @ used) / float(weights.sum()),
        "full_hours": float(weights[used >= FULL].sum()),
    }


def _earned(
    prices: list[tuple[Future, pd.DataFrame]], component: str, name: str, static: pd.DataFrame
) -> Floats | None:
    """What buying at one end and selling at the other brings in each hour [currency/h]; None without prices."""
    total: Any = 0.0
    for future, price in prices:
        if price.empty:
            return None
        for end in ("0", "1"):
            power = future.dynamic(component, f"p{end}")[name].to_numpy(dtype=float)
            total = total - power * price[str(static[f"bus{end}"][name])].to_numpy(dtype=float)
    return np.asarray(total, dtype=float)
