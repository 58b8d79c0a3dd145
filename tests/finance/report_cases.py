"""Series and projects that several tests of the report need, made by code."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings

# Box and Jenkins (1976), Series G: international airline passengers, thousands, 1949 to 1960.
AIR_PASSENGERS = np.array(
    [
        int(word)
        for word in [
            "112",
            "118",
            "132",
            "129",
            "121",
            "135",
            "148",
            "148",
            "136",
            "119",
            "104",
            "118",
            "115",
            "126",
            "141",
            "135",
            "125",
            "149",
            "170",
            "170",
            "158",
            "133",
            "114",
            "140",
            "145",
            "150",
            "178",
            "163",
            "172",
            "178",
            "199",
            "199",
            "184",
            "162",
            "146",
            "166",
            "171",
            "180",
            "193",
            "181",
            "183",
            "218",
            "230",
            "242",
            "209",
            "191",
            "172",
            "194",
            "196",
            "196",
            "236",
            "235",
            "229",
            "243",
            "264",
            "272",
            "237",
            "211",
            "180",
            "201",
            "204",
            "188",
            "235",
            "227",
            "234",
            "264",
            "302",
            "293",
            "259",
            "229",
            "203",
            "229",
            "242",
            "233",
            "267",
            "269",
            "270",
            "315",
            "364",
            "347",
            "312",
            "274",
            "237",
            "278",
            "284",
            "277",
            "317",
            "313",
            "318",
            "374",
            "413",
            "405",
            "355",
            "306",
            "271",
            "306",
            "315",
            "301",
            "356",
            "348",
            "355",
            "422",
            "465",
            "467",
            "404",
            "347",
            "305",
            "336",
            "340",
            "318",
            "362",
            "348",
            "363",
            "435",
            "491",
            "505",
            "404",
            "359",
            "310",
            "337",
            "360",
            "342",
            "406",
            "396",
            "420",
            "472",
            "548",
            "559",
            "463",
            "407",
            "362",
            "405",
            "417",
            "391",
            "419",
            "461",
            "472",
            "535",
            "622",
            "606",
            "508",
            "461",
            "390",
            "432",
        ]
    ],
    dtype=float,
)


def business_series(
    rng: np.random.Generator, months: int = 60, noise: float = 0.04, spikes: int = 0
) -> tuple[np.ndarray, set[int]]:
    """Make a series with trend, season and noise, and the months in which it was moved by 30 % up or down."""
    time = np.arange(months)
    trend = 1e5 * np.exp(0.006 * time * rng.uniform(-0.5, 2))
    season = 1 + 0.2 * np.sin(2 * np.pi * (time + rng.integers(12)) / 12) + 0.08 * (time % 12 == 11)
    values = trend * season * np.exp(rng.normal(0, noise, months))
    places = rng.choice(months, spikes, replace=False) if spikes else np.array([], dtype=int)
    values[places] *= np.where(rng.random(spikes) < 0.5, 0.7, 1.3)
    return values, set(places.tolist())


def make_project(folder: Path, **inputs: bytes) -> Project:
    """Make a project of calendar years with input files; a double underscore in a name stands for the dot."""
    project = Project.create(folder, ProjectSettings("Board", fiscal_year_start=1))
    for name, content in inputs.items():
        (project.inputs / name.replace("__", ".")).write_bytes(content)
    return project


def company_csv(months: int = 48, *, profit: bool = True, first_region: str = "North") -> bytes:
    """Make an export of two regions and two departments whose profit is revenue less costs, to the cent."""
    rng = np.random.default_rng(3)
    head = ["Month End", "Region", "Department", "Revenue", "Operating Costs", "Marketing", "Receivables"]
    lines = [",".join([*head, "Net Profit"] if profit else head)]
    for month in range(months):
        after = np.datetime64("2020-01", "M") + np.timedelta64(month + 1, "M")
        day = after.astype("datetime64[D]") - np.timedelta64(1, "D")
        for place, (region, department) in enumerate(
            (region, department) for region in (first_region, "South") for department in ("Shop", "Online")
        ):
            size = (1 + place) * 1e4 * 1.005**month * (1 + 0.2 * np.sin(2 * np.pi * month / 12))
            revenue = round(size * np.exp(rng.normal(0, 0.02)), 2)
            costs, marketing = round(0.6 * revenue + 900, 2), round(0.1 * size, 2)
            amounts = [
                revenue,
                costs,
                marketing,
                round(1.4 * revenue, 2),
                round(revenue - costs - marketing, 2),
            ]
            cells = [str(day), region, department, *(f"{amount:.2f}" for amount in amounts)]
            lines.append(",".join(cells if profit else cells[:-1]))
    return "\n".join(lines).encode()
