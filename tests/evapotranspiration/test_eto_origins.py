"""Nothing is assumed unsaid: columns that are not read, and which inputs of a day were not given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.data.notes import Note, NoteKind
from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.evapotranspiration.inputs.files import read_daily_table
from workbench.evapotranspiration.jobs import estimate_evapotranspiration
from workbench.evapotranspiration.reference import reference_evapotranspiration
from workbench.evapotranspiration.results.export import csv_text
from workbench.evapotranspiration.results.saved import EtoResult
from workbench.runs.engine import start as engine
from workbench.runs.engine.run import Run

DAYS = 60
SITES = "site,latitude,longitude,elevation\nStation,17.65,76.40,560\n"


def cell(column: str, day: int) -> str:
    """A value that changes from day to day: stuck ones are refused."""
    if column == "remark":
        return "dry"
    base = {"rh": 55.0, "rs": 18.0}.get(column, 2.0)
    return f"{base + 0.1 * (7 * day % 11):.1f}"


def run_with(folder: Path, header: str, **settings: object) -> Run:
    project = Project.create(folder, "Station")
    (project.inputs / "eto_sites.csv").write_text(SITES)
    days = pd.date_range("2024-01-01", periods=DAYS)
    columns = header.split(",")
    lines = [
        ",".join(
            ["Station", f"{day:%Y-%m-%d}", str(30 + n % 7), str(16 + n % 5), *(cell(c, n) for c in columns)]
        )
        for n, day in enumerate(days)
    ]
    (project.inputs / "eto_weather.csv").write_text(
        f"site,date,tmax,tmin,{header}\n" + "\n".join(lines) + "\n"
    )
    return engine.start(estimate_evapotranspiration, project, **settings)


def assumed(result: EtoResult) -> list[Note]:
    """What was assumed of the weather; that no reference was given is another note."""
    return [note for note in result.notes.of(NoteKind.ASSUMPTION) if note.setting != "reference_file"]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("wind_speed", "column 'wind_speed': the unit of the wind is not known"),
        ("wspd", "m/s, km/h, mph, kn or ft/s"),
        ("wind [furlong]", "the unit 'furlong' is not known for u2, expected m/s, km/h, mph, kn or ft/s"),
        (
            "wind run [km]",
            "column 'wind_run' was not understood and seems to hold u2, which would be assumed",
        ),
        ("solar energy [erg]", "the unit 'erg' is not known for rs"),
    ],
)
def test_an_input_that_cannot_be_read_is_refused_with_its_column_and_the_units(
    tmp_path: Path, header: str, words: str
) -> None:
    path = tmp_path / "weather.csv"
    path.write_text(f"date,tmax,tmin,{header}\n2024-01-01,30,16,3\n")
    with pytest.raises(InvalidData, match=words):
        read_daily_table(path)


def test_wind_of_other_names_and_heights_is_brought_to_two_metres(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    for header, factor in (("wind 10 m [m/s]", 0.748), ("Wind speed [km/h]", 1 / 3.6), ("ws2m [m/s]", 1.0)):
        path.write_text(f"date,tmax,tmin,{header},wind_dir\n2024-01-01,30,16,3,180\n")
        table = read_daily_table(path)
        assert table.frame["u2"].iloc[0] == pytest.approx(3 * factor, rel=1e-3)
        assert table.unused == ("wind_dir",)


def test_what_is_left_out_by_name_is_a_listed_assumption_on_every_day(tmp_path: Path) -> None:
    run = run_with(
        tmp_path / "project",
        "rh,rs,wind run [km],remark",
        left_out=("wind run [km]",),
    )
    result: EtoResult = run.result()
    daily, sites = result.table("daily"), result.table("sites")
    assert set(daily["inputs"]) == {"wind assumed"}
    assert sites[["radiation_estimated", "humidity_estimated", "wind_assumed"]].iloc[0].tolist() == [
        0,
        0,
        100,
    ]
    (note,) = assumed(result)
    assert note.message == f"Station: wind assumed at 2 m/s on {DAYS} of {DAYS} days"
    assert (note.column, note.years, note.advice) == ("u2", (2024,), "give u2 [m/s]")
    unused = {note.column: note for note in result.notes.of(NoteKind.UNUSED)}
    assert set(unused) == {"wind run [km]", "remark"}
    assert unused["wind run [km]"].setting == "left_out"
    assert unused["remark"].file == "eto_weather.csv"
    assert "wind assumed" in csv_text(result)
    said = [event.message for event in run.events()]
    for text in map(str, result.notes):
        assert sum(text in line for line in said) == 1, text


def test_each_input_that_was_not_given_is_named(tmp_path: Path) -> None:
    result: EtoResult = run_with(tmp_path / "project", "u2").result()
    assert set(result.table("daily")["inputs"]) == {"radiation estimated; humidity estimated"}
    given: EtoResult = run_with(tmp_path / "given", "u2,rh,rs").result()
    assert set(given.table("daily")["inputs"]) == {"given"}
    assert assumed(given) == []


def test_the_one_call_says_which_columns_it_does_not_use() -> None:
    days = pd.DataFrame({"date": ["2024-07-06"], "tmax": [21.5], "tmin": [12.3], "remark": ["dry"]})
    notes = reference_evapotranspiration(days, latitude=50.8, elevation=100).notes
    assert "Column 'remark' was not used." in notes


def test_the_error_grows_with_each_input_that_was_not_measured(tmp_path: Path) -> None:
    errors = {}
    for lacks, columns in (("nothing", "u2,rh,rs"), ("wind", "rh,rs"), ("all but temperature", "remark")):
        daily = run_with(tmp_path / lacks, columns, stations=("none",)).result().table("daily")
        errors[lacks] = float((daily["standard_error"] / daily["eto"].clip(lower=1.0)).mean())
        assert ("inputs that were not measured" in str(daily["reason"].iloc[0])) == (lacks != "nothing")
    whole = errors["nothing"]
    assert errors["wind"] == pytest.approx(np.hypot(whole, 0.11), rel=0.02)
    assert errors["all but temperature"] == pytest.approx(
        np.sqrt((whole / 1.15) ** 2 + 3 * 0.11**2), rel=0.02
    )
    # The prior of a dry climate, which only a humidity tells.
