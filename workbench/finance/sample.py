"""Sample files of an imaginary company, made by a formula: a clean one, and the same figures as exports come."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd

from workbench.data.atomic import write_bytes

FIRST_MONTH, MONTHS, MESSY_MONTHS = "2020-01", 60, 12
REGIONS = {"North": 1.00, "Central": 0.62, "Süd": 0.81}
DEPARTMENTS = {"Retail": 1.00, "Wholesale": 1.45, "Online": 0.55}
GROWTH = {"Retail": 0.02, "Wholesale": 0.05, "Online": 0.16}
SEASON = (0.90, 0.88, 0.97, 0.98, 1.00, 1.03, 0.99, 0.96, 1.02, 1.06, 1.12, 1.25)
BASE_REVENUE = 84_000.0
HEADER_REPEATED_EVERY = 45
SAMPLE_SEED = 20_240_131

CLEAN_NAME, MESSY_NAME = "company_540_rows.csv", "company_messy_export.csv"


def sample_figures(months: int = MONTHS, seed: int = SAMPLE_SEED) -> pd.DataFrame:
    """Make the figures of the imaginary company.

    Trend and season differ by department. To the cent, in every row: profit = revenue - operating costs -
    marketing spend; total assets = total liabilities + equity; equity grows by the profit; cash by the
    operating cash flow less the capital expenditure.

    Parameters
    ----------
    months
        Number of months from January 2020 on.
    seed
        Of the noise.

    Returns
    -------
    DataFrame
        One row a month, region and department: months x 9 rows.
    """
    rng = np.random.default_rng(seed)
    ends = pd.period_range(FIRST_MONTH, periods=months, freq="M").to_timestamp(how="end").normalize()
    rows = []
    entities = [(region, department) for region in REGIONS for department in DEPARTMENTS]
    equity, cash = dict.fromkeys(entities, 52_000_000), dict.fromkeys(entities, 6_000_000)
    for at, end in enumerate(ends):
        for region, size in REGIONS.items():
            for department, share in DEPARTMENTS.items():
                trend = (1.0 + GROWTH[department]) ** (at / 12.0)
                revenue = BASE_REVENUE * size * share * trend * SEASON[at % 12] * rng.normal(1.0, 0.025)
                parts = _parts(revenue, rng)
                entity = region, department
                equity[entity] += parts["Net Profit"]
                cash[entity] += parts["Operating Cash Flow"] - parts["Capital Expenditure"]
                amounts = {
                    name: cents / 100 for name, cents in _balance(parts, equity[entity], cash[entity]).items()
                }
                rows.append({"Month End": end.date(), "Region": region, "Department": department, **amounts})
    return pd.DataFrame(rows)


def sample_clean_csv() -> bytes:
    """Give the clean file: 540 rows, 60 months x 3 regions x 3 departments, UTF-8, amounts with two decimals."""
    out = io.StringIO(newline="")
    figures = sample_figures()
    writer = csv.writer(out)
    writer.writerow(figures.columns)
    for row in figures.itertuples(index=False):
        writer.writerow([f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row])
    return out.getvalue().encode("utf-8")


def sample_messy_csv() -> bytes:
    """Give the last year of the clean file as an export comes.

    cp1252, semicolons, decimal commas, three title rows, costs with a trailing minus, a subtotal after each
    month, the header again and again, a grand total, one region in three spellings, one date written in
    another way.
    """
    figures = sample_figures()
    year = figures[figures["Month End"] >= figures["Month End"].iloc[-9 * MESSY_MONTHS]]
    header = [
        "Posting Date",
        "Sales Region",
        "Dept.",
        "Net Sales",
        "Operating Costs",
        "Advertising",
        "Net Profit",
        "Remark",
    ]
    out: list[list[str]] = [
        ["Example Trading Ltd."],
        ["Monthly results by region, all amounts in EUR"],
        [],
        header,
    ]
    amounts = ["Revenue", "Operating Costs", "Marketing Spend", "Net Profit"]
    for end, month in year.groupby("Month End"):
        for at, row in enumerate(month.to_dict("records")):
            if len(out) % HEADER_REPEATED_EVERY == 0:
                out.append(header)
            region = str(row["Region"]).upper() if at == len(month) - 1 else str(row["Region"])
            values = [row["Revenue"], -row["Operating Costs"], -row["Marketing Spend"], row["Net Profit"]]
            written = f"{end:%Y-%m-%d}" if end.month == 7 and at == 0 else f"{end:%d.%m.%Y}"
            remark = "n/a" if at == 4 else "reviewed \u2013 ok" if at == 2 else ""
            out.append([written, region, row["Department"], *map(_german, values), remark])
        sums = [month[name].sum() for name in amounts]
        out.append([f"Subtotal {end:%m/%Y}", "", "", *_german_sums(sums), ""])
    out.append([])
    out.append(["Grand total", "", "", *_german_sums([year[name].sum() for name in amounts]), ""])
    out.append(["Source: general ledger, preliminary"])
    return "".join(";".join(line) + "\r\n" for line in out).encode("cp1252")


def write_samples(folder: Path | str) -> tuple[Path, Path]:
    """Write both files.

    Parameters
    ----------
    folder
        Such as the inputs of a project; made when missing.

    Returns
    -------
    tuple of Path
        The clean file and the messy one.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    clean, messy = Path(folder) / CLEAN_NAME, Path(folder) / MESSY_NAME
    write_bytes(clean, sample_clean_csv())
    write_bytes(messy, sample_messy_csv())
    return clean, messy


def _parts(revenue: float, rng: np.random.Generator) -> dict[str, int]:
    """The flows of one row in cents, so that they add up exactly."""
    cents = round(revenue * 100)
    costs = round(cents * rng.normal(0.58, 0.012))
    marketing = round(cents * rng.normal(0.11, 0.008))
    profit = cents - costs - marketing
    return {
        "Revenue": cents,
        "Cost of Sales": round(costs * 0.64),
        "Operating Costs": costs,
        "Employee Cost": round(costs * 0.21),
        "Marketing Spend": marketing,
        "Net Profit": profit,
        "Operating Cash Flow": round(profit * rng.normal(0.93, 0.05)),
        "Capital Expenditure": round(cents * 0.035),
    }


def _balance(parts: dict[str, int], equity: int, cash: int) -> dict[str, int]:
    """The flows and the balances of one row in cents."""
    revenue, costs = parts["Revenue"], parts["Cost of Sales"]
    receivables, inventory, payables = round(revenue * 1.38), round(costs * 0.9), round(costs * 1.05)
    short_debt, long_debt = round(revenue * 0.4), round(revenue * 2.2)
    liabilities = payables + short_debt + long_debt
    return {
        **parts,
        "Cash": cash,
        "Accounts Receivable": receivables,
        "Inventory": inventory,
        "Accounts Payable": payables,
        "Current Assets": cash + receivables + inventory,
        "Current Liabilities": payables + short_debt,
        "Total Assets": liabilities + equity,
        "Total Liabilities": liabilities,
        "Equity": equity,
    }


def _german_sums(sums: list[float]) -> list[str]:
    revenue, costs, marketing, profit = sums
    return [_german(value) for value in (revenue, -costs, -marketing, profit)]


def _german(value: float) -> str:
    text = f"{abs(value):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{text}-" if value < 0 else text
