"""Every column of registers and drops, and every key of their descriptions: blank, absent, renamed, wrong, unknown.

Each is an error that says the place, a note, or a value that is missing and stays missing.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data.projects.project import Project
from workbench.errors import WorkbenchError
from workbench.market.inputs.drop_rows import Drop
from workbench.market.inputs.drops import read_drop, read_mapping
from workbench.market.inputs.ingest import Batch, FileRows
from workbench.market.inputs.units_register import NAMES_OF_COLUMNS, read_register
from workbench.market.jobs import ingest_market
from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import UNKNOWN
from workbench.market.model.nem import NEM
from workbench.market.model.tables import TABLES
from workbench.market.sample.description import MADE_UP_MARKET
from workbench.market.store.dataset import create_dataset, market_folder

Columns = dict[str, list[str]]
KINDS = ("blank cell", "blank column", "other header", "wrong", "no column", "unknown name")
REGISTER = {
    "unit": ["COAL1", "WIND1", "BATT1"],
    "station": ["Old Hill", "Gale Ridge", "Amp Yard"],
    "region": ["NSW1", "SA1", "SA1"],
    "fuel": ["Coal", "Wind", "Battery Storage"],
    "owner": ["A", "B", "C"],
    "capacity": ["500", "60", "30"],
    "storage": ["", "", "60"],
    "kind": ["generator", "generator", "bidirectional"],
}
WRONG = {"capacity": "many", "storage": "much"}


def write(path: Path, columns: dict[str, list[str]]) -> Path:
    rows = [",".join(row) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    return path


def change(columns: Columns, name: str, kind: str, at: int, wrong: str = "soon") -> Columns:
    made = {key: list(cells) for key, cells in columns.items()}
    if kind == "blank column":
        made[name] = [""] * len(made[name])
    elif kind == "no column":
        del made[name]
    elif kind == "other header":
        made = {f"{key}x" if key == name else key: cells for key, cells in made.items()}
    else:
        made[name][at] = {"blank cell": "", "wrong": wrong, "unknown name": "Nowhere"}[kind]
    return made


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", NAMES_OF_COLUMNS)
def test_what_a_register_lacks_is_said_and_never_a_number(tmp_path: Path, column: str, kind: str) -> None:
    assert set(REGISTER) == set(NAMES_OF_COLUMNS)
    plain, nothing = read_register(write(tmp_path / "plain.csv", REGISTER), NEM)
    assert not list(nothing)
    path = write(tmp_path / "units.csv", change(REGISTER, column, kind, 2, WRONG.get(column, "soon")))
    try:
        units, problems = read_register(path, NEM)
    except WorkbenchError as error:
        sentence = str(error)
        assert path.name in sentence
        assert column in sentence
        return
    sentences = [str(problem) for problem in problems]
    if column in ("station", "owner", "unit") and kind in ("wrong", "unknown name"):
        return  # any text names one
    same = [{field.name: str(getattr(unit, field.name)) for field in fields(unit)} for unit in units]
    before = [{field.name: str(getattr(unit, field.name)) for field in fields(unit)} for unit in plain]
    if same != before:
        assert any(column in text or "row 4" in text for text in sentences), sentences
    if kind in ("other header", "no column"):
        assert any(f"no column '{column}'" in text for text in sentences), sentences
    for unit in units:
        lost = kind in ("blank column", "other header", "no column") or unit.name == "BATT1"
        if column in ("capacity", "storage") and lost:
            assert math.isnan(unit.capacity_mw if column == "capacity" else unit.storage_mwh)
        if column in ("region", "fuel") and lost:
            assert getattr(unit, column) == UNKNOWN


def drop_columns(table: str) -> dict[str, list[str]]:
    key = {"unit_power": "COAL1", "flow": "V-SA"}.get(table, "SA1")
    step = 30 if table == "rooftop" else 5
    times = [f"2025-08-20 {at * step // 60 + 1:02}:{at * step % 60:02}:00" for at in range(6)]
    values = {name: [f"{10 + at}.5" for at in range(6)] for name in TABLES[table].value_names}
    return {"when": times, "series": [key] * 6, **{f"v_{name}": cells for name, cells in values.items()}}


def drop_of(table: str) -> Drop:
    values = {name: f"v_{name}" for name in TABLES[table].value_names}
    return Drop("*.csv", table, "when", "series", (30 if table == "rooftop" else 5,), values=values)


def drop_cases() -> Iterator[Any]:
    for table in TABLES:
        for column in drop_columns(table):
            for kind in KINDS:
                if kind != "unknown name" or column == "series":
                    yield pytest.param(table, column, kind, id=f"{table}-{column}-{kind}")


@pytest.mark.parametrize(("table", "column", "kind"), list(drop_cases()))
def test_what_a_drop_lacks_is_said_or_missing(tmp_path: Path, table: str, column: str, kind: str) -> None:
    whole = drop_columns(table)
    plain = read_drop(write(tmp_path / "plain.csv", whole), drop_of(table), NEM)[0][table]
    path = write(tmp_path / "rows.csv", change(whole, column, kind, 2))
    try:
        frames, problems = read_drop(path, drop_of(table), NEM)
    except WorkbenchError as error:
        sentence = str(error)
        assert path.name in sentence
        assert any(word in sentence for word in ("row 4", "row 3", "row 2", f"no column {column}")), sentence
        return
    frame, sentences = frames[table], [str(problem) for problem in problems]
    if column == "series":
        units = ("COAL1",)
        _, more = Batch([FileRows(path, "", frames, ())]).frames(units, NEM)
        sentences += [str(problem) for problem in more]
        # A unit that no register has is reported when it is published.
        assert table == "unit_power" or any("soon" in text or "Nowhere" in text for text in sentences), (
            sentences
        )
        return
    name = column.removeprefix("v_")
    assert kind in ("blank cell", "blank column")
    if next(value for value in TABLES[table].values if value.name == name).required:
        lost = 1 if kind == "blank cell" else 6
        assert any(f"{lost} rows have no {name}" in text for text in sentences)
        assert frame.height == plain.height - lost
    else:
        seen = frame[name].to_list()
        assert [value for at, value in enumerate(seen) if at != 2] == (
            [None] * 5
            if kind == "blank column"
            else [v for at, v in enumerate(plain[name].to_list()) if at != 2]
        )
        assert seen[2] is None


MAPPING = {
    "pattern": '"*.csv"',
    "table": '"price"',
    "stamp": '"when"',
    "format": '"%Y-%m-%d %H:%M"',
    "time_zone": '"Australia/Brisbane"',
    "series": '"series"',
    "cadences": "[5]",
    "period": '"ending"',
    "values": '{ rrp = "v_rrp" }',
    "columns": None,
    **dict.fromkeys(
        ("date", "interval", "length", "records", "suffix", "optional", "only", "names", "units")
    ),
}
"""Those without a value are tried in the mappings of the profiles."""
MAY_BE_LEFT_OUT = {
    "format": "whatever the texts say by themselves",
    "time_zone": "the clock of the market",
    "cadences": "the finest interval of the market",
    "period": "ending, as the markets publish",
}


def mapping_cases() -> Iterator[Any]:
    assert set(MAPPING) == {field.name for field in fields(Drop)}
    for key, value in MAPPING.items():
        for kind in ("absent", "renamed", "blank", "wrong") if value is not None else ():
            yield pytest.param(key, kind, id=f"{key}-{kind}")


@pytest.mark.parametrize(("key", "kind"), list(mapping_cases()))
def test_every_key_of_a_mapping_is_checked(tmp_path: Path, key: str, kind: str) -> None:
    lines = {name: value for name, value in MAPPING.items() if value is not None}
    if kind == "absent":
        del lines[key]
    elif kind == "renamed":
        lines[f"{key}x"] = lines.pop(key)
    else:
        empty = {"cadences": "[]", "values": "{}"}.get(key, '""')
        lines[key] = empty if kind == "blank" else "true"
    path = tmp_path / "drops.toml"
    path.write_text(
        "[[drops]]\n" + "\n".join(f"{k} = {v}" for k, v in lines.items()) + "\n", encoding="utf-8"
    )
    blank_is_absent = kind == "blank" and key in ("format", "time_zone")
    if (kind == "absent" and key in MAY_BE_LEFT_OUT) or blank_is_absent:
        assert read_mapping(path, NEM)
        return
    with pytest.raises(WorkbenchError, match=r"drops\.toml") as caught:
        read_mapping(path, NEM)
    words = (key, "values") if key in ("series", "values") else (key,)
    assert any(word in str(caught.value) for word in words), str(caught.value)


def keys(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Table and key of everything that a description says, with one of its regions, fuels, links and feeds."""
    for table, inside in content.items():
        if table != "format":
            rows = inside if isinstance(inside, list) else [inside]
            yield from ((table, key) for key in rows[0] if table not in ("cadences", "fuel_aliases"))


DESCRIPTION = NEM.to_toml()
MAY_BE_ABSENT = {
    *("made_up", "import_limits_negative", "archive", "archive_days"),
    *("title", "since", "renewable", "storage", "rooftop"),
}
"""Keys whose absence means what the documentation of the description says."""


@pytest.mark.parametrize("kind", ["absent", "renamed", "wrong"])
@pytest.mark.parametrize(("table", "key"), list(keys(tomllib.loads(DESCRIPTION))))
def test_every_key_of_a_description_is_checked(table: str, key: str, kind: str) -> None:
    head = r"\[market\]" if table == "market" else rf"\[\[{table}\]\]"
    found = re.search(rf"({head}\n(?:(?!\n\[).)*?)^{key} = .*?$", DESCRIPTION, re.DOTALL | re.MULTILINE)
    assert found is not None
    line = found[0][len(found[1]) :]
    new = {"absent": "", "renamed": line.replace(key, f"{key}x", 1), "wrong": f"{key} = [[1]]"}[kind]
    text = DESCRIPTION.replace(found[0], found[1] + new, 1)
    optional = key in MAY_BE_ABSENT or (table, key) == ("regions", "until")
    if kind == "absent" and optional and not (table == "market" and key == "title"):
        MarketDescription.from_toml(text)
        return
    with pytest.raises(WorkbenchError, match=r"market\.toml") as caught:
        MarketDescription.from_toml(text)
    assert key in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('parent = "QLD1"', 'parent = "QLD9"', "the parent QLD9 of QLDN is not a region"),
        ('to_region = "SA1"', 'to_region = "SA9"', "V-SA ends in SA9, which is not a region"),
        ('"Hydro" = "Water"', '"Hydro" = "Watr"', "'Hydro' is read as the fuel Watr, which is not listed"),
        ('tables = ["unit_power"]', 'tables = ["units"]', "there is no table units"),
    ],
)
def test_a_name_that_a_description_looks_up_must_be_there(old: str, new: str, said: str) -> None:
    assert old in DESCRIPTION
    with pytest.raises(WorkbenchError, match=re.escape(said)):
        MarketDescription.from_toml(DESCRIPTION.replace(old, new, 1))


def test_a_pattern_that_fits_no_file_is_listed_as_unused(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project", "Market")
    create_dataset(market_folder(project), MADE_UP_MARKET)
    source = project.inputs / "files"
    source.mkdir()
    columns = drop_columns("price")
    columns["series"] = ["West"] * 6
    write(source / "prices.csv", columns)
    drops = "".join(
        f'[[drops]]\npattern = "{pattern}"\ntable = "price"\nstamp = "when"\nseries = "series"\n'
        'values = { rrp = "v_rrp" }\n'
        for pattern in ("*.csv", "price_*.csv")
    )
    (source / "drops.toml").write_text(drops, encoding="utf-8")
    result = ingest_market(project, files="files")
    assert result.added["price"] == 6
    (unused,) = [note for note in result.notes if "pattern" in note.message]
    assert (unused.file, unused.message) == ("drops.toml", "no file is read by the pattern 'price_*.csv'")
    assert np.isfinite(result.gaps)
