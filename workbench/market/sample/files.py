"""Files like those that NEMWEB publishes, written from rows: to show and to test what reads them."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from workbench.data.atomic import write_bytes
from workbench.market.inputs.nemweb import TRAILER
from workbench.market.inputs.nemweb_layouts import LAYOUTS, NemwebTable
from workbench.market.model.tables import TABLES

REPORTS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "DISPATCHSCADA": ("PUBLIC_DISPATCHSCADA", (("DISPATCH", "UNIT_SCADA"),)),
    "DISPATCHIS": (
        "PUBLIC_DISPATCHIS",
        (("DISPATCH", "PRICE"), ("DISPATCH", "REGIONSUM"), ("DISPATCH", "INTERCONNECTORRES")),
    ),
    "ROOFTOP_PV_ACTUAL": ("PUBLIC_ROOFTOP_PV_ACTUAL_MEASUREMENT", (("ROOFTOP", "ACTUAL"),)),
}
_FILLER = {"DISPATCH": ("RUNNO", "DISPATCHINTERVAL"), "ROOFTOP": ("TYPE",)}


def nemweb_csv(report: str, frames: Mapping[str, pl.DataFrame]) -> bytes:
    """Write one CSV with header rows, data rows and a trailer.

    Parameters
    ----------
    report
        One of :data:`REPORTS`.
    frames
        Raw table -> rows, all published at one time.
    """
    published = max(frame["published"].max() for frame in frames.values() if frame.height)  # type: ignore[type-var]
    when = np.datetime64(published, "s").item()  # type: ignore[call-overload]
    lines = [f"C,NEMP.WORLD,{report},AEMO,PUBLIC,{when:%Y/%m/%d,%H:%M:%S},0000000000000001,{report},0"]
    for key in REPORTS[report][1]:
        layout = LAYOUTS[key]
        frame = frames.get(layout.table.name)
        if frame is not None and frame.height:
            lines += _table_lines(key, layout, frame)
    lines.append(f'C,"{TRAILER}",{len(lines) + 1}')
    return ("\r\n".join(lines) + "\r\n").encode()


def _table_lines(key: tuple[str, str], layout: NemwebTable, frame: pl.DataFrame) -> list[str]:
    filler = _FILLER[key[0]]
    names = [layout.stamp, *filler, layout.series, *([layout.intervention] if layout.intervention else [])]
    key_text = ",".join((*key, layout.versions[-1]))
    lines = [f"I,{key_text},{','.join((*names, *layout.values.values()))}"]
    columns = ["stamp", layout.table.key, *layout.values]
    for stamp, series, *numbers in frame.select(columns).iter_rows():
        cells = [f'"{stamp:%Y/%m/%d %H:%M:%S}"', *("1" for _ in filler), series]
        cells += ["0"] if layout.intervention else []
        cells += ["" if number is None else repr(number) for number in numbers]
        lines.append(f"D,{key_text},{','.join(cells)}")
    return lines


def write_nemweb(folder: Path, frames: Mapping[str, pl.DataFrame], *, by_day: bool = False) -> list[Path]:
    """Write a zip for each report and stamp (as in the current folders) or for each day (as in the archive).

    Parameters
    ----------
    folder
        Where to.
    frames
        Raw table -> rows.
    by_day
        Put the zips of a day into one zip, named for the day that they end.

    Returns
    -------
    list of Path
        The files, in the order of their names.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    written: dict[Path, list[tuple[str, bytes]]] = defaultdict(list)
    for report, (prefix, keys) in REPORTS.items():
        tables = {LAYOUTS[key].table.name for key in keys} & set(frames)
        stamps = sorted({stamp for table in tables for stamp in frames[table]["stamp"].unique().to_list()})
        groups = {table: frames[table].partition_by("stamp", as_dict=True) for table in tables}
        for stamp in stamps:
            rows = {
                table: found[(stamp,)].select(TABLES[table].columns)
                for table, found in groups.items()
                if (stamp,) in found
            }
            name = f"{prefix}_{stamp:%Y%m%d%H%M}_0000000000000001"
            content = _zipped({f"{name}.CSV": nemweb_csv(report, rows)})
            day = (stamp - datetime.timedelta(minutes=1)).date()
            target = f"{prefix}_{day:%Y%m%d}.zip" if by_day else f"{name}.zip"
            written[folder / target].append((f"{name}.zip", content))
    for path, members in written.items():
        write_bytes(path, _zipped(dict(members)) if by_day else members[0][1])
    return sorted(written)


def _zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
