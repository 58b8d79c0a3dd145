"""Companies with events planted in them, as tests and benchmarks of what stands out need them."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.finance.anomalies.causes import causes_of
from workbench.finance.anomalies.events import Event
from workbench.finance.anomalies.followers import derived_figures, followed
from workbench.finance.anomalies.unusual import events_of_series, events_table
from workbench.finance.inputs.grain import make_ledger
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_content
from workbench.finance.model.series import JOINT, figure_series, with_joint_parts

REGIONS, PRODUCTS = ("North", "South", "West"), ("Pumps", "Valves", "Service")
MONTHS = 60


@dataclass(frozen=True)
class Planted:
    """One event: figures in which it is seen first, its region and product (empty for all), its months."""

    figures: tuple[str, ...]
    region: str
    product: str
    first: pd.Timestamp
    slack: int


def company(seed: int, *, clean: bool = False) -> tuple[bytes, list[Planted]]:
    """A company of nine parts: three spikes and a new level in one part each, and collections that fall behind.

    Figures: revenue, expenses (a share of it), profit (their difference), collections, receivables.
    """
    rng = np.random.default_rng(seed)
    months = pd.date_range("2020-01-31", periods=MONTHS, freq="ME")
    time = np.arange(MONTHS)
    season = 0.15 * np.sin(2 * np.pi * time / 12 + rng.uniform(0, 6))
    parts = [(region, product) for region in REGIONS for product in PRODUCTS]
    levels = [(rng.uniform(6e4, 2e5), rng.uniform(-0.002, 0.01), rng.normal(0, 0.03, MONTHS)) for _ in parts]
    revenue = np.stack([size * np.exp(growth * time + season + noise) for size, growth, noise in levels])
    share = np.array([rng.uniform(0.55, 0.7) for _ in parts])[:, None] * np.exp(
        rng.normal(0, 0.02, revenue.shape)
    )
    planted = []
    places = rng.permutation(len(parts))
    own_costs = np.zeros_like(revenue)
    if not clean:
        for place, at in zip(places[:3], rng.choice(np.arange(14, 56, 5), 3, replace=False), strict=True):
            size = rng.choice([-1, 1]) * rng.uniform(0.3, 0.5)
            if rng.random() < 0.5:
                revenue[place, at] *= 1 + size
                figures = ("revenue",)
            else:
                own_costs[place, at] = abs(size) * revenue[place, at] * share[place, at]
                figures = ("expenses",)
            planted.append(Planted(figures, *parts[place], months[at].replace(day=1), 0))
        at = int(rng.integers(20, 44))
        revenue[places[3], at:] *= 1 + rng.choice([-1, 1]) * rng.uniform(0.2, 0.35)
        planted.append(Planted(("revenue",), *parts[places[3]], months[at].replace(day=1), 2))
    expenses = revenue * share + own_costs
    paid = np.concatenate([revenue[:, :1], revenue[:, :-1]], axis=1) * np.exp(
        rng.normal(0, 0.02, revenue.shape)
    )
    if not clean:
        at, region = int(rng.integers(36, 46)), REGIONS[int(rng.integers(3))]
        rows = [row for row, part in enumerate(parts) if part[0] == region]
        paid[rows, at:] *= 1 - np.minimum(0.03 * np.arange(1, MONTHS - at + 1), 0.4)
        planted.append(Planted(("collections", "receivables"), region, "", months[at].replace(day=1), 8))
    receivables = 1.2 * revenue[:, :1] + np.cumsum(revenue - paid, axis=1)
    frames = []
    for row, (region, product) in enumerate(parts):
        figures = {
            "Revenue": revenue,
            "Expenses": expenses,
            "Profit": revenue - expenses,
            "Collections": paid,
        }
        figures |= {"Accounts receivable": receivables}
        columns = {name: values[row].round(2) for name, values in figures.items()}
        columns["Profit"] = (columns["Revenue"] - columns["Expenses"]).round(2)
        frames.append(
            pd.DataFrame(
                {"Date": months.strftime("%Y-%m-%d"), "Region": region, "Product": product, **columns}
            )
        )
    table = pd.concat(frames).sort_values("Date", kind="stable")
    return table.to_csv(index=False).encode(), planted


def told(content: bytes) -> pd.DataFrame:
    """The events of a file, as a report tells them."""
    reading = read_content("company.csv", content)
    ledger = make_ledger(reading, propose_mapping(reading))
    series = {one.name: with_joint_parts(ledger, one) for one in figure_series(ledger)}
    derived = derived_figures(series)
    own: list[Event] = []
    knock_ons: list[Event] = []
    for name, one in series.items():
        leader = None if name in derived else followed(name, series, 12)
        driver = None if leader is None else leader.amounts(series)
        for row in range(len(one.parts)):
            share = None if driver is None else driver[row]
            events, _ = events_of_series(one, row, 12, 0.05 / len(one.parts), share)
            (knock_ons if name in derived else own).extend(events)
    return events_table(causes_of(own, knock_ons), {})


def by_z_score(content: bytes) -> pd.DataFrame:
    """What a robust z-score of changes to the year before finds, with a limit of 3.5, as the plainest of peers."""
    table = pd.read_csv(io.BytesIO(content), parse_dates=["Date"])
    rows = []
    for (region, product), part in table.groupby(["Region", "Product"]):
        for name in ("Revenue", "Expenses", "Collections"):
            changes = np.log(part[name]).diff(12)
            spread = 1.4826 * (changes - changes.median()).abs().median()
            far = part["Date"][((changes - changes.median()).abs() > 3.5 * spread).to_numpy()]
            rows += [(name.lower(), f"{region}{JOINT}{product}", date.replace(day=1)) for date in far]
    return pd.DataFrame(rows, columns=["figure", "entity", "first"])


def score(told: pd.DataFrame, planted: list[Planted]) -> tuple[int, int, int]:
    """Give how many planted events are told, how many lines are told, and how many of them tell a planted one."""
    found = set()
    right = 0
    for event in told.to_dict("records"):
        for number, one in enumerate(planted):
            months = abs((event["first"].year - one.first.year) * 12 + event["first"].month - one.first.month)
            named = {one.region, one.product} - {""}
            entities = set(str(event["entity"]).split(JOINT)) - {""}
            right_part = bool(entities or not named) and entities <= named | {one.product}
            if event["figure"] in one.figures and months <= one.slack and right_part:
                right += number not in found
                found.add(number)
                break
    return len(found), len(told), right
