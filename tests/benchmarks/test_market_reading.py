"""A month of unit readings as the operator archives it, 3.6 million rows in one zip, beside plain Polars."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.benchmark

Report = Callable[[str, float, float | None, str, str, bool], None]
UNITS = 417
OURS = """
    from pathlib import Path
    from workbench.market.inputs.ingest import read_file
    from workbench.market.model.nem import NEM
    start = time.process_time()
    found = read_file(Path(sys.argv[1]), NEM)
    found.check()
    rows = found.rows
"""
INGEST = """
    from pathlib import Path
    from workbench.data.projects.project import Project
    from workbench.market import ingest_market
    project = Project.create(Path(sys.argv[2]), "A month")
    start = time.process_time()
    rows = sum(ingest_market(project, files=str(Path(sys.argv[1]).parent)).added.values())
"""
POLARS = """
    import polars as pl
    start = time.process_time()
    with zipfile.ZipFile(sys.argv[1]) as archive:
        content = archive.read(archive.namelist()[0])
    frame = pl.read_csv(
        content, has_header=False, skip_rows=2, infer_schema=False, columns=[4, 5, 6, 7], truncate_ragged_lines=True
    )
    frame.columns = ["stamp", "unit", "mw", "changed"]
    form = "%Y/%m/%d %H:%M:%S"
    frame = frame.select(
        pl.col("stamp").str.to_datetime(form, strict=False),
        "unit",
        pl.col("mw").cast(pl.Float64),
        pl.col("changed").str.to_datetime(form, strict=False),
    ).drop_nulls()
    rows = frame.height
"""


def measured(script: str, *arguments: Path) -> tuple[int, float, float]:
    """Rows, CPU time [s] and largest memory [MB] of a process of its own."""
    end = (
        "print(rows, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    code = "\n".join(("import resource, sys, time, zipfile", textwrap.dedent(script), end))
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, seconds, megabytes = done.stdout.split()[-3:]
    return int(rows), float(seconds), float(megabytes)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("month") / "PUBLIC_DVD_DISPATCH_UNIT_SCADA_202506010000.zip"
    stamps = np.arange("2025-06-01T00:05", "2025-07-01T00:05", 5, dtype="datetime64[m]")
    power = np.random.default_rng(5).uniform(0, 500, (len(stamps), UNITS)).round(5)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
        made.open("a.CSV", "w") as file,
    ):
        file.write(b"C,NEMP.WORLD,DVD_DISPATCH_UNIT_SCADA,AEMO,PUBLIC,2025/07/05,18:05:13,1,X,0\n")
        file.write(b"I,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE,LASTCHANGED\n")
        for stamp, row in zip(stamps, power, strict=True):
            when = f"{stamp.item():%Y/%m/%d %H:%M:%S}"
            lines = (
                f'D,DISPATCH,UNIT_SCADA,1,"{when}",U{unit:03d},{mw},"{when}"\n' for unit, mw in enumerate(row)
            )
            file.write("".join(lines).encode())
        file.write(f'C,"END OF REPORT",{power.size + 3}\n'.encode())
    return path


def test_a_month_of_readings_is_read_at_the_speed_of_the_machine(archive: Path, report: Report) -> None:
    rows, seconds, megabytes = measured(OURS, archive)
    expected, peer, peer_megabytes = measured(POLARS, archive)
    assert rows == expected
    ratio = seconds / peer
    report(
        "a month of readings, 3.6 million rows: CPU beside plain Polars",
        ratio,
        1,
        "x",
        "<= 1.5",
        ratio <= 1.5,
    )
    report("  its memory", megabytes, peer_megabytes, "MB", "<= 500", megabytes <= 500)


def test_a_month_of_readings_is_ingested_within_bounds(archive: Path, tmp_path: Path, report: Report) -> None:
    _, seconds, megabytes = measured(INGEST, archive, tmp_path / "project")
    report("the same, ingested, with roll-ups and checks: CPU", seconds, None, "s", "<= 10", seconds <= 10)
    report("  its memory", megabytes, None, "MB", "<= 500", megabytes <= 500)
