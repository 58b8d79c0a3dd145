"""The readers that are tried; a new one is one line of ``READERS``."""

from __future__ import annotations

import datetime
import io
import json
import sqlite3
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evapotranspiration import weather_server

from tests.fuzz.mutations import as_json, as_toml
from tests.fuzz.running import Reader, Seed
from tests.fuzz.table_readers import TABLE_READERS

WHOLE = (datetime.date(2025, 1, 1), datetime.date(2025, 1, 10))


def json_seeds(*trees: Any) -> Callable[[], tuple[Seed, ...]]:
    """Make seeds of plain values that are kept as JSON."""
    return lambda: tuple(Seed.of(tree, as_json) for tree in trees)


def toml_seeds(*trees: Any) -> Callable[[], tuple[Seed, ...]]:
    """Make seeds of plain values that are kept as TOML."""
    return lambda: tuple(Seed.of(tree, as_toml) for tree in trees)


def nws_seeds(path: str) -> Callable[[], tuple[Seed, ...]]:
    """Make the seed of an answer of the National Weather Service."""
    return lambda: json_seeds(weather_server.nws(path))()


def byte_seeds(make: Callable[[], bytes]) -> Callable[[], tuple[Seed, ...]]:
    """Make a seed of a file that is no plain values."""
    return lambda: (Seed(make()),)


# what is read


def read_project(path: Path) -> Any:
    from workbench.data.projects.project import Project

    return Project.open(path.parent)


def read_description(path: Path) -> Any:
    from workbench.market.store.dataset import read_description

    return read_description(path)


def read_mapping(path: Path) -> Any:
    from workbench.market.inputs.drops import read_mapping
    from workbench.market.model.nem import NEM

    return read_mapping(path, NEM)


def read_manifest(path: Path) -> Any:
    from workbench.market.store.dataset import read_manifest

    return read_manifest(path.parents[1], 1)


def read_pointer(path: Path) -> Any:
    from workbench.market.store.dataset import current_version

    return current_version(path.parent)


def read_units(path: Path) -> Any:
    from workbench.market.model.units import UnitsRegister

    return UnitsRegister.from_json(path.read_bytes(), path)


def read_last_run(path: Path) -> Any:
    from workbench.market.results.saved import load

    return load(path.parent)


def _project_of(folder: Path) -> Any:
    from workbench.data.projects.project import Project
    from workbench.data.projects.settings_file import ProjectSettings

    return Project(folder, ProjectSettings("Fuzz"))


def read_finance_mapping(path: Path) -> Any:
    from workbench.finance.inputs.mapping.saved import load_mapping

    return load_mapping(_project_of(path.parent))


def read_judgements(path: Path) -> Any:
    from workbench.finance.anomalies.events import read_judgements

    return read_judgements(path.parent)


def read_result(path: Path) -> Any:
    from workbench.data.results.saved_notes import notes_of
    from workbench.data.results.scenario import open_scenario

    with open_scenario(_project_of(path.parents[3]), "demand", "BAU", "demand scenario") as saved:
        return list(notes_of(saved.summary)), saved.summary.config


def read_table(path: Path) -> Any:
    from workbench.data.results.tables import read_table

    return read_table(path)


def read_register(path: Path) -> Any:
    from workbench.market.inputs.units_register import read_register
    from workbench.market.model.nem import NEM

    return read_register(path, NEM)


def read_zip(path: Path) -> Any:
    from workbench.market.inputs.ingest import read_file
    from workbench.market.model.nem import NEM

    return read_file(path, NEM)


def weather(module: str, function: str) -> Callable[[Path], Any]:
    """Give a reader of answers of a weather service."""

    def read(path: Path) -> Any:
        import importlib

        read_body = getattr(
            importlib.import_module(f"workbench.evapotranspiration.inputs.services.{module}"), function
        )
        return read_body(path.read_bytes())

    return read


def read_settings(path: Path) -> Any:
    from workbench.runs.jobs.registry import find_job
    from workbench.runs.model.settings import changed
    from workbench.structured import json_from, typed

    plain = typed(json_from(path.read_bytes(), path, finite=False), dict[str, dict[str, Any]], path)
    for name, changes in plain.items():
        job = find_job(name)
        changed(job.config_type(), changes, check=job.check)


def read_journal(path: Path) -> Any:
    from workbench.runs.journal.reader import JournalReader
    from workbench.runs.overview.summary import Summary

    reader = JournalReader(path)
    try:
        for record in reader.runs():
            summary = Summary()
            for event in reader.each_event(record.number):
                summary.add(event)
            reader.lines(record.number, 0, 100)
            json.dumps([record.to_plain(), summary.to_plain()])
    finally:
        reader.close()


def read_journal_rows(path: Path) -> Any:
    """Put a row of each table into a journal, with values of a wrong kind, and read it."""
    from workbench.structured import json_from, typed

    row = typed(json_from(path.read_bytes(), path, finite=False), dict[str, dict[str, Any]], path)
    journal = path.with_name("journal.sqlite")
    journal.write_bytes(journal_bytes())
    with sqlite3.connect(journal) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(replace(sql, ') STRICT', ')'), 'NOT NULL', '') "
            "WHERE type = 'table'"
        )
        connection.execute("PRAGMA writable_schema = RESET")
        for table, values in row.items():
            for column, value in values.items():
                kept = (
                    value
                    if isinstance(value, (int, float, str, bytes)) or value is None
                    else json.dumps(value)
                )
                try:
                    connection.execute(f'UPDATE "{table}" SET "{column}" = ?', (kept,))
                except (sqlite3.Error, OverflowError, UnicodeError):
                    continue
    connection.close()
    return read_journal(journal)


def read_frame(path: Path) -> Any:
    from workbench.publishing.frames import FrameFilter, header_of

    content = path.read_bytes()
    header_of(content)
    return FrameFilter().refusal(content)


# good files


def description_seeds() -> tuple[Seed, ...]:
    from workbench.market.model.nem import NEM

    return (Seed.of(tomllib.loads(NEM.to_toml()), as_toml),)


def table_bytes() -> bytes:
    import pandas as pd

    from workbench.data.results.tables import Provenance, write_table

    path = Path(tempfile.mkdtemp()) / "a.parquet"
    frame = pd.DataFrame(
        {
            "year": range(2020, 2060),
            "value": [0.5 * n for n in range(40)],
            "name": [f"n{n % 3}" for n in range(40)],
        }
    )
    write_table(frame, path, units={"value": "GWh"}, provenance=Provenance("r1", {"a.xlsx": "f00"}))
    return path.read_bytes()


def register_bytes() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "DUID": [f"U{n}" for n in range(30)],
        "Region": ["NSW1"] * 30,
        "Fuel": ["Wind"] * 30,
        "when": pa.array([datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)] * 30).cast(
            pa.timestamp("us", "Asia/Kolkata")
        ),
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


FACILITIES = {
    "data": [
        {
            "code": "BAYSW",
            "name": "Bayswater",
            "network_region": "NSW1",
            "units": [
                {
                    "code": "BW01",
                    "fueltech_id": "coal_black",
                    "capacity_registered": 660.0,
                    "capacity_storage": None,
                    "dispatch_type": "GENERATOR",
                }
            ],
        }
    ]
}

SCADA = """\
C,NEMP.WORLD,DISPATCHSCADA,AEMO,PUBLIC,2025/08/20,18:05:13,0000000477155218,DISPATCHSCADA,0
I,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE,LASTCHANGED
D,DISPATCH,UNIT_SCADA,1,"2025/08/20 18:10:00",COAL1,412.5,"2025/08/20 18:05:07"
D,DISPATCH,UNIT_SCADA,1,"2025/08/20 18:10:00",BATT1,-33.25,"2025/08/20 18:05:07"
C,"END OF REPORT",5
"""


def zip_seeds() -> tuple[Seed, ...]:
    seeds = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            archive.writestr(zipfile.ZipInfo("A.CSV"), SCADA, method)
        seeds.append(Seed(buffer.getvalue()))
    return tuple(seeds)


EVENTS: tuple[tuple[str, str, Any], ...] = (
    ("state", "", {"state": "running", "cause": ""}),
    ("stage", "read", {"plan": {"read": 1.0}}),
    ("stage", "read", {"state": "started", "title": "Read"}),
    ("progress", "read", {"seconds_left": 3.0}),
    ("metric", "", {"name": "gap", "value": 0.5, "unit": "%"}),
    ("artifact", "", {"path": "results/a.parquet", "title": "a", "role": "result"}),
    ("control", "", {"phase": "adopted", "request": "adjust", "changes": {"pace": 1.0}}),
    ("heartbeat", "", {"memory": 1e6, "cpu_seconds": 0.5}),
    ("log", "", None),
    ("state", "", {"state": "succeeded", "cause": "completed"}),
)
_JOURNAL: list[bytes] = []


def journal_bytes() -> bytes:
    if not _JOURNAL:
        from workbench.runs.journal.schema import migrate

        path = Path(tempfile.mkdtemp()) / "journal.sqlite"
        with sqlite3.connect(path, isolation_level=None) as connection:
            migrate(connection, path)
            connection.execute(
                "INSERT INTO run (id, job, title, scenario, config, version, host, pid, process_started, created, "
                "state) VALUES ('d-1', 'demand', 'Demand', 'b', '{}', '1', 'h', 1, 1.0, 1.0, 'succeeded')"
            )
            for seq, (kind, stage, data) in enumerate(EVENTS, 1):
                line = 1 if kind == "log" else None
                values = (1, seq, float(seq), kind, stage, "words", None, 20, data and json.dumps(data), line)
                connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        _JOURNAL.append(path.read_bytes())
    return _JOURNAL[0]


ROW = {
    "run": {
        "title": "Demand",
        "scenario": "b",
        "config": {"a": 1},
        "resumed_from": None,
        "pid": 1,
        "process_started": 1.0,
        "created": 1.0,
        "started": 1.0,
        "ended": None,
        "state": "failed",
        "cause": "exception",
        "reason": "words",
    },
    "event": {"time": 1.0, "kind": "metric", "stage": "a", "message": "m", "fraction": 0.5, "level": 20},
}

SETTINGS = {
    "demand": {
        "losses": {"2030": 5.0},
        "added_layers": {"rooftop solar": {"2030": 1.0}},
        "levels": [0.8],
    },
    "capacity": {
        "years": [2030],
        "co2_limit": {"2030": 1.0},
        "changes": {"a": "co2_price=1"},
        "futures": {"a": 1.0},
    },
    "finance": {"file": "a.csv", "drivers": [{"kind": "price", "change": 5.0, "start": "2026-01"}]},
    "load_profiles": {"energy": {"2030": 1.0}, "overlays": [{"name": "a", "energy": {"2030": 1.0}}]},
    "evapotranspiration": {"grid": [-24.5, -46.5, -23.0, -44.5, 0.5], "services": {"nasa_power": "http://x"}},
    "market_ingest": {"register_columns": {"unit": "DUID"}},
}

MANIFEST = {
    "format": 1,
    "version": 1,
    "made_at": "2025-08-20T00:00:00+00:00",
    "description": "facts/a.toml",
    "units": "facts/a.json",
    "rollups": {"price": {"2025-08-01": "rollups/price/a.arrow"}},
    "tables": {"price": {"2025-08": {"file": "raw/price/a.parquet", "rows": 5, "first": 1, "last": 2}}},
}
UNIT = {"name": "A", "station": "S", "region": "SA1", "fuel": "Wind", "owner": "", "capacity_mw": 5.0}
UNITS = [UNIT | {"storage_mwh": None, "kind": "generator", "known": True, "note": ""}, {"name": "B"}]
NOTE = {"kind": "missing", "message": "m", "weight": "high", "file": "f", "tables": ["a"], "years": [2030]}
LAST_RUN = {
    "folder": "/a",
    "version": 1,
    "taken": 1,
    "refused": {"a": "b"},
    "unknown_units": ["A"],
    "notes": [NOTE, "b"],
}
RESULT = {
    "format": 1,
    "scenario": "BAU",
    "stamp": "a",
    "run": "r",
    "config": {"target_year": 2030},
    "facts": {"workbook": "a.xlsx", "sha256": "f", "more": {"a": [1.5, None]}},
    "notes": [NOTE],
}
COLUMN = {"column": "Date", "role": "date", "variant": "actual", "sign": "as given"}
MAPPING = {"version": 1, "columns": [COLUMN, COLUMN | {"column": "B", "role": None}], "answers": {"a": "b"}}
DROPS = {
    "drops": [
        {
            "pattern": "p*.csv",
            "table": "price",
            "stamp": "t",
            "series": "r",
            "cadences": [30],
            "values": {"rrp": "p"},
        },
        {
            "pattern": "w*.csv",
            "table": "unit_power",
            "stamp": "t",
            "period": "ending",
            "columns": {"U1": "u1"},
        },
    ]
}
PROJECT = {
    "project": {
        "format": 1,
        "name": "A",
        "region": "R",
        "currency": "INR",
        "energy_unit": "MU",
        "fiscal_year_start": 4,
        "digit_grouping": "indian",
        "time_zone": "Asia/Kolkata",
        "made_up": False,
    }
}


def frame_seeds() -> tuple[Seed, ...]:
    seeds = []
    for header, content in (
        ({"msg_type": "comm_msg"}, {"comm_id": "a", "data": {"method": "update", "state": {}}}),
        ({"msg_type": "comm_open"}, {"comm_id": "a", "target_name": "jupyter.widget.control"}),
        ({"msg_type": "comm_close"}, {"comm_id": "a"}),
    ):
        parts = [b"shell", *(json.dumps(part).encode() for part in (header, {}, {}, content))]
        marks = [8 * (len(parts) + 2)]
        for part in parts:
            marks.append(marks[-1] + len(part))
        offsets = b"".join(mark.to_bytes(8, "little") for mark in (len(marks), *marks))
        seeds.append(Seed(offsets + b"".join(parts)))
    return tuple(seeds)


def _lost_drops(tree: Any, drops: Any) -> str:
    # TOML has no blank value: one that was put among the mappings is not written.
    given = sum(drop is not None for drop in tree["drops"])
    return "" if len(drops) == given else f"{given} mappings were given, {len(drops)} were read"


def _lost_parts(tree: Any, description: Any) -> str:
    for name in ("regions", "fuels", "feeds", "interconnectors", "subregions"):
        # TOML has no blank value: one that was put among the parts is not written.
        given = sum(part is not None for part in tree.get(name, ()))
        read = len(getattr(description, name))
        if given != read:
            return f"{given} {name} were given, {read} were read"
    return ""


def _lost_units(tree: Any, units: Any) -> str:
    return "" if len(units) == len(tree) else f"{len(tree)} units were given, {len(units)} were read"


ANSWER = ("answer", "has ", "its ", "day", "it holds", "interval", " is in ")
"""How messages about an answer begin; the client puts the name of the service before them."""

READERS = {
    reader.name: reader
    for reader in (
        Reader("project", read_project, toml_seeds(PROJECT), "project.toml", ("project",)),
        Reader("market", read_description, description_seeds, "market.toml", lost=_lost_parts),
        Reader("drops", read_mapping, toml_seeds(DROPS), "drops.toml", lost=_lost_drops),
        Reader("manifest", read_manifest, json_seeds(MANIFEST), "versions/000001.json"),
        Reader("pointer", read_pointer, json_seeds({"version": 3}), "current.json"),
        Reader("units", read_units, json_seeds(UNITS), "units.json", lost=_lost_units),
        Reader("last-run", read_last_run, json_seeds(LAST_RUN), "last-run.json"),
        Reader("finance-mapping", read_finance_mapping, json_seeds(MAPPING), "finance-mapping.json"),
        Reader(
            "judgements",
            read_judgements,
            json_seeds({"format": 1, "judgements": {"a": {"kind": "muted", "note": "n"}}}),
            "finance-judgements.json",
        ),
        Reader("result", read_result, json_seeds(RESULT), "results/demand/BAU/result.json"),
        Reader("table", read_table, byte_seeds(table_bytes), "a.parquet"),
        Reader("register", read_register, byte_seeds(register_bytes), "register.parquet"),
        Reader("facilities", read_register, json_seeds(FACILITIES), "facilities.json", ("facilities",)),
        Reader("nemweb-zip", read_zip, zip_seeds, "a.zip"),
        Reader(
            "settings",
            read_settings,
            json_seeds(SETTINGS),
            "settings.json",
            ("setting", " is ", " has ", " names ", " lacks ", "futures"),
        ),
        Reader("journal", read_journal, byte_seeds(journal_bytes), "journal.sqlite"),
        Reader("journal-rows", read_journal_rows, json_seeds(ROW), "rows.json", ("journal.sqlite",)),
        Reader("frame", read_frame, frame_seeds, "frame.bin"),
        Reader(
            "nasa-power",
            weather("nasa_power", "read_answer"),
            lambda: json_seeds(weather_server.nasa_power(1.0, 2.0, *WHOLE))(),
            "answer.json",
            (*ANSWER, "properties"),
        ),
        Reader(
            "open-meteo",
            weather("openmeteo", "read_answer"),
            lambda: json_seeds(weather_server.openmeteo(1.0, 2.0, *WHOLE))(),
            "answer.json",
            (*ANSWER, "daily"),
        ),
        Reader(
            "met-norway",
            weather("met_norway", "read_steps"),
            lambda: json_seeds(
                weather_server.met_norway(datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
            )(),
            "answer.json",
            (*ANSWER, "properties"),
        ),
        *(
            Reader(
                name,
                weather(module, function),
                lambda path=path: json_seeds(weather_server.nws(path))(),
                "a.json",
                ANSWER,
            )
            for name, module, function, path in (
                ("nws-grid", "nws", "read_grid", "/points"),
                ("nws-layers", "nws", "read_layers", "/gridpoints"),
                ("nws-stations", "nws_stations", "read_stations", "/gridpoints/stations"),
                ("nws-observations", "nws_stations", "read_observations", "/observations"),
            )
        ),
        Reader(
            "elevations",
            weather("elevation", "read_heights"),
            json_seeds({"status": "OK", "results": [{"elevation": 5.0}, {"elevation": None}]}),
            "answer.json",
            ANSWER,
        ),
        *TABLE_READERS,
    )
}
